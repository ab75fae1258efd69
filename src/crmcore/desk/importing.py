"""Importing files: one unit of work for all of them, nothing if anything is wrong unless bad rows may be skipped."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import date
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final

from attrs import Factory, frozen

from crmcore.app import Crm
from crmcore.desk.degraded import refuse_absent, refuse_absent_record
from crmcore.desk.intake import Intake, Part
from crmcore.desk.record_keys import RecordKeys
from crmcore.desk.saying import said_now
from crmcore.entities import ColumnType, Record, type_of
from crmcore.errors import Invalid, Problem, UnknownName
from crmcore.files.binding import JOINT, OTHERS
from crmcore.files.file_rows import BoundRows, Row, RowReader
from crmcore.files.parsing_base import Reading
from crmcore.files.readers import Table, open_table
from crmcore.grammar.declare import Field
from crmcore.legible import visible
from crmcore.work.company import Company
from crmcore.work.field_values import described
from crmcore.work.linking import fetch
from crmcore.work.unit import Unit

TABLE: Final = "import"
"""Which files were imported as what, by record type and SHA-256: trying again adds nothing."""

_PIECE: Final = 500
"""Rows of which it is looked up at once whether their records are there already."""

_NAMED: Final = 5
"""Files that the change log names."""


@frozen
class ImportOptions:
    """What to make of a file: ``record`` is a record type's name, ``mapping`` file column to column or field.

    ``constants`` are texts for every row. ``key`` names the column or field by which rows change records that are
    there; a cell left empty then leaves the value as it is. ``again`` imports a file a second time. What is None
    is found out. What a file says of soft fields was said by ``said_by`` on ``said_on``; without these by the actor, and
    nobody knows since when.
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
    said_on: date | None = None
    said_by: str | None = None


