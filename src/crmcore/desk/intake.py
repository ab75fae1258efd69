"""The rows of one file on their way into a unit of work: what becomes of each, and what is wrong with which."""

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
class Intake:
    """Puts rows into a unit as new or changed records and collects the bad ones.

    ``columns`` are the file's names of columns and fields. With ``keys``, rows change the records that they are about.
    """

    unit: Unit
    record_class: type[Record]
    fields: Mapping[str, Field]
    file: str
    columns: Mapping[str, str]
    said: Said
    keys: RecordKeys | None = None
    rows: int = field(default=0, init=False)
    unchanged: int = field(default=0, init=False)
    is_cut_off: bool = field(default=False, init=False)
    bad: dict[int, list[Problem]] = field(factory=dict, init=False)
    lines: dict[Place, int] = field(factory=dict, init=False)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything that is wrong, in the order of the lines."""
        return tuple(problem for line in sorted(self.bad) for problem in self.bad[line])

    # -- one row after the other -------------------------------------------------------------------------------------

    def take(self, row: Row | tuple[Problem, ...]) -> None:
        """Store a row's record, or note why that cannot be."""
        self.rows += 1
        if not isinstance(row, Row):
            self.is_cut_off |= any(isinstance(problem, Broken) for problem in row)
            self.bad.setdefault(row[0].line, []).extend(row)
            return
        try:
            known = None if self.keys is None else self.keys.find(row)
            if known is None:
                self._insert(row)
            else:
                self._change(self.unit.get(self.record_class, known), row)
        except Invalid as error:
            self._refuse(row.number, error.problems)

    def _insert(self, row: Row) -> None:
        facts = type_of(self.record_class)
        missing = [column.name for column in facts.columns if column.required and column.name not in row.values]
        if missing:  # only where records are changed by a key: else the reader saw to it
            reason = f"there is no {facts.name} with this key, and a new one needs it"
            raise Invalid(Problem(reason, column=name) for name in missing)
        given = row.values.get("id", "")
        earlier = self.lines.get((facts.name, given))
        if earlier is not None:
            raise Invalid([Problem(f"stands in line {earlier} already", column="id", value=given)])
        record = self.record_class(**row.values, fields=self._stored(row, {}))
        self._note(self.unit.add(record, self._source(row)), row)

    def _change(self, record: Record, row: Row) -> None:
        if row.values.get("id", record.id) != record.id:
            raise Invalid([Problem(f"an id cannot be changed; it is {record.id!r}", column="id")])
        fields = {**record.fields, **self._stored(row, record.fields)}
        changed = attrs.evolve(record, **row.values, fields=fields)
        if changed == record:
            self.unchanged += 1
        else:
            self._note(self.unit.replace(changed, self._source(row)), row)

    def _stored(self, row: Row, before: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: stored(self.fields[name], value, self.said, before.get(name)) for name, value in row.fields.items()
        }

    def _source(self, row: Row) -> Problem:
        return Problem("", self.file, row.number)

    def _note(self, record: Record, row: Row) -> None:
        self.lines[type_of(self.record_class).name, record.id] = row.number

    # -- all rows together -------------------------------------------------------------------------------------------

    def settle(self, *, skip_bad: bool) -> None:
        """Check the records as a whole; with ``skip_bad`` discard bad rows, and those that refer to them, to the last."""
        while True:
            self.unit.complete()
            found = self.unit.problems()
            holders = self._holders() if found else {}
            wrong: dict[Place, None] = {}
            for place, problems in found.items():
                # a purchase that the file does not hold is wrong through the file's lines of it
                rows = [place] if place in self.lines else [holder for holder, _ in holders.get(place, ())]
                for one in rows:
                    self._refuse(self.lines[one], problems)
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
            line = self.lines.pop(place, None)
            if line is None:
                continue
            self.unit.discard(place)
            if self.unit.transaction.get(*place) is not None:
                continue
            for holder, column in holders.get(place, ()):
                if holder in self.lines:
                    reason = f"refers to the record of line {line}, which is left out"
                    self._refuse(self.lines[holder], [Problem(reason, column=column, value=place[1])])
                    pending.append(holder)

    def _holders(self) -> dict[Place, list[tuple[Place, str]]]:
        """Return the file's records that refer to each record, with the column."""
        found: dict[Place, list[tuple[Place, str]]] = {}
        columns = [column for column in type_of(self.record_class).columns if column.refers_to]
        for place in self.lines:
            document = self.unit.transaction.get(*place) or {}
            for column in columns:
                if (value := document.get(column.name)) is not None:
                    found.setdefault((column.refers_to, value), []).append((place, column.name))
        return found

    def _refuse(self, line: int, problems: Iterable[Problem]) -> None:
        named = (attrs.evolve(one, column=self.columns.get(one.column, one.column)) for one in problems)
        self.bad.setdefault(line, []).extend(attrs.evolve(one, file=self.file, line=line) for one in named)
