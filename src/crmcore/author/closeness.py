"""How near a customer is to a segment, so that a search knows in which direction to go."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from crmcore.evaluation.evaluate import Evaluator
from crmcore.evaluation.facts import Case, local_day
from crmcore.grammar.declare import InSegment, Scheme
from crmcore.grammar.expr import And, Compare, Equals, Not, Or, OrElse, Predicate

_NEARLY: Final = 0.9
"""What a comparison that does not hold is worth at most."""


def to_segment(scheme: Scheme, position: int, case: Case, evaluator: Evaluator) -> float:
    """Return how near a customer is to a segment, 1 at most: rules before it are to be false, its own is to hold."""
    wanted = [(segment.when, False) for segment in scheme.segments[:position]]
    wanted.append((scheme.segments[position].when, True))
    found = [1.0 if rule is None else to_rule(rule, case, evaluator, holds=truth) for rule, truth in wanted]
    return sum(found) / len(found)


def to_rule(rule: Predicate, case: Case, evaluator: Evaluator, *, holds: bool) -> float:  # noqa: PLR0911 - one case per node class
    """Return how near a customer is to a rule that holds, or does not."""
    if evaluator.holds(rule, case) is holds:
        return 1.0
    match rule:
        case Not(part=part):
            return to_rule(part, case, evaluator, holds=not holds)
        case OrElse(part=part):
            return to_rule(part, case, evaluator, holds=holds)
        case And(parts=parts) | Or(parts=parts):
            found = [to_rule(part, case, evaluator, holds=holds) for part in parts]
            return sum(found) / len(found) if holds is isinstance(rule, And) else max(found)
        case InSegment(scheme=scheme, segment=name) if holds:
            return to_segment(scheme, [one.name for one in scheme.segments].index(name), case, evaluator)
        case Compare(left=left, right=right) | Equals(left=left, right=right):
            sides = (evaluator.value(left, case), evaluator.value(right, case))
            one, two = (_number(value, evaluator.world.zone) for value in sides)
            return 0.0 if one is None or two is None else _NEARLY / (1 + abs(one - two) / (1 + abs(two)))
        case _:
            return 0.0


def _number(value: Any, zone: Any) -> float | None:
    match value:
        case bool():
            return None
        case int() | float() | Decimal() | Fraction():
            return float(value)
        case date():
            return float(local_day(value, zone).toordinal())
        case _:
            return None
