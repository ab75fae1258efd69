"""Temperament: how a person behaves when deciding on a purchase, as somebody who has met it judges."""

import enum

from crmcore import Choices, Customer, Field, Scheme, Segment

from .traits import no_person


class Temperament(enum.Enum):
    """The four temperaments, as they are commonly told apart."""

    SANGUINE = "sanguine"
    CHOLERIC = "choleric"
    PHLEGMATIC = "phlegmatic"
    MELANCHOLIC = "melancholic"


judged = Field(
    "profile.judged_temperament",
    Temperament,
    on=Customer,
    choices=Choices(Temperament, zh=("多血质", "胆汁质", "黏液质", "抑郁质")),
    soft=True,
    privacy="sensitive",
    label={"en": "Temperament, as judged", "zh": "性格判断"},
    doc={
        "en": "An impression, kept with who had it and when; no test.",
        "zh": "仅为判断，连同判断人和日期一并保存，并非测试结果。",
    },
)

temperament = Scheme(
    "profile.temperament",
    no_person,
    Segment(
        "sanguine",
        when=judged.is_(Temperament.SANGUINE),
        label={"en": "Lively (sanguine)", "zh": "活泼型（多血质）"},
        doc={"en": "Quick to warm to things, likes to talk.", "zh": "热情健谈，容易产生兴趣。"},
    ),
    Segment(
        "choleric",
        when=judged.is_(Temperament.CHOLERIC),
        label={"en": "Resolute (choleric)", "zh": "果断型（胆汁质）"},
        doc={"en": "Decides fast and wants to lead.", "zh": "决定迅速，喜欢主导。"},
    ),
    Segment(
        "phlegmatic",
        when=judged.is_(Temperament.PHLEGMATIC),
        label={"en": "Calm (phlegmatic)", "zh": "稳重型（黏液质）"},
        doc={"en": "Takes time and wants to be sure.", "zh": "从容稳重，需要时间确认。"},
    ),
    Segment(
        "melancholic",
        label={"en": "Thorough (melancholic)", "zh": "细致型（抑郁质）"},
        doc={"en": "Looks into details and doubts.", "zh": "注重细节，顾虑较多。"},
    ),
    privacy="sensitive",
    label={"en": "Temperament", "zh": "性格类型"},
    doc={
        "en": "The source wants temperaments told apart to judge behaviour when buying, and names none: the four are ours.",
        "zh": "来源要求识别性格以判断购买决策中的行为，但未列类型；四种类型由本插件给出。",
    },
)

FIELDS = (judged,)
