"""What can be proved of a scheme from its rules alone: that nobody can meet a rule, or that earlier segments take everybody.

A rule becomes a list of cases, each a region for every value that it looks at; a case in which one of them is empty
cannot happen. Cases are never too few, so that what is proved is true; where there are too many, nothing is proved.
"""

from collections.abc import Iterable, Mapping
from itertools import product
from typing import Final

from attrs import frozen

from crmcore.author.atoms import atom
from crmcore.author.regions import Region
from crmcore.grammar.declare import Scheme, Segment
from crmcore.grammar.expr import And, Not, Or, OrElse, Predicate

MOST_CASES: Final = 3000
_WORTH_THINNING: Final = 300

Situation = Mapping[str, Region]
Cases = tuple[Situation, ...]

_ALWAYS: Final[Cases] = ({},)


class TooMany(Exception):
    """There are more cases than it is worth to look at."""


@frozen
class Proof:
    """What is known of a segment: ``alone`` whether its rule can hold, ``reached`` whether anybody is left for it.

    Both are True where nothing could be proved.
    """

    segment: Segment
    alone: bool = True
    reached: bool = True


@frozen
class Proofs:
    """What is proved of a scheme's segments, and whether its rules leave nobody over."""

    segments: tuple[Proof, ...]
    total: bool


def prove(scheme: Scheme, *, defaults: bool = False) -> Proofs:
    """Return what can be proved; with ``defaults``, for a company that has set nothing."""
    left = _ALWAYS
    found: list[Proof] = []
    try:
        for segment in scheme.segments:
            if segment.when is None:
                found.append(Proof(segment, reached=bool(left)))
                return Proofs(tuple(found), total=True)
            held = cases_of(segment.when, truth=True, defaults=defaults)
            found.append(Proof(segment, bool(held), bool(_both(left, held))))
            left = _both(left, cases_of(segment.when, truth=False, defaults=defaults))
    except TooMany:
        rest = scheme.segments[len(found) :]
        return Proofs((*found, *map(Proof, rest)), total=scheme.segments[-1].when is None)
    return Proofs(tuple(found), total=not left)


def cases_of(part: Predicate, *, truth: bool | None, defaults: bool) -> Cases:
    """Return the cases in which a predicate is true, false or unknown; perhaps some more."""

    def inner(one: Predicate, wanted: bool | None) -> Cases:  # noqa: FBT001 - the same
        return cases_of(one, truth=wanted, defaults=defaults)

    match part:
        case And(parts=parts) | Or(parts=parts):
            if truth is isinstance(part, And):
                return _all(inner(one, truth) for one in parts)
            return _any(inner(one, truth) for one in parts)
        case Not(part=one):
            return inner(one, None if truth is None else not truth)
        case OrElse(part=one, default=default):
            if truth is None:
                return ()
            return _any((inner(one, truth), inner(one, None) if truth is default else ()))
        case _:
            found = atom(part, defaults=defaults)
            region = found.region(truth)
            return () if region.is_empty else ({found.key: region},)


def _all(many: Iterable[Cases]) -> Cases:
    found = _ALWAYS
    for cases in many:
        found = _both(found, cases)
    return found


def _any(many: Iterable[Cases]) -> Cases:
    return _distinct(case for cases in many for case in cases)


def _both(one: Cases, two: Cases) -> Cases:
    if len(one) * len(two) > MOST_CASES * 20:
        raise TooMany
    return _distinct(met for first, second in product(one, two) if (met := _meet(first, second)) is not None)


def _meet(one: Situation, two: Situation) -> Situation | None:
    met = dict(one)
    for key, region in two.items():
        met[key] = region.meet(met[key]) if key in met else region
        if met[key].is_empty:
            return None
    return met


def _distinct(cases: Iterable[Situation]) -> Cases:
    found = {frozenset(case.items()): case for case in cases}
    if len(found) > MOST_CASES:
        raise TooMany
    if len(found) > _WORTH_THINNING:
        return tuple(found.values())
    return tuple(case for key, case in found.items() if not any(other < key for other in found))
