"""A report of every value scheme: how many customers each segment has, and what share of revenue they bring."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from crmcore import Chart, Report, Scheme, Table, View

from .contribution import contribution, level
from .medal import medal
from .metrics import spend_12m
from .rfm import rfm
from .size import abc, size
from .vip import vip

SCHEMES: tuple[Scheme, ...] = (vip, contribution, medal, level, size, abc, rfm)
LABELS = {
    "share_of_customers": {"en": "Share of customers", "zh": "客户占比"},
    "share_of_revenue": {"en": "Share of revenue", "zh": "收入占比"},
}


def tiers(company: Any) -> Iterator[Table]:
    """Yield one table per scheme; the segment is empty for customers whose answer cannot be told."""
    for scheme in SCHEMES:
        counted = company.table(View(scheme.name, (), group=scheme, sums=(spend_12m,)))
        yield with_shares(counted, scheme)


def with_shares(counted: Table, scheme: Scheme) -> Table:
    """Add shares of customers and of revenue, 0 to 1; there is no share of revenue where revenue is not positive."""
    customers = sum(row[1] for row in counted.rows)
    revenue = _sum(row[2] for row in counted.rows)
    rows = tuple(
        (segment, count, count / customers, spent, None if spent is None or revenue <= 0 else float(spent / revenue))
        for segment, count, spent in counted.rows
    )
    columns = (scheme.name, "count", "share_of_customers", spend_12m.name, "share_of_revenue")
    shares = tuple(LABELS)
    return Table(columns, rows, scheme.name, labels=LABELS, shares=shares, chart=Chart("bar", scheme, shares))


def _sum(amounts: Iterable[Decimal | None]) -> Decimal:
    return sum((amount for amount in amounts if amount is not None), Decimal(0))


report = Report(
    "value_tier.tiers",
    tiers,
    label={"en": "Customers and revenue per value tier", "zh": "各价值等级的客户与收入"},
    doc={
        "en": "For every value scheme: customers and 12-month revenue of each segment, and their shares.",
        "zh": "按每个价值方案列出各类客户数、近12个月收入及其占比。",
    },
)
