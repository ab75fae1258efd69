"""What can be wrong with the data in a store: values that nobody knows, refuses or can follow."""

from collections.abc import Iterator

from attrs import frozen

from crmcore.entities import type_of
from crmcore.errors import Invalid, StoreError, counted
from crmcore.plugging.catalogue import Catalogue
from crmcore.storage.codec import Codec
from crmcore.store import Reader
from crmcore.upkeep.findings import Finding, some
from crmcore.upkeep.holdings import fields_of, record_tables, references_in
from crmcore.work.absent import Absent
from crmcore.work.circles import CHAINS, Circles, said
from crmcore.work.company import Company
from crmcore.work.plugin_marks import PluginMark
from crmcore.work.record_values import misfits
from crmcore.work.settings import SETTINGS


@frozen
class Patient:
    """A store that is looked at, with what is known of it; ``catalogue`` has the plugins that fit its data."""

    reader: Reader
    catalogue: Catalogue
    marks: dict[str, PluginMark]
    company: Company

    @property
    def absent(self) -> Absent:
        """What became of the plugins whose marks the store has."""
        return Absent(self.catalogue.plugins, self.marks)


def orphans(patient: Patient) -> Iterator[Finding]:
    """Find values, records and settings that no active plugin knows, unless they wait for a plugin that is known."""
    known, places = set(patient.catalogue.names("field")), _values_by_field(patient.reader)
    for name, keys in places.items():
        if name not in known and not patient.absent.owner("field", name):
            plugin = name.partition(".")[0]
            declared = plugin in patient.catalogue.plugins.active
            why = f"the plugin {plugin!r} no longer declares it" if declared else f"no plugin {plugin!r} was ever here"
            todo = f"Write a migration for it, or remove it with `crm --no-plugin {plugin} plugin purge {plugin} --export FILE`."
            yield Finding(
                "orphaned-values", "warning", f"{counted(len(keys), 'value')} of {name}: {why}", some(keys), todo
            )
    for table in record_tables(patient.reader):
        if table not in patient.catalogue.names("record") and not patient.absent.owner("record", table):
            what = f"{counted(patient.reader.count(table), 'record')} of type {table}, which no plugin declares"
            yield Finding("orphaned-records", "warning", what, table, "Install the plugin that declared it.")
    for name, _ in patient.reader.items(SETTINGS):
        plugin = name.partition(".")[0]
        if name not in patient.catalogue.names("setting") and not _waits(patient, plugin):
            todo = f"`crm --no-plugin {plugin} plugin purge {plugin} --export FILE` removes it with all of the plugin's data."
            yield Finding("undeclared-setting", "warning", f"nobody declares the setting {name}", name, todo)


def _waits(patient: Patient, plugin: str) -> bool:
    """Whether something of a plugin is only waiting for it: there is a finding for the plugin itself."""
    marked = plugin in patient.marks or any(one.name == plugin for one in patient.catalogue.plugins.records)
    return marked and patient.absent.status(plugin) != "active"


def _values_by_field(reader: Reader) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for table in record_tables(reader):
        for key, document in reader.items(table):
            for name in fields_of(document):
                found.setdefault(name, []).append(f"{table} {key}")
    return found


def dangling(patient: Patient) -> Iterator[Finding]:
    """Find references that lead nowhere."""
    for table, column, target in references_in(patient.catalogue, patient.marks):
        lost = []
        for key, document in patient.reader.items(table):
            value = document.get(column)
            if isinstance(value, str) and patient.reader.get(target, value) is None:
                lost.append(f"{table} {key}")
        if lost:
            what = f"{counted(len(lost), 'time')} {table}.{column} names a {target} that is not there"
            todo = f"Correct them with `crm {table} edit`, or bring the {target} back with `crm undo`."
            yield Finding("dangling-reference", "error", what, some(lost), todo)


def circles(patient: Patient) -> Iterator[Finding]:
    """Find customers that are above themselves, or referred by themselves, over however many others."""
    around = Circles(patient.reader)
    for column in CHAINS:
        told: set[str] = set()
        for key, document in patient.reader.items("customer"):
            circle = around.of(key, column) if document.get(column) is not None and key not in told else ()
            if circle:
                told.update(circle)
                what = f"customer.{column} leads round in a circle: {said(circle)}"
                todo = f"Break it with `crm customer edit {key} --{column} ''`."
                yield Finding("circle", "error", what, some(circle), todo)


def refused_values(patient: Patient) -> Iterator[Finding]:
    """Find documents that cannot be read, and values that their column's or field's present declaration refuses."""
    classes = patient.catalogue.values("record")
    codec, fields = Codec(classes), patient.catalogue.values("field")
    for record_class in classes:
        table = type_of(record_class).name
        refused: dict[tuple[str, str], list[str]] = {}
        for key, document in patient.reader.items(table):
            try:
                problems = tuple(misfits(codec.decode(record_class, document), fields, patient.company.money_digits))
            except Invalid as error:
                reason = f"{table} {key} cannot be read: {'; '.join(map(str, error.problems))}"
                todo = "Undo the change with `crm undo`, or restore a backup with `crm store restore FILE`."
                yield Finding("damaged-record", "error", reason, f"{table} {key}", todo)
                continue
            for problem in problems:
                refused.setdefault((problem.column, problem.reason), []).append(f"{table} {key}")
        for (name, reason), keys in refused.items():
            what = f"refused now: {counted(len(keys), 'value')} of {name}: it {reason}"
            todo = f"Correct them with `crm {table} edit ID --{name} ...`, or migrate them (crm_migrations)."
            yield Finding("refused-value", "warning", what, some(keys), todo)


def unreadable(error: StoreError, where: str) -> Finding:
    """Return the finding for something of the store's own that is damaged."""
    return Finding("damaged-document", "error", error.message, where, error.todo)
