"""When rules may next change by time alone, a column at a time; see `crmcore.evaluation.boundaries`.

A date is a number of days since 1970, and NEVER is far beyond all others.
"""

from collections.abc import Callable
from datetime import date
from typing import Any, Final

import narwhals.stable.v2 as nw
from attrs import define, field, frozen

from crm_bulk.compiling import Compiler
from crm_bulk.crossings import Gap, gap_of, steps_to_change
from crm_bulk.dates import NEVER, earliest, if_held, only_where, settled, sole
from crm_bulk.days import day_number, day_of_number
from crm_bulk.expressions import Expr, lit, when
from crm_bulk.logic import any_of
from crm_bulk.vectors import whole
from crmcore import Field, Metric, Predicate, Scheme, Setting, Term
from crmcore.engines import (
    Aggregate,
    And,
    Arithmetic,
    Band,
    Choose,
    Column,
    Compare,
    DayCount,
    Equals,
    Extreme,
    InSegment,
    InYear,
    Known,
    Literal,
    Node,
    Not,
    OneOf,
    Or,
    OrElse,
    PopulationValue,
    TextTest,
    Within,
    children,
)

_LAST: Final = day_number(date.max)


@frozen(eq=False)
class Trend:
    """How values move: by ``slope`` a day up to the day before ``until``; no slope is steeper than ``steepest``.

    A slope of None is 0 for every customer.
    """

    slope: Any = None
    until: Expr = NEVER
    steepest: int = 0


