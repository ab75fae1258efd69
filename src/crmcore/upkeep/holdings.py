"""What a store holds of one plugin, whether or not the plugin is there: records, field values, settings, placements."""

from collections.abc import Container, Iterator, Mapping
from typing import Any, Final

from attrs import frozen

from crmcore.entities import type_of
from crmcore.plugging.catalogue import Catalogue
from crmcore.plugging.contributions import CORE
from crmcore.records import CORE_RECORDS
from crmcore.store import ERASED, Document, Reader, Transaction
from crmcore.work.company import TABLE as COMPANY
from crmcore.work.fitting import TABLE as POPULATION
from crmcore.work.outbox import TABLE as OUTBOX
from crmcore.work.placing import RUNS, SCHEMES, table_of
from crmcore.work.plugin_marks import TABLE as MARKS
from crmcore.work.plugin_marks import PluginMark, Reference, marks_in, references_of
from crmcore.work.raised import PLAYBOOKS
from crmcore.work.raised import TABLE as RAISED
from crmcore.work.requests import TABLE as REQUESTS
from crmcore.work.settings import SETTINGS

OWN_TABLES: Final = frozenset(
    {COMPANY, POPULATION, OUTBOX, REQUESTS, RUNS, SCHEMES, MARKS, SETTINGS, ERASED, PLAYBOOKS, RAISED, "import"}
)
"""The tables in which the core keeps what is no record."""

Place = tuple[str, str]


@frozen
class Holdings:
    """Everything that a store holds of a plugin: whole documents by table, and values of its fields by place."""

    plugin: str
    mark: PluginMark
    records: Mapping[str, tuple[str, ...]]
    values: Mapping[Place, tuple[str, ...]]
    settings: tuple[str, ...]
    schemes: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether the store holds nothing of it; a scheme counts only if somebody was placed in it."""
        return not (any(self.records.values()) or self.values or self.settings or self.schemes)

    def places(self) -> Iterator[Place]:
        """Yield the place of every record of its own."""
        return ((table, key) for table, keys in self.records.items() for key in keys)


def record_tables(reader: Reader) -> tuple[str, ...]:
    """Return the names of the tables that hold records, of absent plugins too."""
    return tuple(name for name in reader.tables() if ":" not in name and name not in OWN_TABLES)


def fields_of(document: Document) -> Mapping[str, Any]:
    """Return the values of fields in a document; none where it is damaged."""
    found = document.get("fields")
    return found if isinstance(found, Mapping) else {}


def holdings_of(reader: Reader, catalogue: Catalogue, plugin: str) -> Holdings:
    """Return what a store holds of a plugin: by its mark, by what it declares, and by the prefix of names."""
    mark = marks_in(reader).get(plugin, PluginMark(plugin))
    prefix = f"{plugin}."
    tables = owned_records(catalogue, mark)
    values = {
        (table, key): names
        for table in record_tables(reader)
        if table not in tables
        for key, document in reader.items(table)
        if (names := tuple(name for name in fields_of(document) if name.startswith(prefix)))
    }
    placed = (name.removeprefix("placement:") for name in reader.tables() if name.startswith("placement:"))
    schemes = {name for name in (*placed, *_keys(reader, SCHEMES)) if name.startswith(prefix)}
    return Holdings(
        plugin,
        mark,
        {table: _keys(reader, table) for table in tables},
        values,
        tuple(key for key in _keys(reader, SETTINGS) if key.startswith(prefix)),
        tuple(sorted(schemes)),
    )


def owned_records(catalogue: Catalogue, mark: PluginMark) -> tuple[str, ...]:
    """Return the record types of a plugin: those it declares, and those it once did and nobody else does now."""
    declared = {name: catalogue.owner("record", name).plugin for name in catalogue.names("record")}
    owned = {name for name, owner in declared.items() if owner == mark.name}
    return tuple(sorted(owned | {name for name in mark.records if declared.get(name, mark.name) == mark.name}))


def _keys(reader: Reader, table: str) -> tuple[str, ...]:
    return tuple(key for key, _ in reader.items(table))


def placements(reader: Reader, scheme: str) -> Iterator[tuple[str, Document]]:
    """Yield every customer's timeline in a scheme, as it is stored."""
    return reader.items(table_of(scheme))


def references_in(catalogue: Catalogue, marks: Mapping[str, PluginMark]) -> tuple[Reference, ...]:
    """Return every column that holds ids: of the core, of the active plugins, and of absent ones by their marks."""
    found: dict[Reference, None] = {}
    classes = {*CORE_RECORDS, *catalogue.values("record")}
    for facts in sorted((type_of(each) for each in classes), key=lambda facts: facts.name):
        for column in facts.columns:
            if column.refers_to:
                found[facts.name, column.name, column.refers_to] = None
    known = {type_of(each).name for each in classes}
    for mark in marks.values():
        found.update(dict.fromkeys(each for each in references_of(mark) if each[0] not in known))
    return tuple(found)


def holders_of(
    reader: Reader, references: tuple[Reference, ...], places: Container[Place]
) -> Iterator[tuple[Place, str, Place]]:
    """Yield each record that refers to one of ``places``, with the column and that place."""
    for table, column, target in references:
        for key, document in reader.items(table):
            value = document.get(column)
            if isinstance(value, str) and (target, value) in places:
                yield (table, key), column, (target, value)


def is_known(catalogue: Catalogue, reader: Reader, plugin: str) -> bool:
    """Whether a plugin is installed or has left something in the store."""
    if any(record.name == plugin for record in catalogue.plugins.records):
        return True
    return plugin != CORE and (plugin in marks_in(reader) or not holdings_of(reader, catalogue, plugin).is_empty)


def with_fields(document: Document, fields: dict[str, Any]) -> Document:
    """Return a document with other values of fields; without any it has no place for them."""
    bare = {name: value for name, value in document.items() if name != "fields"}
    return {**bare, "fields": fields} if fields else bare


def make_stale(transaction: Transaction, catalogue: Catalogue) -> None:
    """Let the next classification place everybody in the schemes that nobody here can place them in."""
    active = catalogue.names("scheme")
    for name, state in tuple(transaction.items(SCHEMES)):
        if name not in active and not state.get("stale_since"):
            transaction.put(SCHEMES, name, {**state, "stale_since": transaction.commit + 1})
