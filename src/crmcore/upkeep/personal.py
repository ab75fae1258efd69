"""What a store holds of one person, and what is left of it when personal values are taken away."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from attrs import Factory, define, field, frozen

from crmcore.attributes import PERSONAL
from crmcore.entities import ColumnType, Record, RecordType, type_of
from crmcore.grammar.declare import Field
from crmcore.records import Customer
from crmcore.storage.codec_slots import FIELDS
from crmcore.store import Change, Document, LogEntry, Reader
from crmcore.work.book import resolve

Place = tuple[str, str]
"""A table and the key of a document in it."""

REPLACED: Final = "erased"
"""What stands in the place of a personal text that a record cannot do without."""

_KEPT: Final = frozenset({"id", "version", "created", "changed"})


@frozen
class Personal:
    """Which values of records are personal, by what columns and fields declare; of what nobody declares, all are."""

    types: Mapping[str, RecordType]
    open_fields: frozenset[str]

    @classmethod
    def of(cls, classes: Iterable[type[Record]], fields: Iterable[Field]) -> "Personal":
        """Return it for record classes and fields of plugins."""
        types = {type_of(each).name: type_of(each) for each in classes}
        return cls(types, frozenset(each.name for each in fields if each.privacy not in PERSONAL))

    def left(self, table: str, document: Document) -> dict[str, Any]:
        """Return what is left of a record without its personal values."""
        columns = {each.name: each for each in self.types[table].columns}
        kept: dict[str, Any] = {}
        for name, value in document.items():
            if name == FIELDS:
                kept[name] = {each: found for each, found in value.items() if each in self.open_fields}
            elif name in _KEPT or (name in columns and columns[name].privacy not in PERSONAL):
                kept[name] = value
            elif name in columns and columns[name].required:
                kept[name] = REPLACED
        return kept

    def texts(self, table: str, document: Document) -> Iterator[str]:
        """Yield the personal texts of a record."""
        left = self.left(table, document)
        for name, value in document.items():
            if name == FIELDS:
                yield from _texts_in([found for each, found in value.items() if each not in self.open_fields])
            elif left.get(name) != value:
                yield from _texts_in(value)


def _texts_in(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case Mapping():
            yield from _texts_in(list(value.values()))
        case list() | tuple():
            for each in value:
                yield from _texts_in(each)


@define(eq=False)
class Belongings:
    """The records of one customer: its own, and those whose links lead to it.

    A record that leads to nobody any more, or is gone, is that of whom it led to last by the log. What the log says of
    others that are gone is followed there too.
    """

    customer: str
    personal: Personal
    reader: Reader
    _logged: dict[Place, Document] = field(init=False, factory=dict)
    places: dict[Place, None] = field(init=False, default=Factory(dict))

    def find(self, entries: Iterable[LogEntry]) -> None:
        """Look through the store and its log."""
        through = {step.refers_to for facts in self.personal.types.values() for step in _steps(facts)}
        logged: dict[Place, list[Document]] = {}
        for entry in entries:
            for change in entry.changes:
                for document in documents_of(change) if change.table in self.personal.types else ():
                    logged.setdefault((change.table, change.key), []).append(document)
                    if change.table in through:
                        self._logged[change.table, change.key] = document
        for place, documents in logged.items():
            if self.reader.get(*place) is None:
                self._add(place, reversed(documents))
        for table in self.personal.types:
            for key, document in self.reader.items(table):
                self._add((table, key), [document, *reversed(logged.get((table, key), ()))])

    def _add(self, place: Place, documents: Iterable[Document]) -> None:
        """Note a place if it is this customer's by the newest of its documents that is anybody's."""
        if place[0] == type_of(Customer).name:
            owners = {place[1]}
        else:
            owners = next(filter(None, (self._owners(place[0], document) for document in documents)), set())
        if self.customer in owners:
            self.places[place] = None

    def get(self, table: str, key: str) -> Document | None:
        """Return a record as it is, else as it was logged last."""
        found = self.reader.get(table, key)
        return self._logged.get((table, key)) if found is None else found

    def _owners(self, table: str, document: Document) -> set[str]:
        """Return to which customers a record leads."""
        facts = self.personal.types[table]
        found = (resolve(self, facts, document, path) for _, path in facts.links)
        return {owner for owner in found if owner is not None}


def documents_of(change: Change) -> tuple[Document, ...]:
    """Return what a change says that a record was or became."""
    return tuple(each for each in (change.before, change.after) if each is not None)


def _steps(facts: RecordType) -> Iterator[ColumnType]:
    """Yield the references that links go through before their last one."""
    for _, path in facts.links:
        column = facts.column(path[0]) if len(path) > 1 else None
        if column is not None:
            yield column