@define(eq=False)
class Horizon:
    """Looks ahead from the compiler's day.

    ``aggregates`` gives the date of an aggregate.
    """

    compiler: Compiler
    aggregates: Callable[[Aggregate], Any]
    _trends: dict[Term, Trend] = field(factory=dict, init=False)
    _dates: dict[Predicate | Scheme, Expr] = field(factory=dict, init=False)

    def of_scheme(self, scheme: Scheme) -> Expr:
        """Return the date on which the answer, or what is missing for it, may next differ."""
        if scheme not in self._dates:
            self._dates[scheme] = self._of_scheme(scheme)
        return self._dates[scheme]

    def _of_scheme(self, scheme: Scheme) -> Expr:
        given = self.compiler.answer(scheme)
        position = when(given >= 0, given, given * -1 - 1)
        first: dict[int, tuple[int, Expr]] = {}
        for place, segment in enumerate(scheme.segments):
            until = NEVER if segment.when is None else self.of_rule(segment.when)
            if until is not NEVER:
                first.setdefault(id(until), (place, until))  # who gets past a later segment gets past this one
        return earliest(
            until if place == 0 else only_where(position >= place, until) for place, until in first.values()
        )

    def of_rule(self, rule: Predicate) -> Any:
        """Return the date on which a predicate may next change."""
        if rule not in self._dates:
            self._dates[rule] = self._of_rule(rule)
        return self._dates[rule]

    def _of_rule(self, rule: Predicate) -> Any:  # noqa: C901, PLR0911 - one case per node class
        match rule:
            case And(parts=parts):
                return self._of_parts(parts, lambda held: ~held)
            case Or(parts=parts):
                return self._of_parts(parts, lambda held: held)
            case Not(part=part) | OrElse(part=part):
                return self.of_rule(part)
            case InSegment(scheme=scheme):
                return self.of_scheme(scheme)
            case Compare(left=left, right=right) | Equals(left=left, right=right):
                return self._of_comparison(rule, left, right)
            case OneOf(term=term, choices=choices):
                return earliest([self._of_comparison(rule, term, choice) for choice in choices])
            case Known(term=term):
                return self.of_term(term).until
            case TextTest(term=term, part=part):
                return earliest((self.of_term(term).until, self.of_term(part).until))
            case Within():
                return earliest((self.of_term(rule.term).until, self._window_edge(rule)))
            case InYear(term=term):
                return earliest((self.of_term(term).until, self._year_edge(term)))
        raise TypeError(f"no boundary for {type(rule).__name__}")

    def of_term(self, term: Term) -> Trend:
        """Return how a term's values move."""
        if term not in self._trends:
            self._trends[term] = self._of_term(term)
        return self._trends[term]

    def _of_term(self, term: Term) -> Trend:  # noqa: PLR0911 - one case per node class
        match term:
            case Literal() | Setting() | PopulationValue() | Column():
                return Trend()
            case Field():
                return Trend(until=self._stated_later(term))
            case Metric(term=inner):
                return self.of_term(inner)
            case Aggregate():
                return Trend(until=self.aggregates(term))
            case DayCount(op=op, term=inner):
                slope = lit(1 if op == "since" else -1, nw.Int64)
                known = self.compiler.has_value(inner)
                return Trend(when(known, slope, lit(0, nw.Int64)), self.of_term(inner).until, 1)
            case Choose():
                return self._of_choice(term)
            case Band(term=inner, cuts=cuts):
                dates = [self._of_comparison(term, inner, cut) for cut in cuts]
                return Trend(until=earliest((*dates, self.of_term(inner).until)))
            case Arithmetic() | Extreme():
                return self._of_sum(term)
        raise TypeError(f"no boundary for {type(term).__name__}")

    # -- predicates --------------------------------------------------------------------------------------------------

    def _of_parts(self, parts: tuple[Predicate, ...], decisive: Callable[[Any], Any]) -> Any:
        """One part with the decisive value settles the whole for as long as it keeps that value."""
        return settled([(decisive(self.compiler.rule(part)).fill_null(False), self.of_rule(part)) for part in parts])

    def _of_comparison(self, whole_: Node, left: Term, right: Term) -> Any:
        one, two = self.of_term(left), self.of_term(right)
        until = earliest((one.until, two.until))
        if one.slope is None and two.slope is None:
            return until
        slope = _difference(one.slope, two.slope)
        match whole_:
            case Compare(op=op):
                ways: tuple[bool, ...] = (op in {"<=", ">"},)
            case Band():
                ways = (False,)
            case _:  # equality changes on reaching the value and on leaving it
                ways = (False, True)
        gap = self._gap(one, left, two, right)
        steepest = one.steepest + two.steepest
        if gap is None:
            moving = when(slope != 0, self._tomorrow(), NEVER)
            known = self.compiler.has_value(left) & self.compiler.has_value(right)
            return earliest((until, only_where(known, moving)))
        changes = [self._after(steps_to_change(gap, slope, steepest, strict=way)) for way in ways]
        return earliest((until, *changes))

    def _gap(self, one: Trend, left: Term, two: Trend, right: Term) -> "Gap | None":
        """Return how far apart two numbers are, or None where floats keep that from being exact."""
        first, second = self.compiler.term(left), self.compiler.term(right)
        if (one.slope is not None and first.shape != "fixed") or (two.slope is not None and second.shape != "fixed"):
            return None
        return gap_of(first, second)

    def _window_edge(self, rule: Within) -> Any:
        days, ending = self.compiler.number(rule.days), self.compiler.number(rule.ending)
        if days <= 0:
            return NEVER
        day, today = self.compiler.day_of(rule.term), self.compiler.day
        opens, closes = day + whole(ending), day + whole(ending + days)
        edge = when(opens > today, opens, when(closes > today, closes, NEVER))
        return bounded(edge)

    def _year_edge(self, term: Term) -> Any:
        day, today = self.compiler.day_of(term), self.compiler.day
        year = day_of_number(today).year
        first = day_number(date(year, 1, 1))
        after = lit(day_number(date(year + 1, 1, 1)), nw.Int64) if year < date.max.year else NEVER
        return sole(when(day > today, day, when(day >= first, after, NEVER)))

    # -- terms -------------------------------------------------------------------------------------------------------

    def _of_sum(self, term: Arithmetic | Extreme) -> Trend:
        trends = [self.of_term(part) for part in children(term) if isinstance(part, Term)]
        until = earliest(trend.until for trend in trends)
        slopes = [trend.slope for trend in trends if trend.slope is not None]
        if not slopes:
            return Trend(until=until)
        if isinstance(term, Arithmetic) and term.op in {"+", "-"} and self.compiler.term(term).shape != "ratio":
            one, two = trends
            other = two.slope if term.op == "-" or two.slope is None else two.slope * -1
            return Trend(_difference(one.slope, other), until, one.steepest + two.steepest)
        moves = any_of(slope != 0 for slope in slopes)
        return Trend(until=when(moves, self._tomorrow(), until))

    def _of_choice(self, term: Choose) -> Trend:
        trends = [self.of_term(value) for _, value in term.cases]
        last = Trend() if term.otherwise is None else self.of_term(term.otherwise)
        until, slope = last.until, last.slope
        for (rule, _), trend in reversed(list(zip(term.cases, trends, strict=True))):
            held, date_ = self.compiler.rule(rule), self.of_rule(rule)
            until = earliest((date_, if_held(held, trend.until, until)))
            slope = _chosen(held, trend.slope, slope, lit(0, nw.Int64))
        return Trend(slope, until, max(trend.steepest for trend in (*trends, last)))

    def _stated_later(self, term: Field) -> Any:
        if not term.soft:
            return NEVER
        stated = self.compiler.scope.stated(term)
        return sole(when(stated > self.compiler.day, stated, NEVER))

    # -- small help --------------------------------------------------------------------------------------------------

    def _tomorrow(self) -> Any:
        day = self.compiler.day + 1
        return lit(day, nw.Int64) if day <= _LAST else NEVER

    def _after(self, steps: Any) -> Any:
        return bounded(steps + whole(self.compiler.day))


def _difference(one: Any, two: Any) -> Any:
    if two is None:
        return one
    return two * -1 if one is None else one - two


def _chosen(held: Any, then: Any, otherwise: Any, none: Any) -> Any:
    """Return what belongs to the first rule that holds; nothing where it is unknown."""
    if then is None and otherwise is None:
        return None
    one, two = none if then is None else then, none if otherwise is None else otherwise
    return when(held.is_null(), none, when(held, one, two))


def bounded(day: Expr) -> Expr:
    """Return a day, and never for one beyond all dates or unknown."""
    return sole(when(day <= _LAST, day, NEVER))
