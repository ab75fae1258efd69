"""Who is dissatisfied, which complaints are open, and what surveys say by what was asked."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from crmcore import Report, ReportContext, Table, View

from .level import is_open, last_survey, open_complaints, satisfaction, score
from .records import SCALES, Complaint, Survey

dissatisfied = View(
    "satisfaction.dissatisfied",
    ("id", "name", "owner", "phone", score, last_survey, open_complaints),
    where=satisfaction.is_("dissatisfied"),
    sort="satisfaction.score",
    label={"en": "Dissatisfied customers", "zh": "不满意客户名单"},
    doc={"en": "Lowest score first, with complaints that wait.", "zh": "评分低者在前，并列出未决投诉数。"},
)
complaints = View(
    "satisfaction.complaints",
    ("on", "customer", "customer.name", "subject", "owner"),
    on=Complaint,
    where=is_open,
    sort="on",
    label={"en": "Open complaints", "zh": "未决投诉清单"},
    doc={"en": "Complaints that are not settled, oldest first.", "zh": "尚未解决的投诉，日期早者在前。"},
)
by_level = View(
    "satisfaction.by_level",
    (),
    group=satisfaction,
    sums=(open_complaints,),
    label={"en": "Customers by satisfaction", "zh": "各满意程度的客户数"},
    doc={"en": "How many customers are satisfied.", "zh": "满意与不满意客户各有多少。"},
)

LABELS = {
    "answers": {"en": "Answers", "zh": "答复数"},
    "score": {"en": "Average, 0 to 1", "zh": "平均分（0至1）"},
    "net_promoters": {"en": "Net promoter score, -1 to 1", "zh": "净推荐值（-1至1）"},
}
SURVEYS = {"en": "What surveys say", "zh": "调查汇总"}
_ENDS = {scale: tuple(map(int, scale.split("-"))) for scale in SCALES}
_PROMOTER, _DETRACTOR = Decimal("0.9"), Decimal("0.6")


def share(answer: Survey) -> Decimal:
    """Return an answer's score as a share of its scale."""
    low, high = _ENDS[answer.scale]
    return (answer.score - low) / (high - low)


def summary(company: ReportContext) -> Iterator[Table]:
    """Yield what surveys say by kind; promoters less detractors only where recommending was asked for on 0 to 10."""
    answers: dict[str, list[Survey]] = {}
    for answer in company.rows(Survey):
        answers.setdefault(answer.kind or "", []).append(answer)
    rows = tuple(
        (kind or None, len(given), float(sum(map(share, given)) / len(given)), net_promoters(given))
        for kind, given in sorted(answers.items())
    )
    columns = ("kind", *LABELS)
    yield Table(columns, rows, "satisfaction.surveys", label=SURVEYS, labels=LABELS, like={"kind": "survey.kind"})


def net_promoters(answers: Iterable[Survey]) -> float | None:
    """Return the share of 9 and 10 less the share of 0 to 6 among answers about recommending us, None without any."""
    asked = [share(one) for one in answers if one.kind == "nps" and one.scale == "0-10"]
    if not asked:
        return None
    promoters = sum(1 for one in asked if one >= _PROMOTER)
    return (promoters - sum(1 for one in asked if one <= _DETRACTOR)) / len(asked)


report = Report(
    "satisfaction.surveys",
    summary,
    label=SURVEYS,
    doc={
        "en": "Per kind of survey: answers, their average from 0 to 1, and the net promoter score from -1 to 1.",
        "zh": "按调查类型列出答复数、平均分（0至1）与净推荐值（-1至1）。",
    },
)

VIEWS = (dissatisfied, complaints, by_level)
