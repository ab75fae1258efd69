"""One committed (or pending) state of a store, read as records and as the facts of each customer."""

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final, Protocol, TypeVar
from zoneinfo import ZoneInfo

from attrs import define, field, frozen

from crmcore.entities import Record, RecordType, type_of
from crmcore.evaluation.facts import Facts, Row, instant, local_day
from crmcore.grammar.expr import Rows
from crmcore.records import Customer
from crmcore.storage.codec import Codec
from crmcore.store import Document, Reader
from crmcore.work.linking import fetch, referring

_BEFORE_ALL: Final = datetime.min.replace(tzinfo=UTC)
"""Where rows without a date stand among those that have one."""

Found = TypeVar("Found", bound=Record)


@define(eq=False)
class Book:
    """Decodes documents on demand, each once. Made anew after every change to the state below it."""

    reader: Reader
    codec: Codec
    zone: ZoneInfo
    _records: dict[tuple[type[Record], str], Record | None] = field(factory=dict, init=False)
    _owners: dict[Rows, dict[str, list[str]]] = field(factory=dict, init=False)
    _expected: frozenset[str] = field(default=frozenset(), init=False)

    def get(self, record_class: type[Record], key: str) -> Record | None:
        """Return a record, or None."""
        place = (record_class, key)
        if place not in self._records:
            document = self.reader.get(type_of(record_class).name, key)
            self._records[place] = None if document is None else self.codec.decode(record_class, document)
        return self._records[place]

    def all(self, record_class: type[Found]) -> Iterator[Found]:
        """Yield every record of a type, in the order in which they were first stored."""
        for key, _ in self.reader.items(type_of(record_class).name):
            found = self.get(record_class, key)
            if isinstance(found, record_class):
                yield found

    def customers(self) -> Iterator[Customer]:
        """Yield every customer that is not archived."""
        for customer in self.all(Customer):
            if customer.archived_at is None:
                yield customer

    def facts(self, customer: Record) -> Facts:
        """Return what is known of a customer; rows are read when a rule asks for them."""
        return Facts(customer, _RowsOf(self, customer.id), self.get)

    def expect(self, customers: Collection[str]) -> None:
        """Hear who will be asked for, so that nothing need be read of others."""
        self._expected = frozenset(customers)
        self._owners.clear()
        fetch(self.reader, type_of(Customer).name, customers)

    def rows(self, source: Rows, customer: str) -> tuple[Row, ...]:
        """Return a customer's rows through one link, in order of time, then id."""
        if self._expected and customer not in self._expected:
            self._expected = frozenset()
            self._owners.clear()
        if source not in self._owners:
            self._owners[source] = self._index_of_few(source) if self._expected else self._index(source)
        keys = self._owners[source].get(customer, ())
        found = (self._row(source.record_class, key) for key in keys)
        return tuple(sorted(found, key=lambda row: row.order))

    def _index(self, source: Rows) -> dict[str, list[str]]:
        facts = type_of(source.record_class)
        path = dict(facts.links)[source.role]
        owners: dict[str, list[str]] = {}
        for key, document in self.reader.items(facts.name):
            owner = resolve(self.reader, facts, document, path)
            if owner is not None:
                owners.setdefault(owner, []).append(key)
        return owners

    def _index_of_few(self, source: Rows) -> dict[str, list[str]]:
        """Go from the customers who are expected back along the link."""
        facts: RecordType | None = type_of(source.record_class)
        steps = []
        for name in dict(type_of(source.record_class).links)[source.role]:
            steps.append((facts.name, name) if facts else ("", name))
            step = facts.column(name) if facts else None
            facts = type_of(step.target) if step and step.target else None
        owners = {key: key for key in self._expected}
        for table, column in reversed(steps):
            owners = {key: owners[target] for key, target in referring(self.reader, table, column, owners)}
        fetch(self.reader, type_of(source.record_class).name, owners)
        found: dict[str, list[str]] = {}
        for key, owner in owners.items():
            found.setdefault(owner, []).append(key)
        return found

    def _row(self, record_class: type[Record], key: str) -> Row:
        record = self.get(record_class, key)
        if record is None:  # pragma: no cover - the index was made from the same state
            raise LookupError(key)
        moment: Any = record if type_of(record_class).dated_by else None
        target: type[Record] | None = record_class
        for name in type_of(record_class).dated_by:
            if isinstance(moment, str) and target is not None:
                moment = self.get(target, moment)
            step = type_of(type(moment)).column(name) if moment is not None else None
            target = step.target if step else None
            moment = getattr(moment, name) if moment is not None else None
        if moment is None:
            return Row(record, None, (_BEFORE_ALL, key))
        return Row(record, local_day(moment, self.zone), (instant(moment, self.zone), key))


@frozen(eq=False)
class _RowsOf(Mapping[Rows, tuple[Row, ...]]):
    """A customer's rows by source, looked up in the book when they are first asked for."""

    book: Book
    customer: str
    _kept: dict[Rows, tuple[Row, ...]] = field(factory=dict)

    def __getitem__(self, source: Rows) -> tuple[Row, ...]:
        if source not in self._kept:
            self._kept[source] = self.book.rows(source, self.customer)
        return self._kept[source]

    def __iter__(self) -> Iterator[Rows]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)


class Lookup(Protocol):
    """The part of a `Reader` that following references needs."""

    def get(self, table: str, key: str) -> Document | None:
        """Return a document, or None."""


def resolve(reader: Lookup, facts: RecordType, document: Document, path: tuple[str, ...]) -> str | None:
    """Follow a path of reference columns from a document and return the id at its end, or None."""
    current: Document | None = document
    for position, name in enumerate(path):
        value = None if current is None else current.get(name)
        if value is None or position == len(path) - 1:
            return value
        step = facts.column(name)
        if step is None or step.target is None:
            return None
        facts = type_of(step.target)
        current = reader.get(facts.name, value)
    return None
