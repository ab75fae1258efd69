"""Expressions on columns as data: equal ones are one object, and what can be told at once is not computed.

They are made like those of Narwhals, into which `crm_bulk.lowering` turns them. A known expression is one that is null in
no row: three-valued logic on it is plain logic.
"""

from collections.abc import Callable, Iterable
from operator import eq, ge, gt, le, lt, mul
from typing import Any, Final
from weakref import WeakValueDictionary

import narwhals.stable.v2 as nw
from attrs import frozen

STRICT: Final = {"<", "<=", ">", ">=", "==", "!=", "+", "-", "*", "not", "cast", "contains", "starts_with"}
"""Operations whose result is null exactly where an operand is."""
TOTALS: Final = {"sum", "min", "max", "count", "n_unique", "len"}


@frozen(eq=False, weakref_slot=True)
class Expr:
    """An operation on other expressions; ``detail`` is what else it needs."""

    op: str
    parts: "tuple[Expr, ...]"
    detail: Any
    is_known: bool
    is_constant: bool

    __hash__ = object.__hash__

    def __bool__(self) -> bool:
        raise TypeError("an expression on columns is neither true nor false: compare it with None by `is`")

    def __eq__(self, other: object) -> "Expr":  # type: ignore[override]  # it is an operation, as in every library of columns
        return _binary("==", self, other)

    def __ne__(self, other: object) -> "Expr":  # type: ignore[override]  # the same
        return _binary("!=", self, other)

    def __lt__(self, other: Any) -> "Expr":
        return _binary("<", self, other)

    def __le__(self, other: Any) -> "Expr":
        return _binary("<=", self, other)

    def __gt__(self, other: Any) -> "Expr":
        return _binary(">", self, other)

    def __ge__(self, other: Any) -> "Expr":
        return _binary(">=", self, other)

    def __add__(self, other: Any) -> "Expr":
        return _binary("+", self, other)

    def __sub__(self, other: Any) -> "Expr":
        return _binary("-", self, other)

    def __mul__(self, other: Any) -> "Expr":
        return self if type(other) is int and other == 1 else _binary("*", self, other)

    def __truediv__(self, other: Any) -> "Expr":
        return _binary("/", self, other)

    def __floordiv__(self, other: int) -> "Expr":
        return _binary("//", self, other)

    def __and__(self, other: "Expr") -> "Expr":
        return _joined("&", self, other, deciding=False)

    def __or__(self, other: "Expr") -> "Expr":
        return _joined("|", self, other, deciding=True)

    def __invert__(self) -> "Expr":
        if self.op == "not":
            return self.parts[0]
        if self.op == "lit":
            return self if self.detail[0] is None else _TRUTHS[not self.detail[0]]
        return _made("not", (self,), None, is_known=self.is_known)

    def is_null(self) -> "Expr":
        """Return where it is null."""
        if self.is_known:
            return _TRUTHS[False]
        if self.op == "lit":
            return _TRUTHS[True]
        inner = [part for part in self.parts if not part.is_known]
        if self.op in STRICT and len(inner) == 1:
            return inner[0].is_null()
        if self.op == "when" and len(self.parts) == 2 and all(part.is_known for part in self.parts):
            return ~self.parts[0]
        return _made("is_null", (self,), None, is_known=True)

    def fill_null(self, value: Any) -> "Expr":
        """Return it with a plain value instead of null."""
        if self.is_known:
            return self
        if self.op == "lit":
            return lit(value, self.detail[1])
        return _made("fill_null", (self,), value, is_known=True)

    def cast(self, dtype: Any) -> "Expr":
        """Return it as another type."""
        return _made("cast", (self,), dtype, is_known=self.is_known)

    def floor(self) -> "Expr":
        """Return the whole number below."""
        return _made("floor", (self,), None, is_known=self.is_known)

    def ceil(self) -> "Expr":
        """Return the whole number above."""
        return _made("ceil", (self,), None, is_known=self.is_known)

    def starts_with(self, text: "str | Expr") -> "Expr":
        """Return whether a text begins with another."""
        return self._text("starts_with", text)

    def contains(self, text: "str | Expr") -> "Expr":
        """Return whether a text contains another."""
        return self._text("contains", text)

    def _text(self, op: str, text: "str | Expr") -> "Expr":
        if isinstance(text, Expr):
            return _made(op, (self, text), None, is_known=self.is_known and text.is_known)
        return _made(op, (self,), (text,), is_known=self.is_known)

    def column(self) -> "Expr":
        """Return it as a column of its own."""
        return self if self.op in {"col", "column"} else _made("column", (self,), None, is_known=self.is_known)

    def total(self, op: str) -> "Expr":
        """Return what it adds up to over the rows of a group: one of TOTALS."""
        rows = self.column() if self.is_constant else self
        return _made(op, (rows,), None, is_known=op in {"count", "n_unique"})

    def max_over(self, owner: str) -> "Expr":
        """Return in each row the greatest value in the rows with the same ``owner``."""
        return _made("over", (self.column(),), owner, is_known=self.is_known).column()


_EXPRESSIONS: Final[WeakValueDictionary[Any, Expr]] = WeakValueDictionary()


