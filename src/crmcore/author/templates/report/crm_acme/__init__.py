"""Acme: who brings the revenue, as a view and as a report."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from crmcore import Customer, Metric, Purchase, Report, ReportContext, Table, View, hookimpl, rows, total

NOBODY = "-"
"""What stands in place of a missing owner."""

purchase = rows(Purchase)
spend = Metric(
    "acme.spend_12m",
    total(purchase.amount, where=purchase.at.within(days=365)),
    label={"en": "Spend in 12 months", "zh": "近12个月消费额"},
    doc={"en": "What was paid in the last 365 days; returns lower it.", "zh": "近365天的消费总额，退货从中扣除。"},
)

# A view is declared: columns, filter, order. It prints in the terminal, as data and on a page from this alone.
best = View(
    "acme.best",
    ("id", "name", "owner", spend),
    where=spend > 0,
    sort="-acme.spend_12m",
    limit=10,
    bar="acme.spend_12m",
    label={"en": "Best customers", "zh": "最佳客户"},
    doc={"en": "The ten who spent most in 12 months.", "zh": "近12个月消费额最高的十位客户。"},
)


# A report is for what no view can say: a function from the company's data, for reading only, to tables.
def revenue(company: ReportContext) -> Iterator[Table]:
    """Yield the revenue of each owner's customers, then the best of them."""
    owner_of = {customer.id: customer.owner or NOBODY for customer in company.rows(Customer)}
    brought: defaultdict[str, Decimal] = defaultdict(Decimal)
    for each in company.rows(Purchase):
        if each.customer in owner_of:  # archived customers are left out
            brought[owner_of[each.customer]] += each.amount or 0
    ordered = sorted(brought.items(), key=lambda item: (-item[1], item[0]))
    yield Table(("owner", "revenue"), tuple(ordered), f"Revenue up to {company.as_of}")
    yield company.table(best)


by_owner = Report(
    "acme.by_owner",
    revenue,
    label={"en": "Revenue by owner", "zh": "各负责人的收入"},
    doc={
        "en": "What the customers of each owner have paid so far, and the best customers.",
        "zh": "各负责人名下客户迄今的付款总额，以及最佳客户。",
    },
)


@hookimpl
def crm_views() -> list[View]:
    """Add the view: `crm view acme.best`."""
    return [best]


@hookimpl
def crm_reports() -> list[Report]:
    """Add the report: `crm report acme.by_owner`."""
    return [by_owner]
