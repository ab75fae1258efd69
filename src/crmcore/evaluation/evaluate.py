"""What expressions are worth for one customer on one date: true, false, a value, or unknown.

Every node is compiled once into a function of a `Case` and a row; `None` is unknown, in Kleene's three-valued sense.
"""

import operator
from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from attrs import define, evolve, field, frozen

from crmcore.entities import Record
from crmcore.evaluation import truth
from crmcore.evaluation.aggregates import aggregate
from crmcore.evaluation.facts import Case
from crmcore.evaluation.meaning import OPERATIONS, Compute, Meaning, arithmetic, comparable, constant
from crmcore.evaluation.reading import (
    Reader,
    band,
    choose,
    column,
    day_count,
    extreme,
    on_local_day,
    reader,
    stored_field,
)
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
from crmcore.grammar.walk import canonical, fingerprint
from crmcore.kinds import Folded, Kind, from_units


def _as_it_is(_kind: Kind, raw: Any) -> Any:
    """Read a field that is held decoded already, as in tests."""
    return raw


@frozen
class World:
    """What is the same for every customer: settings, fitted population values, the zone, digits of money.

    ``settings`` may leave out those that have their default. ``population`` is keyed by the fingerprint of each
    value's definition; a missing key is "not fitted yet". ``decode`` reads a field's stored form.
    """

    settings: Mapping[str, Any]
    population: Mapping[str, Fraction | None]
    zone: ZoneInfo
    money_digits: int = 6
    decode: Callable[[Kind, Any], Any] = _as_it_is

    def setting(self, setting: Setting) -> Any:
        """Return the value of a setting: what the company set, else its default."""
        return self.settings.get(setting.name, setting.default)

    def reader(self, kind: Kind) -> Reader:
        """Return how a stored value of a kind is held during evaluation."""
        return reader(kind, self.money_digits)

    def key(self, value: PopulationValue) -> str:
        """Return the key under which a population value is kept."""
        return fingerprint(canonical(value, self.settings))


@frozen
class Answer:
    """What a scheme says of a customer: the segment and its position.

    Without a segment, ``position`` is that of the one whose rule is unknown, or behind the last where no rule holds.
    """

    segment: str | None
    position: int


