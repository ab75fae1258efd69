"""Generated customers: facts that rules look at, drawn from the values that matter, always the same for one seed."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from random import Random
from typing import Any, Final

from attrs import Factory, define, evolve, field, frozen

from crmcore.author.bounds import MOST_ROWS, Bounds
from crmcore.entities import ColumnType, Record, type_of
from crmcore.evaluation.facts import Case, Facts, Row
from crmcore.grammar.declare import Field
from crmcore.grammar.expr import Rows
from crmcore.grammar.walk import Needs
from crmcore.kinds import INSTANT, Kind
from crmcore.records import Customer

_DEEPEST: Final = 4
_NOBODY: Final = "c1"

Part = tuple[str, Any]
"""What of a customer is drawn at once: ("column", name), ("field", field) or ("rows", source)."""


@frozen(eq=False)
class Draft:
    """A generated customer: the value of each of its parts, and the records that references lead to."""

    parts: Mapping[Part, Any]
    day: date

    def case(self) -> Case:
        """Return the customer as evaluation takes it."""
        columns = {name: value for (kind, name), value in self.parts.items() if kind == "column"}
        fields = {one.name: value for (kind, one), value in self.parts.items() if kind == "field" and value is not None}
        rows = {source: found.rows for (kind, source), found in self.parts.items() if kind == "rows"}
        known = {
            key: one for (kind, _), found in self.parts.items() if kind == "rows" for key, one in found.known.items()
        }
        customer = Customer(**{"id": _NOBODY, "name": "Ada", **columns, "fields": fields})
        return Case(Facts(customer, rows, lambda cls, key: known.get((cls, key))), self.day)


@frozen(eq=False)
class Drawn:
    """Rows of one source, in order, and the records that they refer to."""

    rows: tuple[Row, ...]
    known: Mapping[tuple[type[Record], str], Record]


@define(eq=False)
class Generator:
    """Draws customers for what some rules need; ``chosen`` decides everything, so that a seed repeats it."""

    needs: Needs
    bounds: Bounds
    day: date
    chosen: Random
    _count: int = field(default=0, init=False)
    _kept: dict[Any, tuple[Any, ...]] = field(factory=dict, init=False)
    _used: frozenset[str] = field(
        init=False,
        default=Factory(
            lambda self: frozenset(s.name for one in self.needs.columns for s in one.steps), takes_self=True
        ),
    )

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts of a customer that the rules look at."""
        own = {one.steps[0].name for one in self.needs.columns if one.source_rows.is_customer}
        fields = tuple(("field", one) for one in self.needs.fields if one.on is Customer)
        sources = tuple(("rows", source) for source in self.needs.rows if not source.is_customer)
        return (*(("column", name) for name in sorted(own)), *fields, *sources)

    def draft(self) -> Draft:
        """Draw a customer."""
        return Draft({part: self._draw(part) for part in self.parts}, self.day)

    def changed(self, draft: Draft) -> Draft:
        """Draw one or two of a customer's parts anew."""
        again = self.chosen.sample(self.parts, k=min(len(self.parts), self.chosen.choice((1, 1, 2))))
        return evolve(draft, parts={**draft.parts, **{part: self._again(part, draft.parts[part]) for part in again}})

    def _again(self, part: Part, now: Any) -> Any:
        """Draw a part anew; of rows often only some, so that what is right of the others stays."""
        if not isinstance(now, Drawn) or self.chosen.random() < 0.4:  # noqa: PLR2004 - else some rows stay
            return self._draw(part)
        kept = [row for row in now.rows if self.chosen.random() < self.chosen.choice((0.5, 0.9, 1.0))]
        more = self._rows(part[1], few=True)
        rows = sorted((*kept, *more.rows), key=lambda row: row.order)[-MOST_ROWS:]
        return Drawn(tuple(rows), {**now.known, **more.known})

    def _draw(self, part: Part) -> Any:
        match part:
            case ("column", str() as name):
                column = type_of(Customer).column(name)
                return None if column is None else self._value(column, self.chosen.random() < 0.2)  # noqa: PLR2004 - one in five is unknown
            case ("field", Field() as one):
                return self._field(one)
            case _:
                return self._rows(part[1])

    # -- single values -----------------------------------------------------------------------------------------------

    def _value(self, column: ColumnType, unknown: bool) -> Any:  # noqa: FBT001 - drawn, not a switch
        if column.required:
            unknown = False
        options = self._options(column.kind, column.choices)
        empty = () if column.kind.name == "texts" else None
        return empty if unknown or not options else self.chosen.choice(options)

    def _options(self, kind: Kind, choices: tuple[str, ...]) -> tuple[Any, ...]:
        key = kind, choices
        if key not in self._kept:
            self._kept[key] = self.bounds.options(kind, choices, self.day)
        return self._kept[key]

    def _field(self, one: Field) -> Any:
        if self.chosen.random() < 0.25:  # noqa: PLR2004 - one in four has nothing
            return None
        value = self.chosen.choice(self._options(one.result_kind(), one.choices))
        return {"value": value, "on": self.day.isoformat()} if one.soft else value

    # -- rows --------------------------------------------------------------------------------------------------------

    def _rows(self, source: Rows, *, few: bool = False) -> Drawn:
        """Draw no, one or several rows that share a style: how old, how alike, how complete they are."""
        number = self.chosen.choice((0, 1, 2, 4)) if few else self._number()
        style = self._style(source.record_class, number)
        known: dict[tuple[type[Record], str], Record] = {}
        made = (self._record(source.record_class, style, known, 0) for _ in range(number))
        rows = (self._row(record, known) for record in made)
        return Drawn(tuple(sorted(rows, key=lambda row: row.order)), known)

    def _number(self) -> int:
        few = (0, 1, 1, 2, 3)
        number = self.chosen.choice(few if self.chosen.random() < 0.7 else self.bounds.counts)  # noqa: PLR2004 - most have few
        return min(number, MOST_ROWS)

    def _style(self, record_class: type[Record], number: int) -> "_Style":
        days = sorted(self.bounds.days)
        newest = self.chosen.choice(days)
        older = [days_ago for days_ago in days if days_ago >= newest]
        oldest = newest if self.chosen.random() < 0.4 else self.chosen.choice(older)  # noqa: PLR2004 - all on one day
        fixed = {}
        for column in type_of(record_class).columns:
            if column.kind.is_number:
                value = self.chosen.choice(self._options(column.kind, ()))
                fixed[column.name] = value if self.chosen.random() < 0.5 else _share(value, number)  # noqa: PLR2004 - the sum is the bound
        between = [days_ago for days_ago in older if days_ago <= oldest]
        return _Style(
            tuple(between), fixed, self.chosen.choice((0.0, 0.0, 0.1, 0.5, 1.0)), self.chosen.choice((0.0, 0.2, 1.0))
        )

    def _record(
        self, cls: type[Record], style: "_Style", known: dict[tuple[type[Record], str], Record], depth: int
    ) -> Record:
        facts = type_of(cls)
        values: dict[str, Any] = {}
        for column in facts.columns:
            if column.required or column.name in self._used or column.name in facts.dated_by:
                values[column.name] = self._cell(column, facts.dated_by, style, known, depth)
        self._count += 1
        fields = {one.name: self._field(one) for one in self.needs.fields if one.on is cls}
        held = {name: value for name, value in fields.items() if value is not None}
        return cls(**values, id=f"r{self._count:06}", fields=held)

    def _cell(
        self, column: ColumnType, dated_by: tuple[str, ...], style: "_Style", known: dict[Any, Record], depth: int
    ) -> Any:
        if column.target is Customer:
            return _NOBODY
        if column.target is not None:
            if depth >= _DEEPEST or not (column.required or dated_by[:1] == (column.name,) or self._followed(column)):
                return None
            record = self._record(column.target, style, known, depth + 1)
            known[column.target, record.id] = record
            return record.id
        if dated_by == (column.name,):
            return self._moment(column, style)
        if column.name in style.numbers and self.chosen.random() >= style.variety:
            return None if self.chosen.random() < style.unknown else style.numbers[column.name]
        return self._value(column, self.chosen.random() < max(style.unknown, 0.1))

    def _followed(self, column: ColumnType) -> bool:
        return any(column in one.steps[:-1] for one in self.needs.columns)

    def _moment(self, column: ColumnType, style: "_Style") -> Any:
        days_ago = self.chosen.choice(style.days)
        try:
            day = date.fromordinal(self.day.toordinal() - days_ago)
        except (ValueError, OverflowError):
            day = self.day
        if column.kind == INSTANT and self.chosen.random() < 0.3:  # noqa: PLR2004 - some with a time of day
            return datetime.combine(day, time(12), UTC)
        return day

    def _row(self, record: Record, known: Mapping[tuple[type[Record], str], Record]) -> Row:
        day = _end(record, type_of(type(record)).dated_by, known)
        if isinstance(day, datetime):
            day = day.date()
        return Row(record, day, ((day or date.min).toordinal(), record.id))


@frozen
class _Style:
    """What the rows of one draw share: days ago, numbers, and how often a value is another one or unknown."""

    days: tuple[int, ...]
    numbers: Mapping[str, Any]
    variety: float
    unknown: float


def _share(value: Any, number: int) -> Any:
    if number <= 1:
        return value
    if isinstance(value, Decimal):
        return (value / number).quantize(Decimal(1).scaleb(value.as_tuple().exponent)) if value.is_finite() else value  # type: ignore[arg-type]  # a finite number's is an int
    return value // number


def _end(record: Record | None, path: tuple[str, ...], known: Mapping[tuple[type[Record], str], Record]) -> Any:
    for position, name in enumerate(path):
        if record is None:
            return None
        value = getattr(record, name)
        if position == len(path) - 1:
            return value
        column = type_of(type(record)).column(name)
        record = known.get((column.target, value)) if column and column.target and value else None
    return None
