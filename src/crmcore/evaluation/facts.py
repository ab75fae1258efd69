"""What is known of one customer on one date: the rows that evaluation reads."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

from attrs import field, frozen

from crmcore.entities import Moment, Record
from crmcore.grammar.expr import Rows

ALWAYS: Final = date.min
"""The date of a first soft value that nobody dated: it holds since always."""


def local_day(moment: Moment, zone: ZoneInfo) -> date:
    """Return the local date of a moment in the company's zone; a plain date is never shifted."""
    return moment.astimezone(zone).date() if isinstance(moment, datetime) else moment


def instant(moment: Moment, zone: ZoneInfo) -> datetime:
    """Return a moment in UTC; a plain date counts as its local midnight."""
    if isinstance(moment, datetime):
        return moment
    return datetime.combine(moment, time(), zone).astimezone(UTC)


@frozen
class Row:
    """A record with its local date (None if its type is undated) and its place in time."""

    record: Record
    day: date | None = None
    order: tuple[Any, ...] = ()


Follow = Callable[[type[Record], str], Record | None]
"""From a record type and an id to the record, or None if there is none."""


@frozen(eq=False)
class Facts:
    """A customer, its rows by source, each in order of time then id, and a way to follow references.

    ``rows`` may hold rows dated after the as-of date; evaluation leaves them out.
    """

    customer: Record
    rows: Mapping[Rows, tuple[Row, ...]]
    follow: Follow = lambda _type, _key: None


@frozen(eq=False)
class Case:
    """One customer on one date; ``memo`` keeps what was computed already."""

    facts: Facts
    day: date
    memo: dict[Any, Any] = field(factory=dict)

    def visible(self, source: Rows) -> tuple[Row, ...]:
        """Return the rows that exist on the date: those without a date, or not after it."""
        found = self.memo.get(source)
        if found is None:
            given = self.facts.rows.get(source, ())
            found = tuple(row for row in given if row.day is None or row.day <= self.day)
            self.memo[source] = found
        return found
