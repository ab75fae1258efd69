"""What expressions mean, a column at a time: every node becomes an expression on a frame of customers or of rows."""

from collections.abc import Callable
from typing import Any

import narwhals.stable.v2 as nw
from attrs import define, evolve, field

from crm_bulk.days import day_number, day_of_number, on_days
from crm_bulk.expressions import concatenated, greatest, least, lit, when
from crm_bulk.logic import all_of, any_of, chosen, else_time, extreme_time
from crm_bulk.scopes import SEPARATOR, Scope, changed, time_vector
from crm_bulk.vectors import MIRRORED, TESTS, TooLarge, Vector, alike, arithmetic, compared, exact, fixed
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
    Not,
    OneOf,
    Or,
    OrElse,
    PopulationValue,
    TextTest,
    Within,
    World,
    name_of,
)

_SPAN = 4_000_000
"""More days than lie between any two dates."""
CANNOT_TELL = -1
"""The position of a scheme's answer, less this, where a rule is unknown: -1 - position."""


@define(eq=False)
class Compiler:
    """Turns terms and predicates on one scope into expressions; keeps what it compiled."""

    world: World
    scope: Scope
    day: int
    aggregates: Callable[[Aggregate], Vector] | None = None
    _terms: dict[Term, Vector] = field(factory=dict, init=False)
    _rules: dict[Predicate, Any] = field(factory=dict, init=False)
    _answers: dict[Scheme, Any] = field(factory=dict, init=False)

    # -- terms -------------------------------------------------------------------------------------------------------

    def term(self, term: Term) -> Vector:
        """Return the compiled form of a term."""
        if term not in self._terms:
            self._terms[term] = self._told(term)
        return self._terms[term]

    def _told(self, term: Term) -> Vector:
        try:
            return self._term(term)
        except TooLarge as error:
            if error.where and not isinstance(term, Metric):
                raise
            raise TooLarge(error.what, name_of(term)) from error

    def _term(self, term: Term) -> Vector:  # noqa: C901, PLR0911, PLR0912 - one case per node class
        match term:
            case Literal(value=value):
                return self.scope.constant(value)
            case Setting():
                return self.scope.constant(self.world.setting(term))
            case PopulationValue():
                return exact(self.world.population.get(self.world.key(term)), fitted=True)
            case Column(steps=steps):
                return self.scope.column(steps)
            case Field():
                return self._stored(term)
            case Metric(term=inner):
                return self.term(inner)
            case Aggregate():
                if self.aggregates is None:  # pragma: no cover - the grammar refuses it
                    raise TypeError("an aggregate inside an aggregate")
                return self.aggregates(term)
            case Arithmetic(op=op, left=left, right=right):
                return arithmetic(op, self.term(left), self.term(right))
            case Extreme(op=op, terms=terms):
                return self._extreme(op, tuple(map(self.term, terms)))
            case Choose():
                return self._choose(term)
            case Band(term=inner, cuts=cuts):
                return self._band(inner, cuts)
            case DayCount(op=op, term=inner):
                sign = 1 if op == "since" else -1
                return fixed((lit(self.day, nw.Int64) - self.day_of(inner)) * sign, 0, _SPAN)
        raise TypeError(f"no meaning for {type(term).__name__}")

    def _stored(self, term: Field) -> Vector:
        found = self.scope.field(term, self.day)
        if term.default is None:
            return found
        default = self.scope.constant(term.default)
        if found.shape == "fixed":
            units = int(default.constant * 10**found.digits)
            return fixed(found.expr.fill_null(units), found.digits, max(found.bound, abs(units)))
        if found.shape in {"date", "instant"}:
            return else_time(found, default)
        if found.shape == "ratio":
            return changed(found, lambda expr: expr.fill_null(float(term.default)))
        return changed(found, lambda expr: expr.fill_null(default.constant))

    def _extreme(self, op: str, vectors: tuple[Vector, ...]) -> Vector:
        pick = min if op == "least" else max
        if all(vector.shape == "exact" for vector in vectors):
            known = [vector.constant for vector in vectors]
            fitted = any(vector.fitted for vector in vectors)
            return exact(None if None in known else pick(known), fitted=fitted)
        if vectors[0].shape in {"date", "instant"}:
            return extreme_time(op, vectors)
        values = alike(vectors)
        found = [value.expr for value in values]
        horizontal = least if op == "least" else greatest
        known = ~any_of(expr.is_null() for expr in found)
        return Vector(values[0].shape, when(known, horizontal(*found)), values[0].digits, max(v.bound for v in values))

    def _choose(self, term: Choose) -> Vector:
        rules = [self.rule(rule) for rule, _ in term.cases]
        given = [self.term(value) for _, value in term.cases]
        if term.otherwise is not None:
            given.append(self.term(term.otherwise))
        if any(vector.shape in {"date", "instant"} for vector in given):
            kind = "instant" if any(vector.shape == "instant" for vector in given) else "date"
            moments, days = [vector.moment for vector in given], [vector.day for vector in given]
            return time_vector(
                kind,
                lambda: chosen(rules, [moment() for moment in moments], nw.Int64),
                lambda: chosen(rules, [day() for day in days], nw.Int64),
            )
        values = alike(tuple(given))
        shape = values[0].shape
        found = chosen(rules, [value.expr for value in values], _TYPES[shape])
        return Vector(shape, found, values[0].digits, max(value.bound for value in values))

    def _band(self, inner: Term, cuts: tuple[Term, ...]) -> Vector:
        position = when(self.has_value(inner), lit(1, nw.Int64))
        for cut in cuts:
            position = position + self._ordered("<=", cut, inner).cast(nw.Int64)
        return fixed(position, 0, len(cuts) + 1)

    def day_of(self, term: Term) -> Any:
        """Return the local day of a date or moment."""
        found = self.term(term).day
        if found is None:
            raise TypeError(f"{term!r} is no time")
        return found()

    def is_known(self, term: Term) -> Any:
        """Return whether a term has a value; a default does not count as one."""
        if isinstance(term, Field) and term.default is not None:
            term = evolve(term, default=None)
        return self.has_value(term)

    def has_value(self, term: Term) -> Any:
        """Return whether a term has a value, its default included."""
        vector = self.term(term)
        if vector.expr is None:
            return lit(vector.constant is not None, nw.Boolean)
        return ~vector.expr.is_null()

    # -- predicates --------------------------------------------------------------------------------------------------

    def rule(self, rule: Predicate) -> Any:
        """Return the compiled form of a predicate: true, false or null."""
        if rule not in self._rules:
            self._rules[rule] = self._rule(rule)
        return self._rules[rule]

    def _rule(self, rule: Predicate) -> Any:  # noqa: C901, PLR0911 - one case per node class
        match rule:
            case Compare(op=op, left=left, right=right):
                return self._ordered(op, left, right)
            case Equals(left=left, right=right):
                return self._ordered("==", left, right)
            case OneOf(term=term, choices=choices):
                return any_of(self._ordered("==", term, choice) for choice in choices)
            case Known(term=term):
                return self.is_known(term)
            case TextTest(op=op, term=term, part=part):
                return self._text_test(op, term, part)
            case Within(term=term, days=days, ending=ending):
                last = self.day - self.number(ending)
                return self._on_days(term, last - self.number(days) + 1, last)
            case InYear(term=term):
                year = day_of_number(self.day).replace(month=1, day=1)
                return self._on_days(term, day_number(year), self.day)
            case Not(part=part):
                return ~self.rule(part)
            case And(parts=parts):
                return all_of(map(self.rule, parts))
            case Or(parts=parts):
                return any_of(map(self.rule, parts))
            case OrElse(part=part, default=default):
                return self.rule(part).fill_null(default)
            case InSegment(scheme=scheme, segment=segment):
                return self._in_segment(scheme, segment)
        raise TypeError(f"no meaning for {type(rule).__name__}")

    def number(self, term: Term) -> int:
        """Return a whole number that is the same for every customer: a constant or setting."""
        found = self.term(term).constant
        if found is None:
            raise TypeError(f"{term!r} is not the same for every customer")
        return int(found)

    def _ordered(self, op: str, left: Term, right: Term) -> Any:
        one, two = self.term(left), self.term(right)
        if one.shape in {"date", "instant"}:
            return self._ordered_days(op, left, right)
        if one.shape in {"fixed", "ratio", "exact"}:
            return compared(op, one, two)
        return one.expr == two.expr

    def _ordered_days(self, op: str, left: Term, right: Term) -> Any:
        one, two = self.term(left), self.term(right)
        if two.constant is not None and one.constant is None:
            return self._beside_day(op, left, day_number(two.constant))
        if one.constant is not None and two.constant is None:
            return self._beside_day(MIRRORED[op], right, day_number(one.constant))
        return TESTS[op](self.day_of(left), self.day_of(right))

    def _beside_day(self, op: str, term: Term, day: int) -> Any:
        first, last = {
            "<": (-_SPAN, day - 1),
            "<=": (-_SPAN, day),
            ">": (day + 1, _SPAN),
            ">=": (day, _SPAN),
            "==": (day, day),
        }[op]
        return self._on_days(term, first, last)

    def _on_days(self, term: Term, first: int, last: int) -> Any:
        """Return whether a date or moment lies between two local days, both included."""
        vector = self.term(term)
        if vector.shape == "instant":
            return on_days(vector.expr, self.world.zone, first, last)
        day = self.day_of(term)
        return (day >= lit(first, nw.Int64)) & (day <= lit(last, nw.Int64))

    def _text_test(self, op: str, term: Term, part: Term) -> Any:
        text, wanted = self.term(term), self.term(part)
        literal = wanted.constant
        if text.shape == "texts":
            mark = lit(SEPARATOR, nw.String)
            sought = concatenated(mark, wanted.expr, mark) if literal is None else f"{SEPARATOR}{literal}{SEPARATOR}"
        else:
            sought = wanted.expr if literal is None else literal
        held = text.expr.starts_with(sought) if op == "starts_with" else text.expr.contains(sought)
        return held if literal is not None else when(~text.expr.is_null() & ~wanted.expr.is_null(), held)

    def _in_segment(self, scheme: Scheme, segment: str) -> Any:
        position = self.answer(scheme)
        wanted = next((i for i, one in enumerate(scheme.segments) if one.name == segment), _SPAN)
        return when(position >= 0, position == wanted)

    def answer(self, scheme: Scheme) -> Any:
        """Return the position of a scheme's first segment whose rule holds, behind the last if none does.

        Where a rule is unknown it is -1 less that rule's position.
        """
        if scheme not in self._answers:
            self._answers[scheme] = self._answer(scheme)
        return self._answers[scheme]

    def _answer(self, scheme: Scheme) -> Any:
        result = lit(len(scheme.segments), nw.Int16)
        for position, segment in reversed(tuple(enumerate(scheme.segments))):
            here = lit(position, nw.Int16)
            if segment.when is None:
                result = here
                continue
            rule = self.rule(segment.when)
            unknown = lit(CANNOT_TELL - position, nw.Int16)
            result = when(rule.is_null(), unknown, when(rule, here, result))
        return result


_TYPES = {"fixed": nw.Int64, "ratio": nw.Float64, "text": nw.String, "texts": nw.String, "boolean": nw.Boolean}
