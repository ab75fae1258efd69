"""A store as of a past day: undated records with what they held then, everything else as it stands."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import Final
from zoneinfo import ZoneInfo

from attrs import frozen

from crmcore.entities import Record, type_of
from crmcore.evaluation.facts import ALWAYS
from crmcore.store import Change, Document, LogEntry, Reader
from crmcore.work.company import TABLE as COMPANY
from crmcore.work.company import Company
from crmcore.work.past import Version, held
from crmcore.work.plugin_marks import TABLE as MARKS
from crmcore.work.plugin_marks import mark_from

Log = Callable[[int], Iterator[LogEntry]]
"""From a commit's number to the commits after it, oldest first."""

Past = Mapping[str, Mapping[str, Document | None]]
"""Documents by table and key that were others on the day, or None where there was none."""

_STEP: Final = 4
"""By how much more of the log is looked at, until it reaches back to the day."""


@frozen(eq=False, slots=False)
class PastReader:
    """Shows ``undated`` tables as they were on a day, for which the log after it is read once, when they are first asked for.

    ``pending`` are changes that ``reader`` has and the log has not yet.
    """

    reader: Reader
    log: Log
    company: Company
    day: date
    undated: frozenset[str]
    pending: Sequence[Change] = ()

    @property
    def commit(self) -> int:
        """The number of the last commit."""
        return self.reader.commit

    @cached_property
    def past(self) -> Past:
        """What was different on the day."""
        entries = entries_after(self.log, self.reader.commit, self.day, self.company.zone)
        now = LogEntry(self.reader.commit + 1, "", "", "", tuple(self.pending))
        found = past_of(entries, now, self.company, self.day, self.undated)
        return {table: {key: self._now(table, key, one) for key, one in past.items()} for table, past in found.items()}

    def _now(self, table: str, key: str, document: Document | None) -> Document | None:
        """Return a document with its present version, which also counts changes of other records and no log has."""
        current = self.reader.get(table, key)
        return document if document is None or current is None else {**document, "version": current["version"]}

    def get(self, table: str, key: str) -> Document | None:
        """Return a document as it was, or None."""
        if table in self.undated:
            found = self.past.get(table, {})
            if key in found:
                return found[key]
        return self.reader.get(table, key)

    def items(self, table: str) -> Iterator[tuple[str, Document]]:
        """Yield every key and document of a table; those that are gone by now come last."""
        past = self.past.get(table, {}) if table in self.undated else {}
        if not past:
            return self.reader.items(table)
        return self._items(table, past)

    def _items(self, table: str, past: Mapping[str, Document | None]) -> Iterator[tuple[str, Document]]:
        for key, document in self.reader.items(table):
            found = past.get(key, document)
            if found is not None:
                yield key, found
        for key, gone in past.items():
            if gone is not None and self.reader.get(table, key) is None:
                yield key, gone

    def count(self, table: str) -> int:
        """Return the number of documents in a table."""
        past = self.past.get(table, {}) if table in self.undated else {}
        there = ((self.reader.get(table, key) is not None, found is not None) for key, found in past.items())
        return self.reader.count(table) + sum(was - is_now for is_now, was in there)

    def tables(self) -> tuple[str, ...]:
        """Return the names of the tables that hold a document now."""
        return self.reader.tables()


def undated_in(classes: Collection[type[Record]]) -> frozenset[str]:
    """Return the names of the record types whose values hold from their commits, since no date of their own says more."""
    kinds = (type_of(record_class) for record_class in classes)
    return frozenset(kind.name for kind in kinds if not kind.dated_by)


def entries_after(log: Log, commit: int, day: date, zone: ZoneInfo) -> list[LogEntry]:
    """Return the commits up to one that were made after a day, oldest first; earlier ones are hardly looked at."""
    since, step = commit, 1
    while since > 0:
        since, step = max(commit - step, 0), step * _STEP
        oldest = next(log(since), None)
        if oldest is None or _made_on(oldest, zone) <= day:
            break
    return [entry for entry in log(since) if entry.commit <= commit and _made_on(entry, zone) > day]


def _made_on(entry: LogEntry, zone: ZoneInfo) -> date:
    return datetime.fromisoformat(entry.at).astimezone(zone).date()


def past_of(entries: Sequence[LogEntry], now: LogEntry, company: Company, day: date, tables: Collection[str]) -> Past:
    """Return the documents of ``tables`` that were others on a day, from the commits after it and the one being made.

    What was committed while the books were closed on a date holds from that date on.
    """
    versions: dict[tuple[str, str], list[Version]] = {}
    dates = _dates(entries, company)
    for entry, since in [*zip(entries, dates, strict=True), (now, company.book_date or date.max)]:
        remade, remade_tables = _remade(entry)
        for change in entry.changes:
            if change.table not in tables:
                continue
            place = (change.table, change.key)
            if change.table in remade_tables:
                versions[place] = [Version(ALWAYS, change.after)]
                continue
            known = versions.setdefault(place, [Version(ALWAYS, change.before)])
            known.append(Version(since, change.after, remade))
    found: dict[str, dict[str, Document | None]] = {}
    for (table, key), listed in versions.items():
        found.setdefault(table, {})[key] = held(listed, day)
    return found


def _dates(entries: Sequence[LogEntry], company: Company) -> list[date]:
    """Return from when on each commit's values hold: the date on which the books were closed then, else its own."""
    found: list[date] = []
    book = company.book_date
    for entry in reversed(entries):
        own = _made_on(entry, company.zone)
        found.append(min(own, book) if book else own)
        for change in entry.changes:
            if change.table == COMPANY:
                before = (change.before or {}).get("book_date")
                book = date.fromisoformat(before) if before else None
    return found[::-1]


def _remade(entry: LogEntry) -> tuple[frozenset[str], frozenset[str]]:
    """Return the plugins whose data a commit brought into another form, or took out, and their record types."""
    changes = [change for change in entry.changes if change.table == MARKS]
    marks = (mark_from(change.key, one) for change in changes for one in (change.before, change.after) if one)
    return frozenset(change.key for change in changes), frozenset(name for mark in marks for name in mark.records)
