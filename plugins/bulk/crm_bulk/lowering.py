"""From expressions to Narwhals: a frame gets columns for what is shared, in layers, each made from what is below it.

Polars has all of Narwhals' expressions under the same names, so a frame of Polars gets its own: telling what Narwhals'
stand for, one by one, would take longer than making them.
"""

from collections.abc import Callable, Iterable, Mapping
from operator import add, and_, eq, floordiv, ge, gt, le, lt, mul, ne, or_, sub, truediv
from re import escape
from typing import Any, Final

import narwhals.stable.v2 as nw
from attrs import define, field

from crm_bulk.engines.backend import Frame
from crm_bulk.expressions import TOTALS, Expr, col

_WORTH: Final = 4
"""So many operations less make up for one more column."""
_LARGE: Final = 150
"""Operations beyond which one expression is too large for engines: each is a tree, in which nothing is shared."""

_OPERATORS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "<": lt,
    "<=": le,
    ">": gt,
    ">=": ge,
    "==": eq,
    "!=": ne,
    "+": add,
    "-": sub,
    "*": mul,
    "/": truediv,
    "//": floordiv,
    "&": and_,
    "|": or_,
}


def selected(frame: Frame, columns: Mapping[str, Expr], prefix: str = "c") -> Frame:
    """Return a frame with these columns."""
    library, frame = _opened(frame)
    layers, last = _lowered(columns, prefix, library)
    for layer in layers:
        frame = frame.select(**layer)
    if all(expr.op == "lit" for expr in columns.values()):  # which alone would be a single row
        frame = frame.with_columns(**last).select(*last)
    else:
        frame = frame.select(**last)
    return nw.from_native(frame)


def grouped(frame: Frame, owner: str, sums: Mapping[str, Expr], prefix: str) -> Frame:
    """Return what is added up for each owner."""
    library, frame = _opened(frame)
    layers, last = _lowered({owner: col(owner), **sums}, prefix, library)
    for layer in layers:
        frame = frame.select(**layer)
    del last[owner]
    return nw.from_native(frame.group_by(owner).agg(**(last or {"_rows": library.len()})))


def _opened(frame: Frame) -> tuple[Any, Any]:
    """Return the library whose expressions a frame takes, and the frame as that library knows it."""
    if not frame.implementation.is_polars():
        return nw, frame
    return frame.implementation.to_native_namespace(), frame.to_native()


def native(expr: Expr) -> Any:
    """Return one expression as it is, with nothing shared."""
    return _Lowering(nw, {}).of(expr)


@define(eq=False)
class _Use:
    """How often an expression is used, of how many operations it is, and on how many layers it stands."""

    expr: Expr
    times: int = 0
    size: int = 0
    level: int = 0
    name: str = ""


def _lowered(columns: Mapping[str, Expr], prefix: str, library: Any) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    uses: dict[int, _Use] = {}
    for expr in columns.values():
        _count(expr, uses)
    names: dict[int, str] = {}
    for key, use in uses.items():
        if _gets_column(use, uses):
            use.name = names[key] = f"{prefix}{len(names)}"
    lowering = _Lowering(library, names)
    made: dict[int, list[_Use]] = {}
    for use in uses.values():
        if use.name:
            made.setdefault(use.level, []).append(use)
    last = {name: lowering.of(expr) for name, expr in columns.items()}
    layers: list[dict[str, Any]] = []
    needed = _read(columns.values(), names)
    for level in sorted(made, reverse=True):
        new = {use.name: use.expr for use in made[level]}
        kept = {name: library.col(name) for name in needed if name not in new}
        layers.append({**kept, **{name: lowering.made(expr) for name, expr in new.items()}})
        needed = {**dict.fromkeys(kept), **_read_below(new.values(), names)}
    return layers[::-1], last


def _count(expr: Expr, uses: dict[int, _Use]) -> None:
    """Count the uses of an expression and of all its parts, which come before it."""
    if id(expr) not in uses:
        for part in expr.parts:
            _count(part, uses)
        uses[id(expr)] = _Use(expr)
    uses[id(expr)].times += 1


def _gets_column(use: _Use, uses: Mapping[int, _Use]) -> bool:
    """Note the size and the level of an expression whose parts are noted; return whether it gets a column."""
    parts = [uses[id(part)] for part in use.expr.parts]
    use.level = max((part.level + 1 if part.name else part.level for part in parts), default=0)
    if use.expr.op in {"col", "lit"}:
        return False
    use.size = 1 + sum(0 if part.name else part.size for part in parts)
    is_worth = (use.times - 1) * use.size >= _WORTH or use.size > _LARGE
    return use.expr.op == "column" or (is_worth and use.expr.op not in TOTALS)


