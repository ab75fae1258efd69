"""Whom to win first, which leads wait for the filter, and how many of each source buy."""

from collections.abc import Iterator

from crm_lifecycle.facts import spend

from crmcore import Chart, Predicate, Report, ReportContext, Table, View

from .grade import grade
from .leads import lead, source
from .strength import environment, habits, strength, talks

hot = View(
    "intent.hot",
    ("id", "name", "owner", "phone", grade, strength, talks, environment, habits, lead),
    where=(grade.is_("A") | grade.is_("B")) & ~lead.is_("converted"),
    sort="-intent.strength",
    label={"en": "Whom to win first", "zh": "优先争取的客户"},
    doc={
        "en": "Who has not bought and is of grade A or B, strongest intent first.",
        "zh": "尚未成交的A级与B级客户，意向强者在前。",
    },
)
unfiltered = View(
    "intent.unfiltered",
    ("id", "name", "owner", "source", source, grade),
    where=lead.is_("new"),
    sort="name",
    label={"en": "Leads that nobody has filtered", "zh": "待过滤的线索"},
    doc={"en": "New leads, with their source.", "zh": "新线索及其来源。"},
)
by_source = View(
    "intent.by_source",
    (),
    group=source,
    sums=(spend,),
    bar="count",
    label={"en": "Customers by source", "zh": "各来源的客户数"},
    doc={"en": "How many came from where, and what they spent.", "zh": "各来源的客户数与累计消费额。"},
)


LABELS = {
    "leads": {"en": "Leads", "zh": "线索数"},
    "passed": {"en": "Passed the filter", "zh": "通过过滤数"},
    "converted": {"en": "Converted", "zh": "成交数"},
    "pass_rate": {"en": "Passed of leads", "zh": "过滤通过率"},
    "close_rate": {"en": "Converted of passed", "zh": "通过后成交率"},
    "conversion_rate": {"en": "Converted of leads", "zh": "线索转化率"},
}
RATES = ("pass_rate", "close_rate", "conversion_rate")
CONVERSION = {"en": "Conversion per lead source", "zh": "各来源的线索转化"}


def conversion(company: ReportContext) -> Iterator[Table]:
    """Yield, per source, how many leads there are, how many passed the filter, and how many bought."""
    bought = lead.is_("converted")
    passed = _counted(company, bought | lead.is_("qualified"))
    converted = _counted(company, bought)
    rows = tuple(
        _row(name, leads, passed.get(name, 0), converted.get(name, 0)) for name, leads in _counted(company).items()
    )
    columns = (source.name, *LABELS)
    chart = Chart("bar", source, ("leads", "passed", "converted"))
    yield Table(columns, rows, "intent.conversion", label=CONVERSION, labels=LABELS, shares=RATES, chart=chart)


def _counted(company: ReportContext, where: Predicate | None = None) -> dict[str | None, int]:
    """Return how many customers each source has; None is "cannot tell"."""
    return {row[0]: row[1] for row in company.table(View(by_source.name, (), group=source, where=where)).rows}


def _row(name: str | None, leads: int, passed: int, converted: int) -> tuple[object, ...]:
    """Return one line of the report; there is no rate of nobody."""
    rates = (passed / leads, converted / passed if passed else None, converted / leads)
    return (name, leads, passed, converted, *rates)


report = Report(
    "intent.conversion",
    conversion,
    label=CONVERSION,
    doc={
        "en": "Per source: leads, those that passed the filter or bought, those that bought, and the rates, 0 to 1.",
        "zh": "按来源列出线索数、通过过滤（含已成交）数、成交数及各转化率（0至1）。",
    },
)

VIEWS = (hot, unfiltered, by_source)
