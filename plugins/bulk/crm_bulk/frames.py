"""Frames of rows and of customers, with the columns that were asked for and nothing else."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import narwhals.stable.v2 as nw
from attrs import evolve, frozen

from crm_bulk.day_tables import day_table, from_table
from crm_bulk.days import Days, midnight, utc_day
from crm_bulk.engines.backend import Backend, Frame, small_table
from crm_bulk.expressions import col
from crm_bulk.lowering import grouped, native, selected
from crm_bulk.rows import KEY, OWNER, Island, RowPass
from crm_bulk.scopes import Wanted, days_of
from crmcore import Record
from crmcore.engines import Rows, type_of


class Database(Protocol):
    """Where rows are read from, on one engine."""

    def scan(self, record_class: type[Record], wanted: Sequence[Wanted]) -> Frame:
        """Return the ids of a record type's rows and these physical columns of its own."""

    def extent(self, record_class: type[Record], wanted: Wanted) -> tuple[int, int] | None:
        """Return the least and the greatest value of a physical column in units, or None if none is known."""

    def rows(self, record_class: type[Record]) -> int:
        """Return how many records there are."""

    def is_full(self, record_class: type[Record], wanted: Wanted) -> bool:
        """Whether a physical column is known to have a value in every row."""

    @property
    def backend(self) -> Backend:
        """The library that computes."""


