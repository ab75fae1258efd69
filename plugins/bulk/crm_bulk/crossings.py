"""When a difference of two numbers that moves by whole steps a day reaches zero, exactly."""

from math import ceil, floor
from typing import Any, Final

import narwhals.stable.v2 as nw
from attrs import frozen

from crm_bulk.expressions import lit, when
from crm_bulk.vectors import Vector, whole


@frozen(eq=False)
class Gap:
    """A difference of two numbers: its floor and its ceiling, in units of 10**-digits; null where one is unknown."""

    low: Any
    high: Any
    digits: int = 0


def gap_of(first: Vector, second: Vector) -> Gap | None:
    """Return the difference of two numbers if it can be computed exactly."""
    match first.shape, second.shape:
        case "fixed", "exact" if second.constant is not None:
            edge = second.constant * 10**first.digits
            return Gap(first.expr - whole(ceil(edge)), first.expr - whole(floor(edge)), first.digits)
        case "exact", "fixed" if first.constant is not None:
            edge = first.constant * 10**second.digits
            return Gap(whole(floor(edge)) - second.expr, whole(ceil(edge)) - second.expr, second.digits)
        case "fixed", "fixed":
            digits = max(first.digits, second.digits)
            one = first.expr * whole(10 ** (digits - first.digits))
            two = second.expr * whole(10 ** (digits - second.digits))
            return Gap(one - two, one - two, digits)
        case "fixed", "ratio" if first.digits == 0:
            return Gap(first.expr - _whole(second.expr.ceil()), first.expr - _whole(second.expr.floor()))
        case "ratio", "fixed" if second.digits == 0:
            return Gap(_whole(first.expr.floor()) - second.expr, _whole(first.expr.ceil()) - second.expr)
    return None


_FAR: Final = 2.0**60


def _whole(number: Any) -> Any:
    """Return a float without fraction as an integer; those beyond all dates come no nearer."""
    near = when(number > _FAR, lit(_FAR, nw.Float64), when(number < -_FAR, lit(-_FAR, nw.Float64), number))
    return near.cast(nw.Int64)


def steps_to_change(gap: Gap, slope: Any, steepest: int, *, strict: bool) -> Any:
    """Return the days until ``gap + slope * days`` changes sign, as ``>= 0`` sees it, or ``> 0`` where ``strict``.

    Null where it never does, or where something is unknown.
    """
    rises = _steps_up(gap.low, gap.high, gap.digits, (slope, steepest), strict=strict)
    falls = _steps_up(gap.high * -1, gap.low * -1, gap.digits, (slope * -1, steepest), strict=not strict)
    return when(slope > 0, rises, when(slope < 0, falls))


def _steps_up(low: Any, high: Any, digits: int, slope: tuple[Any, int], *, strict: bool) -> Any:
    """Return the days until a difference that rises is 0, or above where ``strict``; its true value is in low..high."""
    steps, steepest = slope
    if steepest == 1 and digits == 0:
        below, above = high * -1, low * -1  # floor and ceiling of the crossing
    else:
        divisor = when(steps > 0, steps * whole(10**digits))  # elsewhere it is not looked at, but computed
        below, above = _divided(high * -1, divisor), _divided(low * -1, divisor, up=True)
    if strict:
        return when(high <= 0, below + 1)
    return when(low < 0, above)


def _divided(value: Any, divisor: Any, *, up: bool = False) -> Any:
    """Return the floor, or the ceiling, of a quotient of integers with a positive divisor, exactly."""
    near = (value.cast(nw.Float64) / divisor.cast(nw.Float64)).floor().cast(nw.Int64)
    near = when(near * divisor > value, near - 1, near)
    near = when((near + 1) * divisor <= value, near + 1, near)
    return when(near * divisor < value, near + 1, near) if up else near
