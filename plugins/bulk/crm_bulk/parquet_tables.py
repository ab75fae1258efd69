"""Parquet files as a database of an engine: one folder for each record type, with the columns that people know."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import attrs
import narwhals.stable.v2 as nw
from attrs import define, field

from crm_bulk.encoding import midnight_of
from crm_bulk.engines.backend import Backend, Form, Frame, Natural, small_table
from crm_bulk.footers import Footers
from crm_bulk.rows import KEY
from crm_bulk.scopes import SEPARATOR, Wanted
from crmcore import CrmError, Invalid, Problem, Record
from crmcore.engines import World, fold, to_units, type_of

_ALWAYS: Final = -4_000_000
"""A day before all others, on which soft values without a day were stated."""


@define(eq=False)
class ParquetTables:
    """Folders of Parquet files, each named like a record type; a field's column is named like the field.

    Columns that the files lack are unknown. What has no exact physical form is refused.
    """

    backend: Backend
    folder: Path
    world: World
    _files: dict[str, "_Files"] = field(factory=dict, init=False)
    _extents: dict[tuple[str, str], tuple[int, int] | None] = field(factory=dict, init=False)

    def scan(self, record_class: type[Record], wanted: Sequence[Wanted]) -> Frame:
        """Return the ids of a record type's rows and these physical columns of its own."""
        found = self._of(record_class)
        if found.frame is None:
            return self._nothing(wanted)
        given = [natural for one in wanted if (natural := found.natural(one, self.world)) is not None]
        self._check(found, given)
        frame = self.backend.physical(found.frame, [found.key(), *given])
        for one in wanted:
            frame = self._finished(frame, one, found)
        return frame.select(KEY, *(one.name for one in wanted))

    def extent(self, record_class: type[Record], wanted: Wanted) -> tuple[int, int] | None:
        """Return the least and the greatest value of a physical column, or None if none is known."""
        key = (type_of(record_class).name, wanted.name)
        if key not in self._extents:
            self._extents[key] = self._extent(self._of(record_class), record_class, wanted)
        return self._extents[key]

    def rows(self, record_class: type[Record]) -> int:
        """Return how many records there are."""
        return self._of(record_class).footers.rows

    def is_full(self, record_class: type[Record], wanted: Wanted) -> bool:
        """Whether a physical column is known to have a value in every row."""
        if wanted.part == "stated" or _default(record_class, wanted, self.world) is not None:
            return True
        found = self._of(record_class)
        natural = None if found.frame is None else found.natural(wanted, self.world)
        return natural is not None and found.footers.is_full(natural.column)

    # -- one column --------------------------------------------------------------------------------------------------

    def _finished(self, frame: Frame, wanted: Wanted, found: "_Files") -> Frame:
        """Return a frame with what only Python knows how to do, once for each distinct value: folding, midnights."""
        natural = found.natural(wanted, self.world)
        if natural is None:
            frame = frame.with_columns(_unknown(wanted).alias(wanted.name))
        elif wanted.part != "key" and natural.form in {"text", "texts"}:
            frame = self._mapped(frame, natural, str, _folded)
        elif wanted.part == "moment" and natural.form == "days":
            frame = self._mapped(frame, natural, int, lambda day: midnight_of(day, wanted, self.world))
        default = _ALWAYS if wanted.part == "stated" else _default(found.record_class, wanted, self.world)
        return frame if default is None else frame.with_columns(nw.col(wanted.name).fill_null(default))

    def _mapped(self, frame: Frame, natural: Natural, kind: type, change: Any) -> Frame:
        column = nw.col(natural.name)
        found = self.backend.collect(frame.select(given=column).unique()).column("given").to_pylist()
        known = [value for value in found if value is not None]
        made = [change(value) for value in known]
        if known == made:
            return frame
        table = self.backend.frame(small_table({"given": (kind, known), "made": (kind, made)}), is_small=True)
        joined = frame.join(table, left_on=natural.name, right_on="given", how="left")
        others = [name for name in frame.collect_schema().names() if name != natural.name]
        return joined.select(*others, nw.col("made").alias(natural.name))

    def _extent(self, found: "_Files", record_class: type[Record], wanted: Wanted) -> tuple[int, int] | None:
        natural = None if found.frame is None else found.natural(wanted, self.world)
        if natural is None:
            return None
        if natural.is_exact and (noted := found.footers.extent(natural)) is not None:
            low, high = noted
            if wanted.part == "moment" and natural.form == "days":
                return (midnight_of(low, wanted, self.world), midnight_of(high, wanted, self.world))
            return noted
        column = nw.col(wanted.name)
        frame = self.scan(record_class, (wanted,)).select(low=column.min(), high=column.max())
        row = self.backend.collect(frame).to_pylist()[0]
        return None if row["low"] is None else (int(row["low"]), int(row["high"]))

    def _check(self, found: "_Files", given: Sequence[Natural]) -> None:
        """Refuse values that have no exact physical form."""
        asked = [each for each in given if not each.is_exact and each.name not in found.checked]
        if not asked:
            return
        found.checked.update(each.name for each in asked)
        unfit = self.backend.unfit(found.frame, asked)
        problems = [
            Problem(
                _REASONS[each.form].format(each.digits), file=found.name, column=each.column, value=f"{number} rows"
            )
            for each in asked
            if (number := unfit[each.name])
        ]
        if problems:
            raise Invalid(problems, heading=f"values in the files of {found.name} cannot be used:")

    # -- files -------------------------------------------------------------------------------------------------------

    def _of(self, record_class: type[Record]) -> "_Files":
        name = type_of(record_class).name
        if name not in self._files:
            paths = sorted(map(str, (self.folder / name).glob("*.parquet")))
            frame = self.backend.files(paths) if paths else None
            self._files[name] = _Files(name, record_class, frame, Footers(paths))
        return self._files[name]

    def _nothing(self, wanted: Sequence[Wanted]) -> Frame:
        """Return a table without rows."""
        frame = self.backend.frame(small_table({KEY: (str, [])}))
        return frame.with_columns(*(_unknown(one).alias(one.name) for one in wanted))


