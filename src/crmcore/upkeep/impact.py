"""What a store, and other plugins, would lose with a plugin."""

from collections.abc import Iterator
from typing import Any

from attrs import asdict, frozen

from crmcore.errors import StoreError, UnknownName, reading
from crmcore.plugging.catalogue import Catalogue
from crmcore.plugging.dependents import dependents
from crmcore.store import Document, LogEntry, Reader, Store
from crmcore.upkeep.holdings import Holdings, fields_of, holders_of, holdings_of, is_known, placements, references_in
from crmcore.work.placing import SCHEMES, table_of
from crmcore.work.plugin_marks import TABLE as MARKS
from crmcore.work.plugin_marks import marks_in
from crmcore.work.settings import SETTINGS


@frozen
class Part:
    """One thing of a plugin, or one that depends on it: how much the store holds of it, and what more there is to say."""

    kind: str
    name: str
    count: int | None = None
    detail: str = ""


@frozen
class Impact:
    """Everything that depends on a plugin; ``log_entries`` is None where the log is lost."""

    plugin: str
    status: str
    distribution: str
    version: str
    schema: int | None
    log_entries: int | None
    parts: tuple[Part, ...]

    def document(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {**asdict(self, recurse=False), "parts": tuple(asdict(part) for part in self.parts)}


def impact_of(store: Store, catalogue: Catalogue, plugin: str) -> Impact:
    """Return what depends on a plugin, be it active, broken or uninstalled; raises `UnknownName`."""
    reader = store.read()
    known_plugin(reader, catalogue, plugin)
    held = holdings_of(reader, catalogue, plugin)
    found = next((record for record in catalogue.plugins.records if record.name == plugin), None)
    return Impact(
        plugin,
        found.status if found else "not installed",
        (found.distribution if found else "") or held.mark.distribution,
        (found.version if found else "") or held.mark.version,
        held.mark.schema if plugin in marks_in(reader) else None,
        _log_entries(store, held),
        (*_stored(reader, catalogue, held), *_declared(catalogue, plugin), *_depending(reader, catalogue, held)),
    )


def known_plugin(reader: Reader, catalogue: Catalogue, plugin: str) -> None:
    """Raise `UnknownName` unless a plugin is installed or has left something in the store."""
    if not is_known(catalogue, reader, plugin):
        known = {*marks_in(reader), *(record.name for record in catalogue.plugins.records)}
        raise UnknownName("plugin", plugin, known)


def _stored(reader: Reader, catalogue: Catalogue, held: Holdings) -> Iterator[Part]:
    """Yield what stands in the store."""
    for table, keys in held.records.items():
        yield Part("record", table, len(keys))
    counts = dict.fromkeys(held.mark.fields, 0)
    counts |= {name: 0 for name in catalogue.names("field") if name.startswith(f"{held.plugin}.")}
    tables: dict[str, set[str]] = {}
    own = (fields_of(document) for table in held.records for _, document in reader.items(table))
    for place, names in (*held.values.items(), *((("", ""), tuple(values)) for values in own)):
        for name in names:
            if name.startswith(f"{held.plugin}."):
                counts[name] = counts.get(name, 0) + 1
                tables.setdefault(name, set()).add(place[0])
    for name, count in sorted(counts.items()):
        yield Part("field", name, count, ", ".join(sorted(filter(None, tables.get(name, ())))))
    for name in sorted({*held.schemes, *held.mark.schemes}):
        rows = [_rows(name, document) for _, document in placements(reader, name)]
        intervals = sum(len(each) for each in rows)
        stale = (reader.get(SCHEMES, name) or {}).get("stale_since")
        behind = f"; stale since commit {stale}" if stale else ""
        yield Part(
            "scheme", name, sum(1 for each in rows if each and _is_open(each[-1])), f"{intervals} intervals{behind}"
        )
    for name in held.settings:
        yield Part("setting", name, 1, str((reader.get(SETTINGS, name) or {}).get("value")))


def _rows(scheme: str, document: Document) -> list[Any]:
    with reading(f"a placement in {scheme!r}"):
        return list(document["rows"])


def _is_open(row: list[Any]) -> bool:
    return len(row) < 5 or row[4] is None  # noqa: PLR2004 - the end of an interval stands fifth


def _declared(catalogue: Catalogue, plugin: str) -> Iterator[Part]:
    """Yield what would no longer be there to be asked for."""
    for kind in ("metric", "rule", "constraint", "view", "report", "command", "store"):
        for name in catalogue.names(kind):
            owner = catalogue.owner(kind, name)
            if owner.plugin == plugin:
                yield Part(kind, name, None, owner.place)


def _depending(reader: Reader, catalogue: Catalogue, held: Holdings) -> Iterator[Part]:
    """Yield what others have made of it: declarations, and records that refer to its records."""
    for each in dependents(catalogue, held.plugin):
        uses = f"uses {', '.join(each.uses)} ({each.item.place})"
        yield Part(f"{each.item.kind} of {each.item.plugin}", each.item.name, None, uses)
    counts: dict[tuple[str, str], int] = {}
    references = tuple(each for each in references_in(catalogue, marks_in(reader)) if each[0] not in held.records)
    for (table, _), column, (target, _) in holders_of(reader, references, frozenset(held.places())):
        counts[f"{table}.{column}", target] = counts.get((f"{table}.{column}", target), 0) + 1
    for (name, target), count in sorted(counts.items()):
        yield Part("reference", name, count, f"to {target}")


def _log_entries(store: Store, held: Holdings) -> int | None:
    """Return how many logged commits changed something of the plugin, None where the log cannot be read."""
    try:
        return sum(1 for entry in store.log() if touches(entry, held))
    except StoreError:
        return None


def touches(entry: LogEntry, held: Holdings) -> bool:
    """Whether a commit changed something of a plugin."""
    prefix = f"{held.plugin}."
    for change in entry.changes:
        named = change.table == MARKS and change.key == held.plugin
        prefixed = change.table in {SETTINGS, SCHEMES} and change.key.startswith(prefix)
        if named or prefixed or change.table in held.records or change.table.startswith(table_of(prefix)):
            return True
        before, after = (_own_values(document, prefix) for document in (change.before, change.after))
        if before != after:
            return True
    return False


def _own_values(document: Document | None, prefix: str) -> dict[str, Any]:
    return {name: value for name, value in fields_of(document or {}).items() if name.startswith(prefix)}
