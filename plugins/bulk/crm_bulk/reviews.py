"""When aggregates may next change by time alone: the earliest date over a customer's rows."""

from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import narwhals.stable.v2 as nw
from attrs import define, field, frozen

from crm_bulk.dates import FOREVER, NEVER, earliest, plain, sole
from crm_bulk.days import on_days, spans
from crm_bulk.expressions import Expr, lit, when
from crm_bulk.horizons import Horizon, bounded
from crm_bulk.logic import all_of
from crm_bulk.rows import RowPass
from crm_bulk.vectors import whole
from crmcore import Field, Predicate, Term
from crmcore.engines import Aggregate, And, Column, DayCount, InYear, Node, Within, canonical, reached

_LONG = 10_000
"""Days of a window beyond which telling whether clocks were set back over midnight takes too long."""


def is_timeless(part: Node) -> bool:
    """Whether nothing in an expression looks at the date: it only changes when rows appear."""
    moving = (DayCount, Within, InYear)
    return not any(isinstance(node, moving) or (isinstance(node, Field) and node.soft) for node in reached(part))


@frozen(eq=False)
class Window:
    """A rule that rows of some last days fulfil, if nothing in ``others`` is false, which looks at no date."""

    days: int
    ending: int
    others: tuple[Predicate, ...]


@lru_cache(maxsize=256)
def keeps_order(zone: ZoneInfo, first: int, last: int) -> bool:
    """Whether no moment of these days is on an earlier local day than one before it: clocks were not set back over midnight."""
    return all(one.day < two.day for one, two in pairwise(spans(zone, first - 2, last + 2)))


@define(eq=False)
class RowReviews:
    """Adds to one pass over rows what looking ahead needs."""

    done: RowPass
    _horizon: Horizon = field(init=False)
    _kept: dict[Any, Any] = field(factory=dict, init=False)
    _edges: list[tuple[tuple[int, int], frozenset[str], Expr]] = field(factory=list, init=False)

    def __attrs_post_init__(self) -> None:
        self._horizon = Horizon(self.done.compiler, _no_aggregate)

    def of(self, node: Aggregate) -> Any:
        """Return the date of an aggregate as an expression on the frame of customers: equal dates as the same one."""
        settings = self.done.compiler.world.settings
        where = "" if node.where is None or is_timeless(node.where) else canonical(node.where, settings)
        term = "" if node.term is None or is_timeless(node.term) else canonical(node.term, settings)
        mask = self.done.mask(node.where) if term else None
        text = where, term, id(mask)
        if text not in self._kept:
            dates = [self._next_row()]
            if node.where is not None and where:
                dates.append(self._of_rule(node.where))
            if node.term is not None and term:
                dates.append(self._of_values(node.term, mask))
            self._kept[text] = earliest(dates)
        return self._kept[text]

    def _of_values(self, term: Term, mask: Any) -> Any:
        trend = self._horizon.of_term(term)
        until = plain(trend.until)
        if trend.slope is not None:
            tomorrow = lit(self.done.compiler.day + 1, nw.Int64)
            until = when(trend.slope != 0, tomorrow, until)
        return self._earliest(until, mask)

    def _of_rule(self, where: Predicate) -> Any:
        window = self._window(where)
        if window is None:
            return self._earliest(plain(self._horizon.of_rule(where)), self.done.mask(None))
        last = self.done.compiler.day - window.ending
        first = self._first(window, last - window.days + 1, last)
        closes = self._edge(window, bounded(first + whole(window.days + window.ending)))
        if not window.ending:
            return closes
        opens = self._first(window, last + 1, self.done.compiler.day)
        return earliest((closes, bounded(opens + whole(window.ending))))

    def _edge(self, window: Window, day: Expr) -> Expr:
        """Return a day; where fewer rules keep rows from counting, the first of them is no later."""
        length, others = (window.days, window.ending), self._texts(window.others)
        found = [edge for span, texts, edge in self._edges if span == length and texts < others]
        edge = sole(day.parts[0], found)
        self._edges.append((length, others, edge))
        return edge

    def _texts(self, parts: Iterable[Node]) -> frozenset[str]:
        return frozenset(canonical(part, self.done.compiler.world.settings) for part in parts)

    def _window(self, where: Predicate) -> Window | None:
        """Return the window of a rule for which the first row in it decides, and no other row has to be looked at."""
        parts = where.parts if isinstance(where, And) else (where,)
        moving = [part for part in parts if not is_timeless(part)]
        only = moving[0] if len(moving) == 1 else None
        if not (
            isinstance(only, Within) and isinstance(only.term, Column) and only.term.steps == self.done.order_path()
        ):
            return None
        compiler = self.done.compiler
        days, ending = compiler.number(only.days), compiler.number(only.ending)
        zone, today = compiler.world.zone, compiler.day
        if days <= 0 or ending < 0 or days + ending > _LONG or not keeps_order(zone, today - ending - days, today):
            return None
        return Window(days, ending, tuple(part for part in parts if part is not only))

    def _first(self, window: Window, first: int, last: int) -> Any:
        """Return the day of the first row on some days that nothing else keeps from counting; null if there is none."""
        compiler = self.done.compiler
        vector = compiler.scope.column(self.done.order_path() or ())
        if vector.shape == "instant":
            held = on_days(vector.expr, compiler.world.zone, first, last)
        else:
            held = (vector.expr >= whole(first)) & (vector.expr <= whole(last))
        held = all_of((held, *(compiler.rule(part).fill_null(True) for part in window.others)))
        found = self.done.picked(vector, when(held, vector.expr).total("min"), only_ahead=True).day
        if found is None:  # pragma: no cover - the grammar dates rows by times only
            raise TypeError(vector.shape)
        return found()

    def _earliest(self, day: Any, mask: Any) -> Any:
        if day is NEVER:
            return NEVER
        value = day if mask is None else when(mask, day)
        return self.done.sum(value.total("min"), only_ahead=True).fill_null(FOREVER)

    def _next_row(self) -> Any:
        """Return the day of the first row after the date."""
        path = self.done.order_path()
        if path is None:
            return NEVER
        vector = self.done.compiler.scope.column(path)
        later = self.done.compiler.day + 1
        if vector.shape == "instant":
            future = on_days(vector.expr, self.done.compiler.world.zone, later, 4_000_000)
        else:
            future = vector.expr >= whole(later)
        found = self.done.picked(vector, when(future, vector.expr).total("min"), only_ahead=True)
        return found.day().fill_null(FOREVER)


def _no_aggregate(node: Aggregate) -> Any:  # pragma: no cover - the grammar refuses it
    raise TypeError(f"{node!r} inside an aggregate")
