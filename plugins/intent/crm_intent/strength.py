"""How strongly a customer intends to buy: what talks, its working environment and its habits show, in one number."""

from decimal import Decimal

from crmcore import Customer, Field, Interaction, Metric, Rule, Setting, Term, choose, mean, rows

LOWEST, HIGHEST = 1, 5

talk = Field(
    "intent.talk",
    int,
    on=Interaction,
    unit="points",
    label={"en": "Intent shown in the talk", "zh": "沟通中的意向"},
    doc={
        "en": "How strongly the customer showed in this talk that it wants to buy: 1 not at all, 5 decided.",
        "zh": "本次沟通中表现出的购买意向：1为毫无意向，5为已决定购买。",
    },
)
environment = Field(
    "intent.environment",
    int,
    on=Customer,
    soft=True,
    unit="points",
    label={"en": "Working environment", "zh": "工作环境"},
    doc={
        "en": "How well its working environment fits what we sell: 1 not at all, 5 completely.",
        "zh": "其工作环境与本企业产品的契合程度：1为完全不合，5为完全契合。",
    },
)
habits = Field(
    "intent.habits",
    int,
    on=Customer,
    soft=True,
    unit="points",
    label={"en": "Habits", "zh": "习惯"},
    doc={
        "en": "How well its habits fit what we sell: 1 not at all, 5 completely.",
        "zh": "其习惯与本企业产品的契合程度：1为完全不合，5为完全契合。",
    },
)


def _on_scale(field: Field) -> Rule:
    return Rule(
        f"{field.name}_on_scale",
        field.on,
        field.between(LOWEST, HIGHEST),
        {
            "en": f"{field.label('en')} is judged from {LOWEST} to {HIGHEST}",
            "zh": f"{field.label('zh')}须为{LOWEST}至{HIGHEST}分",
        },
    )


def _weight(name: str, default: int, of: Field) -> Setting:
    return Setting(
        f"intent.{name}_weight",
        Decimal(default),
        least=0,
        label={"en": f"Weight: {of.label('en')}", "zh": f"权重：{of.label('zh')}"},
        doc={
            "en": "What it counts in the strength of intent; 0 leaves it out. Our default.",
            "zh": "其在意向强度中的权重，0表示不计。默认值由本插件给出。",
        },
    )


talk_weight = _weight("talk", 3, talk)
environment_weight = _weight("environment", 1, environment)
habits_weight = _weight("habits", 1, habits)
talk_days = Setting(
    "intent.talk_days",
    90,
    least=1,
    unit="days",
    label={"en": "Days for which a talk counts", "zh": "沟通记录有效天数"},
    doc={
        "en": "What was said longer ago tells nothing about today's intent. Our default.",
        "zh": "超过此天数的沟通不再反映当前意向。默认值由本插件给出。",
    },
)

talks = Metric(
    "intent.talks",
    mean(talk, where=rows(Interaction).at.within(days=talk_days)),
    label={"en": "Intent in recent talks", "zh": "近期沟通意向"},
    doc={
        "en": "The average of what was judged in the talks that still count, from 1 to 5.",
        "zh": "有效沟通记录中意向的平均分，1至5分。",
    },
)

_PARTS: tuple[tuple[Term, Setting], ...] = (
    (talks, talk_weight),
    (environment, environment_weight),
    (habits, habits_weight),
)


def _sum(*terms: Term) -> Term:
    first, *others = terms
    for each in others:
        first += each
    return first


# What nobody has judged has no weight; where nothing is judged, this is nothing by nothing and so unknown.
strength = Metric(
    "intent.strength",
    _sum(*(choose((part.is_known(), part * weight), otherwise=0) for part, weight in _PARTS))
    / _sum(*(choose((part.is_known(), weight), otherwise=0) for part, weight in _PARTS)),
    label={"en": "Strength of intent", "zh": "意向强度"},
    doc={
        "en": "Weighted average, from 1 to 5, of what is known of talks, working environment and habits.",
        "zh": "沟通记录、工作环境与习惯中已知各项的加权平均，1至5分。",
    },
)

FIELDS = (talk, environment, habits)
RULES = tuple(_on_scale(field) for field in FIELDS)
SETTINGS = (talk_weight, environment_weight, habits_weight, talk_days)
METRICS = (talks, strength)
