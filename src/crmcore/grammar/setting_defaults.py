"""Whether a setting's own default could be set by anybody: its kind, choices and bounds."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from crmcore.attributes import Shape, is_line
from crmcore.kinds import DATE, NUMBER, NUMBER_LIMIT, TEXT, Kind

SETTING_DIGITS: Final = 12
"""Digits that a setting can have after the point."""


def default_problem(default: Any, kind: Kind, choices: tuple[str, ...], least: Any, greatest: Any) -> str:
    """Return why a default of this kind cannot be used; empty if it can."""
    bounds = [bound for bound in (least, greatest) if bound is not None]
    if kind == NUMBER and not is_storable(default):
        return f"its default must be below 10**12 and have no more than {SETTING_DIGITS} digits after the point"
    if choices and (kind != TEXT or default not in choices):
        return f"its default {default!r} is not one of its choices {', '.join(map(repr, choices))}"
    if not all((kind == DATE) is isinstance(bound, date) and kind in {DATE, NUMBER} for bound in bounds):
        return f"least and greatest are numbers beside a number and dates beside a date, not {bounds!r}"
    if (least is not None and default < least) or (greatest is not None and default > greatest):
        return f"its default {default!r} is out of its bounds"
    return ""


def is_storable(number: int | Decimal) -> bool:
    """Whether a number is small enough for a setting and has few enough digits."""
    if not -NUMBER_LIMIT < number < NUMBER_LIMIT:
        return False
    exponent: Any = Decimal(number).as_tuple().exponent  # of a finite number it is an int
    return bool(exponent >= -SETTING_DIGITS)


def is_setting_default(value: Any) -> bool:
    """Whether a setting may have such a value at all."""
    if isinstance(value, Decimal):
        return value.is_finite()
    if isinstance(value, str):
        return is_line(value)
    return isinstance(value, int | date) and not isinstance(value, datetime)


def _is_bound(value: Any) -> bool:
    if isinstance(value, bool | str) or not is_setting_default(value):
        return False
    return isinstance(value, date) or -NUMBER_LIMIT <= value <= NUMBER_LIMIT


BOUND: Final = Shape(f"a date, or a number up to {NUMBER_LIMIT:,} either sign", _is_bound)
