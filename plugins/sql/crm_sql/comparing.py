"""Values of SQL and how they are compared: exactly, as the row evaluator does."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from math import ceil, floor
from typing import Any, Final

from attrs import frozen
from sqlalchemy import Boolean, Integer, case, cast, false, func, null, true
from sqlalchemy import literal as bound

from crmcore.engines import fold

SEPARATOR: Final = "\x1f"
"""What stands before, between and behind several texts in one column."""

EPOCH: Final = date(1970, 1, 1)
_INT64: Final = 2**63
_UNKNOWN: Final = cast(null(), Boolean)


class Unsupported(Exception):
    """A part of the grammar that this database does not answer exactly."""


@frozen(eq=False)
class Value:
    """A term as SQL: `fixed` is whole numbers of 10**-digits, `days` days since 1970; `exact` has a constant instead."""

    shape: str
    sql: Any = None
    digits: int = 0
    constant: Any = None


def constant(value: Any) -> Value:
    """Return what is the same for everybody."""
    match value:
        case bool():
            return Value("boolean", bound(int(value), Integer), constant=value)
        case date():
            return Value("days", bound((value - EPOCH).days, Integer), constant=value)
        case str():
            return Value("text", bound(fold(value)), constant=fold(value))
        case _:
            return Value("exact", constant=Fraction(value))


_OPERATIONS: Final[Mapping[str, Any]] = {
    "<": lambda one, two: one < two,
    "<=": lambda one, two: one <= two,
    ">": lambda one, two: one > two,
    ">=": lambda one, two: one >= two,
    "=": lambda one, two: one == two,
}
_TURNED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "="}


def compared(op: str, left: Value, right: Value) -> Any:
    """Return a comparison that is exact: whole numbers stay whole."""
    shapes = {left.shape, right.shape}
    if left.shape == "exact" and right.shape != "exact":
        return compared(_TURNED[op], right, left)
    if left.shape == "fixed" and right.shape == "exact":
        return _beside_exact(op, left, right.constant)
    if shapes == {"fixed"}:
        digits = max(left.digits, right.digits)
        if digits > min(left.digits, right.digits):
            raise Unsupported("numbers with different digits")
        return _OPERATIONS[op](left.sql, right.sql)
    if len(shapes) == 1 and shapes <= {"days", "text", "boolean"}:
        return _OPERATIONS[op](left.sql, right.sql)
    raise Unsupported(f"{left.shape} {op} {right.shape}")


def _beside_exact(op: str, left: Value, bound_at: Fraction | None) -> Any:
    """Compare whole units with a fraction: with the nearest whole number on the right side of it."""
    if bound_at is None:
        return _UNKNOWN
    units = bound_at * 10**left.digits
    if op == "=" and units.denominator != 1:
        return case((left.sql.is_(None), _UNKNOWN), else_=false())
    limit = floor(units) if op in {"<=", ">", "="} else ceil(units)
    if not -_INT64 < limit < _INT64:
        raise Unsupported("a number beyond 64 bits")
    return _OPERATIONS[op](left.sql, bound(limit))


def text_test(op: str, found: Value, part: Value) -> Any:
    """Return whether a text contains or starts with a part, or whether it is one of several texts."""
    text = part.constant
    if not isinstance(text, str) or SEPARATOR in text or "\0" in text:
        raise Unsupported(op)
    if found.shape == "texts":
        held = func.coalesce(found.sql, bound(SEPARATOR))
        return _holds(held, f"{SEPARATOR}{text}{SEPARATOR}")
    if found.shape != "text":
        raise Unsupported(op)
    return func.substr(found.sql, 1, len(text)) == text if op == "starts_with" else _holds(found.sql, text)


def _holds(text: Any, part: str) -> Any:
    """Return whether a text has a part in it: what is left of it by taking that away is shorter."""
    if not part:
        return case((text.is_(None), _UNKNOWN), else_=true())
    return func.length(func.replace(text, part, "")) < func.length(text)
