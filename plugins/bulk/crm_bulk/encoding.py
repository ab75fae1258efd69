"""Physical columns from Python's values: for stores that hold records, and not columns."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from crm_bulk.days import day_number, local_day_of, microseconds, midnight
from crm_bulk.scopes import SEPARATOR, Wanted
from crmcore import CrmError
from crmcore.engines import World, fold, to_units


class Unfit(CrmError):
    """A stored value has no place in a column of 64 bits."""


def encoded(wanted: Wanted, values: Iterable[Any], world: World) -> Any:
    """Return an Arrow array of a physical column; ``values`` are those of the column or field, None for unknown."""
    import pyarrow as pa  # noqa: PLC0415 - only where an engine runs

    kind = wanted.kind.name
    if wanted.part == "key":
        return pa.array(values, pa.string())
    if wanted.part == "stated":
        return pa.array([None if day is None else day_number(day) for day in values], pa.int64())
    made = _makers(wanted, world)
    types = {"ratio": pa.float64(), "text": pa.string(), "texts": pa.string(), "boolean": pa.bool_()}
    try:
        return pa.array([None if value is None else made(value) for value in values], types.get(kind, pa.int64()))
    except OverflowError as error:
        raise Unfit(
            f"{wanted.name} holds a number beyond the 64 bits of bulk engines",
            todo="Use --engine python, which has no such limit.",
        ) from error


def _makers(wanted: Wanted, world: World) -> Any:  # noqa: PLR0911 - one case per kind
    kind = wanted.kind
    match kind.name:
        case "money":
            return lambda value: to_units(value, world.money_digits)
        case "decimal" | "integer":
            return lambda value: to_units(value, kind.scale)
        case "text":
            return fold
        case "texts":
            return lambda value: _joined(value, wanted)
        case "date":
            return day_number
        case "instant":
            return lambda value: _moment(value, wanted, world)
        case _:
            return lambda value: value


def _joined(value: Iterable[str], wanted: Wanted) -> str:
    parts = [fold(text) for text in value]
    if any(SEPARATOR in part for part in parts):
        raise Unfit(f"{wanted.name} holds a text with a control character", todo="Remove it from the text.")
    return SEPARATOR + "".join(part + SEPARATOR for part in parts)


def _moment(value: date, wanted: Wanted, world: World) -> int:
    if isinstance(value, datetime):
        return microseconds(value)
    return midnight_of(day_number(value), wanted, world)


def midnight_of(day: int, wanted: Wanted, world: World) -> int:
    """Return the moment that stands for a plain date among moments; raises `Unfit` if clocks left that day out."""
    found = midnight(world.zone, day)
    if local_day_of(found, world.zone) != day:
        raise Unfit(
            f"{wanted.name} holds a date that never was in {world.zone.key}: clocks went past that whole day",
            todo="Use --engine python, or give the time of day as well.",
        )
    return found