@define(eq=False)
class Evaluator:
    """Computes terms, predicates and schemes in one `World`; keeps what it compiled."""

    world: World
    _terms: dict[Term, Meaning] = field(factory=dict, init=False)
    _predicates: dict[Predicate, Compute] = field(factory=dict, init=False)

    # -- what others ask ---------------------------------------------------------------------------------------------

    def value(self, term: Term, case: Case, row: Record | None = None) -> Any:
        """Return a term's value as people write it: `Decimal`, int, float, `Fraction`, text, date; None if unknown."""
        meaning = self.meaning(term)
        found = meaning.compute(case, row)
        if meaning.shape == "plain":
            return _as_written(found)
        if found is None or meaning.shape != "fixed":
            return found
        return found if meaning.digits == 0 else from_units(found, meaning.digits)

    def holds(self, predicate: Predicate, case: Case, row: Record | None = None) -> bool | None:
        """Return whether a predicate is true, false, or unknown (None)."""
        return self.truth(predicate)(case, row)  # type: ignore[no-any-return]  # three values

    def answer(self, scheme: Scheme, case: Case) -> Answer:
        """Return the first segment whose rule holds; an unknown rule stops the walk there."""
        found = case.memo.get(scheme)
        if found is None:
            found = case.memo[scheme] = self._walk(scheme, case)
        return found

    def _walk(self, scheme: Scheme, case: Case) -> Answer:
        for position, segment in enumerate(scheme.segments):
            held = True if segment.when is None else self.holds(segment.when, case)
            if held is None:
                return Answer(None, position)
            if held:
                return Answer(segment.name, position)
        return Answer(None, len(scheme.segments))

    # -- terms -------------------------------------------------------------------------------------------------------

    def meaning(self, term: Term) -> Meaning:
        """Return the compiled form of a term."""
        found = self._terms.get(term)
        if found is None:
            found = self._terms[term] = self._compile_term(term)
        return found

    def _compile_term(self, term: Term) -> Meaning:  # noqa: C901, PLR0911 - one case per node class
        match term:
            case Literal(value=given):
                return _constant_value(given)
            case Setting():
                return _constant_value(self.world.setting(term))
            case PopulationValue():
                return constant(self.world.population.get(self.world.key(term)), fitted=True)
            case Column():
                return column(term, self.world.reader(term.result_kind()))
            case Field():
                return stored_field(term, self.world.reader(term.result_kind()), self.world.decode)
            case Metric(term=inner):
                return self._kept(term, self.meaning(inner))
            case Aggregate():
                where = None if term.where is None else self.truth(term.where)
                value = None if term.term is None else self.meaning(term.term)
                return self._kept(term, aggregate(term, value, where, self.world.zone))
            case Arithmetic(op=op, left=left, right=right):
                return arithmetic(op, self.meaning(left), self.meaning(right))
            case Extreme(op=op, terms=terms):
                return extreme(op, tuple(self.meaning(part) for part in terms), self.world.zone)
            case Choose(cases=cases, otherwise=otherwise):
                values = [self.meaning(value) for _, value in cases]
                ends = [] if otherwise is None else [self.meaning(otherwise)]
                return choose(tuple(self.truth(rule) for rule, _ in cases), (*values, *ends))
            case Band(term=inner, cuts=cuts):
                return band(self.meaning(inner).compute, tuple(self._sides(cut, inner) for cut in cuts))
            case DayCount(op=op, term=inner):
                return day_count(op, self.meaning(inner), self.world.zone)
        raise TypeError(f"no meaning for {type(term).__name__}")

    def _kept(self, term: Term, meaning: Meaning) -> Meaning:
        compute = meaning.compute

        def once(case: Case, row: Any) -> Any:
            memo = case.memo
            if term in memo:
                return memo[term]
            found = memo[term] = compute(case, row)
            return found

        return Meaning(meaning.shape, once, meaning.digits, meaning.constant, meaning.fitted)

    # -- predicates --------------------------------------------------------------------------------------------------

    def truth(self, predicate: Predicate) -> Compute:
        """Return the compiled form of a predicate."""
        found = self._predicates.get(predicate)
        if found is None:
            found = self._predicates[predicate] = self._compile_predicate(predicate)
        return found

    def _compile_predicate(self, part: Predicate) -> Compute:  # noqa: C901, PLR0911, PLR0912 - one case per node class
        match part:
            case Compare(op=op, left=left, right=right):
                return truth.compared(OPERATIONS[op], *self._sides(left, right))
            case Equals(left=left, right=right):
                return truth.compared(operator.eq, *self._sides(left, right))
            case OneOf(term=term, choices=choices):
                return truth.some(tuple(self.truth(Equals(term, choice)) for choice in choices))
            case Known(term=Field(default=default) as term) if default is not None:
                return truth.known(self.meaning(evolve(term, default=None)).compute)
            case Known(term=term):
                return truth.known(self.meaning(term).compute)
            case TextTest(op=op, term=term, part=text):
                return truth.text_test(op, self.meaning(term).compute, self.meaning(text).compute)
            case Within(term=term, days=days, ending=ending):
                window = self.meaning(days).constant, self.meaning(ending).constant
                return truth.within(self.meaning(term).compute, window, self.world.zone)
            case InYear(term=term):
                return truth.in_year(self.meaning(term).compute, self.world.zone)
            case Not(part=inner):
                return truth.opposite(self.truth(inner))
            case And(parts=parts):
                return truth.every(tuple(self.truth(inner) for inner in parts))
            case Or(parts=parts):
                return truth.some(tuple(self.truth(inner) for inner in parts))
            case OrElse(part=inner, default=default):
                return truth.or_else(self.truth(inner), default)
            case InSegment(scheme=scheme, segment=segment):
                return self._in_segment(scheme, segment)
        raise TypeError(f"no meaning for {type(part).__name__}")

    def _sides(self, left: Term, right: Term) -> tuple[Compute, Compute]:
        if left.result_kind().is_time:
            zone = self.world.zone
            return on_local_day(self.meaning(left).compute, zone), on_local_day(self.meaning(right).compute, zone)
        return comparable(self.meaning(left), self.meaning(right))

    def _in_segment(self, scheme: Scheme, segment: str) -> Compute:
        def is_in(case: Case, _row: Any) -> bool | None:
            answer = self.answer(scheme, case)
            is_known = answer.segment is not None or answer.position == len(scheme.segments)
            return answer.segment == segment if is_known else None

        return is_in


def _as_written(value: Any) -> Any:
    match value:
        case Folded():
            return value.written
        case tuple():
            return tuple(_as_written(part) for part in value)
        case _:
            return value


def _constant_value(value: Any) -> Meaning:
    match value:
        case bool() | date():
            return constant(value)
        case str():
            return constant(Folded.of(value))
        case _:
            return constant(Fraction(value))
