"""When aggregates may next change by time alone: the earliest date over a customer's rows."""

from typing import Any

import narwhals.stable.v2 as nw
from attrs import define, field

from crm_bulk.days import on_days
from crm_bulk.horizons import FOREVER, Horizon, sooner
from crm_bulk.rows import RowPass
from crm_bulk.vectors import whole
from crmcore import Field
from crmcore.engines import Aggregate, DayCount, InYear, Node, Within, canonical, reached


def is_timeless(part: Node) -> bool:
    """Whether nothing in an expression looks at the date: it only changes when rows appear."""
    moving = (DayCount, Within, InYear)
    return not any(isinstance(node, moving) or (isinstance(node, Field) and node.soft) for node in reached(part))


@define(eq=False)
class RowReviews:
    """Adds to one pass over rows what looking ahead needs."""

    done: RowPass
    _horizon: Horizon = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._horizon = Horizon(self.done.compiler, _no_aggregate)

    def of(self, node: Aggregate) -> Any:
        """Return the date of an aggregate as an expression on the frame of customers."""
        dates = [self._next_row()]
        compiler, world = self.done.compiler, self.done.compiler.world
        if node.where is not None and not is_timeless(node.where):
            text = f"rule {canonical(node.where, world.settings)}"
            dates.append(self._earliest(text, self._horizon.of_rule(node.where), self.done.mask(None)))
        if node.term is not None and not is_timeless(node.term):
            trend = self._horizon.of_term(node.term)
            until = nw.lit(FOREVER, nw.Int64) if trend.until is None else trend.until
            if trend.slope is not None:
                tomorrow = nw.lit(compiler.day + 1, nw.Int64)
                until = nw.when(trend.slope != 0).then(tomorrow).otherwise(until)
            text = f"term {canonical(node.term, world.settings)}"
            dates.append(self._earliest(text, until, self.done.mask(node.where)))
        return sooner(dates)

    def _earliest(self, text: str, day: Any, mask: str) -> Any:
        if day is None:
            return None
        column = self.done.column(4, f"{text} {mask}", lambda: nw.when(nw.col(mask)).then(day) if mask else day)
        name = self.done.sum(f"earliest {column}", lambda: nw.col(column).min(), fill=FOREVER)
        return nw.col(name).fill_null(FOREVER)

    def _next_row(self) -> Any:
        """Return the day of the first row after the date."""
        path = self.done.order_path()
        if path is None:
            return None
        vector = self.done.compiler.scope.column(path)
        later = self.done.compiler.day + 1
        if vector.shape == "instant":
            future = on_days(vector.expr, self.done.compiler.world.zone, later, 4_000_000)
        else:
            future = vector.expr >= whole(later)
        column = self.done.column(0, "future", lambda: nw.when(future).then(vector.expr))
        name = self.done.sum("next row", lambda: nw.col(column).min())
        found = self.done.picked(vector, name)
        return found.day().fill_null(FOREVER)


def _no_aggregate(node: Aggregate) -> Any:  # pragma: no cover - the grammar refuses it
    raise TypeError(f"{node!r} inside an aggregate")
