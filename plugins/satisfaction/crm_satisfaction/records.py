"""What customers say of us: answers to surveys, and complaints."""

from datetime import date
from decimal import Decimal

from crmcore import DATE, TEXT, Choices, Customer, Record, Rule, choose, column, decimal, record, rows

SCALES = ("1-3", "1-5", "1-7", "1-10", "0-10", "0-100")


@record("survey", links={"customer": "customer"}, dated_by="on", label={"en": "Survey answer", "zh": "满意度调查"})
class Survey(Record):
    """One answer of a customer; the higher the score, the better, whatever was asked."""

    customer: str = column(TEXT, required=True, refers_to=Customer, label={"en": "Customer", "zh": "客户"})
    on: date = column(DATE, required=True, label={"en": "Date", "zh": "日期"})
    score: Decimal = column(decimal(4), required=True, label={"en": "Score", "zh": "评分"})
    scale: str = column(TEXT, required=True, choices=SCALES, label={"en": "Scale", "zh": "评分制"})
    # Satisfied with us (csat), would recommend us (nps), was easy to deal with (ces); or what an employee takes it for.
    kind: str | None = column(
        TEXT,
        default=None,
        choices=Choices(("csat", "nps", "ces", "judgement"), zh=("满意度", "推荐意愿", "便利度", "员工判断")),
        label={"en": "Kind", "zh": "类型"},
    )
    source: str | None = column(TEXT, default=None, label={"en": "Source", "zh": "来源"})
    remark: str | None = column(TEXT, default=None, label={"en": "Remark", "zh": "备注"})


@record("complaint", links={"customer": "customer"}, dated_by="on", label={"en": "Complaint", "zh": "投诉"})
class Complaint(Record):
    """Something a customer complains of; open until the day on which it was settled."""

    customer: str = column(TEXT, required=True, refers_to=Customer, label={"en": "Customer", "zh": "客户"})
    on: date = column(DATE, required=True, label={"en": "Date", "zh": "日期"})
    subject: str = column(TEXT, required=True, label={"en": "Subject", "zh": "主题"})
    settled_on: date | None = column(DATE, default=None, label={"en": "Settled on", "zh": "解决日期"})
    owner: str | None = column(TEXT, default=None, label={"en": "Owner", "zh": "负责人"})
    source: str | None = column(TEXT, default=None, label={"en": "Source", "zh": "来源"})


survey = rows(Survey)
complaint = rows(Complaint)

lowest = choose((survey.scale.is_in("0-10", "0-100"), 0), otherwise=1)
highest = choose(
    (survey.scale.is_("1-3"), 3),
    (survey.scale.is_("1-5"), 5),
    (survey.scale.is_("1-7"), 7),
    (survey.scale.is_("0-100"), 100),
    otherwise=10,
)

RULES = (
    Rule(
        "satisfaction.score_on_scale",
        Survey,
        survey.score.between(lowest, highest),
        {"en": "The score lies outside its scale", "zh": "评分超出其评分制的范围"},
    ),
    Rule(
        "satisfaction.settled_later",
        Complaint,
        complaint.settled_on >= complaint.on,
        {"en": "A complaint is settled on or after its own date", "zh": "解决日期不得早于投诉日期"},
    ),
)
