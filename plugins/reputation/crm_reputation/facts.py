"""How buyers have rated a shop, in several dimensions over a long time, and what its platform shows.

A shop is a customer that sells on a platform.
"""

import enum
from datetime import date
from decimal import Decimal

from crmcore import (
    DATE,
    TEXT,
    Choices,
    Customer,
    Field,
    Metric,
    Record,
    Rule,
    Setting,
    Term,
    column,
    count,
    days_since,
    decimal,
    earliest,
    mean,
    record,
    rows,
)

STARS = decimal(2)


class Grade(enum.Enum):
    """What a platform shows beside a shop's name."""

    CROWN = "crown"
    DIAMOND = "diamond"
    NONE = "none"


shown_grade = Field(
    "reputation.shown_grade",
    Grade,
    on=Customer,
    choices=Choices(Grade, zh=("皇冠", "钻石", "无")),
    soft=True,
    label={"en": "Grade shown", "zh": "平台显示的等级"},
    doc={
        "en": "What the platform itself shows for the shop; none: neither. It goes before what follows from ratings.",
        "zh": "平台为该店铺显示的等级，none 表示两者皆无；优先于由评分得出的等级。",
    },
)


@record("shop_rating", links={"customer": "customer"}, dated_by="on", label={"en": "Shop rating", "zh": "店铺评分"})
class ShopRating(Record):
    """What a buyer thought of a shop after a purchase, from 1 to 5 in each dimension."""

    customer: str = column(TEXT, required=True, refers_to=Customer, label={"en": "Shop", "zh": "店铺"})
    on: date = column(DATE, required=True, label={"en": "Date", "zh": "日期"})
    quality: Decimal | None = column(STARS, default=None, label={"en": "Product quality", "zh": "商品质量"})
    response: Decimal | None = column(STARS, default=None, label={"en": "Response speed", "zh": "客服响应速度"})
    after_sales: Decimal | None = column(STARS, default=None, label={"en": "After-sales service", "zh": "售后服务"})
    comment: str | None = column(TEXT, default=None, label={"en": "Comment", "zh": "评语"})


rating = rows(ShopRating)

stars = Rule(
    "reputation.stars",
    ShopRating,
    rating.quality.between(1, 5) & rating.response.between(1, 5) & rating.after_sales.between(1, 5),
    message={"en": "Ratings go from 1 to 5", "zh": "评分应在1至5之间"},
)

period_days = Setting(
    "reputation.period_days",
    365,
    least=1,
    unit="days",
    label={"en": "Days for which a rating counts", "zh": "评分的有效天数"},
    doc={
        "en": "Days for which a rating counts. Our default.",
        "zh": "评分在多少天内有效。默认值由本插件给出。",
    },
)
long_term_days = Setting(
    "reputation.long_term_days",
    180,
    least=0,
    unit="days",
    label={"en": "Days that are long enough", "zh": "视为长期的天数"},
    doc={
        "en": "Days since the first rating from which performance is long-term. Our default.",
        "zh": "自首次评分起满多少天视为长期表现。默认值由本插件给出。",
    },
)
least_ratings = Setting(
    "reputation.least_ratings",
    20,
    least=1,
    unit="ratings",
    label={"en": "Fewest ratings", "zh": "最少评分次数"},
    doc={
        "en": "Fewest ratings that count which a grade needs. Our default.",
        "zh": "评定等级所需的最少有效评分次数。默认值由本插件给出。",
    },
)


def weight(name: str, dimension: dict[str, str]) -> Setting:
    """Return the setting for the weight of a dimension in the score."""
    return Setting(
        f"reputation.{name}_weight",
        Decimal(1),
        least=0,
        greatest=1_000,
        label={"en": f"Weight of {dimension['en']}", "zh": f"{dimension['zh']}的权重"},
        doc={
            "en": f"How much {dimension['en']} counts in the score beside the other dimensions. Our default: all alike.",
            "zh": f"{dimension['zh']}在综合得分中的权重。默认值由本插件给出，各项相同。",
        },
    )


quality_weight = weight("quality", {"en": "product quality", "zh": "商品质量"})
response_weight = weight("response", {"en": "response speed", "zh": "客服响应速度"})
after_sales_weight = weight("after_sales", {"en": "after-sales service", "zh": "售后服务"})

counts = rating.on.within(days=period_days)


def dimension(name: str, stars: Term, label: dict[str, str]) -> Metric:
    """Return the average of one dimension over the ratings that count."""
    return Metric(f"reputation.{name}", mean(stars, where=counts), unit="/ 5", label=label)


quality = dimension("quality", rating.quality, {"en": "Product quality", "zh": "商品质量"})
response = dimension("response", rating.response, {"en": "Response speed", "zh": "客服响应速度"})
after_sales = dimension("after_sales", rating.after_sales, {"en": "After-sales service", "zh": "售后服务"})
score = Metric(
    "reputation.score",
    (quality * quality_weight + response * response_weight + after_sales * after_sales_weight)
    / (quality_weight + response_weight + after_sales_weight),
    unit="/ 5",
    label={"en": "Score", "zh": "综合得分"},
    doc={"en": "The dimensions' averages, weighed.", "zh": "各维度平均分的加权平均。"},
)
ratings = Metric(
    "reputation.ratings",
    count(rating, where=counts),
    unit="ratings",
    label={"en": "Ratings", "zh": "有效评分次数"},
)
first_rating = Metric(
    "reputation.first_rating", earliest(rating.on), label={"en": "First rating", "zh": "首次评分日期"}
)

# Somebody who was never rated has no long-term record; that is known, and not unknown.
is_long_term = (days_since(first_rating) >= long_term_days).or_else(False) & (ratings >= least_ratings)

METRICS = (quality, response, after_sales, score, ratings, first_rating)
SETTINGS = (period_days, long_term_days, least_ratings, quality_weight, response_weight, after_sales_weight)
