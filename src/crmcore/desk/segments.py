"""How many customers each segment has, what they bring, whom a missing value keeps unplaced, and when reviews are due."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from crmcore.desk.entries import Entries
from crmcore.evaluation.facts import local_day
from crmcore.evaluation.placements import from_document
from crmcore.grammar.declare import Scheme
from crmcore.kinds import INSTANT, MONEY, from_units, to_units
from crmcore.plugging.catalogue import Catalogue
from crmcore.storage.json_values import decode_value
from crmcore.view import Table
from crmcore.work.placing import table_of
from crmcore.work.state import State

Counted = dict[str | None, list[int]]
"""Customers and their revenue by segment."""


def segment_table(state: State, catalogue: Catalogue, names: Sequence[str] = ()) -> Table:
    """Return the customers, their share and their revenue for each segment of schemes, all of them unless named.

    A segment of None is "cannot tell"; it appears only if somebody is in it. The share is that of the customers that
    are placed in the scheme, unknown if nobody is. Revenue is the total of all purchases up to the state's day.
    """
    schemes = [catalogue.scheme(name) for name in names] or catalogue.values("scheme")
    entries, revenue = Entries(state), revenue_of(state)
    rows = [row for scheme in schemes for row in _rows(scheme, counted_in(entries, scheme, revenue), state)]
    return Table(("scheme", "segment", "customers", "share", "revenue"), tuple(rows))


def counted_in(entries: Entries, scheme: Scheme, revenue: Mapping[str, int]) -> Counted:
    """Return the customers, and their revenue, in each segment; None only if somebody cannot be told."""
    counted: Counted = {segment.name: [0, 0] for segment in scheme.segments}
    for entry in entries.customers():
        found = entry.placement(scheme)
        if found is not None:
            sums = counted.setdefault(found.segment, [0, 0])
            sums[0] += 1
            sums[1] += revenue.get(entry.key, 0)
    if None in counted:
        counted[None] = counted.pop(None)  # always last
    return counted


def _rows(scheme: Scheme, counted: Counted, state: State) -> Iterator[tuple[Any, ...]]:
    placed = sum(customers for customers, _ in counted.values())
    digits = state.company.money_digits
    for segment, (customers, units) in counted.items():
        share = customers / placed if placed else None
        yield scheme.name, segment, customers, share, from_units(units, digits)


def revenue_of(state: State) -> dict[str, int]:
    """Return what each customer bought up to the state's day, in the smallest units of money that are kept."""
    digits = state.company.money_digits
    found: Counter[str] = Counter()
    for _, document in state.reader.items("purchase"):
        moment, amount = decode_value(INSTANT, document["at"]), decode_value(MONEY, document.get("amount"))
        if amount is not None and local_day(moment, state.company.zone) <= state.day:
            found[document["customer"]] += to_units(amount, digits)
    return found


def coverage(state: State, scheme: Scheme) -> Table:
    """Return how many customers each missing value keeps unplaced in a scheme, the most harmful first."""
    counted: Counter[str] = Counter()
    for entry in Entries(state).customers():
        found = entry.placement(scheme)
        if found is not None and found.segment is None:
            counted.update(found.missing)
    ordered = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
    return Table(("scheme", "missing", "customers"), tuple((scheme.name, *pair) for pair in ordered))


def due_per_day(state: State, schemes: Iterable[Scheme], days: int) -> Table:
    """Return how many placements are to be reviewed on each of the next days; what is overdue counts on the first."""
    due: Counter[date] = Counter()
    for scheme in schemes:
        for _, document in state.reader.items(table_of(scheme.name)):
            current = from_document(document).current
            if current is not None and current.review_on is not None:
                due[max(current.review_on, state.day)] += 1
    wanted = (state.day + timedelta(days=step) for step in range(days))
    return Table(("date", "due"), tuple((day, due[day]) for day in wanted))
