"""Whether a value fits its kind: what no edge may let in, whichever way it came."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from typing import Any, Final

from crmcore.kinds import NUMBER_LIMIT, Kind, to_units


def misfit(kind: Kind, value: Any, money_digits: int) -> str:
    """Return why ``value`` cannot be a value of ``kind``, empty if it can; None is nobody's value."""
    fits, reason = _TESTS[kind.name]
    if not fits(value):
        return reason
    if kind.name in _EXACT:
        return _size(value, money_digits if kind.name == "money" else kind.scale)
    return ""


def _size(value: Any, digits: int) -> str:
    if isinstance(value, Decimal) and not value.is_finite():
        return "must be a finite number"
    if abs(value) >= NUMBER_LIMIT:
        return f"must be smaller than {NUMBER_LIMIT:,} either sign"
    try:
        to_units(value, digits)
    except ValueError as error:
        return f"has {error}"
    return ""


def _is_exact(value: Any) -> bool:
    return isinstance(value, Decimal | int) and not isinstance(value, bool)


def _is_moment(value: Any) -> bool:
    """Whether it is a day, or a moment with a time zone; not so close to the ends of time that a zone leads over them."""
    if isinstance(value, datetime) and value.utcoffset() is None:
        return False
    return isinstance(value, date) and date.min < date(value.year, value.month, value.day) < date.max


_EXACT: Final = frozenset({"integer", "decimal", "money"})
_TESTS: Final[Mapping[str, tuple[Callable[[Any], bool], str]]] = {
    "integer": (lambda value: type(value) is int, "must be a whole number"),
    "decimal": (_is_exact, "must be an exact number (Decimal or int)"),
    "money": (_is_exact, "must be an exact number (Decimal or int)"),
    "number": (_is_exact, "must be an exact number (Decimal or int)"),
    "ratio": (lambda value: isinstance(value, float) and isfinite(value), "must be a finite number"),
    "text": (lambda value: isinstance(value, str), "must be a text"),
    "texts": (
        lambda value: isinstance(value, tuple) and all(isinstance(part, str) for part in value),
        "must be several texts",
    ),
    "boolean": (lambda value: isinstance(value, bool), "must be true or false"),
    "date": (lambda value: isinstance(value, date) and not isinstance(value, datetime), "must be a day"),
    "instant": (_is_moment, "must be a day, or a moment with its time zone"),
}
