"""One pass over the rows of a source: every aggregate of all schemes at once, a filter being a masked column."""

from collections.abc import Callable
from typing import Any, Final

import narwhals.stable.v2 as nw
from attrs import define, field, frozen

from crm_bulk.compiling import Compiler
from crm_bulk.days import NEVER, on_days
from crm_bulk.scopes import time_vector
from crm_bulk.vectors import LARGEST, Vector, alike, fixed, whole
from crmcore.engines import Aggregate, Predicate, Rows, canonical, type_of

OWNER: Final = "owner"
"""The column of a row that names the customer to whom it belongs."""
KEY: Final = "id"


@frozen
class Island:
    """A sum of floats, which only Python adds exactly: the columns of owner and value, and of the sum."""

    value: str
    result: str


@define(eq=False)
class RowPass:
    """Collects what is computed for each row and what is added up for each customer, each thing once.

    ``columns`` are computed in order, batch by batch, ``sums`` are grouped by the owner, ``days`` are sums that hold a
    moment whose local day is needed as well. ``rows`` is how many rows there are, and ``most`` says how many at most are
    one customer's.
    """

    source: Rows
    compiler: Compiler
    prefix: str
    rows: int
    most: Callable[[], int]
    batches: tuple[dict[str, Any], ...] = field(factory=lambda: ({}, {}, {}, {}, {}))
    sums: dict[str, Any] = field(factory=dict)
    fills: dict[str, int] = field(factory=dict)
    days: dict[str, str] = field(factory=dict)
    moments: dict[str, str] = field(factory=dict)
    islands: list[Island] = field(factory=list)
    _names: dict[str, str] = field(factory=dict)

    # -- aggregates --------------------------------------------------------------------------------------------------

    def aggregate(self, node: Aggregate) -> Vector:  # noqa: PLR0911 - one case per aggregate
        """Return an aggregate as a vector on the frame of customers."""
        mask = self.mask(node.where)
        if node.term is None:
            return self._counted(mask)
        vector = alike((self.compiler.term(node.term),))[0]
        text = self._text(node.term)
        match node.op:
            case "count":
                return self._counted(self._known(text, vector, mask))
            case "distinct":
                return self._distinct(text, vector, mask)
            case "total" | "mean" if vector.shape == "ratio":
                return self._of_floats(node.op, text, vector, mask)
            case "total":
                return self._total(text, vector, mask)
            case "mean":
                return self._mean(text, vector, mask)
            case "smallest" | "earliest":
                return self._extreme("min", text, vector, mask)
            case "largest" | "latest":
                return self._extreme("max", text, vector, mask)
            case "last":
                return self._last(text, vector, mask)
        raise TypeError(f"no aggregate {node.op}")

    def mask(self, where: Predicate | None) -> str:
        """Return the name of the column that says which rows count; empty where all do."""
        visible = self._visible()
        if where is None:
            if visible is None:
                return ""
            return self.column(0, "visible", lambda: visible)
        held = self.compiler.rule(where).fill_null(False)
        return self.column(0, f"mask {self._text(where)}", lambda: held if visible is None else visible & held)

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

    def _counted(self, mask: str) -> Vector:
        if not mask:
            name = self.sum("rows", nw.len, fill=0)
        else:
            name = self.sum(f"count {mask}", lambda: nw.col(mask).cast(nw.Int64).sum().cast(nw.Int64), fill=0)
        return fixed(nw.col(name), 0, self.rows)

    def _known(self, text: str, vector: Vector, mask: str) -> str:
        """Return the name of the column that says on which counted rows a value is known."""
        if vector.expr is None:
            return mask
        known = ~vector.expr.is_null()
        return self.column(1, f"known {text} {mask}", lambda: nw.col(mask) & known if mask else known)

    def _value(self, text: str, expr: Any, mask: str, *, batch: int = 1) -> str:
        """Return the name of a value's column, null on rows that do not count."""
        return self.column(batch, f"value {text} {mask}", lambda: nw.when(nw.col(mask)).then(expr) if mask else expr)

    def _total(self, text: str, vector: Vector, mask: str) -> Vector:
        bound = vector.bound * max(self.rows, 1)
        if bound > LARGEST:
            bound = vector.bound * self.most()
        value = self._value(text, vector.expr, mask)
        total = self.sum(f"total {value}", lambda: nw.col(value).sum().cast(nw.Int64), fill=0)
        kept = self._counted(mask).expr
        known = self._counted(self._known(text, vector, mask)).expr
        return fixed(nw.when((known > 0) | (kept == 0)).then(nw.col(total)), vector.digits, bound)

    def _mean(self, text: str, vector: Vector, mask: str) -> Vector:
        total = self._total(text, vector, mask)
        known = self._counted(self._known(text, vector, mask)).expr
        divisor = known.cast(nw.Float64) * 10.0**vector.digits
        return Vector("ratio", nw.when(known > 0).then(total.expr.cast(nw.Float64) / divisor))

    def _of_floats(self, op: str, text: str, vector: Vector, mask: str) -> Vector:
        value = self._value(text, vector.expr, mask)
        kept = self._counted(mask).expr
        known = self._counted(self._known(text, vector, mask)).expr
        name = self._names.setdefault(f"exactly {value}", f"{self.prefix}x{len(self._names)}")
        if Island(value, name) not in self.islands:
            self.islands.append(Island(value, name))
        total = nw.col(name)
        if op == "mean":
            return Vector("ratio", nw.when(known > 0).then(total / known.cast(nw.Float64)))
        return Vector("ratio", nw.when((known > 0) | (kept == 0)).then(total.fill_null(0.0)))

    def _extreme(self, op: str, text: str, vector: Vector, mask: str) -> Vector:
        value = self._value(text, vector.expr, mask)
        name = self.sum(f"{op} {value}", getattr(nw.col(value), op))
        return self.picked(vector, name)

    def picked(self, vector: Vector, name: str) -> Vector:
        """Return one of the values of a vector, which the column ``name`` holds for each customer."""
        if vector.shape not in {"date", "instant"}:
            return Vector(vector.shape, nw.col(name), vector.digits, vector.bound)

        def other_form() -> Any:
            wanted = self.days if vector.shape == "instant" else self.moments
            return nw.col(wanted.setdefault(name, f"{name}'"))

        def itself() -> Any:
            return nw.col(name)

        is_instant = vector.shape == "instant"
        return time_vector(vector.shape, itself if is_instant else other_form, other_form if is_instant else itself)

    def _distinct(self, text: str, vector: Vector, mask: str) -> Vector:
        if vector.expr is None:
            known = self._counted(mask).expr
            return fixed(nw.when(known > 0).then(nw.lit(1, nw.Int64)).otherwise(nw.lit(0, nw.Int64)), 0, 1)
        expr = vector.expr + 0.0 if vector.shape == "ratio" else vector.expr  # -0.0 is 0.0
        value = self._value(f"{text} apart", expr, mask)
        different = self.sum(f"different {value}", lambda: nw.col(value).n_unique().cast(nw.Int64), fill=0)
        unknown = self.sum(f"unknown {value}", lambda: nw.col(value).is_null().cast(nw.Int64).max(), fill=0)
        return fixed(nw.col(different) - nw.col(unknown), 0, self.rows)

    def _last(self, text: str, vector: Vector, mask: str) -> Vector:
        """Pick the value on the latest counted row; of rows at one moment, that with the greatest id."""
        order = self._order(mask)
        is_flag = vector.shape == "boolean"
        expr = vector.expr.cast(nw.Int64) if is_flag else vector.expr
        value = self._value(f"{text} last", expr, order, batch=4)
        name = self.sum(f"last {value}", lambda: nw.col(value).max())
        if is_flag:
            return Vector("boolean", nw.col(name) == 1)
        return self.picked(vector, name)

    def _order(self, mask: str) -> str:
        """Return the name of the column that is true on the latest counted row of each customer."""
        moment = self.compiler.scope.moment(self.order_path() or ()).fill_null(-NEVER)
        when = self.column(1, f"order {mask}", lambda: nw.when(nw.col(mask)).then(moment))
        newest = self.column(
            2,
            f"newest {mask}",
            lambda: nw.when(nw.col(when) == nw.col(when).max().over(OWNER)).then(nw.col(KEY)),
        )
        return self.column(
            3,
            f"last {mask}",
            lambda: (nw.col(newest) == nw.col(newest).max().over(OWNER)).fill_null(False),
        )

    # -- small help --------------------------------------------------------------------------------------------------

    def _text(self, part: Any) -> str:
        return canonical(part, self.compiler.world.settings)

    def column(self, batch: int, key: str, make: Callable[[], Any]) -> str:
        """Return the name of a column of each row, made on the first call; a batch reads those before it."""
        if key not in self._names:
            self._names[key] = f"{self.prefix}{len(self._names)}"
            self.batches[batch][self._names[key]] = make()
        return self._names[key]

    def sum(self, key: str, make: Callable[[], Any], *, fill: int | None = None) -> str:
        """Return the name of what is added up for each customer; ``fill`` is its value without rows."""
        if key not in self._names:
            self._names[key] = f"{self.prefix}{len(self._names)}"
            self.sums[self._names[key]] = make()
            if fill is not None:
                self.fills[self._names[key]] = fill
        return self._names[key]
