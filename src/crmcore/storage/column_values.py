"""Values of documents as typed columns hold them, so that a database compares and sorts them as rules and lists do.

The form of a column is data, kept beside it: whoever writes to a store keeps the columns right, also those of plugins
that it does not know.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from attrs import frozen

from crmcore.evaluation.facts import instant, local_day
from crmcore.kinds import fold, to_units
from crmcore.storage.json_values import DECODERS
from crmcore.store import ColumnShape, Document

SEPARATOR: Final = "\x1f"
"""What stands before, between and behind several texts in one column."""

_INT64: Final = range(-(2**63), 2**63)
_EPOCH: Final = date(1970, 1, 1)
_EPOCH_MOMENT: Final = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_MICROSECOND: Final = timedelta(microseconds=1)

Made = Callable[[Any], int | float | str]


@frozen
class Misfit:
    """What stands for a value that a column cannot hold: nothing is to be concluded from the column then."""


MISFIT: Final = Misfit()


def column_value(shape: ColumnShape, document: Document) -> int | float | str | Misfit | None:
    """Return what a column holds for a document: None where nobody entered it, `MISFIT` for what has no place in it."""
    raw: Any = document
    for step in shape.path:
        raw = raw.get(step) if isinstance(raw, dict) else None
    if raw is None:
        return None
    try:
        made = _maker(shape.form)(raw)
    except (ValueError, TypeError, OverflowError):
        return MISFIT
    return MISFIT if isinstance(made, int) and made not in _INT64 else made


def day_number(day: date) -> int:
    """Return the days since 1970."""
    return (day - _EPOCH).days


@lru_cache(256)
def _maker(form: str) -> Made:
    """Return how a form is made of stored values; raises `ValueError` for a form that this version does not know."""
    name, _, more = form.partition(":")
    if name not in _MAKERS:
        raise ValueError(f"no form {form!r}")
    return _MAKERS[name](more)


def _units(more: str) -> Made:
    digits = int(more)
    return lambda raw: to_units(DECODERS["decimal"](raw), digits)


def _day(more: str) -> Made:
    zone = ZoneInfo(more)
    return lambda raw: day_number(local_day(DECODERS["instant"](raw), zone))


def _moment(more: str) -> Made:
    zone = ZoneInfo(more)

    def made(raw: Any) -> int:
        given = DECODERS["instant"](raw)
        found = instant(given, zone)
        if not isinstance(given, datetime) and local_day(found, zone) != given:
            raise ValueError(f"{given} never was in {more}")
        return (found - _EPOCH_MOMENT) // _MICROSECOND

    return made


def _key(raw: Any) -> str:
    """Return an id, which is compared as it is."""
    if not isinstance(raw, str) or "\0" in raw:
        raise ValueError(raw)
    return raw


def _text(raw: Any) -> str:
    folded = fold(DECODERS["text"](raw))
    if "\0" in folded or SEPARATOR in folded:
        raise ValueError(raw)
    return folded


_MAKERS: Final[dict[str, Callable[[str], Made]]] = {
    "text": lambda _: _text,
    "texts": lambda _: lambda raw: SEPARATOR + "".join(_text(one) + SEPARATOR for one in raw),
    "key": lambda _: _key,
    "boolean": lambda _: lambda raw: int(DECODERS["boolean"](raw)),
    "integer": lambda _: DECODERS["integer"],
    "ratio": lambda _: lambda raw: float(DECODERS["ratio"](raw)),
    "units": _units,
    "day": _day,
    "moment": _moment,
}
"""How values are made, by the name of a form; what stands behind its colon is given."""
