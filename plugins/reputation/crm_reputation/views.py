"""Shops with their grades, and how ratings have developed."""

from collections.abc import Iterator
from decimal import Decimal

from crmcore import Chart, Report, ReportContext, Table, View

from .facts import ShopRating, after_sales, first_rating, quality, ratings, response, score, shown_grade
from .grade import grade

shops = View(
    "reputation.shops",
    ("id", "name", grade, shown_grade, score, quality, response, after_sales, ratings, first_rating),
    where=first_rating.is_known() | shown_grade.is_known(),
    sort="-reputation.score",
    label={"en": "Shops", "zh": "店铺一览"},
    doc={
        "en": "Every shop with its grade and what makes it, best score first.",
        "zh": "每家店铺的等级及其依据，得分高者在前。",
    },
)
by_grade = View(
    "reputation.by_grade",
    (),
    where=first_rating.is_known() | shown_grade.is_known(),
    group=grade,
    sums=(ratings,),
    bar="count",
    label={"en": "Shops per grade", "zh": "各等级的店铺数"},
    doc={"en": "How many shops have each grade, and how often they were rated.", "zh": "各等级的店铺数及其评分次数。"},
)

DIMENSIONS = ("quality", "response", "after_sales")


def _average(values: list[Decimal | None]) -> float | None:
    known = [float(value) for value in values if value is not None]
    return round(sum(known) / len(known), 2) if known else None


def _quarters(company: ReportContext) -> Iterator[Table]:
    found: dict[str, list[ShopRating]] = {}
    for each in company.rows(ShopRating):
        found.setdefault(f"{each.on.year}-Q{(each.on.month + 2) // 3}", []).append(each)
    rows = tuple(
        (quarter, len(each), *(_average([getattr(one, name) for one in each]) for name in DIMENSIONS))
        for quarter, each in sorted(found.items())
    )
    yield Table(
        ("quarter", "ratings", *DIMENSIONS),
        rows,
        "Ratings per quarter",
        label=quarters.label,
        labels={
            "quarter": {"en": "Quarter", "zh": "季度"},
            "ratings": {"en": "Ratings", "zh": "评分次数"},
            "quality": {"en": "Product quality", "zh": "商品质量"},
            "response": {"en": "Response speed", "zh": "客服响应速度"},
            "after_sales": {"en": "After-sales service", "zh": "售后服务"},
        },
        chart=Chart("line", "quarter", DIMENSIONS),
    )


quarters = Report(
    "reputation.quarters",
    _quarters,
    label={"en": "Ratings per quarter", "zh": "各季度评分"},
    doc={
        "en": "The average of each dimension over all shops, quarter by quarter.",
        "zh": "全部店铺各维度的季度平均分。",
    },
)

VIEWS = (shops, by_grade)
