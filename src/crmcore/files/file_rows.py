"""Lines of a file as values of one record type: all of a row's problems at once, every row on its own."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from attrs import Factory, frozen

from crmcore.entities import ColumnType, RecordType
from crmcore.errors import Invalid, Problem
from crmcore.files.binding import HOW, Binding, bind, suggestion
from crmcore.files.parsing import parse
from crmcore.files.parsing_base import BadValue, Reading
from crmcore.files.parsing_times import OtherOrder
from crmcore.files.readers import Line, Table, shown

EVERY: Final = 1000
"""Rows between two calls of a progress hook."""


@frozen
class OrderedOtherwise(Problem):
    """A day that is not written as YYYY-MM-DD, with the ``orders`` in which it can be read."""

    orders: tuple[str, ...] = ()


@frozen
class Row:
    """What one line holds: known ``values`` by column, known ``fields`` by full name, and the ``empty`` ones' names."""

    number: int
    values: Mapping[str, Any]
    fields: Mapping[str, Any]
    empty: tuple[str, ...] = ()


@frozen
class RowReader:
    """How the files of one import become rows.

    ``fields`` are the plugins' fields by full name, ``mapping`` is file column to column or field
    (see `crmcore.files.binding`), ``constants`` are texts for every row. With ``partial``, as where records are
    updated by a key, required columns may be absent.
    """

    record_type: RecordType
    reading: Reading
    fields: Mapping[str, ColumnType] = Factory(dict)
    mapping: Mapping[str, str] = Factory(dict)
    constants: Mapping[str, str] = Factory(dict)
    partial: bool = False

    def bind(self, columns: Sequence[str], file: str = "") -> "BoundRows":
        """Fit the reader to a file's header; raises `Invalid` with everything that does not fit."""
        targets = {column.name: column for column in self.record_type.columns} | dict(self.fields)
        bindings, problems = bind(columns, targets, self.mapping)
        filled = {binding.target.name for binding in bindings}
        constants, wrong = self._constants(targets, filled)
        missing = () if self.partial else self._missing(filled | set(self.constants))
        found = [Problem(each.reason, file, 1, each.column) for each in (*problems, *missing)]
        if found or wrong:
            names = f"Columns and fields of {self.record_type.name}: {', '.join(targets)}."
            heading = f"the columns do not fit {self.record_type.name}:"
            raise Invalid([*found, *wrong], heading=heading, todo=f"{HOW}\n{names}")
        return BoundRows(file, self.reading, bindings, constants, frozenset(self.fields))

    def read(self, table: Table, progress: Callable[[int], None] | None = None) -> Iterator[Row | tuple[Problem, ...]]:
        """Bind at once, then yield each row of ``table``, or its problems; ``progress`` hears the rows so far."""
        return self.bind(table.columns, table.name).rows(table, progress or (lambda _: None))

    def _constants(self, targets: Mapping[str, ColumnType], filled: set[str]) -> tuple[dict[str, Any], list[Problem]]:
        values: dict[str, Any] = {}
        problems: list[Problem] = []
        for name, text in self.constants.items():
            try:
                values[name] = self._constant(targets, name, taken=name in filled)
            except BadValue as error:
                problems.append(Problem(f"--set: {error}", column=name, value=shown(text)))
        return values, problems

    def _constant(self, targets: Mapping[str, ColumnType], name: str, *, taken: bool) -> Any:
        if name not in targets:
            raise BadValue(f"no column or field has this name{suggestion(name, targets)}")
        if taken:
            raise BadValue("a column of the file fills this one already; map that to -")
        value = parse(targets[name], self.constants[name], self.reading)
        if value is None:
            raise BadValue("has no value")
        return value

    def _missing(self, filled: set[str]) -> Iterator[Problem]:
        for column in self.record_type.columns:
            if column.required and column.name not in filled:
                reason = f"every {self.record_type.name} needs it, and no column of the file fills it"
                yield Problem(reason, column=column.name)


@frozen
class BoundRows:
    """A reader that fits one file's columns."""

    file: str
    reading: Reading
    bindings: tuple[Binding, ...]
    constants: Mapping[str, Any]
    field_names: frozenset[str]

    def rows(self, table: Table, progress: Callable[[int], None]) -> Iterator[Row | tuple[Problem, ...]]:
        """Yield each row of a table with these columns, or its problems; ``progress`` hears the rows so far."""
        count = 0
        for count, line in enumerate(table, start=1):
            yield self.read(line) if isinstance(line, Line) else (line,)
            if count % EVERY == 0:
                progress(count)
        if count % EVERY:
            progress(count)

    def read(self, line: Line) -> Row | tuple[Problem, ...]:
        """Return the line's values, or everything that is wrong with them."""
        found: dict[str, Any] = dict(self.constants)
        empty: list[str] = []
        problems: list[Problem] = []
        for binding in self.bindings:
            text = _text(line.values, binding.sources)
            try:
                value = _value(binding.target, text, self.reading)
            except BadValue as error:
                place = Problem("", self.file, line.number, "+".join(binding.sources), shown(text))
                problems.append(_problem(error, place))
                continue
            if value is None:
                empty.append(binding.target.name)
            else:
                found[binding.target.name] = value
        return tuple(problems) or self._row(line.number, found, tuple(empty))

    def _row(self, number: int, found: Mapping[str, Any], empty: tuple[str, ...]) -> Row:
        values = {name: value for name, value in found.items() if name not in self.field_names}
        fields = {name: value for name, value in found.items() if name in self.field_names}
        return Row(number, values, fields, empty)


def _problem(error: BadValue, at: Problem) -> Problem:
    place = (at.file, at.line, at.column, at.value)
    if isinstance(error, OtherOrder):
        return OrderedOtherwise(str(error), *place, error.orders)
    return Problem(str(error), *place)


def _text(values: Mapping[str, str], sources: tuple[str, ...]) -> str:
    if len(sources) == 1:
        return values[sources[0]]
    return " ".join(part for part in (values[source].strip() for source in sources) if part)


def _value(target: ColumnType, text: str, reading: Reading) -> Any:
    value = parse(target, text, reading)
    if value is None and target.required:
        raise BadValue("is empty, and is required")
    return value
