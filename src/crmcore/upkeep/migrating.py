"""Bringing what plugins have stored into the form of their newer code: all steps of all plugins in one commit."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from attrs import evolve, frozen

from crmcore.addresses import file_of
from crmcore.app import Crm
from crmcore.errors import CrmError
from crmcore.grammar.migrations import Migration
from crmcore.plugging.catalogue import Catalogue
from crmcore.storage import store_backup
from crmcore.store import Reader, Store
from crmcore.upkeep.holdings import fields_of, make_stale, owned_records, record_tables
from crmcore.upkeep.migration_checks import check_made, check_references
from crmcore.upkeep.migration_steps import Draft, Outcome, run_step
from crmcore.work.plugin_marks import TABLE as MARKS
from crmcore.work.plugin_marks import PluginMark, marks_in, united, without_records
from crmcore.work.plugin_schemas import Mismatch, mismatches
from crmcore.work.unit import Unit


@frozen
class Migrated:
    """What was, or would be, changed by each step, and where the backup from before stands; empty for a dry run."""

    outcomes: tuple[Outcome, ...]
    plugins: tuple[Mismatch, ...]
    backup: str = ""


def pending(crm: Crm, names: Sequence[str] = ()) -> tuple[Mismatch, ...]:
    """Return the plugins whose data is older than their code, of ``names`` or all.

    ``crm`` must have these plugins active. Raises `UnknownName`, and `CrmError` for one that does not work.
    """
    for record in map(crm.catalogue.plugins.record, names):
        if record.status != "active":
            raise CrmError(f"the plugin {record.name!r} cannot be migrated: it is {record.status}", todo=record.reason)
    found = mismatches(crm.catalogue, marks_in(crm.store.read()))
    return tuple(each for each in found if not each.is_newer and (not names or each.code.name in names))


def migrate(
    crm: Crm, names: Sequence[str] = (), *, dry_run: bool = False, say: Callable[[str], None] = lambda _: None
) -> Migrated:
    """Run all pending steps of plugins in one commit, after a verified backup; ``say`` hears where that stands.

    Raises `CrmError` naming plugin, file, line and record where a step goes wrong; then nothing is written.
    """
    chosen = pending(crm, names)
    if not chosen:
        return Migrated((), ())
    before = crm.store.read().commit
    backup = "" if dry_run else str(_backed_up(crm.store, before))
    if backup:
        say(backup)
    listed = ", ".join(f"{each.code.name} to schema {each.code.schema}" for each in chosen)
    with crm.unit(f"migrate {listed}", dry_run=dry_run, as_is=True) as unit:
        if unit.transaction.commit != before:
            raise CrmError("somebody else changed the store meanwhile; nothing was migrated", todo="Run it again.")
        outcomes = _run(unit, crm.catalogue, chosen, crm.state().company.money_digits)
        make_stale(unit.transaction, crm.catalogue)
    return Migrated(outcomes, chosen, backup)


def _run(unit: Unit, catalogue: Catalogue, chosen: Iterable[Mismatch], money_digits: int) -> tuple[Outcome, ...]:
    draft = Draft(unit.transaction)
    outcomes = []
    for each in chosen:
        owned = {*owned_records(catalogue, each.stored), *each.code.records}
        for step in _steps(catalogue, each):
            if step.into is not None and step.target not in owned:
                raise CrmError(f"{step.place}: {step.target} is no record type of the plugin {each.code.name!r}")
            outcomes.append(run_step(draft, each.code.name, step, is_own=step.table in owned))
    check_made(draft, unit, catalogue, money_digits)
    made = tuple(draft.changed())
    check_references(draft, made, unit.transaction, catalogue)
    for place, document in made:
        _write(unit, place, document)
    for each in chosen:
        unit.keep(MARKS, each.code.name, _mark_after(unit.transaction, each).document())
    return tuple(outcomes)


def _mark_after(reader: Reader, mismatch: Mismatch) -> PluginMark:
    """Return the mark of a migrated plugin: what it declares, and of what it once did only what still has data."""
    stored = mismatch.stored
    used = {
        name for table in record_tables(reader) for _, document in reader.items(table) for name in fields_of(document)
    }
    gone = {name for name in stored.records if not reader.count(name)}
    left = evolve(without_records(stored, gone), fields=tuple(name for name in stored.fields if name in used))
    return united(left, mismatch.code, schema=mismatch.code.schema)


def _steps(catalogue: Catalogue, mismatch: Mismatch) -> tuple[Migration, ...]:
    """Return the steps that are still to be run, by number, then by the record type on which they work."""
    name, stored = mismatch.code.name, mismatch.stored.schema
    owned = (one.value for one in catalogue.contributions if one.kind == "migration" and one.plugin == name)
    return tuple(sorted((step for step in owned if step.number > stored), key=lambda step: (step.number, step.table)))


def _write(unit: Unit, place: tuple[str, str], document: dict[str, Any] | None) -> None:
    if document is None:
        unit.delete(*place)
    elif unit.transaction.get(*place) is None:  # moved from another record type
        unit.keep(*place, {**document, "version": document.get("version", 0) + 1})
    else:
        unit.restore(*place, document)


def _backed_up(store: Store, commit: int) -> Path:
    """Write a backup beside the store, read it back, and return where it stands."""
    file = file_of(store.url) or "crm"
    number = 1
    target = Path(f"{file}.before-migration-{commit}.backup")
    while target.exists():
        number += 1
        target = Path(f"{file}.before-migration-{commit}-{number}.backup")
    store.backup(target)
    if store_backup.read(target).facts.commit != commit:
        raise CrmError("somebody else changed the store meanwhile; nothing was migrated", todo="Run it again.")
    return target
