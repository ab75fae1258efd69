"""How the values of terms are held in frames, and exact arithmetic and comparison on them.

The same shapes as in the row evaluator, a column at a time: ``fixed`` is an int64 count of 10**-digits, ``ratio`` a
binary64 float, ``exact`` a `Fraction` that is the same for every customer. Texts are folded, several texts are one text
between separators, a day is an int64 count of days and a moment one of microseconds, both since 1970 in UTC. Null is
unknown, and the only missing value.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from fractions import Fraction
from math import ceil, floor, inf, nextafter
from operator import add, eq, ge, gt, le, lt, mul, sub, truediv
from typing import Any, Final, Literal

import narwhals.stable.v2 as nw
from attrs import evolve, frozen

from crm_bulk.expressions import lit, when
from crmcore import CrmError

Shape = Literal["fixed", "ratio", "exact", "text", "texts", "boolean", "date", "instant"]

LARGEST: Final = 2**63 - 1
DAY: Final = 86_400_000_000
"""Microseconds of a day."""


class TooLarge(CrmError):
    """A number does not fit into the 64 bits that engines calculate with; ``where`` says in which term."""

    def __init__(self, what: str, where: str = "") -> None:
        place = f" in {where}" if where else ""
        super().__init__(
            f"{what}{place}, beyond the 64 bits of bulk engines",
            todo="Use --engine python, which has no such limit.",
        )
        self.what = what
        self.where = where


_is_lenient: ContextVar[bool] = ContextVar("_is_lenient", default=False)


@contextmanager
def sizes(*, checked: bool) -> Iterator[None]:
    """Have the sizes of numbers checked, or not where what is compiled is only looked at and never run."""
    before = _is_lenient.set(not checked)
    try:
        yield
    finally:
        _is_lenient.reset(before)


@frozen(eq=False)
class Vector:
    """A compiled term: its shape and the expression that computes it.

    ``digits`` counts the decimal digits of a fixed value, and ``bound`` is a number of units that none of its values
    exceeds, either sign. ``constant`` is the value of what is the same for every customer; ``fitted`` says that a
    population value is part of it. ``day`` and ``moment`` make the two forms of a date or instant; asking for one has it
    prepared.
    """

    shape: Shape
    expr: Any = None
    digits: int = 0
    bound: int = 0
    constant: Any = None
    fitted: bool = False
    day: Any = None
    moment: Any = None


def null(kind: Any = nw.Int64) -> Any:
    """Return unknown, of some type."""
    return lit(None, kind)


def whole(value: int) -> Any:
    """Return a constant of 64 bits; raises `TooLarge`."""
    return lit(_fits(value, "a constant"), nw.Int64)


def _fits(value: int, what: str) -> int:
    if abs(value) <= LARGEST:
        return value
    if _is_lenient.get():
        return 0
    raise TooLarge(f"{what} can reach {value}")


def fixed(expr: Any, digits: int, bound: int) -> Vector:
    """Return a vector of integers; raises `TooLarge` if they may not fit."""
    return Vector("fixed", expr, digits, _fits(bound, "a value"))


def decimal_digits(value: Fraction) -> int | None:
    """Return how many digits after the point hold ``value`` exactly, or None if no number of them does."""
    digits, denominator = 0, value.denominator
    for factor in (2, 5):
        power = 0
        while denominator % factor == 0:
            denominator //= factor
            power += 1
        digits = max(digits, power)
    return digits if denominator == 1 else None


def as_fixed(vector: Vector) -> Vector | None:
    """Return a constant as integers if it has finitely many digits and is not fitted; fixed values as they are."""
    if vector.shape == "fixed":
        return vector
    if vector.shape != "exact" or vector.fitted or vector.constant is None:
        return None
    digits = decimal_digits(vector.constant)
    if digits is None:
        return None
    units = int(vector.constant * 10**digits)
    return Vector("fixed", whole(units), digits, abs(units), constant=vector.constant)


def as_ratio(vector: Vector) -> Vector:
    """Return a number as binary64: one rounding, from the integer or the exact fraction."""
    if vector.shape == "ratio":
        return vector
    if vector.shape == "exact":
        value = None if vector.constant is None else float(vector.constant)
        return Vector("ratio", lit(value, nw.Float64))
    floats = vector.expr.cast(nw.Float64)
    return Vector("ratio", quotient(floats, lit(10.0**vector.digits, nw.Float64)) if vector.digits else floats)


def rescaled(vector: Vector, digits: int) -> Vector:
    """Return fixed values with at least as many digits."""
    if vector.digits == digits:
        return vector
    factor = 10 ** (digits - vector.digits)
    return evolve(fixed(vector.expr * whole(factor), digits, vector.bound * factor), constant=vector.constant)


def alike(vectors: tuple[Vector, ...]) -> tuple[Vector, ...]:
    """Bring several values to one shape: fixed where all can be, else ratio; others as they are."""
    if any(vector.shape not in {"fixed", "ratio", "exact"} for vector in vectors):
        return vectors
    found = tuple(as_fixed(vector) for vector in vectors)
    if any(vector is None for vector in found):
        return tuple(as_ratio(vector) for vector in vectors)
    digits = max(vector.digits for vector in found if vector)
    return tuple(rescaled(vector, digits) for vector in found if vector)


def exact(value: Fraction | None, *, fitted: bool = False) -> Vector:
    """Return a number that is the same for every customer; None is unknown."""
    return Vector("exact", constant=value, fitted=fitted)


_OPERATIONS: Final[dict[str, Callable[[Any, Any], Any]]] = {"+": add, "-": sub, "*": mul, "/": truediv}


def arithmetic(op: str, left: Vector, right: Vector) -> Vector:
    """Return ``left op right``; division by zero is unknown, and so is a result beyond binary64."""
    operation = _OPERATIONS[op]
    if left.shape == right.shape == "exact":
        one, two = left.constant, right.constant
        if one is None or two is None or (op == "/" and two == 0):
            return exact(None, fitted=True)
        return exact(operation(one, two), fitted=left.fitted or right.fitted)
    one, two = alike((left, right))
    if op == "*" and one.shape == "fixed":
        one, two = as_fixed(left) or one, as_fixed(right) or two
        return fixed(one.expr * two.expr, one.digits + two.digits, one.bound * two.bound)
    if one.shape == "fixed" and op != "/":
        return fixed(operation(one.expr, two.expr), one.digits, one.bound + two.bound)
    one, two = (_plain_float(side) for side in (one, two))
    return Vector("ratio", _finite(op, one.expr, two.expr))


def _plain_float(side: Vector) -> Vector:
    """Return what Python's float() of the units is: operands of one scale divide without being scaled down."""
    return side if side.shape == "ratio" else Vector("ratio", side.expr.cast(nw.Float64))


