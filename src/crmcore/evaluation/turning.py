"""What a scheme's answer turns on: the conditions in its rules, and where one of them turns as a number grows."""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from attrs import frozen

from crmcore.grammar.declare import Scheme
from crmcore.grammar.expr import (
    Aggregate,
    Arithmetic,
    Band,
    Compare,
    DayCount,
    Equals,
    InYear,
    Known,
    Node,
    OneOf,
    PopulationValue,
    Predicate,
    Rows,
    Term,
    TextTest,
    Within,
)
from crmcore.grammar.walk import children, rules_of


@frozen(cache_hash=True)
class Condition:
    """A part of a rule that is true or false by itself; ``source`` names the rows of which each has its own answer."""

    rule: Predicate
    source: Rows | None = None


def conditions(scheme: Scheme) -> tuple[Condition, ...]:
    """Return the conditions of a scheme's rules, of other schemes that they ask, and of rows; each once.

    What is equal to a number, or within a window, is two bounds. What stands in population values is no condition:
    they are held.
    """
    found: dict[Condition, None] = {}
    pending: list[tuple[Node, Rows | None]] = [(rule, None) for rule in reversed(rules_of(scheme))]
    seen: set[tuple[Node, Rows | None]] = set()
    while pending:
        place = part, source = pending.pop()
        if place in seen or isinstance(part, PopulationValue):
            continue
        seen.add(place)
        found.update((Condition(rule, source), None) for rule in _turning(part))
        inner = part.source if isinstance(part, Aggregate) else source
        pending.extend((child, inner) for child in reversed(children(part)))
    return tuple(found)


def _turning(part: Node) -> tuple[Predicate, ...]:
    match part:
        case Equals(left=left, right=right) if _has_order(left):
            return Compare(">=", left, right), Compare(">", left, right)
        case OneOf(term=term, choices=choices) if _has_order(term):
            return tuple(bound for choice in choices for bound in _turning(Equals(term, choice)))
        case Band(term=term, cuts=cuts):
            return tuple(Compare(">=", term, cut) for cut in cuts)
        case Within(term=term, days=days, ending=ending):
            age = DayCount("since", term)
            return Compare(">=", age, ending), Compare(">=", age, Arithmetic("+", ending, days))
        case Compare() | Equals() | OneOf() | TextTest() | Known() | InYear():
            return (part,)
        case _:
            return ()


def _has_order(term: Term) -> bool:
    kind = term.result_kind()
    return kind.is_number or kind.is_time


def turning_points(truth: Callable[[int], bool | None], marks: Sequence[int]) -> Iterator[int]:
    """Yield the last number with one truth and the first with another, between each two marks that differ.

    Between two marks a truth is taken to turn once.
    """
    for low, high in pairwise(marks):
        if truth(low) is not truth(high):
            yield from _turn(truth, low, high)


def _turn(truth: Callable[[int], bool | None], low: int, high: int) -> tuple[int, int]:
    first = truth(low)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if truth(middle) is first else (low, middle)
    return low, high


@frozen
class Counterfactual:
    """A single change after which a customer is in ``segment``: the smallest of its kind.

    ``part`` is the field or column that has the value ``after`` instead of ``before``; without one, it is a purchase of
    the amount ``after`` on the day.
    """

    segment: str
    part: Term | None
    before: object
    after: object
