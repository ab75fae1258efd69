"""Who may be leaving and why, who is silent, and what is at stake."""

from collections.abc import Iterator

from crm_lifecycle.facts import days_quiet, last_purchase, purchases, spend, spend_12m

from crmcore import Chart, Predicate, Report, ReportContext, Table, View

from .signals import SIGNALS, days_without_contact, signals, usual_gap
from .silence import days_silent, silence
from .warning import warning

LEVELS = ("high", "medium", "low")

is_warned = warning.is_("high") | warning.is_("medium") | warning.is_("low")
warnings = View(
    "retention.warnings",
    ("id", "name", "owner", warning, *SIGNALS, days_quiet, usual_gap, spend_12m),
    where=is_warned,
    sort="-retention.signals",
    label={"en": "Churn warnings and their reasons", "zh": "流失预警及原因"},
    doc={
        "en": "Who may be leaving, most signals first, and which signals.",
        "zh": "可能流失的客户及其信号，信号多者在前。",
    },
)
silent = View(
    "retention.silent",
    ("id", "name", "owner", "phone", days_silent, last_purchase, days_without_contact, purchases, spend),
    where=silence.is_("silent"),
    sort="-lifecycle.spend",
    label={"en": "Silent customers", "zh": "沉默客户名单"},
    doc={"en": "Who has fallen silent, those who spent most first.", "zh": "已沉默的客户，累计消费额高者在前。"},
)
by_warning = View(
    "retention.by_warning",
    (),
    group=warning,
    sums=(spend_12m, signals),
    bar="lifecycle.spend_12m",
    label={"en": "Revenue at stake per warning level", "zh": "各预警级别涉及的收入"},
    doc={"en": "Customers and what they spent in 12 months, per level.", "zh": "各级别的客户数与近12个月消费额。"},
)

CUSTOMERS = {"en": "Customers", "zh": "客户数"}
REASONS = {"en": "Reasons of churn warnings", "zh": "流失预警原因"}


def reasons(company: ReportContext) -> Iterator[Table]:
    """Yield, per level, how many customers are warned of, and how many of them by which signal."""
    per_signal = [_counted(company, is_warned & signal.is_(True)) for signal in SIGNALS]
    everybody = _counted(company, is_warned)
    rows = tuple(
        (level, everybody[level], *(counted.get(level, 0) for counted in per_signal))
        for level in LEVELS
        if level in everybody
    )
    names = [signal.name.partition(".")[2] for signal in SIGNALS]
    labels = {"customers": CUSTOMERS, **{name: one.label for name, one in zip(names, SIGNALS, strict=True)}}
    chart = Chart("bar", warning, tuple(names))
    yield Table((warning.name, *labels), rows, "retention.reasons", label=REASONS, labels=labels, chart=chart)


def _counted(company: ReportContext, where: Predicate) -> dict[str | None, int]:
    return {row[0]: row[1] for row in company.table(View(by_warning.name, (), group=warning, where=where)).rows}


report = Report(
    "retention.reasons",
    reasons,
    label=REASONS,
    doc={
        "en": "Per warning level: customers, and how many of them show each signal.",
        "zh": "按预警级别列出客户数，以及其中出现各信号的客户数。",
    },
)

VIEWS = (warnings, silent, by_warning)
