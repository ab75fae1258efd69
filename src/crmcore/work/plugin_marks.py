"""What the store remembers of each plugin, so that its data can be told apart when the plugin is gone.

A mark is written with the commit or run in which the plugin first takes part, and again whenever it changes. Names in
it are only added: a field or record type that a newer version no longer declares stays listed, since values of it may
be stored. Migrating and purging, which know what is left, are what takes names out.
"""

from collections.abc import Collection, Iterator
from typing import Any, Final

from attrs import asdict, evolve, frozen

from crmcore.entities import RecordType, type_of
from crmcore.errors import reading
from crmcore.grammar.migrations import FIRST_SCHEMA, schema_of
from crmcore.plugging.catalogue import Catalogue
from crmcore.store import Document, Reader, Transaction

TABLE: Final = "plugin"


Reference = tuple[str, str, str]
"""A record type, its column, and the record type whose id stands there."""


@frozen
class PluginMark:
    """What a plugin had declared when it last took part; ``schema`` is the number of the form of its stored data.

    ``references`` are the columns of its record types that hold ids, as ``visit.customer>customer``.
    """

    name: str
    distribution: str = ""
    version: str = ""
    schema: int = FIRST_SCHEMA
    records: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    schemes: tuple[str, ...] = ()
    references: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        """Return the mark as it stands in the store."""
        facts = asdict(self)
        del facts["name"]
        return {name: list(value) if isinstance(value, tuple) else value for name, value in facts.items()}


def marks_in(reader: Reader) -> dict[str, PluginMark]:
    """Return the mark of every plugin that ever took part, by its name."""
    return {name: mark_from(name, document) for name, document in reader.items(TABLE)}


def mark_from(name: str, document: Document) -> PluginMark:
    """Return a mark as it stands in the store; raises `StoreBroken`."""
    with reading(f"what is known of the plugin {name!r}"):
        lists: dict[str, Any] = {kind: tuple(map(str, document[kind])) for kind in _LISTS}
        facts = str(document["distribution"]), str(document["version"]), int(document["schema"])
        return PluginMark(name, *facts, **lists)


def declared_marks(catalogue: Catalogue) -> Iterator[PluginMark]:
    """Yield the mark of each active plugin that can leave something in a store, in the order of plugins."""
    for record in catalogue.plugins.records:
        if record.status != "active":
            continue
        owned = catalogue.by_plugin.get(record.name, {})
        if owned.keys() & {"record", "field", "scheme", "setting"}:
            records, fields, schemes = (
                tuple(sorted(one.name for one in owned.get(kind, ()))) for kind in ("record", "field", "scheme")
            )
            held = tuple(sorted(text for name in records for text in _references(type_of(catalogue.record(name)))))
            facts = record.name, record.distribution, record.version, schema_in(catalogue, record.name)
            yield PluginMark(*facts, records, fields, schemes, held)


def schema_in(catalogue: Catalogue, plugin: str) -> int:
    """Return the schema number that the code of a plugin reads and writes."""
    return schema_of(one.value for one in catalogue.by_plugin.get(plugin, {}).get("migration", ()))


def _references(facts: RecordType) -> Iterator[str]:
    return (f"{facts.name}.{column.name}>{column.refers_to}" for column in facts.columns if column.refers_to)


def references_of(mark: PluginMark) -> Iterator[Reference]:
    """Yield the references of a mark, taken apart."""
    for text in mark.references:
        source, _, target = text.partition(">")
        table, _, column = source.partition(".")
        yield table, column, target


def remember(transaction: Transaction, catalogue: Catalogue) -> None:
    """Write the marks of active plugins that changed; a record type that moved to another plugin moves its mark."""
    known = marks_in(transaction)
    declared = {mark.name: mark for mark in declared_marks(catalogue)}
    owners = {record: mark.name for mark in declared.values() for record in mark.records}
    for name in sorted({*known, *declared}):
        before = known.get(name)
        after = _grown(before, declared[name]) if name in declared else known[name]
        lost = {one for one in after.records if owners.get(one, name) != name}
        if lost:
            after = without_records(after, lost)
        if after != before:
            transaction.put(TABLE, name, after.document())


def without_records(mark: PluginMark, gone: Collection[str]) -> PluginMark:
    """Return a mark without some of its record types."""
    references = tuple(one for one in mark.references if one.partition(".")[0] not in gone)
    return evolve(mark, records=tuple(one for one in mark.records if one not in gone), references=references)


def _grown(before: PluginMark | None, now: PluginMark) -> PluginMark:
    if before is None:
        return now
    if before.schema != now.schema:
        return before  # it takes no part before its data is migrated
    return united(before, now, schema=now.schema)


def united(before: PluginMark, now: PluginMark, *, schema: int) -> PluginMark:
    """Return a mark that lists what either of two does, and is the later one otherwise."""
    lists: dict[str, Any] = {kind: tuple(sorted({*getattr(before, kind), *getattr(now, kind)})) for kind in _LISTS}
    return evolve(now, schema=schema, **lists)


_LISTS: Final = ("records", "fields", "schemes", "references")