def _finite(op: str, one: Any, two: Any) -> Any:
    if op == "/":
        two = when((two != 0.0) & ~one.is_null(), two)  # a column: polars multiplies by 1/x for a constant x
    result = quotient(one, two) if op == "/" else _OPERATIONS[op](one, two)
    return when((result <= _GREATEST) & (result >= -_GREATEST), result)


def quotient(one: Any, two: Any) -> Any:
    """Return a quotient of floats, rounded once: by what is one value for all rows polars multiplies its reciprocal."""
    return one / (two + one * 0.0)


_GREATEST: Final = nextafter(inf, 0)


def compared(op: str, left: Vector, right: Vector) -> Any:
    """Return the truth of ``left op right``, for numbers, without rounding; ``op`` is one of < <= > >= ==."""
    if left.shape == "exact" and right.shape != "exact":
        return compared(MIRRORED[op], right, left)
    if right.shape != "exact":
        one, two = alike((left, right))
        return TESTS[op](one.expr, two.expr)
    if right.constant is None or (left.shape == "exact" and left.constant is None):
        return null(nw.Boolean)
    if left.shape == "exact":
        return lit(bool(TESTS[op](left.constant, right.constant)), nw.Boolean)
    return _beside(op, left, right)


def _beside(op: str, left: Vector, right: Vector) -> Any:
    """Compare a column with an exact number."""
    if left.shape == "fixed":
        return _beside_whole(op, left.expr, right.constant * 10**left.digits)
    if right.fitted:
        return _beside_fraction(op, left.expr, right.constant)
    return TESTS[op](left.expr, lit(float(right.constant), nw.Float64))


MIRRORED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "=="}
TESTS: Final[dict[str, Callable[[Any, Any], Any]]] = {"<": lt, "<=": le, ">": gt, ">=": ge, "==": eq}


def always(expr: Any, *, holds: bool) -> Any:
    """Return a truth that is the same wherever ``expr`` is known."""
    return when(~expr.is_null(), lit(holds, nw.Boolean))


def _beside_whole(op: str, expr: Any, bound: Fraction) -> Any:
    """Compare integers with a fraction by comparing them with the integer next to it."""
    if bound.denominator != 1 and op == "==":
        return always(expr, holds=False)
    edge = ceil(bound) if op in {"<", ">="} else floor(bound)
    if abs(edge) > LARGEST:
        return always(expr, holds=(edge > 0) == (op in {"<", "<="}) and op != "==")
    return TESTS[op](expr, whole(edge))


def _beside_fraction(op: str, expr: Any, bound: Fraction) -> Any:
    """Compare floats with a fraction by comparing them with the float next to it."""
    try:
        near = float(bound)
    except OverflowError:
        return always(expr, holds=(bound > 0) == (op in {"<", "<="}) and op != "==")
    if Fraction(near) == bound:
        return TESTS[op](expr, lit(near, nw.Float64))
    if op == "==":
        return always(expr, holds=False)
    is_above = Fraction(near) > bound
    if op in {"<", ">="}:
        edge = near if is_above else nextafter(near, inf)
    else:
        edge = nextafter(near, -inf) if is_above else near
    return TESTS[op](expr, lit(edge, nw.Float64))