@define(eq=False)
class _Files:
    """The files of one record type, and what their columns hold."""

    name: str
    record_class: type[Record]
    frame: Frame | None
    footers: Footers
    checked: set[str] = field(factory=set)
    _schema: Mapping[str, Any] = field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        if self.frame is not None:
            self._schema = self.frame.collect_schema()

    def key(self) -> Natural:
        """Return the ids."""
        if KEY not in self._schema:
            raise CrmError(f"the files of {self.name} have no column id", todo="Give every record an id.")
        return Natural(KEY, KEY, "text")

    def natural(self, wanted: Wanted, world: World) -> Natural | None:
        """Return from which column of the files a physical one is made, or None if they have none."""
        column = wanted.field.name if wanted.field is not None else wanted.path[-1].name
        column = f"{column}@on" if wanted.part == "stated" else column
        found = self._schema.get(column)
        if found is None:
            self._check_required(wanted, column)
            return None
        form = next((form for form, holds in _forms(wanted) if holds(found)), None)
        if form is None:
            raise CrmError(
                f"the files of {self.name} hold {found} in column {column}, which is no {_kind(wanted)}",
                todo=f"Write the column as {_TODO[_kind(wanted)]}.",
            )
        digits = _digits(wanted, world) if form in {"whole", "decimal", "float"} else 0
        return Natural(wanted.name, column, form, digits, _scale(found))

    def _check_required(self, wanted: Wanted, column: str) -> None:
        if wanted.field is None and wanted.path[-1].required:
            raise CrmError(f"the files of {self.name} have no column {column}", todo="Every record needs it.")


def _kind(wanted: Wanted) -> str:
    return {"key": "text", "stated": "date"}.get(wanted.part, wanted.kind.name)


def _digits(wanted: Wanted, world: World) -> int:
    return world.money_digits if wanted.kind.name == "money" else wanted.kind.scale


def _scale(dtype: Any) -> int:
    return int(dtype.scale) if isinstance(dtype, nw.Decimal) else 0


def _forms(wanted: Wanted) -> Iterator[tuple[Form, Any]]:
    """Yield the forms in which a kind of value is read, each with what says whether a type of column holds it."""
    match _kind(wanted):
        case "money" | "decimal" | "integer":
            yield "whole", lambda dtype: dtype.is_integer()
            yield "decimal", lambda dtype: dtype.is_decimal()
            yield "float", lambda dtype: dtype.is_float()
        case "ratio":
            yield "itself", lambda dtype: dtype.is_float()
        case "text":
            yield "text", lambda dtype: isinstance(dtype, _TEXTS) or (wanted.part == "key" and dtype.is_integer())
        case "texts":
            yield "texts", lambda dtype: isinstance(dtype, nw.List) and isinstance(dtype.inner, _TEXTS)
        case "boolean":
            yield "itself", lambda dtype: isinstance(dtype, nw.Boolean)
        case "date":
            yield "days", lambda dtype: isinstance(dtype, nw.Date)
        case _:
            yield "moment", lambda dtype: isinstance(dtype, nw.Datetime) and dtype.time_zone and dtype.time_unit != "ns"
            yield "days", lambda dtype: isinstance(dtype, nw.Date)


_TEXTS: Final = (nw.String, nw.Categorical, nw.Enum)
_TODO: Final = {
    "money": "a decimal",
    "decimal": "a decimal",
    "integer": "a whole number",
    "ratio": "a float",
    "text": "text",
    "texts": "a list of texts",
    "boolean": "a truth value",
    "date": "a date",
    "instant": "a timestamp in microseconds with a time zone, or a date",
}
_REASONS: Final = {
    "decimal": "has more than {} digits after the point",
    "float": "is no number of {} digits after the point",
    "texts": "has a control character",
}


def _default(record_class: type[Record], wanted: Wanted, world: World) -> Any:
    """Return what stands for a column that is empty in a row, if the record type says so."""
    if wanted.field is not None or wanted.part != "value":
        return None
    default = getattr(attrs.fields_dict(record_class)[wanted.path[-1].name], "default", None)
    if default is attrs.NOTHING or default is None:
        return None
    match default:
        case tuple():
            return _folded_all(default)
        case str():
            return fold(default)
        case bool() | float():
            return default
        case _:
            return to_units(default, _digits(wanted, world))


def _unknown(wanted: Wanted) -> Any:
    if wanted.part == "stated":
        return nw.lit(_ALWAYS, nw.Int64)
    types: dict[str, Any] = {"text": nw.String, "texts": nw.String, "boolean": nw.Boolean, "ratio": nw.Float64}
    return nw.lit(None, types.get(_kind(wanted), nw.Int64))


def _folded(text: str) -> str:
    """Return a text, or several between separators, as texts are compared."""
    return SEPARATOR.join(map(fold, text.split(SEPARATOR)))


def _folded_all(texts: tuple[str, ...]) -> str:
    return SEPARATOR + "".join(fold(text) + SEPARATOR for text in texts)
