"""The columns and fields of a record from texts, as people give them one by one."""

from collections.abc import Iterable, Mapping
from typing import Any

from attrs import frozen

from crmcore.entities import ColumnType, Record, type_of
from crmcore.errors import Invalid, Problem, UnknownName
from crmcore.files.parsing import parse
from crmcore.files.parsing_base import BadValue, Reading
from crmcore.plugging.catalogue import Catalogue
from crmcore.work.field_values import Said, described, stored


@frozen
class Given:
    """Values by column, and by field; None clears one."""

    columns: Mapping[str, Any]
    fields: Mapping[str, Any]


def targets_of(record: type[Record], catalogue: Catalogue) -> dict[str, ColumnType]:
    """Return what a person can fill in a record: its columns, then the fields that plugins add, by name."""
    fields = {field.name: described(field) for field in catalogue.fields_on(record)}
    return {column.name: column for column in type_of(record).columns} | fields


def read_form(texts: Mapping[str, str], targets: Mapping[str, ColumnType], reading: Reading) -> Given:
    """Return what texts mean; raises `Invalid` with all that cannot be meant, `UnknownName` for a strange name."""
    columns: dict[str, Any] = {}
    fields: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, text in texts.items():
        if name not in targets:
            raise UnknownName("column or field", name, targets)
        target = targets[name]
        try:
            value = parse(target, text, reading)
        except BadValue as error:
            problems.append(Problem(getattr(error, "plain", str(error)), column=name, value=text))
            continue
        if value is None and target.required:
            problems.append(Problem("is required and cannot be empty", column=name))
        (fields if "." in name else columns)[name] = value
    if problems:
        raise Invalid(problems, todo="Nothing was written.")
    return Given(columns, fields)


def with_fields(
    before: Mapping[str, Any], given: Mapping[str, Any], catalogue: Catalogue, said: Said
) -> dict[str, Any]:
    """Return a record's stored field values with new ones on top; None takes a value out."""
    found = dict(before)
    for name, value in given.items():
        raw = stored(catalogue.field(name), value, said, before.get(name))
        if raw is None:
            found.pop(name, None)
        else:
            found[name] = raw
    return found


def missing_in(texts: Iterable[str], record: type[Record]) -> tuple[str, ...]:
    """Return the columns that a new record needs and that are not among ``texts``."""
    given = set(texts)
    return tuple(column.name for column in type_of(record).columns if column.required and column.name not in given)
