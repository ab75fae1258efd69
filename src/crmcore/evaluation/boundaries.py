"""When a rule may next change by time alone: no new data, settings and population values held.

Every function returns a date after the case's own on which the truth or value *may* change, never one that is later than
the first real change; None means never. What the analysis cannot bound may change tomorrow.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache
from math import ceil, floor
from typing import Any

from attrs import define, field, frozen

from crmcore.entities import Record
from crmcore.evaluation.evaluate import Evaluator
from crmcore.evaluation.facts import Case, local_day
from crmcore.grammar.declare import Field, InSegment, Metric, Scheme, Setting
from crmcore.grammar.expr import (
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
    InYear,
    Known,
    Literal,
    Node,
    Not,
    OneOf,
    Or,
    OrElse,
    PopulationValue,
    Predicate,
    Term,
    TextTest,
    Within,
)
from crmcore.grammar.walk import children, reached


@frozen
class Trend:
    """How a value moves: by ``slope`` a day up to the day before ``until``; what it does from then on is not known."""

    slope: int
    until: date | None


def sooner(dates: Iterable[date | None]) -> date | None:
    """Return the earliest of several dates, where None is never."""
    return min((day for day in dates if day is not None), default=None)


def later(dates: Iterable[date | None]) -> date | None:
    """Return the latest of several dates, where None is never."""
    found = list(dates)
    return None if None in found else max(day for day in found if day is not None)


@lru_cache(maxsize=4096)
def is_timeless(part: Node) -> bool:
    """Whether nothing in an expression looks at the date: it only changes when rows appear."""
    moving = (DayCount, Within, InYear)
    return not any(isinstance(node, moving) or (isinstance(node, Field) and node.soft) for node in reached(part))


def may_move(term: Term) -> bool:
    """Whether a term's value can change a little every day, rather than by steps."""
    match term:
        case DayCount():
            return True
        case Metric(term=inner):
            return may_move(inner)
        case Choose(cases=cases, otherwise=otherwise):
            return any(may_move(value) for _, value in cases) or (otherwise is not None and may_move(otherwise))
        case Arithmetic(op="+" | "-", left=left, right=right):
            return may_move(left) or may_move(right)
        case _:
            return False


