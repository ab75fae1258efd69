"""Taking everything of a plugin out of a store, on purpose only, in one commit, and into a file first."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from attrs import frozen

from crmcore.app import Crm
from crmcore.errors import CrmError, Invalid, Problem
from crmcore.plugging.catalogue import Catalogue
from crmcore.store import Document, Reader, Store
from crmcore.upkeep.holdings import (
    Holdings,
    Place,
    fields_of,
    holders_of,
    holdings_of,
    make_stale,
    placements,
    references_in,
    with_fields,
)
from crmcore.upkeep.purged_file import Purged, Values, check_free, write_purged
from crmcore.work.placing import SCHEMES, table_of
from crmcore.work.plugin_marks import TABLE as MARKS
from crmcore.work.plugin_marks import marks_in
from crmcore.work.settings import SETTINGS
from crmcore.work.unit import Unit


@frozen
class Purge:
    """What was, or would be, removed, and under which commit it can be undone; 0 for none."""

    removed: Purged
    commit: int

    def counts(self) -> dict[str, int]:
        """Return how much of each sort it is."""
        found: dict[str, int] = {}
        for table, _, _ in self.removed.documents:
            found[table] = found.get(table, 0) + 1
        for values in self.removed.values:
            for name in values.fields:
                found[name] = found.get(name, 0) + 1
        return found


def purge(crm: Crm, plugin: str, target: Path, *, cascade: bool = False, dry_run: bool = False) -> Purge:
    """Write everything that the store holds of a plugin into a new file, and remove it from the store in one commit.

    Raises `CrmError` for an active plugin, `Invalid` with every record that refers to one of its records unless
    ``cascade`` removes those too; then nothing is written.
    """
    _check_inactive(crm.catalogue, plugin)
    check_free(target)
    written = False
    try:
        with crm.unit(f"purge plugin {plugin}", dry_run=dry_run, as_is=True) as unit:
            removed = _removed(unit.transaction, crm.catalogue, plugin, cascade=cascade)
            _remove(unit, removed)
            make_stale(unit.transaction, crm.catalogue)
            if not dry_run and not removed.is_empty:
                write_purged(target, removed)
                written = True
    except BaseException:
        if written and not _is_committed(crm.store, removed.commit):
            target.unlink(missing_ok=True)
        raise
    return Purge(removed, 0 if dry_run or removed.is_empty else removed.commit + 1)


def _is_committed(store: Store, before: int) -> bool:
    try:
        return store.read().commit > before
    except CrmError:
        return True  # nobody can tell, so the file stays


def _check_inactive(catalogue: Catalogue, plugin: str) -> None:
    if plugin in catalogue.plugins.active:
        raise CrmError(
            f"the plugin {plugin!r} is active, so it would write new data at once; nothing was removed",
            todo=f"Do without it for this call: crm --no-plugin {plugin} plugin purge {plugin} --export FILE",
        )


def _removed(reader: Reader, catalogue: Catalogue, plugin: str, *, cascade: bool) -> Purged:
    held = holdings_of(reader, catalogue, plugin)
    places = dict.fromkeys(held.places())
    hanging = _hanging(reader, catalogue, places)
    if hanging and not cascade:
        problems = [
            Problem(f"refers to {target} {key!r}", column=f"{table} {holder} {column}")
            for (table, holder), column, (target, key) in hanging
        ]
        heading = f"records of other plugins refer to records of {plugin!r}; nothing was removed:"
        raise Invalid(
            problems, heading=heading, todo="Change or remove them first, or use --cascade to remove them too."
        )
    while hanging:
        places |= dict.fromkeys(place for place, _, _ in hanging)
        hanging = _hanging(reader, catalogue, places)
    documents = tuple((*place, document) for place in places if (document := reader.get(*place)) is not None)
    values = tuple(_values(reader, held))
    mark = marks_in(reader).get(plugin)
    return Purged(plugin, reader.commit, mark, (*documents, *_others(reader, held)), values)


def _hanging(reader: Reader, catalogue: Catalogue, places: dict[Place, None]) -> list[tuple[Place, str, Place]]:
    references = references_in(catalogue, marks_in(reader))
    return [found for found in holders_of(reader, references, places) if found[0] not in places]


def _others(reader: Reader, held: Holdings) -> Iterator[tuple[str, str, Document]]:
    """Yield the documents of a plugin that are no records."""
    for name in held.settings:
        yield SETTINGS, name, reader.get(SETTINGS, name) or {}
    for name in held.schemes:
        state = reader.get(SCHEMES, name)
        if state is not None:
            yield SCHEMES, name, state
        for key, document in placements(reader, name):
            yield table_of(name), key, document


def _values(reader: Reader, held: Holdings) -> Iterator[Values]:
    for (table, key), names in held.values.items():
        stored = fields_of(reader.get(table, key) or {})
        yield Values(table, key, {name: stored[name] for name in names}, tuple(stored))


def _remove(unit: Unit, removed: Purged) -> None:
    for table, key, _ in removed.documents:
        unit.delete(table, key)
    for values in removed.values:
        document = unit.transaction.get(values.table, values.key)
        if document is not None:
            unit.restore(values.table, values.key, with_fields(document, _left(document, values)))
    if removed.mark is not None:
        unit.delete(MARKS, removed.plugin)


def _left(document: Document, values: Values) -> dict[str, Any]:
    return {name: value for name, value in fields_of(document).items() if name not in values.fields}