@frozen
class Frames:
    """Builds frames over one database, with the local days of a time zone."""

    database: Database
    zone: ZoneInfo

    def rows(self, record_class: type[Record], wanted: Iterable[Wanted]) -> Frame:
        """Return a record type's rows with id and the physical columns that are wanted."""
        listed = tuple(dict.fromkeys(wanted))
        own = [one for one in listed if one.field is not None or len(one.path) == 1]
        followed: dict[str, list[Wanted]] = {}
        for one in listed:
            if one not in own:
                followed.setdefault(one.path[0].name, []).append(one)
        keys = [Wanted(through[0].path[:1], "key") for through in followed.values()]
        native = {one.name: one for one in (*(one.own for one in own), *keys)}
        frame = self.database.scan(record_class, tuple(native[name] for name in sorted(native)))
        for name, through in followed.items():
            frame = self._joined(frame, name, through)
        for one in own:
            if one != one.own:
                days = Days(self.zone, *(days_of(one.own, self.database.extent(record_class, one.own)) or (0, 0)))
                frame = self._other_form(frame, (one.own.name, one.name), days, is_day=one.part == "day")
        return frame

    def _joined(self, frame: Frame, name: str, through: list[Wanted]) -> Frame:
        target = through[0].path[0].target
        if target is None:  # pragma: no cover - the grammar refuses it
            raise TypeError(f"{name} refers to no record")
        inner = {one.name: evolve(one, path=one.path[1:]) for one in through}
        found = self.rows(target, inner.values())
        renamed = found.select(
            nw.col(KEY).alias(f"id:{name}"), *(nw.col(one.name).alias(outer) for outer, one in inner.items())
        )
        return frame.join(renamed, left_on=f"key:{name}", right_on=f"id:{name}", how="left")

    def _other_form(self, frame: Frame, names: tuple[str, str], days: Days, *, is_day: bool) -> Frame:
        """Return a frame with the local day of a column of moments, or the midnight of a column of days.

        ``names`` are those of the given column and of the new one, ``days`` those on which the values lie.
        """
        given, wanted = names
        found = days.of(col(given)) if is_day else days.midnight_of(col(given))
        if found is not None:
            return frame.with_columns(native(found).alias(wanted))
        return self._through_table(frame, given, wanted, is_day=is_day)

    def _through_table(self, frame: Frame, given: str, wanted: str, *, is_day: bool) -> Frame:
        """Return the same where there are too many changes of the clock for one expression."""
        place = native(utc_day(col(given))) if is_day else nw.col(given)
        found = self.database.backend.collect(frame.select(place.alias("utc")).unique())
        numbers = sorted(number for number in found.column("utc").to_pylist() if number is not None)
        if not is_day:
            moments = [midnight(self.zone, number) for number in numbers]
            table = self._small({"utc": (int, numbers), wanted: (int, moments)})
            return frame.join(table, left_on=given, right_on="utc", how="left")
        columns = day_table(self.zone, numbers)
        names = [name for name in columns if name != "utc"]
        table = self._small({name: (int, values) for name, values in columns.items()})
        beside = frame.with_columns(place.alias("utc")).join(table, on="utc", how="left")
        day = native(from_table(col(given), len(names) // 2))
        return beside.with_columns(day.alias(wanted)).drop("utc", *names)

    def owners(self, source: Rows) -> Frame:
        """Return the owners of rows, each as often as it has rows."""
        owner = Wanted(_link(source), "key")
        return (
            self.rows(source.record_class, [owner])
            .select(nw.col(owner.name).alias(OWNER))
            .filter(~nw.col(OWNER).is_null())
        )

    def added_up(self, done: RowPass) -> Frame:
        """Return one row for each customer that has rows, with everything that a pass adds up."""
        owner = Wanted(_link(done.source), "key")
        frame = self.rows(done.source.record_class, [*done.compiler.scope.wanted.values(), owner])
        frame = frame.with_columns(nw.col(owner.name).alias(OWNER)).filter(~nw.col(OWNER).is_null())
        summed = grouped(frame, OWNER, _without(done.sums, done), done.prefix + "c")
        for island in done.islands.values():
            summed = summed.join(self._exact_sums(frame, island), on=OWNER, how="left")
        return summed

    def _exact_sums(self, frame: Frame, island: Island) -> Frame:
        """Return the sum of floats for each customer, rounded once, as only Python's fsum gives it."""
        from math import fsum  # noqa: PLC0415 - seldom needed

        values = selected(frame, {OWNER: col(OWNER), "value": island.value}).filter(~nw.col("value").is_null())
        found = self.database.backend.collect(values)
        parts: dict[str, list[float]] = {}
        for owner, number in zip(*(found.column(name).to_pylist() for name in (OWNER, "value")), strict=True):
            parts.setdefault(owner, []).append(number)
        sums = {owner: fsum(numbers) for owner, numbers in parts.items()}
        return self._small({OWNER: (str, list(sums)), island.result: (float, list(sums.values()))})

    def _small(self, columns: Mapping[str, tuple[type, Sequence[Any]]]) -> Frame:
        return self.database.backend.frame(small_table(columns), is_small=True)

    def beside(self, customers: Frame, done: RowPass) -> Frame:
        """Return the frame of customers with what a pass adds up; customers without rows have nothing of it."""
        frame = customers.join(self.added_up(done), left_on=KEY, right_on=OWNER, how="left")
        filled = {name: nw.col(name).fill_null(value) for name, value in _without(done.fills, done).items()}
        frame = frame.with_columns(**filled) if filled else frame
        days = Days(self.zone, *(done.compiler.scope.range_of_days() or (0, 0)))
        for names in _without(done.days, done).items():
            frame = self._other_form(frame, names, days, is_day=True)
        for names in _without(done.moments, done).items():
            frame = self._other_form(frame, names, days, is_day=False)
        return frame


def _without(named: Mapping[str, Any], done: RowPass) -> dict[str, Any]:
    return {name: found for name, found in named.items() if name not in done.left_out}


def _link(source: Rows) -> tuple[Any, ...]:
    """Return the columns that lead from a row to its customer."""
    record_class, steps = source.record_class, []
    for name in dict(type_of(record_class).links)[source.role]:
        step = type_of(record_class).column(name)
        if step is None:  # pragma: no cover - `record` has checked it
            raise TypeError(name)
        steps.append(step)
        record_class = step.target or record_class
    return tuple(steps)
