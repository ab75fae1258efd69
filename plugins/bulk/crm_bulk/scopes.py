"""What expressions read: the physical columns of one source of rows, or of the customers, as far as they are asked for."""

from datetime import date
from fractions import Fraction
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

import narwhals.stable.v2 as nw
from attrs import define, field, frozen

from crm_bulk.days import day_number, midnight
from crm_bulk.expressions import col, lit, when
from crm_bulk.vectors import DAY, Vector, exact, fixed
from crmcore import Field, Record
from crmcore.engines import ColumnType, Kind, World, fold

Part = Literal["value", "moment", "day", "stated", "key"]
"""What of a stored value is asked for: the value itself, a time as moment or as local day, the day on which a soft
value was stated, or a text exactly as it stands, to follow a reference."""


@frozen
class Wanted:
    """One physical column: the path of columns that leads to it, or a field of the row itself."""

    path: tuple[ColumnType, ...]
    part: Part
    field: Field | None = None

    @property
    def name(self) -> str:
        """The column's name in a frame; without a point, which engines read as a step into a value."""
        if self.field is not None:
            return f"{self.part}:{self.field.name.replace('.', '/')}"
        return f"{self.part}:{'>'.join(step.name for step in self.path)}"

    @property
    def own(self) -> "Wanted":
        """The column of the record at the end of the path, in the form in which a source has it."""
        path = self.path[-1:]
        if self.part not in {"moment", "day"}:
            return Wanted(path, self.part, self.field)
        return Wanted(path, "moment" if self.kind.name == "instant" else "day", self.field)

    @property
    def kind(self) -> Kind:
        """What sort of value it holds."""
        return self.field.result_kind() if self.field is not None else self.path[-1].kind


@define(eq=False)
class Scope:
    """The rows that expressions are about, and which of their columns were asked for.

    ``bounds`` gives, for a record type and a physical column of its own, the largest absolute value in units.
    """

    record_class: type[Record]
    world: World
    bounds: "Bounds"
    wanted: dict[str, Wanted] = field(factory=dict)
    days: set[int] = field(factory=set)
    """The constant days that stand among them."""

    def column(self, steps: tuple[ColumnType, ...]) -> Vector:
        """Return a column, perhaps through references."""
        owner = self.record_class if len(steps) == 1 else steps[-2].target
        return self._vector(steps, None, owner or self.record_class)

    def field(self, stored: Field, day: int) -> Vector:
        """Return the stored value of a field, without its default; a soft one counts from its stated day on."""
        found = self._vector((), stored, self.record_class)
        if not stored.soft:
            return found
        counts = self._want(Wanted((), "stated", stored)) <= day
        return masked(found, counts)

    def stated(self, stored: Field) -> Any:
        """Return the day on which a soft value was stated."""
        return self._want(Wanted((), "stated", stored))

    def _vector(self, path: tuple[ColumnType, ...], stored: Field | None, owner: type[Record]) -> Vector:
        wanted = Wanted(path, "value", stored)
        kind = wanted.kind
        match kind.name:
            case "money" | "decimal" | "integer":
                extent = self.bounds.extent(owner, wanted.own)
                digits = self.world.money_digits if kind.name == "money" else kind.scale
                return fixed(self._want(wanted), digits, max(map(abs, extent)) if extent else 0)
            case "ratio" | "text" | "texts" | "boolean":
                return Vector(kind.name, self._want(wanted))
            case name:
                return self._time(name, path, stored)

    def _time(self, name: str, path: tuple[ColumnType, ...], stored: Field | None) -> Vector:
        def moment() -> Any:
            return self._want(Wanted(path, "moment", stored))

        def day() -> Any:
            return self._want(Wanted(path, "day", stored))

        return time_vector(name, moment, day)

    def constant(self, value: Any) -> Vector:
        """Return a constant or setting."""
        found = constant(value, self.world.zone)
        if found.shape == "date":
            self.days.add(day_number(value))
        return found

    def range_of_days(self) -> tuple[int, int] | None:
        """Return the first and the last day that times in these columns and constants have to do with, and some more."""
        found = [(min(self.days) - 2, max(self.days) + 2)] if self.days else []
        for one in self.wanted.values():
            if one.part in {"moment", "day"}:
                owner = self.record_class if len(one.path) < 2 else one.path[-2].target or self.record_class
                days = days_of(one.own, self.bounds.extent(owner, one.own))
                found += [] if days is None else [days]
        return (min(first for first, _ in found), max(last for _, last in found)) if found else None

    def moment(self, path: tuple[ColumnType, ...]) -> Any:
        """Return when a dated row happened: the end of the path of columns that dates it."""
        return self._want(Wanted(path, "moment"))

    def _want(self, wanted: Wanted) -> Any:
        self.wanted[wanted.name] = wanted
        is_own = wanted.field is not None or len(wanted.path) == 1
        return col(wanted.name, is_known=is_own and self.bounds.is_full(self.record_class, wanted.own))


class Bounds:
    """How large the stored numbers are, how many rows there are, and which columns have no gaps; asked of the source."""

    def extent(self, record_class: type[Record], wanted: Wanted) -> tuple[int, int] | None:
        """Return the least and the greatest value of a physical column in units, or None if none is known."""
        raise NotImplementedError

    def is_full(self, record_class: type[Record], wanted: Wanted) -> bool:
        """Whether a physical column is known to have a value in every row."""
        raise NotImplementedError

    def rows(self, record_class: type[Record]) -> int:
        """Return how many records there are."""
        raise NotImplementedError


def days_of(wanted: Wanted, extent: tuple[int, int] | None) -> tuple[int, int] | None:
    """Return the first and the last day on which the times of a column lie, and some more; None if it has none."""
    if extent is None:
        return None
    low, high = extent
    per_day = DAY if wanted.part == "moment" else 1
    return (low // per_day - 2, high // per_day + 2)


def time_vector(name: Any, moment: Any, day: Any) -> Vector:
    """Return the vector of a date or instant whose two forms are made when they are asked for."""
    return Vector(name, moment() if name == "instant" else day(), day=day, moment=moment)


def masked(vector: Vector, holds: Any) -> Vector:
    """Return a vector that is known only where something holds."""
    return changed(vector, lambda expr: when(holds, expr))


def changed(vector: Vector, change: Any) -> Vector:
    """Return a vector with each of its expressions changed."""
    if vector.shape in {"date", "instant"}:
        moment, day = vector.moment, vector.day
        return time_vector(vector.shape, lambda: change(moment()), lambda: change(day()))
    return Vector(vector.shape, change(vector.expr), vector.digits, vector.bound)


SEPARATOR: Final = "\x1f"
"""Stands before, between and behind several texts; no text can have it, see `crmcore` on control characters."""


def constant(value: Any, zone: ZoneInfo) -> Vector:
    """Return a constant or setting."""
    match value:
        case bool():
            return Vector("boolean", lit(value, nw.Boolean), constant=value)
        case date():
            number = day_number(value)
            return _constant_day(value, number, zone)
        case str():
            folded = fold(value)
            return Vector("text", lit(folded, nw.String), constant=folded)
        case _:
            return exact(Fraction(value))


def _constant_day(value: date, number: int, zone: ZoneInfo) -> Vector:
    def moment() -> Any:
        return lit(midnight(zone, number), nw.Int64)

    def day() -> Any:
        return lit(number, nw.Int64)

    return Vector("date", day(), constant=value, day=day, moment=moment)