def _read(exprs: Iterable[Expr], names: Mapping[int, str]) -> dict[str, None]:
    """Return the columns that expressions read."""
    found: dict[str, None] = {}
    seen: set[int] = set()
    open_ = list(exprs)
    while open_:
        expr = open_.pop()
        if id(expr) in seen:
            continue
        seen.add(id(expr))
        if expr.op == "col":
            found[expr.detail] = None
        elif id(expr) in names:
            found[names[id(expr)]] = None
        elif expr.op == "over":
            found[expr.detail] = None
            open_ += expr.parts
        else:
            open_ += expr.parts
    return found


def _read_below(exprs: Iterable[Expr], names: Mapping[int, str]) -> dict[str, None]:
    found: dict[str, None] = {}
    for expr in exprs:
        if expr.op == "over":
            found[expr.detail] = None
        found |= _read(expr.parts, names)
    return found


@define(eq=False)
class _Lowering:
    """Turns expressions into those of a library: Narwhals, or Polars; those with a name are columns."""

    library: Any
    names: Mapping[int, str]
    _kept: dict[int, Any] = field(factory=dict)

    def of(self, expr: Expr) -> Any:
        """Return an expression of the library."""
        name = self.names.get(id(expr))
        if name is not None:
            return self.library.col(name)
        if id(expr) not in self._kept:
            self._kept[id(expr)] = self.made(expr)
        return self._kept[id(expr)]

    def made(self, expr: Expr) -> Any:  # noqa: C901, PLR0911, PLR0912 - one case per operation
        """Return how it is computed."""
        op, detail = expr.op, expr.detail
        if op in _OPERATORS:
            return self._binary(expr)
        parts = [self.of(part) for part in expr.parts] if op != "when" else []
        match op:
            case "col":
                return self.library.col(detail)
            case "lit":
                return self.library.lit(detail[0], self._type(detail[1]))
            case "column":
                return parts[0]
            case "when":
                return self._choice(expr)
            case "not":
                return ~parts[0]
            case "fill_null":
                return parts[0].fill_null(detail)
            case "cast":
                return parts[0].cast(self._type(detail))
            case "is_null" | "floor" | "ceil" | "min" | "max":
                return getattr(parts[0], op)()
            case "sum" | "count" | "n_unique":
                return getattr(parts[0], op)().cast(self.library.Int64)
            case "len":
                return self.library.len().cast(self.library.Int64)
            case "over":
                return parts[0].max().over(detail)
            case "starts_with" | "contains":
                return self._searched(op, parts, detail)
            case _:
                return getattr(self.library, _HORIZONTAL[op])(*parts)

    def _searched(self, op: str, parts: list[Any], words: Any) -> Any:
        """Return whether a text begins with another, or contains one of several."""
        if op == "starts_with":
            return parts[0].str.starts_with(*(words or parts[1:]))
        if words and len(words) > 1:
            return parts[0].str.contains("|".join(map(escape, words)))
        return parts[0].str.contains(*(words or parts[1:]), literal=True)

    def _type(self, dtype: Any) -> Any:
        return getattr(self.library, dtype.__name__)

    def _binary(self, expr: Expr) -> Any:
        one, two = expr.parts
        left, right = self.of(one), self.of(two)
        if two.op == "lit" and one.op != "lit" and isinstance(two.detail[0], int | str):
            right = two.detail[0]
        return _OPERATORS[expr.op](left, right)

    def _choice(self, expr: Expr) -> Any:
        holds, value = (self.of(part) for part in expr.parts[:2])
        chain = self.library.when(holds).then(value)
        last = expr.parts[2] if len(expr.parts) > 2 else None
        while last is not None and last.op == "when" and id(last) not in self.names:
            chain = chain.when(self.of(last.parts[0])).then(self.of(last.parts[1]))
            last = last.parts[2] if len(last.parts) > 2 else None
        return chain if last is None else chain.otherwise(self.of(last))


_HORIZONTAL: Final = {
    "least": "min_horizontal",
    "greatest": "max_horizontal",
    "added": "sum_horizontal",
    "coalesce": "coalesce",
    "concat": "concat_str",
}
