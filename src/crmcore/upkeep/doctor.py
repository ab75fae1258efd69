"""Looking at everything that could be wrong with a company's CRM; nothing that is broken stops the rest."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import partial

from attrs import frozen

from crmcore.errors import CrmError, Invalid, reading
from crmcore.plugging.catalogue import Catalogue
from crmcore.plugging.config import Config
from crmcore.store import Store
from crmcore.upkeep.checks_data import Patient, circles, dangling, orphans, refused_values
from crmcore.upkeep.checks_files import old_backup, open_files
from crmcore.upkeep.checks_plugins import (
    absent_plugins,
    broken_plugins,
    idle_files,
    proposals,
    stale_schemes,
    waiting_events,
)
from crmcore.upkeep.findings import Finding
from crmcore.work import company as companies
from crmcore.work.plugin_marks import marks_in
from crmcore.work.plugin_schemas import mismatches

_RESTORE = "Restore a backup with `crm store restore FILE`."


@frozen
class Practice:
    """What a doctor looks at: the plugins as found and as far as they fit the store's data, and what is configured.

    There is no ``config`` where it cannot be read.
    """

    store: Store
    found: Catalogue
    fitted: Catalogue
    config: Config | None
    now: datetime


def of_configuration(error: Invalid) -> Iterator[Finding]:
    """Yield a finding for each thing that is wrong with the configuration."""
    for problem in error.problems:
        yield Finding(
            "broken-configuration", "error", problem.reason, problem.file, "Correct the file, or the variable."
        )


def examine(practice: Practice) -> tuple[Finding, ...]:
    """Return everything that is not as it should be: errors first, then by what they are about."""
    found = [*_each(partial(broken_plugins, practice.found))]
    if practice.config is not None:
        found += _each(partial(idle_files, practice.config))
    try:
        patient = _patient(practice)
    except CrmError as error:
        found.append(Finding("store-unusable", "error", error.message, practice.store.url, error.todo or _RESTORE))
    else:
        found += _of_store(practice, patient)
    return tuple(sorted(found, key=lambda one: one.level != "error"))


def _patient(practice: Practice) -> Patient:
    reader = practice.store.read()
    document = reader.get(companies.TABLE, companies.KEY)
    if document is None:
        raise companies.missing(practice.store.url, reader)
    return Patient(reader, practice.fitted, marks_in(reader), companies.from_document(document))


def _of_store(practice: Practice, patient: Patient) -> Iterator[Finding]:
    for text in practice.store.check():
        yield Finding("store-damaged", "error", text, practice.store.url, _RESTORE)
    day = patient.company.book_date
    if day is not None:
        todo = "Run `crm classify` without --as-of to open the books."
        yield Finding("book-pinned", "warning", f"the book date is pinned at {day}", "company", todo)
    unfit = mismatches(practice.found, patient.marks)
    yield from _each(
        partial(absent_plugins, patient, unfit),
        partial(orphans, patient),
        partial(refused_values, patient),
        partial(dangling, patient),
        partial(circles, patient),
        partial(stale_schemes, patient),
        partial(waiting_events, patient.reader),
        partial(open_files, practice.store.url),
        partial(old_backup, practice.store.url, patient.reader.commit, practice.now),
    )
    if practice.config is not None:
        yield from _each(partial(proposals, patient, practice.config))


def _each(*checks: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    """Yield what each check finds; one that stumbles over something damaged finds that."""
    for check in checks:
        try:
            with reading("something"):
                yield from tuple(check())
        except CrmError as error:
            yield Finding("damaged-document", "error", error.message, "store", error.todo)
