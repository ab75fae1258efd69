"""How the values of terms are held while they are evaluated, and exact arithmetic and comparison on them.

Four shapes hold numbers: ``fixed`` is an integer count of 10**-digits, ``ratio`` a binary64 float, ``exact`` a
`Fraction` that is the same for every customer (constants, settings, population values). Everything else is ``plain``:
folded texts, booleans, dates, instants.
"""

import math
import operator
from collections.abc import Callable
from fractions import Fraction
from typing import Any, Final, Literal

from attrs import evolve, frozen

Compute = Callable[[Any, Any], Any]
"""From a case and a row to a value, or to None where it is unknown."""

Shape = Literal["fixed", "ratio", "exact", "plain"]

OPERATIONS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@frozen
class Meaning:
    """A compiled term: its shape and the function that computes it.

    ``digits`` counts the decimal digits of a fixed value. ``constant`` is the value of an exact one; ``fitted`` says
    that a population value is part of it.
    """

    shape: Shape
    compute: Compute
    digits: int = 0
    constant: Any = None
    fitted: bool = False


def constant(value: Any, *, fitted: bool = False) -> Meaning:
    """Return the meaning of something that is the same for every customer."""
    shape: Shape = "exact" if isinstance(value, Fraction) or fitted else "plain"
    return Meaning(shape, lambda _case, _row: value, constant=value, fitted=fitted)


def decimal_digits(value: Fraction) -> int | None:
    """Return how many digits after the point hold ``value`` exactly, or None if no number of them does."""
    digits = 0
    denominator = value.denominator
    for factor in (2, 5):
        power = 0
        while denominator % factor == 0:
            denominator //= factor
            power += 1
        digits = max(digits, power)
    return digits if denominator == 1 else None


def as_fixed(meaning: Meaning) -> Meaning | None:
    """Return a constant as a fixed value if it has finitely many digits and is not fitted; fixed values as they are."""
    if meaning.shape == "fixed":
        return meaning
    if meaning.shape != "exact" or meaning.fitted or meaning.constant is None:
        return None
    digits = decimal_digits(meaning.constant)
    if digits is None:
        return None
    units = int(meaning.constant * 10**digits)
    return Meaning("fixed", lambda _case, _row: units, digits, constant=meaning.constant)


def as_ratio(meaning: Meaning) -> Meaning:
    """Return a number as binary64: one rounding, from the integer or the exact fraction."""
    if meaning.shape == "ratio":
        return meaning
    if meaning.shape == "exact":
        value = None if meaning.constant is None else float(meaning.constant)
        return Meaning("ratio", lambda _case, _row: value)
    compute, divisor = meaning.compute, 10.0**meaning.digits

    def to_float(case: Any, row: Any) -> float | None:
        units = compute(case, row)
        try:
            return None if units is None else float(units) / divisor
        except OverflowError:  # beyond binary64, as results are in `arithmetic`
            return None

    return Meaning("ratio", to_float)


def rescaled(meaning: Meaning, digits: int) -> Meaning:
    """Return a fixed value with at least as many digits."""
    if meaning.digits == digits:
        return meaning
    compute, factor = meaning.compute, 10 ** (digits - meaning.digits)

    def scale(case: Any, row: Any) -> int | None:
        units = compute(case, row)
        return None if units is None else units * factor

    return evolve(meaning, compute=scale, digits=digits)


def alike(meanings: tuple[Meaning, ...]) -> tuple[Meaning, ...]:
    """Bring several values to one shape: fixed where all can be, else ratio; plain values as they are."""
    if any(meaning.shape == "plain" for meaning in meanings):
        return meanings
    fixed = tuple(as_fixed(meaning) for meaning in meanings)
    if any(meaning is None for meaning in fixed):
        return tuple(as_ratio(meaning) for meaning in meanings)
    digits = max(meaning.digits for meaning in fixed if meaning)
    return tuple(rescaled(meaning, digits) for meaning in fixed if meaning)


def arithmetic(op: str, left: Meaning, right: Meaning) -> Meaning:
    """Return the meaning of ``left op right``; division by zero is unknown, and so is a result beyond binary64."""
    if left.shape == right.shape == "exact":
        return _exact(op, left, right)
    one, two = alike((left, right))
    if op == "*" and one.shape == "fixed":
        fixed = as_fixed(left), as_fixed(right)
        one, two = (fixed[0] or one), (fixed[1] or two)
        return Meaning("fixed", _both(operator.mul, one, two), one.digits + two.digits)
    if one.shape == "fixed" and op != "/":
        return Meaning("fixed", _both(OPERATIONS[op], one, two), one.digits)
    return Meaning("ratio", _both(_finite(OPERATIONS[op]), one, two))


def _exact(op: str, left: Meaning, right: Meaning) -> Meaning:
    fitted = left.fitted or right.fitted
    one, two = left.constant, right.constant
    if one is None or two is None or (op == "/" and two == 0):
        return constant(None, fitted=True)
    return constant(OPERATIONS[op](one, two), fitted=fitted)


def _both(operation: Callable[[Any, Any], Any], left: Meaning, right: Meaning) -> Compute:
    first, second = left.compute, right.compute

    def combine(case: Any, row: Any) -> Any:
        one = first(case, row)
        two = second(case, row)
        return None if one is None or two is None else operation(one, two)

    return combine


def _finite(operation: Callable[[float, float], float]) -> Callable[[Any, Any], float | None]:
    def guarded(one: Any, two: Any) -> float | None:
        try:
            result = operation(float(one), float(two))
        except (ZeroDivisionError, OverflowError):
            return None
        return result if math.isfinite(result) else None

    return guarded


def comparable(left: Meaning, right: Meaning) -> tuple[Compute, Compute]:
    """Return two functions whose results can be compared with ``<`` and ``==``, without rounding.

    A constant or setting beside a ratio becomes the nearest float, as its text would; a population value stays exact.
    """
    if "plain" in {left.shape, right.shape}:
        return left.compute, right.compute
    if left.shape == "exact" and right.shape != "exact":
        two, one = comparable(right, left)
        return one, two
    if right.shape != "exact":
        one_, two_ = alike((left, right))
        return one_.compute, two_.compute
    if left.shape == "exact":
        return left.compute, right.compute
    return _beside_exact(left, right)


def _beside_exact(left: Meaning, right: Meaning) -> tuple[Compute, Compute]:
    bound: Fraction | None = right.constant
    if bound is None:
        return left.compute, right.compute
    compute = left.compute
    if left.shape == "ratio":
        if not right.fitted:
            nearest = float(bound)
            return compute, lambda _case, _row: nearest
        return _mapped(compute, Fraction), right.compute
    denominator, scaled = bound.denominator, bound.numerator * 10**left.digits
    return _mapped(compute, lambda units: units * denominator), lambda _case, _row: scaled


def _mapped(compute: Compute, change: Callable[[Any], Any]) -> Compute:
    def changed(case: Any, row: Any) -> Any:
        value = compute(case, row)
        return None if value is None else change(value)

    return changed


def to_fraction(meaning: Meaning, value: Any) -> Fraction:
    """Return a computed number as an exact fraction in whole units (euros, pieces, days)."""
    if meaning.shape == "fixed":
        return Fraction(value, 10**meaning.digits)
    return Fraction(value)