@frozen
class ImportResult:
    """What an import did, or would have done; ``rows`` is how many the file has.

    ``commit`` is 0 where nothing was written; ``earlier`` is the commit that imported the same file before, after
    which nothing was done now; so it is with ``same_as``, an equal file of the same import. ``is_refused`` tells that nothing
    of any file was taken because of bad rows, or because a file could not be read to its end. ``encoding`` is the one that was found. ``ids`` are those of the new and changed records, in the order of the file.
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
    same_as: str = ""
    is_refused: bool = False
    encoding: str = ""


def import_file(
    crm: Crm, path: str | Path, options: ImportOptions, progress: Callable[[int], None] | None = None
) -> ImportResult:
    """Import one file, as `import_all` does several."""
    return import_all(crm, [path], options, lambda _, rows: progress(rows) if progress else None)[0]


def import_all(
    crm: Crm,
    paths: Sequence[str | Path],
    options: ImportOptions,
    progress: Callable[[str, int], None] = lambda _, __: None,
) -> tuple[ImportResult, ...]:
    """Import files in one commit, ``-`` for standard input; bad rows are in the results, with all that is wrong.

    Nothing of any file is written if a row is bad, unless ``skip_bad``; nor where a file cannot be read to its end.
    ``progress`` hears a file's name and the number of its rows so far. Raises `UnknownName`, `UsageError`, `Invalid`
    for files that do not fit the record type as a whole, and what reading and storing raise.
    """
    state = crm.state()
    refuse_absent_record(crm, options.record)
    with ExitStack() as opened:
        asked = (options.format, options.encoding, options.delimiter)
        tables = [opened.enter_context(_opened(path, *asked)) for path in paths]
        bound = _bound(crm, tables, options, state.company)
        names = ", ".join([*(table.name for table in tables[:_NAMED]), *(["..."] if len(tables) > _NAMED else [])])
        with crm.unit(f"import {visible(names)} as {options.record}", dry_run=options.dry_run) as unit:
            said = said_now(crm, state, _filled(bound, options), by=options.said_by, on=options.said_on)
            intake = Intake(unit, *_target(crm, options), said)
            results = _fresh(tables, unit, options)
            for place, (table, rows) in enumerate(zip(tables, bound, strict=True)):
                if results[place] is None:
                    _take(intake, table, rows, options, progress)
            intake.settle(skip_bad=options.skip_bad)
            return _finished(intake, tables, results, options)


def _opened(path: str | Path, form: str | None, encoding: str | None, delimiter: str | None) -> Table:
    return open_table(path, format=form, encoding=encoding, delimiter=delimiter)


def _bound(crm: Crm, tables: Iterable[Table], options: ImportOptions, company: Company) -> list[BoundRows]:
    """Fit every file to the record type; raises `Invalid` with what does not fit in any of them."""
    reader, bound, wrong = _reader(crm, options, company), [], []
    for table in tables:
        named = (*options.mapping.values(), *options.constants, options.key)
        refuse_absent(crm, [*named, *(name for name in table.columns if _fills(name, options.mapping))])
        try:
            bound.append(reader.bind(table.columns, table.name))
        except Invalid as error:
            wrong.append(error)
    if wrong:
        problems = dict.fromkeys(problem for error in wrong for problem in error.problems)
        raise Invalid(problems, heading=wrong[0].heading, todo=wrong[0].todo)
    return bound


def _fresh(tables: Iterable[Table], unit: Unit, options: ImportOptions) -> list[ImportResult | None]:
    """Return for each file the result if it was imported before, or stands among the files twice; None if it is new."""
    found: list[ImportResult | None] = []
    seen: dict[str, str] = {}
    for table in tables:
        earlier = unit.transaction.get(TABLE, _name(table, options))
        is_known = not options.again and not options.key and (earlier is not None or table.sha256 in seen)
        commit = earlier["commit"] if earlier is not None else 0
        known = ImportResult(options.record, table.sha256, earlier=commit, same_as=seen.get(table.sha256, ""))
        found.append(known if is_known else None)
        seen.setdefault(table.sha256, table.name)
    return found


def _take(
    intake: Intake, table: Table, bound: BoundRows, options: ImportOptions, progress: Callable[[str, int], None]
) -> None:
    """Take in the rows of one file."""
    key = _key_column(bound, options)
    stored_by = intake.fields.get(key.name) if key else None
    keys = RecordKeys(intake.unit.transaction, intake.record_class, key, stored_by) if key else None
    columns = {binding.target.name: JOINT.join(binding.sources) for binding in bound.bindings}
    part = Part(bound.file, columns, keys)
    intake.parts.append(part)
    rows = iter(bound.rows(table, partial(progress, table.name)))
    while piece := tuple(islice(rows, _PIECE)):
        ids = [row.values["id"] for row in piece if isinstance(row, Row) and "id" in row.values]
        fetch(intake.unit.transaction, type_of(intake.record_class).name, ids)
        for row in piece:
            intake.take(part, row)


def _target(crm: Crm, options: ImportOptions) -> tuple[type[Record], dict[str, Field]]:
    record_class = crm.catalogue.record(options.record)
    return record_class, {field.name: field for field in crm.catalogue.fields_on(record_class)}


def _filled(bound: Iterable[BoundRows], options: ImportOptions) -> Iterator[str]:
    """Yield the fields that files or constants fill."""
    yield from (name for name in options.constants if "." in name)
    yield from (each.target.name for one in bound for each in one.bindings if "." in each.target.name)


def _fills(column: str, mapping: Mapping[str, str]) -> bool:
    """Whether a column of a file fills what it is called like, since nothing else is said of it."""
    return column not in mapping and OTHERS not in mapping


def _finished(
    intake: Intake, tables: Sequence[Table], known: Sequence[ImportResult | None], options: ImportOptions
) -> tuple[ImportResult, ...]:
    """Keep what is good, or take all of it back, and say what became of each file."""
    is_bad = any(part.bad for part in intake.parts)
    refused = is_bad and (not options.skip_bad or intake.is_cut_off)
    if refused:
        intake.discard_all()
    parts = iter(intake.parts)
    return tuple(
        result or _result(intake, next(parts), table, options, is_refused=refused)
        for result, table in zip(known, tables, strict=True)
    )


def _result(intake: Intake, part: Part, table: Table, options: ImportOptions, *, is_refused: bool) -> ImportResult:
    places, unit = intake.places(part), intake.unit
    new = sum(intake.is_new(place, part) for place in places)
    commit = unit.transaction.commit + 1 if places else 0
    if commit:
        unit.keep(TABLE, _name(table, options), {"rows": len(places), "commit": commit})
    return ImportResult(
        options.record,
        table.sha256,
        rows=part.rows,
        new=new,
        changed=len(places) - new,
        unchanged=part.unchanged,
        bad=len(part.bad),
        problems=part.problems,
        ids=tuple(key for _, key in places),
        commit=0 if options.dry_run else commit,
        is_refused=is_refused,
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