def _made(op: str, parts: tuple[Expr, ...], detail: Any, *, is_known: bool) -> Expr:
    """Return the one expression of this sort."""
    key = (op, repr(detail), is_known, *map(id, parts))
    found = _EXPRESSIONS.get(key)
    if found is None:
        is_constant = op not in {"col", "column", "len"} and all(part.is_constant for part in parts)
        found = _EXPRESSIONS[key] = Expr(op, parts, detail, is_known, is_constant)
    return found


def col(name: str, *, is_known: bool = False) -> Expr:
    """Return a column."""
    return _made("col", (), name, is_known=is_known)


def lit(value: Any, dtype: Any) -> Expr:
    """Return a constant."""
    return _made("lit", (), (value, dtype), is_known=value is not None)


_TRUTHS: Final = {value: lit(value, nw.Boolean) for value in (True, False)}


def columns_of(exprs: Iterable[Expr]) -> set[str]:
    """Return the names of all columns that expressions read."""
    found: dict[int, Expr] = {}
    open_ = list(exprs)
    while open_:
        expr = open_.pop()
        if id(expr) not in found:
            found[id(expr)] = expr
            open_ += expr.parts
    return {expr.detail for expr in found.values() if expr.op in {"col", "over"}}


def operation(op: str, parts: tuple[Expr, ...]) -> Expr:
    """Return what only `crm_bulk.dates` knows, never null; it is made plain before it is computed."""
    return _made(op, parts, None, is_known=True)


KNOWN: Final = _TRUTHS[True]
"""What holds in every row."""


def rows() -> Expr:
    """Return how many rows a group has."""
    return _made("len", (), None, is_known=True)


_PLAIN: Final[dict[str, Callable[[int, int], Any]]] = {"<": lt, "<=": le, ">": gt, ">=": ge, "==": eq, "*": mul}


def _expr(value: Any) -> Expr:
    if isinstance(value, Expr):
        return value
    types: dict[type, Any] = {bool: nw.Boolean, int: nw.Int64, float: nw.Float64, str: nw.String}
    return lit(value, types[type(value)])


def _binary(op: str, left: Any, right: Any) -> Expr:
    one, two = _expr(left), _expr(right)
    if two.op == "lit" and op in _PLAIN and isinstance(two.detail[0], int):
        if one.op == "lit" and isinstance(one.detail[0], int):
            return _expr(_PLAIN[op](one.detail[0], two.detail[0]))
        if one.op == "when" and all(part.op == "lit" for part in one.parts[1:]):
            return when(one.parts[0], *(_binary(op, part, two) for part in one.parts[1:]))
    is_known = one.is_known and two.is_known and op != "/"  # which some engines answer with null
    return _made(op, (one, two), None, is_known=is_known)


def _joined(op: str, one: Expr, two: Expr, *, deciding: bool) -> Expr:
    """Return Kleene's conjunction or disjunction; ``deciding`` is the value that settles it."""
    for here, there in ((one, two), (two, one)):
        if here is _TRUTHS[deciding] or there is _TRUTHS[not deciding]:
            return here
    if one is two:
        return one
    if op == "|" and one.op == two.op == "contains" and one.parts[0] is two.parts[0] and one.detail and two.detail:
        words = tuple(dict.fromkeys((*one.detail, *two.detail)))  # looked for in one pass over each text
        return _made("contains", one.parts, words, is_known=one.is_known)
    return _made(op, (one, two), None, is_known=one.is_known and two.is_known)


def when(holds: Expr, value: Any, otherwise: Any = None) -> Expr:
    """Return a value where something holds, and elsewhere, also where that is unknown, another one: null if not given."""
    then, last = _expr(value), None if otherwise is None else _expr(otherwise)
    if holds.op == "lit":
        if holds.detail[0]:
            return then
        if last is not None:
            return last
    if last is not None and last.op == "when" and last.parts[1:][1:] == () and last.parts[0] is _TRUTHS[False]:
        last = None
    if last is None:
        return _made("when", (holds, then), None, is_known=False)
    if then is last:
        return then
    if then is _TRUTHS[True] and last is _TRUTHS[False]:
        return holds.fill_null(False)
    return _made("when", (holds, then, last), None, is_known=then.is_known and last.is_known)


def least(*parts: Expr) -> Expr:
    """Return the least of the known ones in a row."""
    return _of_several("least", parts)


def greatest(*parts: Expr) -> Expr:
    """Return the greatest of the known ones in a row."""
    return _of_several("greatest", parts)


def _of_several(op: str, parts: Iterable[Expr]) -> Expr:
    found: dict[int, Expr] = {}
    for part in parts:
        found |= {id(inner): inner for inner in (part.parts if part.op == op else (part,))}
    if len(found) == 1:
        return next(iter(found.values()))
    return _made(op, tuple(found.values()), None, is_known=any(part.is_known for part in found.values()))


def added(*parts: Expr) -> Expr:
    """Return the sum of known parts."""
    if len(parts) == 1:
        return parts[0]
    return _made("added", parts, None, is_known=True)


def coalesced(*parts: Expr) -> Expr:
    """Return the first known one."""
    first = next((number for number, part in enumerate(parts) if part.is_known), len(parts))
    asked = parts[: first + 1]
    if len(asked) == 1:
        return asked[0]
    return _made("coalesce", asked, None, is_known=asked[-1].is_known)


def concatenated(*parts: Expr) -> Expr:
    """Return texts as one, null if one of them is."""
    return _made("concat", parts, None, is_known=all(part.is_known for part in parts))
