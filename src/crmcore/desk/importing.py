"""Importing a file: one unit of work for all of it, nothing of it if anything is wrong unless bad rows may be skipped."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from attrs import Factory, frozen

from crmcore.app import Crm
from crmcore.desk.degraded import refuse_absent, refuse_absent_record
from crmcore.desk.intake import Intake
from crmcore.desk.record_keys import RecordKeys
from crmcore.entities import ColumnType, type_of
from crmcore.errors import Problem, UnknownName
from crmcore.files.binding import JOINT, OTHERS
from crmcore.files.file_rows import BoundRows, RowReader
from crmcore.files.parsing_base import Reading
from crmcore.files.readers import Table, open_table
from crmcore.work.company import Company
from crmcore.work.field_values import Said, described
from crmcore.work.unit import Unit

TABLE: Final = "import"
"""Which files were imported as what, by record type and SHA-256: trying again adds nothing."""


@frozen
class ImportOptions:
    """What to make of a file: ``record`` is a record type's name, ``mapping`` file column to column or field.

    ``constants`` are texts for every row. ``key`` names the column or field by which rows change records that are
    there; a cell left empty then leaves the value as it is. ``again`` imports a file a second time. What is None
    is found out.
    """

    record: str
    mapping: Mapping[str, str] = Factory(dict)
    constants: Mapping[str, str] = Factory(dict)
    key: str = ""
    format: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    date_format: str | None = None
    decimal_mark: str = "."
    skip_bad: bool = False
    dry_run: bool = False
    again: bool = False


@frozen
class ImportResult:
    """What an import did, or would have done; ``rows`` is how many the file has.

    ``commit`` is 0 where nothing was written; ``earlier`` is the commit that imported the same file before, after
    which nothing was done now. ``is_refused`` tells that nothing was taken because of bad rows, or because the file could
    not be read to its end. ``encoding`` is the one that was found. ``ids`` are those of the new and changed records, in the order of the file.
    """

    record: str
    sha256: str
    rows: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    bad: int = 0
    problems: tuple[Problem, ...] = ()
    ids: tuple[str, ...] = ()
    commit: int = 0
    earlier: int = 0
    is_refused: bool = False
    encoding: str = ""


def import_file(
    crm: Crm, path: str | Path, options: ImportOptions, progress: Callable[[int], None] | None = None
) -> ImportResult:
    """Import a file, ``-`` for standard input; bad rows are in the result, with all that is wrong with them.

    Nothing is written if a row is bad, unless ``skip_bad``; nor where the file cannot be read to its end.
    ``progress`` hears the number of rows so far. Raises `UnknownName`, `UsageError`, `Invalid` for a file
    that does not fit the record type as a whole, and what reading and storing raise.
    """
    state = crm.state()
    refuse_absent_record(crm, options.record)
    with open_table(path, format=options.format, encoding=options.encoding, delimiter=options.delimiter) as table:
        named = (*options.mapping.values(), *options.constants, options.key)
        refuse_absent(crm, [*named, *(name for name in table.columns if _fills(name, options.mapping))])
        reader = _reader(crm, options, state.company)
        bound = reader.bind(table.columns, table.name)
        with crm.unit(f"import {table.name} as {options.record}", dry_run=options.dry_run) as unit:
            earlier = unit.transaction.get(TABLE, _name(table, options))
            if earlier is not None and not options.again and not options.key:
                return ImportResult(options.record, table.sha256, earlier=earlier["commit"])
            intake = _intake(crm, unit, bound, options, Said(crm.actor, state.day))
            for row in reader.read(table, progress):
                intake.take(row)
            intake.settle(skip_bad=options.skip_bad)
            return _finished(intake, unit, table, options)


def _fills(column: str, mapping: Mapping[str, str]) -> bool:
    """Whether a column of a file fills what it is called like, since nothing else is said of it."""
    return column not in mapping and OTHERS not in mapping


def _intake(crm: Crm, unit: Unit, bound: BoundRows, options: ImportOptions, said: Said) -> Intake:
    record_class = crm.catalogue.record(options.record)
    fields = {field.name: field for field in crm.catalogue.fields_on(record_class)}
    key = _key_column(bound, options)
    keys = RecordKeys(unit.transaction, record_class, key, fields.get(key.name)) if key else None
    columns = {binding.target.name: JOINT.join(binding.sources) for binding in bound.bindings}
    return Intake(unit, record_class, fields, bound.file, columns, said, keys)


def _finished(intake: Intake, unit: Unit, table: Table, options: ImportOptions) -> ImportResult:
    """Keep what is good, or take all of it back, and say what became of the file."""
    refused = bool(intake.bad) and (not options.skip_bad or intake.is_cut_off)
    if refused:
        intake.discard_all()
    new = sum(unit.before[place] is None for place in intake.lines)
    changed = len(intake.lines) - new
    commit = unit.transaction.commit + 1 if intake.lines else 0
    if commit:
        unit.keep(TABLE, _name(table, options), {"rows": new + changed, "commit": commit})
    return ImportResult(
        options.record,
        table.sha256,
        rows=intake.rows,
        new=new,
        changed=changed,
        unchanged=intake.unchanged,
        bad=len(intake.bad),
        problems=intake.problems,
        ids=tuple(key for _, key in intake.lines),
        commit=0 if options.dry_run else commit,
        is_refused=refused,
        encoding=table.encoding,
    )


def _name(table: Table, options: ImportOptions) -> str:
    return f"{options.record}:{table.sha256}"


def _reader(crm: Crm, options: ImportOptions, company: Company) -> RowReader:
    record_class = crm.catalogue.record(options.record)
    facts, fields = type_of(record_class), {one.name: described(one) for one in crm.catalogue.fields_on(record_class)}
    reading = Reading(company.zone, company.money_digits, options.date_format, options.decimal_mark)
    return RowReader(facts, reading, fields, options.mapping, options.constants, partial=bool(options.key))


def _key_column(bound: BoundRows, options: ImportOptions) -> ColumnType | None:
    """Return the column or field that tells records apart, which a column of the file must fill."""
    if not options.key:
        return None
    filled = {binding.target.name: binding.target for binding in bound.bindings}
    if options.key not in filled:
        raise UnknownName("column or field that the file fills", options.key, filled, todo="--key names one of them.")
    return filled[options.key]
