"""Single values as plain JSON and back, by kind, without losing a digit.

Decimals and ratios are texts, and so are whole numbers beyond 64 bits; instants are UTC with a ``Z``, plain dates
``YYYY-MM-DD``. This is about form only: bounds, choices and numbers of digits are checked where values enter.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from math import isfinite
from typing import Any, Final

from crmcore.errors import Invalid, Problem
from crmcore.kinds import Kind
from crmcore.values import control_in

Turn = Callable[[Any], Any]
"""Turns a value into its other form, or raises `Unfit`."""

_DIGITS: Final = 4000
"""Longer numbers are refused before Python refuses to print them (it does at 4300 digits)."""

_INT64: Final = range(-(2**63), 2**63)
_whole: Final = re.compile(rf"-?[0-9]{{1,{_DIGITS}}}").fullmatch
_number: Final = re.compile(r"-?[0-9]+(?:\.[0-9]+)?").fullmatch


class Unfit(ValueError):
    """A value that has not the form of its kind; ``inside`` says where within it."""

    def __init__(self, reason: str, value: Any, inside: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.value = value
        self.inside = inside


def encode_value(kind: Kind, value: Any) -> Any:
    """Return a field's or setting's value as plain JSON; None stays None. Raises `Invalid`."""
    return _tried(ENCODERS[kind.name], value)


def decode_value(kind: Kind, raw: Any) -> Any:
    """Return the value that `encode_value` turned into ``raw``; None stays None. Raises `Invalid`."""
    return _tried(DECODERS[kind.name], raw)


def _tried(turn: Turn, value: Any) -> Any:
    try:
        return None if value is None else turn(value)
    except Unfit as error:
        raise Invalid([problem(error, "")]) from error


def problem(error: Unfit, column: str) -> Problem:
    """Say what is wrong with the value of a column."""
    shown = error.value if isinstance(error.value, str) else repr(error.value)
    return Problem(error.reason, column=column + error.inside, value=shown[:60])


def unlike(value: Any, expected: str) -> Unfit:
    """Return the error for a value of the wrong type."""
    found = _CALLED.get(type(value), f"of type {type(value).__name__}")
    return Unfit(f"is {found}, not {expected}", value)


_CALLED: Final = {
    type(None): "null",
    bool: "true or false",
    int: "a whole number",
    float: "a number with a point",
    str: "a text",
    list: "a list",
    dict: "a mapping",
}


def _text_out(value: Any) -> str:
    if not isinstance(value, str):
        raise unlike(value, "a text")
    if not value.isascii():
        half = next((letter for letter in value if "\ud800" <= letter <= "\udfff"), "")
        if half:
            raise Unfit(control_in(half), ascii(value))
    return str.__str__(value)


def _text_in(raw: Any) -> str:
    if type(raw) is not str:
        raise unlike(raw, "a text")
    return raw


def _texts(value: Any, turn: Callable[[Any], str]) -> list[str]:
    if not isinstance(value, tuple | list):
        raise unlike(value, "a list of texts")
    turned = []
    for place, text in enumerate(value):
        try:
            turned.append(turn(text))
        except Unfit as error:
            raise Unfit(error.reason, error.value, f"[{place}]") from error
    return turned


def _boolean(value: Any) -> bool:
    if type(value) is not bool:
        raise unlike(value, "true or false")
    return value


def _integer_out(value: Any) -> int | str:
    if not isinstance(value, int) or isinstance(value, bool):
        raise unlike(value, "a whole number")
    if value in _INT64:
        return int(value)
    if value.bit_length() > 3 * _DIGITS:
        raise Unfit(f"has more than {_DIGITS} digits", "...")
    return str(int(value))


def _integer_in(raw: Any) -> int:
    if type(raw) is int:
        return raw
    if type(raw) is str and _whole(raw):
        return int(raw)
    raise unlike(raw, "a whole number")


def _decimal_out(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(_integer_out(value))
    if not isinstance(value, Decimal):
        raise unlike(value, "a decimal number")
    if not value.is_finite():
        raise Unfit("is not a finite number", str(value))
    _, digits, exponent = value.as_tuple()
    if len(digits) + abs(int(exponent)) > _DIGITS:
        raise Unfit(f"has more than {_DIGITS} digits", "...")
    return format(value, "f")


def _decimal_in(raw: Any) -> Decimal:
    if type(raw) is str and _number(raw):
        return Decimal(raw)
    if type(raw) is int:
        return Decimal(raw)
    raise unlike(raw, "a decimal number as text")


def _ratio_out(value: Any) -> str:
    if not isinstance(value, float):
        raise unlike(value, "a ratio")
    if not isfinite(value):
        raise Unfit("is not a finite number", str(value))
    return float.__repr__(value)


def _ratio_in(raw: Any) -> float:
    try:
        if type(raw) is str and isfinite(value := float(raw)):
            return value
    except ValueError:
        pass
    raise unlike(raw, "a ratio as text")


def _date_out(value: Any) -> str:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise unlike(value, "a date")
    return value.isoformat()


def _date_in(raw: Any) -> date:
    if type(raw) is not str:
        raise unlike(raw, "a date")
    try:
        if raw[4:5] == raw[7:8] == "-" and "W" not in raw:  # Python reads other forms as well
            return date.fromisoformat(raw)
    except ValueError as error:
        raise Unfit(f"is not a date: {error}", raw) from error
    raise Unfit("is not a date as YYYY-MM-DD", raw)


def _instant_out(value: Any) -> str:
    if not isinstance(value, datetime):
        return _date_out(value)
    if value.utcoffset() is None:
        raise Unfit("has no time zone", str(value))
    try:
        return value.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"
    except OverflowError as error:
        raise Unfit("is out of range in UTC", str(value)) from error


def _instant_in(raw: Any) -> date | datetime:
    if type(raw) is not str or raw[10:11] != "T":
        return _date_in(raw)
    try:
        value = datetime.fromisoformat(raw)
        if value.tzinfo is UTC:
            return value
        if value.tzinfo is not None:
            return value.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Unfit(f"is not a point in time: {error}", raw) from error
    raise Unfit("has no time zone", raw)


ENCODERS: Final[Mapping[str, Turn]] = {
    "text": _text_out,
    "texts": lambda value: _texts(value, _text_out),
    "boolean": _boolean,
    "integer": _integer_out,
    "money": _decimal_out,
    "decimal": _decimal_out,
    "number": _decimal_out,
    "ratio": _ratio_out,
    "date": _date_out,
    "instant": _instant_out,
}
"""From a value to plain JSON, by the name of its kind."""

DECODERS: Final[Mapping[str, Turn]] = {
    "text": _text_in,
    "texts": lambda raw: tuple(_texts(raw, _text_in)),
    "boolean": _boolean,
    "integer": _integer_in,
    "money": _decimal_in,
    "decimal": _decimal_in,
    "number": _decimal_in,
    "ratio": _ratio_in,
    "date": _date_in,
    "instant": _instant_in,
}
"""From plain JSON to a value, by the name of its kind."""
