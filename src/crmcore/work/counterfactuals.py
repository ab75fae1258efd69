"""The smallest single change that would bring a customer into another segment, found by trying.

The values at which a condition of the scheme turns are tried, and the last ones before; each is evaluated whole, with
population values held, as a commit would. A free text is tried with the texts that rules compare it with.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Final

from attrs import define, field, frozen

from crmcore.evaluation.facts import Case, local_day
from crmcore.evaluation.turning import Condition, Counterfactual, conditions, turning_points
from crmcore.grammar.declare import Scheme
from crmcore.grammar.expr import Equals, OneOf, Term, TextTest
from crmcore.grammar.walk import is_constant, reached
from crmcore.kinds import NUMBER_LIMIT, from_units
from crmcore.records import Customer
from crmcore.work.checks import RuleBook
from crmcore.work.levers import PURCHASES, PurchaseLever, ValueLever, levers_of

if TYPE_CHECKING:
    from crmcore.work.state import State

_DAYS: Final = (1, 3, 10, 30, 100, 300, 1000, 3000, 10_000, 30_000)
_NUMBERS: Final = ("integer", "decimal", "money")


def counterfactuals(state: "State", scheme: Scheme, customer: Customer) -> Mapping[str, tuple[Counterfactual, ...]]:
    """Return, for every segment that the customer is not in, the smallest change of each value that leads there.

    Changes are a value of a field or column of the customer that the rules read, or one more purchase on the state's
    day; each as the plugins' rules on records allow. There is none where no single change leads there.
    """
    facts = state.book.facts(customer)
    current = state.evaluator.answer(scheme, Case(facts, state.day)).segment
    found: dict[str, list[Counterfactual]] = {one.name: [] for one in scheme.segments if one.name != current}
    turns = conditions(scheme)
    for lever in levers_of(scheme, facts, state):
        for segment, change in _Trial(state, scheme, lever, turns).first():
            if segment in found:
                found[segment].append(change)
    return {segment: tuple(changes) for segment, changes in found.items()}


@define(eq=False)
class _Trial:
    """One thing that can be changed, and what the scheme says of each value of it."""

    state: "State"
    scheme: Scheme
    lever: ValueLever | PurchaseLever
    turns: Sequence[Condition]
    _cases: dict[int, Case] = field(factory=dict, init=False)

    def first(self) -> Iterator[tuple[str, Counterfactual]]:
        """Yield each segment that is reached with the nearest value that reaches it."""
        part, before = (self.lever.part, self.before) if isinstance(self.lever, ValueLever) else (None, None)
        reached_already: set[str] = set()
        for value in self._candidates():
            case = self.lever.case(value)
            segment = self.state.evaluator.answer(self.scheme, case).segment
            if segment is None or segment in reached_already or not self._is_allowed(value):
                continue
            reached_already.add(segment)
            yield segment, Counterfactual(segment, part, before, value)

    @cached_property
    def before(self) -> Any:
        """The value as it is, the default where there is one; None where it is unknown, and of a purchase."""
        if isinstance(self.lever, PurchaseLever):
            return None
        return self.state.evaluator.value(self.lever.part, Case(self.lever.facts, self.state.day))

    def _is_allowed(self, value: Any) -> bool:
        rules, fields = (self.state.plain.catalogue.values(kind) for kind in ("rule", "field"))
        book = RuleBook(rules, self.state.evaluator, self.state.book.get, self.state.day, fields=fields)
        return not any(book.broken_by(self.lever.record(value)))

    # -- what is tried -------------------------------------------------------------------------------------------------

    def _candidates(self) -> Iterator[Any]:
        """Yield values, the nearest first; to have none is further away than any other."""
        if self._line is not None:
            yield from map(self._line.value, self._points(self._line))
        elif isinstance(self.lever, ValueLever):
            yield from (value for value in self._named(self.lever) if value != self.before)
        if isinstance(self.lever, ValueLever) and self.lever.may_be_cleared and self.before is not None:
            yield None

    @cached_property
    def _line(self) -> "_Line | None":
        digits = self.state.company.currency_digits
        if isinstance(self.lever, PurchaseLever):
            return _Line(digits, start=0, least=1)
        kind = self.lever.kind
        if kind.name in _NUMBERS:
            scale = digits if kind.name == "money" else kind.scale
            return _Line(scale, 0 if self.before is None else _nearest(self.before, scale))
        if kind.is_time:
            day = self.state.day if self.before is None else local_day(self.before, self.state.company.zone)
            return _Line(None, day.toordinal(), 1, date.max.toordinal())
        return None

    def _points(self, line: "_Line") -> list[int]:
        """Return the places at which something turns, the nearest first; what is there already is no change."""
        marks, found = line.marks(self.state.day), set[int]()
        for turn in self.turns:
            if self._concerns(turn):
                found.update(turning_points(partial(self._truth, turn, line), marks))
        if self.before is None:
            found.add(max(line.start, line.least))
        elif line.value(line.start) == self.before:
            found.discard(line.start)
        return sorted(found, key=lambda place: (abs(place - line.start), place))

    def _truth(self, turn: Condition, line: "_Line", place: int) -> bool | None:
        value = line.value(place)
        if place not in self._cases:
            self._cases[place] = self.lever.case(value)
        row = None if turn.source is None else self.lever.record(value)
        return self.state.evaluator.holds(turn.rule, self._cases[place], row)

    def _concerns(self, turn: Condition) -> bool:
        if isinstance(self.lever, ValueLever):
            return turn.source is None and self.lever.part in reached(turn.rule)
        if turn.source is not None:
            return turn.source == PURCHASES
        return any(getattr(part, "source", None) == PURCHASES for part in reached(turn.rule))

    def _named(self, lever: ValueLever) -> Iterator[Any]:
        """Yield the values that a text, several texts, or a yes or no may get: choices, and what rules compare it with."""
        if lever.kind.name == "boolean":
            yield from (True, False)
            return
        texts = dict.fromkeys((*lever.choices, *(() if lever.choices else self._beside(lever.part))))
        if lever.kind.name == "texts":
            held = tuple(self.before or ())
            yield from ((*held, text) for text in texts if text not in held)
            yield from (tuple(one for one in held if one != gone) for gone in held)
        else:
            yield from texts

    def _beside(self, part: Term) -> Iterator[str]:
        case = Case(self.lever.facts, self.state.day)
        for turn in self.turns:
            match turn.rule:
                case Equals(left=left, right=right) | TextTest(term=left, part=right):
                    others = [other for other, one in ((right, left), (left, right)) if one == part]
                case OneOf(term=left, choices=choices) if left == part:
                    others = list(choices)
                case _:
                    continue
            yield from (self.state.evaluator.value(other, case) for other in others if is_constant(other))


@frozen
class _Line:
    """Numbers or days as places on a line: in units of the last of ``digits``, or ordinals of days where it is None."""

    digits: int | None
    start: int
    least: int = -(10**30)
    greatest: int = 10**30

    def value(self, place: int) -> Any:
        """Return what stands at a place."""
        if self.digits is None:
            return date.fromordinal(place)
        return place if self.digits == 0 else from_units(place, self.digits)

    def marks(self, day: date) -> list[int]:
        """Return places between which a condition turns once: ever further from where it is, and from nothing."""
        if self.digits is None:
            around = {self.start, day.toordinal()}
            places = {one + way * step for one in around for step in (0, *_DAYS) for way in (1, -1)}
        else:
            largest = NUMBER_LIMIT * 10**self.digits - 1
            steps = (0, *(10**power for power in range(len(str(largest)) - 1)), largest)
            places = {one + way * step for one in (0, self.start) for step in steps for way in (1, -1)}
            places = {place for place in places if abs(place) <= largest}
        return sorted(place for place in places if self.least <= place <= self.greatest)


def _nearest(value: Decimal | int, digits: int) -> int:
    """Return a value in units, cut to those in which people count."""
    return int(Decimal(value) * 10**digits)
