"""How all tables of this plugin are made: names for data, labels in two languages for people."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from crmcore import Chart, Metric, Purchase, Scheme, Table, rows, total

from .words import COLUMNS, TITLES

UNTOLD = "?"
"""The column of those whom a scheme cannot tell."""

NOWHERE = "-"
"""Where a customer is that is not placed: not yet there, or archived."""

purchase = rows(Purchase)
is_purchase = (purchase.amount >= 0).or_else(True)
revenue = Metric(
    "insight.revenue",
    total(purchase.amount),
    label={"en": "Revenue", "zh": "收入"},
    doc={
        "en": "All purchases of the customer, less returns.",
        "zh": "客户的全部购买金额，扣除退货。",
    },
)

MONEY = (
    "revenue",
    "revenue_before",
    "revenue_after",
    "per_customer",
    "spend",
    "spend_per_customer",
    "revenue_moving",
)
"""Columns that hold money."""

MONEY_COLUMN = "amount"
"""The core's column that they look like."""

SHARES = (
    "share",
    "revenue_share",
    "coverage",
    "largest_share",
    "at_or_above",
    "bought_share",
    "by_chance_from",
    "by_chance_to",
    "left_share",
    "up_share",
    "difference",
    "moved_share",
    "customers_share",
)
"""Columns that hold parts of 1."""


def table(  # noqa: PLR0913 - keyword-only facts of one table
    title: str,
    columns: Sequence[str],
    found: Iterable[Sequence[Any]],
    *,
    scheme: Scheme | None = None,
    of: Mapping[str, Scheme | Metric | str] | None = None,
    chart: Chart | None = None,
) -> Table:
    """Return a table with the labels of its title and columns.

    ``scheme`` answers in the columns segment, from and to, and stands in the title; ``of`` says what other columns are
    like.
    """
    like: dict[str, Any] = dict.fromkeys((name for name in columns if name in MONEY), MONEY_COLUMN)
    if scheme is not None:
        like |= {name: scheme for name in ("segment", "from", "to") if name in columns}
    return Table(
        tuple(columns),
        tuple(map(tuple, found)),
        title if scheme is None else f"{title} {scheme.name}",
        label=titled(title, scheme),
        labels={name: COLUMNS[name] for name in columns if name in COLUMNS},
        like={**like, **(of or {})},
        shares=tuple(name for name in columns if name in SHARES),
        chart=chart,
    )


def titled(title: str, scheme: Scheme | None = None, *, before: Scheme | None = None) -> dict[str, str]:
    """Return a title in both languages, with the scheme's label behind it, and ``before`` it that of another."""
    words, joint = TITLES[title], {"en": ": ", "zh": "："}
    if scheme is None:
        return dict(words)
    schemes = (scheme,) if before is None else (before, scheme)
    return {
        language: text + joint[language] + " → ".join(one.label(language, one.name) for one in schemes)
        for language, text in words.items()
    }


def heading(scheme: Scheme, segment: str) -> dict[str, str]:
    """Return what stands above a segment's column: its short name, in Chinese its label."""
    known = {one.name: one.label for one in scheme.segments}
    return {"en": segment, "zh": known[segment]("zh", segment) if segment in known else segment}
