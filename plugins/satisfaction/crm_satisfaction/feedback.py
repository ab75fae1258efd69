"""Feedback: what customers tell us unasked, in a category that stays and of a type that may change."""

from collections import Counter
from collections.abc import Iterator
from datetime import date

from crmcore import (
    BOOLEAN,
    DATE,
    TEXT,
    Breach,
    Choices,
    Constraint,
    Customer,
    Pending,
    Purchase,
    Record,
    Report,
    ReportContext,
    Rule,
    Table,
    View,
    column,
    record,
    rows,
)

TYPES = Choices(("question", "suggestion", "praise", "criticism", "other"), zh=("咨询", "建议", "表扬", "批评", "其他"))


@record("feedback_category", label={"en": "Feedback category", "zh": "反馈分类"})
class FeedbackCategory(Record):
    """A category of feedback, as a company tells them apart, and what feedback of it must name."""

    name: str = column(TEXT, required=True, label={"en": "Name", "zh": "名称"})
    names_product: bool = column(BOOLEAN, default=False, label={"en": "Names a product", "zh": "须指明产品"})
    names_purchase: bool = column(BOOLEAN, default=False, label={"en": "Names a purchase", "zh": "须指明购买记录"})


@record("feedback", links={"customer": "customer"}, dated_by="on", label={"en": "Feedback", "zh": "反馈"})
class Feedback(Record):
    """What a customer told us; what waits to be settled is a complaint."""

    customer: str = column(TEXT, required=True, refers_to=Customer, label={"en": "Customer", "zh": "客户"})
    on: date = column(DATE, required=True, label={"en": "Date", "zh": "日期"})
    category: str = column(TEXT, required=True, refers_to=FeedbackCategory, label={"en": "Category", "zh": "反馈分类"})
    type: str = column(TEXT, required=True, choices=TYPES, label={"en": "Type", "zh": "反馈类型"})
    subject: str = column(TEXT, required=True, label={"en": "Subject", "zh": "主题"}, privacy="personal")
    product: str | None = column(TEXT, default=None, label={"en": "Product", "zh": "产品"})
    purchase: str | None = column(TEXT, default=None, refers_to=Purchase, label={"en": "Purchase", "zh": "购买记录"})
    owner: str | None = column(TEXT, default=None, label={"en": "Owner", "zh": "负责人"})
    source: str | None = column(TEXT, default=None, label={"en": "Source", "zh": "来源"})


feedback = rows(Feedback)

RULES = (
    Rule(
        "satisfaction.feedback_product",
        Feedback,
        feedback.category.names_product.is_(False) | feedback.product.is_known(),
        {"en": "Feedback of this category names a product", "zh": "此分类的反馈须指明产品"},
    ),
    Rule(
        "satisfaction.feedback_purchase",
        Feedback,
        feedback.category.names_purchase.is_(False) | feedback.purchase.is_known(),
        {"en": "Feedback of this category names a purchase", "zh": "此分类的反馈须指明购买记录"},
    ),
)


def moved(pending: Pending) -> Iterator[Breach]:
    """Yield the feedback whose category is another than the one it was made with."""
    for before, after in pending.changed(Feedback):
        if before and after and before.category != after.category:
            yield Breach(
                after,
                {
                    "en": f"feedback keeps its category, {before.category}; if it is wrong, remove it and add it anew",
                    "zh": f"反馈分类 {before.category} 不可修改；如有误，请删除后重新建立",
                },
                "category",
            )


def foreign(pending: Pending) -> Iterator[Breach]:
    """Yield the feedback on a purchase that another customer made."""
    for _, after in pending.changed(Feedback):
        bought = after and pending.get(Purchase, after.purchase)
        if after and bought and bought.customer != after.customer:
            yield Breach(
                after,
                {
                    "en": f"this purchase is one of the customer {bought.customer}",
                    "zh": f"此购买记录属于客户 {bought.customer}",
                },
                "purchase",
            )


CONSTRAINTS = (
    Constraint(
        "satisfaction.category_stays",
        Feedback,
        moved,
        {"en": "The category of feedback never changes; its type may.", "zh": "反馈分类不可修改，反馈类型可随时修改。"},
    ),
    Constraint(
        "satisfaction.own_purchase",
        Feedback,
        foreign,
        {"en": "Feedback is on a purchase of its customer.", "zh": "反馈所涉购买记录须属于该客户。"},
    ),
)

view = View(
    "satisfaction.feedback",
    ("on", "customer", "customer.name", "category.name", "type", "subject", "product", "owner"),
    on=Feedback,
    sort="-on",
    label={"en": "Feedback of customers", "zh": "客户反馈清单"},
    doc={"en": "What customers told us, newest first.", "zh": "客户的反馈，日期近者在前。"},
)
BY_CATEGORY = {"en": "Feedback by category and type", "zh": "各分类与类型的反馈数"}


def counted(company: ReportContext) -> Iterator[Table]:
    """Yield how much feedback there is of each category and type."""
    names = {one.id: one.name for one in company.rows(FeedbackCategory)}
    found = Counter((names[one.category], one.type) for one in company.rows(Feedback))
    yield Table(
        ("category", "type", "feedback"),
        tuple((*key, number) for key, number in sorted(found.items())),
        "satisfaction.feedback_by_category",
        label=BY_CATEGORY,
        labels={"feedback": {"en": "Feedback", "zh": "反馈数"}},
        like={"category": "feedback.category", "type": "feedback.type"},
    )


report = Report(
    "satisfaction.feedback_by_category",
    counted,
    label=BY_CATEGORY,
    doc={
        "en": "How much feedback there is of each category and type.",
        "zh": "按反馈分类与反馈类型统计反馈数。",
    },
)
