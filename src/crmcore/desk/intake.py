"""The rows of files on their way into a unit of work: what becomes of each, and what is wrong with which."""

from collections.abc import Iterable, Mapping
from typing import Any

import attrs
from attrs import define, field

from crmcore.desk.record_keys import RecordKeys
from crmcore.entities import Record, type_of
from crmcore.errors import Invalid, Problem
from crmcore.files.file_rows import Row
from crmcore.files.readers import Broken
from crmcore.grammar.declare import Field
from crmcore.work.field_values import Said, stored
from crmcore.work.unit import Place, Unit


@define(eq=False)
class Part:
    """One file of an import, and what became of its rows.

    ``columns`` are the file's names of columns and fields. With ``keys``, rows change the records that they are about.
    """

    file: str
    columns: Mapping[str, str]
    keys: RecordKeys | None = None
    rows: int = field(default=0, init=False)
    unchanged: int = field(default=0, init=False)
    is_cut_off: bool = field(default=False, init=False)
    bad: dict[int, list[Problem]] = field(factory=dict, init=False)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything that is wrong, in the order of the lines."""
        return tuple(problem for line in sorted(self.bad) for problem in self.bad[line])

    def refuse(self, line: int, problems: Iterable[Problem]) -> None:
        """Note what is wrong with a line."""
        named = (attrs.evolve(one, column=self.columns.get(one.column, one.column)) for one in problems)
        self.bad.setdefault(line, []).extend(attrs.evolve(one, file=self.file, line=line) for one in named)


Origin = tuple[Part, int]
"""A line of a file."""


@define(eq=False)
class Intake:
    """Puts the rows of all files of an import into a unit as new or changed records and collects the bad ones."""

    unit: Unit
    record_class: type[Record]
    fields: Mapping[str, Field]
    said: Said
    parts: list[Part] = field(factory=list, init=False)
    lines: dict[Place, list[Origin]] = field(factory=dict, init=False)

    @property
    def is_cut_off(self) -> bool:
        """Whether a file could not be read to its end."""
        return any(part.is_cut_off for part in self.parts)

    def places(self, part: Part) -> tuple[Place, ...]:
        """Return the records that a file makes or changes, in the order in which they came."""
        return tuple(place for place, origins in self.lines.items() if any(one is part for one, _ in origins))

    def is_new(self, place: Place, part: Part) -> bool:
        """Whether a record was not there before a file."""
        return self.unit.before[place] is None and self.lines[place][0][0] is part

    # -- one row after the other -------------------------------------------------------------------------------------

    def take(self, part: Part, row: Row | tuple[Problem, ...]) -> None:
        """Store the record of a file's row, or note why that cannot be."""
        part.rows += 1
        if not isinstance(row, Row):
            part.is_cut_off |= any(isinstance(problem, Broken) for problem in row)
            part.bad.setdefault(row[0].line, []).extend(row)
            return
        try:
            known = None if part.keys is None else part.keys.find(row)
            if known is None:
                self._insert(part, row)
            else:
                self._change(part, self.unit.get(self.record_class, known), row)
        except Invalid as error:
            part.refuse(row.number, error.problems)

    def _insert(self, part: Part, row: Row) -> None:
        facts = type_of(self.record_class)
        missing = [column.name for column in facts.columns if column.required and column.name not in row.values]
        if missing:  # only where records are changed by a key: else the reader saw to it
            reason = f"there is no {facts.name} with this key, and a new one needs it"
            raise Invalid(Problem(reason, column=name) for name in missing)
        given = row.values.get("id", "")
        earlier = self.lines.get((facts.name, given))
        if earlier is not None:
            raise Invalid([Problem(f"stands in {_place(earlier[0], part)} already", column="id", value=given)])
        record = self.record_class(**row.values, fields=self._stored(row, {}))
        self._note(self.unit.add(record, _source(part, row)), (part, row.number))

    def _change(self, part: Part, record: Record, row: Row) -> None:
        if row.values.get("id", record.id) != record.id:
            raise Invalid([Problem(f"an id cannot be changed; it is {record.id!r}", column="id")])
        fields = {**record.fields, **self._stored(row, record.fields)}
        changed = attrs.evolve(record, **row.values, fields=fields)
        if changed == record:
            part.unchanged += 1
        else:
            self._note(self.unit.replace(changed, _source(part, row)), (part, row.number))

    def _stored(self, row: Row, before: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: stored(self.fields[name], value, self.said, before.get(name)) for name, value in row.fields.items()
        }

    def _note(self, record: Record, origin: Origin) -> None:
        self.lines.setdefault((type_of(self.record_class).name, record.id), []).append(origin)

    # -- all rows together -------------------------------------------------------------------------------------------

    def settle(self, *, skip_bad: bool) -> None:
        """Check the records as a whole; with ``skip_bad`` discard bad rows, and those that refer to them, to the last."""
        while True:
            self.unit.complete()
            found = self.unit.problems()
            holders = self._holders() if found else {}
            wrong: dict[Place, None] = {}
            for place, problems in found.items():
                # a purchase that no file holds is wrong through the files' lines of it
                rows = [place] if place in self.lines else [holder for holder, _ in holders.get(place, ())]
                for one in rows:
                    self._refuse(one, problems)
                wrong.update(dict.fromkeys(rows))
            if not wrong or not skip_bad:
                return
            self._discard(wrong, holders)

    def discard_all(self) -> None:
        """Take everything back."""
        for place in tuple(self.unit.before):
            self.unit.discard(place)
        self.lines.clear()

    def _discard(self, wrong: Iterable[Place], holders: Mapping[Place, list[tuple[Place, str]]]) -> None:
        for derived in [place for place in self.unit.before if place not in self.lines]:
            self.unit.discard(derived)
        pending = list(wrong)
        while pending:
            place = pending.pop()
            origins = self.lines.pop(place, None)
            if origins is None:
                continue
            self.unit.discard(place)
            if self.unit.transaction.get(*place) is not None:
                continue
            for holder, column in holders.get(place, ()):
                if holder in self.lines:
                    left_out = _place(origins[0], self.lines[holder][0][0])
                    reason = f"refers to the record of {left_out}, which is left out"
                    self._refuse(holder, [Problem(reason, column=column, value=place[1])])
                    pending.append(holder)

    def _holders(self) -> dict[Place, list[tuple[Place, str]]]:
        """Return the files' records that refer to each record, with the column."""
        found: dict[Place, list[tuple[Place, str]]] = {}
        columns = [column for column in type_of(self.record_class).columns if column.refers_to]
        for place in self.lines:
            document = self.unit.transaction.get(*place) or {}
            for column in columns:
                if (value := document.get(column.name)) is not None:
                    found.setdefault((column.refers_to, value), []).append((place, column.name))
        return found

    def _refuse(self, place: Place, problems: Iterable[Problem]) -> None:
        """Refuse every line that a record came from."""
        told = tuple(problems)
        for part, line in self.lines[place]:
            part.refuse(line, told)


def _source(part: Part, row: Row) -> Problem:
    return Problem("", part.file, row.number)


def _place(origin: Origin, seen_from: Part) -> str:
    part, line = origin
    return f"line {line}" if part is seen_from else f"line {line} of {part.file}"
