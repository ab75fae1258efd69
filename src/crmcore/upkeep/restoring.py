"""Putting back what a purge took out of a store, exactly as it was."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from crmcore.app import Crm
from crmcore.entities import type_of
from crmcore.errors import CrmError, Invalid, Problem
from crmcore.records import CORE_RECORDS
from crmcore.store import Reader
from crmcore.upkeep.holdings import OWN_TABLES, fields_of, holdings_of, make_stale, with_fields
from crmcore.upkeep.purged_file import Purged, Values
from crmcore.work.placing import SCHEMES, table_of
from crmcore.work.plugin_marks import TABLE as MARKS
from crmcore.work.plugin_marks import PluginMark, marks_in, references_of, united
from crmcore.work.settings import SETTINGS
from crmcore.work.unit import Unit

_CORE: Final = frozenset(type_of(record).name for record in CORE_RECORDS)


def restore(crm: Crm, purged: Purged, *, dry_run: bool = False) -> int:
    """Put documents and values back in one commit; the plugin's schemes are stale until the next classification.

    Returns how many documents and records differ from before: 0 where everything was there already.
    Raises `Invalid` with every place where something else stands by now; then nothing is written.
    """
    if purged.plugin in crm.catalogue.plugins.active:
        raise CrmError(
            f"the plugin {purged.plugin!r} is active; it must not work on data that is only coming back",
            todo=f"Do without it for this call: crm --no-plugin {purged.plugin} plugin restore FILE",
        )
    with crm.unit(f"restore plugin {purged.plugin}", dry_run=dry_run, as_is=True) as unit:
        problems = (*_misplaced(purged), *_conflicts(unit.transaction, purged), *_dangling(unit.transaction, purged))
        mark = _mark(crm, unit.transaction, purged)
        if problems:
            heading = f"the data of {purged.plugin!r} cannot be put back; nothing was written:"
            raise Invalid(problems, heading=heading, todo="Change what stands there now, or remove it, and try again.")
        _put_back(unit, purged)
        count = sum(1 for _ in unit.changes())
        if mark is not None:
            unit.keep(MARKS, purged.plugin, mark.document())
        if count:
            make_stale(unit.transaction, crm.catalogue)
    return count


def _misplaced(purged: Purged) -> Iterator[Problem]:
    """Yield a problem for everything that this plugin never had: the file comes from outside."""
    prefix = f"{purged.plugin}."
    for table, key, document in purged.documents:
        if table in {SETTINGS, SCHEMES}:
            wrong = not key.startswith(prefix)
        elif ":" in table:
            wrong = not table.startswith(table_of(prefix))
        else:
            wrong = table in OWN_TABLES | _CORE or document.get("id") != key
        if wrong:
            yield Problem(f"is nothing of the plugin {purged.plugin!r}", column=f"{table} {key}")
    for values in purged.values:
        for name in values.fields:
            if not name.startswith(prefix) or values.table in OWN_TABLES:
                yield Problem(
                    f"is no field of the plugin {purged.plugin!r}", column=f"{values.table} {values.key} {name}"
                )


def _conflicts(reader: Reader, purged: Purged) -> Iterator[Problem]:
    for table, key, document in purged.documents:
        now = reader.get(table, key)
        if now is not None and _timeless(now) != _timeless(document):
            yield Problem("there is another one by now", column=f"{table} {key}")
    for values in purged.values:
        record = reader.get(values.table, values.key)
        if record is None:
            yield Problem("the record is gone", column=f"{values.table} {values.key}")
            continue
        for name, value in values.fields.items():
            now = fields_of(record).get(name)
            if now is not None and now != value:
                yield Problem(f"has another value by now: {now!r:.40}", column=f"{values.table} {values.key} {name}")


def _timeless(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document without what says since when a scheme waits to be placed."""
    return {name: value for name, value in document.items() if name != "stale_since"}


def _dangling(reader: Reader, purged: Purged) -> Iterator[Problem]:
    """Yield a problem for each record that would refer to one that is gone."""
    coming = {(table, key) for table, key, _ in purged.documents}
    columns: dict[str, list[tuple[str, str]]] = {}
    for table, column, target in () if purged.mark is None else references_of(purged.mark):
        columns.setdefault(table, []).append((column, target))
    for table, key, document in purged.documents:
        for column, target in columns.get(table, ()):
            value = document.get(column)
            if isinstance(value, str) and (target, value) not in coming and reader.get(target, value) is None:
                yield Problem(f"refers to {target} {value!r}, which is gone", column=f"{table} {key} {column}")


def _mark(crm: Crm, reader: Reader, purged: Purged) -> PluginMark | None:
    """Return the mark that holds afterwards; raises `CrmError` where data of two schemas would mix."""
    now, then = marks_in(reader).get(purged.plugin), purged.mark
    if then is None or now is None:
        return then or now
    if now.schema != then.schema:
        if holdings_of(reader, crm.catalogue, purged.plugin).is_empty:
            return united(now, then, schema=then.schema)
        raise CrmError(
            f"the data in the file has schema {then.schema}, and the store holds data of {purged.plugin!r} of "
            f"schema {now.schema}; nothing was written",
            todo="Purge what the store holds now, restore this file, and run `crm plugin migrate`.",
        )
    return united(now, then, schema=then.schema)


def _put_back(unit: Unit, purged: Purged) -> None:
    for table, key, document in purged.documents:
        if unit.transaction.get(table, key) is None:  # what is there is the same, or else a conflict
            unit.keep(table, key, document)
    for values in purged.values:
        document = unit.transaction.get(values.table, values.key) or {}
        made = with_fields(document, _ordered(fields_of(document), values))
        if made != document:
            unit.restore(values.table, values.key, made)


def _ordered(now: Mapping[str, Any], values: Values) -> dict[str, Any]:
    """Return fields in the order that they had, later ones last."""
    merged = {**now, **values.fields}
    names = dict.fromkeys((*(name for name in values.order if name in merged), *merged))
    return {name: merged[name] for name in names}