@define(eq=False)
class Horizon:
    """Looks ahead for one customer from one date."""

    evaluator: Evaluator
    case: Case
    _trends: dict[Term, Trend] = field(factory=dict, init=False)

    def of_scheme(self, scheme: Scheme) -> date | None:
        """Return the date on which the segment, or what is missing to tell it, may next differ."""
        position = self.evaluator.answer(scheme, self.case).position
        rules = (segment.when for segment in scheme.segments[: position + 1])
        return sooner(self.of_rule(rule) for rule in rules if rule is not None)

    def of_rule(self, rule: Predicate, row: Record | None = None) -> date | None:  # noqa: C901, PLR0911 - one case per node class
        """Return the date on which a predicate may next change."""
        match rule:
            case And(parts=parts):
                return self._of_parts(parts, row, decisive=False)
            case Or(parts=parts):
                return self._of_parts(parts, row, decisive=True)
            case Not(part=part) | OrElse(part=part):
                return self.of_rule(part, row)
            case InSegment(scheme=scheme):
                return self.of_scheme(scheme)
            case Compare(left=left, right=right) | Equals(left=left, right=right):
                return self._of_comparison(rule, left, right, row)
            case OneOf(term=term, choices=choices):
                return sooner(self._of_comparison(rule, term, choice, row) for choice in choices)
            case Known(term=term):
                return self.of_term(term, row).until
            case TextTest(term=term, part=part):
                return sooner((self.of_term(term, row).until, self.of_term(part, row).until))
            case Within(term=term):
                return sooner((self.of_term(term, row).until, self._window_edge(rule, row)))
            case InYear(term=term):
                return sooner((self.of_term(term, row).until, self._year_edge(term, row)))
        raise TypeError(f"no boundary for {type(rule).__name__}")

    def of_term(self, term: Term, row: Record | None = None) -> Trend:  # noqa: PLR0911 - one case per node class
        """Return how a term's value moves."""
        match term:
            case Literal() | Setting() | PopulationValue() | Column():
                return Trend(0, None)
            case Field():
                return Trend(0, self._stated_later(term, row))
            case Metric() | Aggregate():
                return self._kept_trend(term, row)
            case DayCount(op=op, term=inner):
                until = self.of_term(inner, row).until
                known = self._value(inner, row) is not None
                return Trend((1 if op == "since" else -1) if known else 0, until)
            case Choose():
                return self._of_choice(term, row)
            case Band(term=inner, cuts=cuts):
                dates = [self._of_comparison(term, inner, cut, row) for cut in cuts]
                return Trend(0, sooner((*dates, self.of_term(inner, row).until)))
            case Arithmetic() | Extreme():
                return self._of_sum(term, row)
        raise TypeError(f"no boundary for {type(term).__name__}")

    # -- predicates --------------------------------------------------------------------------------------------------

    def _of_parts(self, parts: tuple[Predicate, ...], row: Record | None, *, decisive: bool) -> date | None:
        """One part with the decisive value settles the whole for as long as it keeps that value."""
        settled = [part for part in parts if self.evaluator.holds(part, self.case, row) is decisive]
        if settled:
            return later(self.of_rule(part, row) for part in settled)
        return sooner(self.of_rule(part, row) for part in parts)

    def _of_comparison(self, whole: Node, left: Term, right: Term, row: Record | None) -> date | None:
        one, two = self.of_term(left, row), self.of_term(right, row)
        until = sooner((one.until, two.until))
        slope = one.slope - two.slope
        if slope == 0:
            return until
        first, second = self._value(left, row), self._value(right, row)
        if first is None or second is None:
            return until
        if self._is_blurred(left, right):
            return sooner((until, self._after(1)))
        gap = Fraction(first) - Fraction(second)
        match whole:
            case Compare(op=op):
                ways: tuple[bool, ...] = (op in {"<=", ">"},)
            case Band():
                ways = (False,)
            case _:  # equality changes on reaching the value and on leaving it
                ways = (False, True)
        return sooner((until, *(self._after(_steps_to_change(gap, slope, strict=way)) for way in ways)))

    def _is_blurred(self, left: Term, right: Term) -> bool:
        """Whether floats take part other than as a resting side of whole numbers, which engines cannot solve exactly."""
        sides = self.evaluator.meaning(left), self.evaluator.meaning(right)
        for (term, side), other in zip(((left, sides[0]), (right, sides[1])), sides[::-1], strict=True):
            if side.shape == "ratio" and (may_move(term) or other.shape != "fixed" or other.digits):
                return True
        return False

    def _window_edge(self, rule: Within, row: Record | None) -> date | None:
        moment, days = self._value(rule.term, row), int(self._value(rule.days, row))
        if moment is None or days <= 0:
            return None
        age = (self.case.day - local_day(moment, self.evaluator.world.zone)).days
        ending = int(self._value(rule.ending, row))
        edges = (ending - age, ending + days - age)
        return self._after(min((edge for edge in edges if edge > 0), default=None))

    def _year_edge(self, term: Term, row: Record | None) -> date | None:
        moment = self._value(term, row)
        if moment is None:
            return None
        day, today = local_day(moment, self.evaluator.world.zone), self.case.day
        if day > today:
            return day
        return date(today.year + 1, 1, 1) if day.year == today.year < date.max.year else None

    # -- terms -------------------------------------------------------------------------------------------------------

    def _of_sum(self, term: Arithmetic | Extreme, row: Record | None) -> Trend:
        trends = [self.of_term(part, row) for part in children(term) if isinstance(part, Term)]
        until = sooner(trend.until for trend in trends)
        if not any(trend.slope for trend in trends):
            return Trend(0, until)
        if isinstance(term, Arithmetic) and term.op in {"+", "-"} and not self._is_ratio(term):
            one, two = trends
            return Trend(one.slope + (two.slope if term.op == "+" else -two.slope), until)
        return Trend(0, self._after(1))

    def _kept_trend(self, term: Metric | Aggregate, row: Record | None) -> Trend:
        found = self._trends.get(term)
        if found is None:
            found = self.of_term(term.term, row) if isinstance(term, Metric) else Trend(0, self._of_aggregate(term))
            self._trends[term] = found
        return found

    def _of_choice(self, term: Choose, row: Record | None) -> Trend:
        dates: list[date | None] = []
        chosen = term.otherwise
        for rule, value in term.cases:
            dates.append(self.of_rule(rule, row))
            held = self.evaluator.holds(rule, self.case, row)
            if held is not False:
                chosen = value if held else None
                break
        trend = Trend(0, None) if chosen is None else self.of_term(chosen, row)
        return Trend(trend.slope, sooner((*dates, trend.until)))

    def _of_aggregate(self, term: Aggregate) -> date | None:
        given = self.case.facts.rows.get(term.source, ())
        dates: list[date | None] = [
            min((row.day for row in given if row.day and row.day > self.case.day), default=None)
        ]
        where, inner = term.where, term.term
        moving = [part for part in (where, inner) if part is not None and not is_timeless(part)]
        for row in self.case.visible(term.source) if moving else ():
            if where is not None:
                dates.append(self.of_rule(where, row.record))
            if inner is not None and (where is None or self.evaluator.holds(where, self.case, row.record)):
                trend = self.of_term(inner, row.record)
                dates.append(self._after(1) if trend.slope else trend.until)
        return sooner(dates)

    def _stated_later(self, term: Field, row: Record | None) -> date | None:
        raw: Any = (self.case.facts.customer if row is None else row).fields.get(term.name)
        if not term.soft or raw is None:
            return None
        stated = date.fromisoformat(raw["on"])
        return stated if stated > self.case.day else None

    # -- small help --------------------------------------------------------------------------------------------------

    def _value(self, term: Term, row: Record | None) -> Any:
        return self.evaluator.value(term, self.case, row)

    def _is_ratio(self, term: Term) -> bool:
        return self.evaluator.meaning(term).shape == "ratio"

    def _after(self, steps: int | None) -> date | None:
        if steps is None or steps > (date.max - self.case.day).days:
            return None
        return self.case.day + timedelta(days=steps)


def _steps_to_change(gap: Fraction, slope: int, *, strict: bool) -> int | None:
    """Return the days until ``gap + slope * days`` changes sign, as ``>= 0`` sees it, or ``> 0`` where ``strict``."""
    if slope < 0:
        gap, slope, strict = -gap, -slope, not strict
    if gap > 0 or (gap == 0 and not strict):
        return None
    crossing = -gap / slope
    return floor(crossing) + 1 if strict else ceil(crossing)
