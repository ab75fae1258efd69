"""Acme: a record type of one's own, with a rule, a metric and a view of it."""

from datetime import date

from crmcore import DATE, INTEGER, TEXT, Customer, Metric, Record, Rule, View, column, count, hookimpl, record, rows


# It gets commands such as `crm acme add`, can be imported, and rules can use its rows.
# `links` says whose row it is, `dated_by` when it happened: before that day it does not exist.
@record(
    "acme",
    links={"customer": "customer"},
    dated_by="on",
    label={"en": "Acme", "zh": "Acme"},
)
class AcmeClass(Record):
    """Something that happened with a customer: say here what."""

    customer: str = column(TEXT, required=True, refers_to=Customer, label={"en": "Customer", "zh": "客户"})
    on: date = column(DATE, required=True, label={"en": "Day", "zh": "日期"})
    topic: str | None = column(TEXT, label={"en": "Topic", "zh": "主题"})
    minutes: int | None = column(INTEGER, label={"en": "Minutes", "zh": "分钟"})


row = rows(AcmeClass)

# Unknown is not false: a row without minutes is fine.
some_minutes = Rule(
    "acme.some_minutes",
    AcmeClass,
    row.minutes >= 1,
    message={"en": "It took at least a minute; leave it empty if unknown", "zh": "时长至少一分钟；未知请留空"},
)

times = Metric(
    "acme.times_12m",
    count(row, where=row.on.within(days=365)),
    unit="times",
    label={"en": "Times in 12 months", "zh": "近12个月次数"},
    doc={"en": "How many of them the customer had in the last 365 days.", "zh": "近365天内该客户的记录数。"},
)

recent = View(
    "acme.recent",
    ("on", "customer", "customer.name", "topic", "minutes"),
    on=AcmeClass,
    where=row.on.within(days=30),
    sort="-on",
    label={"en": "The last 30 days", "zh": "最近30天"},
    doc={"en": "Everything of the last 30 days, newest first.", "zh": "最近30天的全部记录，新的在前。"},
)


@hookimpl
def crm_records() -> list[type[Record]]:
    """Add the record type."""
    return [AcmeClass]


@hookimpl
def crm_rules() -> list[Rule]:
    """Check every row that is added, edited or imported from now on."""
    return [some_minutes]


@hookimpl
def crm_metrics() -> list[Metric]:
    """Add the metric, which no scheme uses yet."""
    return [times]


@hookimpl
def crm_views() -> list[View]:
    """Add the view: `crm view acme.recent`."""
    return [recent]
