"""One pass over the rows of a source: every aggregate of all schemes at once, a filter being a masked column."""

from collections.abc import Callable, Collection
from typing import Any, Final

import narwhals.stable.v2 as nw
from attrs import define, field, frozen

from crm_bulk.compiling import Compiler
from crm_bulk.days import NEVER, on_days
from crm_bulk.expressions import Expr, col, lit, rows, when
from crm_bulk.scopes import time_vector
from crm_bulk.vectors import LARGEST, Vector, alike, fixed, whole
from crmcore.engines import Aggregate, Predicate, Rows, type_of

OWNER: Final = "owner"
"""The column of a row that names the customer to whom it belongs."""
KEY: Final = "id"


@frozen(eq=False)
class Island:
    """A sum of floats, which only Python adds exactly: the value on each row, and the name of the sum."""

    value: Expr
    result: str


@define(eq=False)
class RowPass:
    """Collects what is added up for each customer, equal things once.

    ``sums`` are grouped by the owner, ``days`` are those that hold a moment whose local day is needed as well, ``moments``
    the reverse. ``rows`` is how many rows there are, and ``most`` says how many at most are one customer's.
    """

    source: Rows
    compiler: Compiler
    prefix: str
    rows: int
    most: Callable[[], int]
    sums: dict[str, Expr] = field(factory=dict)
    fills: dict[str, int] = field(factory=dict)
    days: dict[str, str] = field(factory=dict)
    moments: dict[str, str] = field(factory=dict)
    islands: dict[int, Island] = field(factory=dict)
    only_ahead: set[str] = field(factory=set)
    left_out: set[str] = field(factory=set)
    _names: dict[int, str] = field(factory=dict)
    _masks: dict[Predicate | None, Expr | None] = field(factory=dict)

    # -- aggregates --------------------------------------------------------------------------------------------------

    def aggregate(self, node: Aggregate) -> Vector:  # noqa: PLR0911 - one case per aggregate
        """Return an aggregate as a vector on the frame of customers."""
        mask = self.mask(node.where)
        if node.term is None:
            return self._counted(mask)
        vector = alike((self.compiler.term(node.term),))[0]
        match node.op:
            case "count":
                return self._known(vector, mask)
            case "distinct":
                return self._distinct(vector, mask)
            case "total" | "mean" if vector.shape == "ratio":
                return self._of_floats(node.op, vector, mask)
            case "total":
                return self._total(vector, mask)
            case "mean":
                return self._mean(vector, mask)
            case "smallest" | "earliest":
                return self._extreme("min", vector, mask)
            case "largest" | "latest":
                return self._extreme("max", vector, mask)
            case "last":
                return self._last(vector, mask)
        raise TypeError(f"no aggregate {node.op}")

    def leave_out(self, used: Collection[str]) -> None:
        """Leave out what was asked for only to look ahead and is not among the columns that are used."""
        forms = {name: (name, self.days.get(name), self.moments.get(name)) for name in self.only_ahead}
        self.left_out = {name for name, found in forms.items() if not any(form in used for form in found)}

    def mask(self, where: Predicate | None) -> Expr | None:
        """Return which rows count; None where all do."""
        if where not in self._masks:
            visible = self._visible()
            held = None if where is None else self.compiler.rule(where).fill_null(False)
            found = held if visible is None else visible if held is None else visible & held
            self._masks[where] = found
        return self._masks[where]

    def _visible(self) -> Any | None:
        """Return whether a row exists on the date: undated rows do, and those without a date."""
        path = self.order_path()
        if path is None:
            return None
        first, last = -4_000_000, self.compiler.day
        term = self.compiler.scope.column(path)
        if term.shape == "instant":
            held = on_days(term.expr, self.compiler.world.zone, first, last)
        else:
            held = term.day() <= whole(last) if term.day else None
        return held.fill_null(True)

    def order_path(self) -> Any | None:
        """Return the path of columns that dates a row, or None for undated ones."""
        record_class, steps = self.source.record_class, []
        for name in type_of(record_class).dated_by:
            step = type_of(record_class).column(name)
            steps.append(step)
            record_class = step.target if step and step.target else record_class
        return tuple(steps) or None

    # -- one aggregate each ------------------------------------------------------------------------------------------

    def _counted(self, mask: Expr | None) -> Vector:
        counted = rows() if mask is None else when(mask, mask).total("count")
        return fixed(self.sum(counted, fill=0), 0, self.rows)

    def _known(self, vector: Vector, mask: Expr | None) -> Vector:
        """Count the rows that count and have a value."""
        if vector.expr is None or vector.expr.is_known:
            return self._counted(mask)
        return fixed(self.sum(_value(vector.expr, mask).total("count"), fill=0), 0, self.rows)

    def _total(self, vector: Vector, mask: Expr | None) -> Vector:
        bound = vector.bound * max(self.rows, 1)
        if bound > LARGEST:
            bound = vector.bound * self.most()
        total = self.sum(_value(vector.expr, mask).total("sum"), fill=0)
        kept, known = self._counted(mask).expr, self._known(vector, mask).expr
        has_value = None if known is kept else (known > 0) | (kept == 0)
        return fixed(total if has_value is None else when(has_value, total), vector.digits, bound)

    def _mean(self, vector: Vector, mask: Expr | None) -> Vector:
        total, known = self._total(vector, mask), self._known(vector, mask).expr
        divisor = known.cast(nw.Float64) * 10.0**vector.digits
        return Vector("ratio", when(known > 0, total.expr.cast(nw.Float64) / divisor))

    def _of_floats(self, op: str, vector: Vector, mask: Expr | None) -> Vector:
        value = _value(vector.expr, mask)
        kept, known = self._counted(mask).expr, self._known(vector, mask).expr
        island = self.islands.setdefault(id(value), Island(value, f"{self.prefix}x{len(self.islands)}"))
        total = col(island.result)
        if op == "mean":
            return Vector("ratio", when(known > 0, total / known.cast(nw.Float64)))
        return Vector("ratio", when((known > 0) | (kept == 0), total.fill_null(0.0)))

    def _extreme(self, op: str, vector: Vector, mask: Expr | None) -> Vector:
        return self.picked(vector, _value(vector.expr, mask).total(op))

    def picked(self, vector: Vector, value: Expr, *, only_ahead: bool = False) -> Vector:
        """Return one of the values of a vector, which ``value`` picks for each customer."""
        found = self.sum(value, only_ahead=only_ahead)
        name = found.detail
        if vector.shape not in {"date", "instant"}:
            return Vector(vector.shape, found, vector.digits, vector.bound)

        def other_form() -> Any:
            wanted = self.days if vector.shape == "instant" else self.moments
            return col(wanted.setdefault(name, f"{name}'"))

        def itself() -> Any:
            return found

        is_instant = vector.shape == "instant"
        return time_vector(vector.shape, itself if is_instant else other_form, other_form if is_instant else itself)

    def _distinct(self, vector: Vector, mask: Expr | None) -> Vector:
        if vector.expr is None:
            known = self._counted(mask).expr
            return fixed(when(known > 0, lit(1, nw.Int64), lit(0, nw.Int64)), 0, 1)
        expr = vector.expr + 0.0 if vector.shape == "ratio" else vector.expr  # -0.0 is 0.0
        value = _value(expr, mask)
        different = self.sum(value.total("n_unique"), fill=0)
        if value.is_known:
            return fixed(different, 0, self.rows)
        return fixed(different - self.sum(value.is_null().cast(nw.Int64).total("max"), fill=0), 0, self.rows)

    def _last(self, vector: Vector, mask: Expr | None) -> Vector:
        """Pick the value on the latest counted row; of rows at one moment, that with the greatest id."""
        order = self._order(mask)
        is_flag = vector.shape == "boolean"
        expr = vector.expr.cast(nw.Int64) if is_flag else vector.expr
        value = when(order, expr).total("max")
        return Vector("boolean", self.sum(value) == 1) if is_flag else self.picked(vector, value)

    def _order(self, mask: Expr | None) -> Expr:
        """Return what is true on the latest counted row of each customer."""
        moment = _value(self.compiler.scope.moment(self.order_path() or ()).fill_null(-NEVER), mask).column()
        newest = when(moment == moment.max_over(OWNER), col(KEY)).column()
        return (newest == newest.max_over(OWNER)).fill_null(False).column()

    def sum(self, total: Expr, *, fill: int | None = None, only_ahead: bool = False) -> Expr:
        """Return the column of what is added up for each customer; ``fill`` is its value without rows.

        What is asked for ``only_ahead``, to look ahead, may be left out later.
        """
        if id(total) not in self._names:
            name = self._names[id(total)] = f"{self.prefix}{len(self._names)}"
            self.sums[name] = total
            self.only_ahead |= {name} if only_ahead else set()
            if fill is not None:
                self.fills[name] = fill
        if not only_ahead:
            self.only_ahead.discard(self._names[id(total)])
        return col(self._names[id(total)], is_known=fill is not None)


def _value(expr: Expr, mask: Expr | None) -> Expr:
    """Return a value, null on rows that do not count."""
    return expr if mask is None else when(mask, expr)
