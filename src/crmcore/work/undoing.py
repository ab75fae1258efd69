"""Reversing a commit: putting every document back as it was before, unless something changed it since."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from crmcore.entities import type_of
from crmcore.errors import CrmError, StaleUndo, StillReferenced
from crmcore.plugging.catalogue import Catalogue
from crmcore.records import Customer
from crmcore.store import Change, Document, LogEntry
from crmcore.work.placing import SCHEMES
from crmcore.work.plugin_marks import TABLE as MARKS
from crmcore.work.plugin_marks import mark_from, schema_in
from crmcore.work.raised import is_by_playbook
from crmcore.work.tasks import forget_customer
from crmcore.work.unit import Unit

_HOUSEKEEPING: Final = frozenset({"version", "changed", "created"})


def reverse(unit: Unit, entry: LogEntry, later: Iterable[LogEntry], catalogue: Catalogue) -> None:
    """Reverse a commit in a unit; raises `StaleUndo` where a later commit changed the same document.

    Raises `CrmError` where data would come back in a form that is no longer, or not now, that of its plugin.
    """
    _check_forms(entry, catalogue)
    newer = tuple(later)
    changes = [change for change in entry.changes if not is_by_playbook(change)]  # tasks come back by themselves
    for change in changes:
        _check_current(unit, change, newer)
    for each in newer:
        _check_not_migrated(entry, each)
    for change in reversed(changes):
        if change.before is None:
            if change.table == type_of(Customer).name:
                forget_customer(unit, change.key)
            unit.delete(change.table, change.key)
        else:
            unit.restore(change.table, change.key, _due(change, unit.transaction.commit + 1))


@contextmanager
def undone_before() -> Iterator[None]:
    """Advise people to undo first what made the records that are in the way."""
    try:
        yield
    except StillReferenced as error:
        error.todo = "Undo first what made these (`crm log` lists it), or remove them."
        raise


def _due(change: Change, commit: int) -> Document:
    """Return a document as it comes back; a scheme's state does not know what happened meanwhile."""
    before = change.before or {}
    return before if change.table != SCHEMES or before.get("stale_since") else {**before, "stale_since": commit}


def _check_forms(entry: LogEntry, catalogue: Catalogue) -> None:
    """Refuse to bring data back under the hands of a plugin whose code reads another form of it."""
    for change in entry.changes:
        if change.table == MARKS and change.before is not None and change.key in catalogue.plugins.active:
            schema = mark_from(change.key, change.before).schema
            if schema != schema_in(catalogue, change.key):
                raise CrmError(
                    f"commit {entry.commit} brought the data of {change.key!r} from schema {schema} to another, which "
                    "the active plugin needs",
                    todo=f"Install the version for schema {schema} afterwards: "
                    f"crm --no-plugin {change.key} undo {entry.commit}",
                )


def _check_not_migrated(entry: LogEntry, later: LogEntry) -> None:
    """Refuse to bring back data of a plugin in the form that it had before a later migration."""
    for change in later.changes:
        if change.table != MARKS or change.before is None or change.after is None:
            continue
        before, after = mark_from(change.key, change.before), mark_from(change.key, change.after)
        if before.schema != after.schema and any(
            _holds(one.before, one.table, change.key, before.records) for one in entry.changes
        ):
            raise CrmError(
                f"commit {entry.commit} is older than commit {later.commit}, which migrated the data of {change.key!r}; "
                "what it would bring back has the old form",
                todo=f"Enter it anew, or undo the migration first (`crm undo {later.commit}`).",
            )


def _holds(document: Document | None, table: str, plugin: str, records: Iterable[str]) -> bool:
    if document is None:
        return False
    fields = document.get("fields", {})
    return table in records or any(name.startswith(f"{plugin}.") for name in fields)


def _check_current(unit: Unit, change: Change, later: Sequence[LogEntry]) -> None:
    current = unit.transaction.get(change.table, change.key)
    if _content(current) != _content(change.after):
        then, now = _values(change.after), _values(current)
        different = [
            (name, then.get(name), now.get(name)) for name in sorted({*then, *now}) if then.get(name) != now.get(name)
        ]
        place = (change.table, change.key)
        newest = [one for one in later if any((each.table, each.key) == place for each in one.changes)][-1:]
        raise StaleUndo(*place, different, *((one.commit, one.why) for one in newest))


def _values(document: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the columns and fields of a document by name."""
    content = _content(document) or {}
    return {**{name: value for name, value in content.items() if name != "fields"}, **content.get("fields", {})}


def _content(document: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if document is None else {name: value for name, value in document.items() if name not in _HOUSEKEEPING}
