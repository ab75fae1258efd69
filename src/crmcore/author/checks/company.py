"""A scratch company that uses the plugin: its data outlives it, and everything that it shows can be shown."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from attrs import frozen

from crmcore.app import Crm
from crmcore.author.findings import Flaw, Validator
from crmcore.author.samples import in_order, record_of
from crmcore.author.subject import Subject
from crmcore.author.targets import shown
from crmcore.desk.viewing import report_tables, view_table
from crmcore.entities import type_of
from crmcore.errors import CrmError, Invalid
from crmcore.opening import create
from crmcore.plugging.catalogue import Catalogue, build_catalogue
from crmcore.plugging.isolation import Failure, apart
from crmcore.plugging.plugins import Plugins
from crmcore.records import Customer
from crmcore.storage.tinydb_store import open_tinydb
from crmcore.view import Report, View
from crmcore.work.company import company

NOW: Final = datetime(2026, 7, 1, 12, tzinfo=UTC)
_EACH: Final = 3


@frozen(eq=False)
class Scratch:
    """A company in a folder of its own, that is gone afterwards."""

    url: str

    def crm(self, catalogue: Catalogue) -> Crm:
        """Open it with the plugins of a catalogue; what they print is not heard."""
        return Crm(open_tinydb(self.url), catalogue, "check", clock=lambda: NOW)


@contextmanager
def scratch(subject: Subject) -> Iterator[Scratch]:
    """Make a company with a few records of every type, with values in every column and field."""
    with TemporaryDirectory(prefix="crm-check-") as folder:
        made = Scratch(f"tinydb:///{Path(folder) / 'crm.json'}")
        crm = made.crm(subject.catalogue)
        create(crm, company("EUR", "UTC"))
        for record_class in in_order(subject.catalogue):
            for number in range(_EACH):
                _enter(crm, record_class, number)
        yield made


def _enter(crm: Crm, record_class: type[Any], number: int) -> None:
    """Enter a record; where the plugin's rules refuse it, one with nothing but what is required, or none."""
    for is_bare in (False, True):
        record = record_of(record_class, number, NOW.date(), crm.catalogue, is_bare=is_bare)
        try:
            with crm.unit("check") as unit:
                unit.add(record)
        except Invalid:
            continue
        return


# -- data outlives the plugin ----------------------------------------------------------------------------------------------


def round_trip(subject: Subject) -> Iterator[Flaw]:
    """Yield each value of the plugin that is not as it was after the core was edited without it."""
    with scratch(subject) as place:
        before = _data(place.crm(subject.catalogue), subject)
        without = place.crm(build_catalogue(Plugins()))
        for key in [key for key, _ in without.store.read().items("customer")]:
            with without.unit("check") as unit:
                unit.edit(unit.get(Customer, key), city="elsewhere")
        after = _data(place.crm(subject.catalogue), subject)
    for name in sorted({*before, *after}):
        if before.get(name) != after.get(name):
            text = f"{name} is not as it was after a customer was edited while the plugin was not installed"
            yield Flaw(
                subject.place(), text, "Keep to the declared kinds; store nothing outside fields and records.", name
            )


def _data(crm: Crm, subject: Subject) -> dict[str, Any]:
    """Return what the store holds of the plugin, as it stands there."""
    reader = crm.store.read()
    found: dict[str, Any] = {}
    for item in subject.declared("field"):
        table = type_of(item.value.on).name
        for key, document in reader.items(table):
            found[f"{item.name} of {table} {key}"] = repr(document.get("fields", {}).get(item.name))
    for item in subject.declared("record"):
        found.update({f"{item.name} {key}": repr(document) for key, document in reader.items(item.name)})
    return found


# -- it can be used ---------------------------------------------------------------------------------------------------------


def usable(subject: Subject) -> Iterator[Flaw]:
    """Yield each scheme, view and report that fails on a small company, or on an empty one."""
    with scratch(subject) as place:
        yield from _failing(place.crm(subject.catalogue), subject, "a small company")
    with TemporaryDirectory(prefix="crm-check-") as folder:
        empty = Scratch(f"tinydb:///{Path(folder) / 'crm.json'}").crm(subject.catalogue)
        create(empty, company("EUR", "UTC"))
        yield from _failing(empty, subject, "a company without customers")


def _failing(crm: Crm, subject: Subject, where: str) -> Iterator[Flaw]:
    placed = apart(crm.classify)
    if isinstance(placed, Failure):
        yield Flaw(
            subject.place(), f"classifying {where} failed: {placed.reason}", "Mend what it names, and check again."
        )
        return
    for text in crm.warnings:
        yield Flaw(subject.place(), f"{text} (on {where})", "Mend the event hook that it names.")
    for item in (*subject.declared("view"), *subject.declared("report")):
        made = _shown(crm, subject.catalogue, item.value)
        if made:
            text = f"the {item.kind} {item.name!r} cannot be shown for {where}: {made}"
            yield Flaw(shown(item.file, item.line), text, "Mend it, and check again.", item.name)


def _shown(crm: Crm, catalogue: Catalogue, value: View | Report) -> str:
    """Return why a view or report cannot be shown; empty if it can."""
    try:
        if isinstance(value, View):
            view_table(crm.state(), catalogue, value)
        else:
            report_tables(crm.state(), catalogue, value)
    except CrmError as error:
        return error.message
    return ""


VALIDATORS: Final = (
    Validator("round-trip", "bronze", "error", "Its data outlives it.", round_trip),
    Validator(
        "usable", "bronze", "error", "Its schemes, views and reports work on a small and an empty company.", usable
    ),
)
