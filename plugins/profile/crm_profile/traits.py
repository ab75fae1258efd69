"""Age, sex, income and preference: four traits, a scheme each."""

import enum
from datetime import date
from decimal import Decimal

from crmcore import MONEY, Choices, Customer, Field, Metric, Scheme, Segment, Setting, days_since, rows

DAYS_OF_A_YEAR = Decimal("365.2425")

customer = rows(Customer)


class Sex(enum.Enum):
    """As the person states it."""

    FEMALE = "female"
    MALE = "male"
    OTHER = "other"


class Preference(enum.Enum):
    """What the person looks at first when choosing."""

    PRICE = "price"
    QUALITY = "quality"
    BRAND = "brand"
    NOVELTY = "novelty"
    CONVENIENCE = "convenience"


born = Field(
    "profile.born",
    date,
    on=Customer,
    privacy="personal",
    label={"en": "Date of birth", "zh": "出生日期"},
)
sex = Field(
    "profile.sex",
    Sex,
    on=Customer,
    choices=Choices(Sex, zh=("女", "男", "其他")),
    privacy="personal",
    label={"en": "Sex", "zh": "性别"},
)
income = Field(
    "profile.income",
    MONEY,
    on=Customer,
    soft=True,
    privacy="sensitive",
    label={"en": "Income per year", "zh": "年收入"},
    doc={"en": "In the company's currency, as stated or judged.", "zh": "以公司本位币计，由本人陈述或经判断得出。"},
)
preference = Field(
    "profile.preference",
    Preference,
    on=Customer,
    choices=Choices(Preference, zh=("价格", "质量", "品牌", "新颖", "便利")),
    soft=True,
    privacy="personal",
    label={"en": "Preference", "zh": "偏好"},
    doc={"en": "What the person looks at first when choosing.", "zh": "选购时首先看重什么。"},
)

age = Metric(
    "profile.age",
    days_since(born) / DAYS_OF_A_YEAR,
    unit="years",
    label={"en": "Age", "zh": "年龄"},
    doc={
        "en": "Years since birth, of 365.2425 days each: a band may begin a day beside the birthday.",
        "zh": "自出生起的年数，一年按365.2425天计，与生日可差一天。",
    },
)


def _years(name: str, default: int, label: dict[str, str]) -> Setting:
    return Setting(
        f"profile.{name}",
        default,
        least=0,
        unit="years",
        label=label,
        doc={"en": "Age from which the band begins. Our default.", "zh": "该年龄段的起始年龄。默认值由本插件给出。"},
    )


def _income(name: str, default: int, label: dict[str, str]) -> Setting:
    return Setting(
        f"profile.{name}",
        Decimal(default),
        least=0,
        label=label,
        doc={
            "en": "Yearly income from which the band begins. Our default; it depends on country and currency.",
            "zh": "该收入档的起始年收入。默认值由本插件给出，应按国家和币种调整。",
        },
    )


young_from = _years("young_from", 18, {"en": "Young adults from", "zh": "青年起始年龄"})
adult_from = _years("adult_from", 30, {"en": "Adults from", "zh": "成年起始年龄"})
middle_from = _years("middle_from", 45, {"en": "Middle-aged from", "zh": "中年起始年龄"})
senior_from = _years("senior_from", 60, {"en": "Seniors from", "zh": "老年起始年龄"})
middle_income = _income("middle_income", 30_000, {"en": "Middle income from", "zh": "中等收入起点"})
high_income = _income("high_income", 100_000, {"en": "High income from", "zh": "高收入起点"})

# Organizations have neither age nor income of this kind; asking for it would keep them unplaced for ever.
is_no_person = customer.kind.is_in("household", "organization", "department", "public_body", "partner").or_else(False)
no_person = Segment(
    "no_person",
    when=is_no_person,
    label={"en": "Not a person", "zh": "非个人"},
    doc={"en": "By its kind no single person, so without such traits.", "zh": "按类别不是个人，没有此类特征。"},
)

age_band = Scheme(
    "profile.age_band",
    no_person,
    Segment("senior", when=age >= senior_from, label={"en": "Senior", "zh": "老年"}),
    Segment("middle_aged", when=age >= middle_from, label={"en": "Middle-aged", "zh": "中年"}),
    Segment("adult", when=age >= adult_from, label={"en": "Adult", "zh": "成年"}),
    Segment("young_adult", when=age >= young_from, label={"en": "Young adult", "zh": "青年"}),
    Segment("minor", label={"en": "Minor", "zh": "未成年"}),
    label={"en": "Age band", "zh": "年龄段"},
    doc={"en": "By age on the date; the bands are ours.", "zh": "按当日年龄划分；年龄段由本插件给出。"},
)
sex_group = Scheme(
    "profile.sex_group",
    no_person,
    Segment("female", when=sex.is_(Sex.FEMALE), label={"en": "Female", "zh": "女"}),
    Segment("male", when=sex.is_(Sex.MALE), label={"en": "Male", "zh": "男"}),
    Segment("other", label={"en": "Other", "zh": "其他"}),
    label={"en": "Sex", "zh": "性别分组"},
    doc={"en": "As the person states it.", "zh": "以本人陈述为准。"},
)
income_band = Scheme(
    "profile.income_band",
    no_person,
    Segment("high", when=income >= high_income, label={"en": "High income", "zh": "高收入"}),
    Segment("middle", when=income >= middle_income, label={"en": "Middle income", "zh": "中等收入"}),
    Segment("low", label={"en": "Low income", "zh": "低收入"}),
    label={"en": "Income band", "zh": "收入档"},
    doc={"en": "By yearly income; the bands are ours.", "zh": "按年收入划分；档次由本插件给出。"},
    privacy="sensitive",
)
preference_group = Scheme(
    "profile.preference_group",
    no_person,
    Segment("price", when=preference.is_(Preference.PRICE), label={"en": "Price first", "zh": "看重价格"}),
    Segment("quality", when=preference.is_(Preference.QUALITY), label={"en": "Quality first", "zh": "看重质量"}),
    Segment("brand", when=preference.is_(Preference.BRAND), label={"en": "Brand first", "zh": "看重品牌"}),
    Segment("novelty", when=preference.is_(Preference.NOVELTY), label={"en": "Novelty first", "zh": "看重新颖"}),
    Segment("convenience", label={"en": "Convenience first", "zh": "看重便利"}),
    label={"en": "Preference", "zh": "偏好分组"},
    doc={
        "en": "By what the person looks at first; the source names the trait, the choices are ours.",
        "zh": "按首先看重的方面划分；来源仅列出此特征，选项由本插件给出。",
    },
)

FIELDS = (born, sex, income, preference)
SETTINGS = (young_from, adult_from, middle_from, senior_from, middle_income, high_income)
SCHEMES = (age_band, sex_group, income_band, preference_group)
