"""Where generated customers land in the schemes of a plugin: segments into which none comes, and who takes theirs."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from attrs import evolve, frozen

from crmcore.author.bounds import bounds_of
from crmcore.author.closeness import to_segment
from crmcore.author.drafts import Draft, Generator
from crmcore.evaluation.evaluate import Evaluator, World
from crmcore.evaluation.facts import Case
from crmcore.grammar.declare import Scheme, Segment
from crmcore.grammar.walk import needs, rules_of
from crmcore.work.fitting import fit, population_of, values_of

AS_OF: Final = date(2026, 7, 1)
BATCH: Final = 60
BATCHES: Final = 8
"""Customers are drawn in batches, until every segment has some or there were so many."""
TRIES: Final = 150
BEST: Final = 6

_WORLD: Final = World({}, {}, ZoneInfo("UTC"))
_EVEN: Final = tuple(Fraction(number) for number in range(100, 1100, 10))
"""Numbers of a population in which nobody stands out."""


@frozen
class Seen:
    """What became of the customers that were generated for a scheme.

    ``placed`` counts them by segment. For a segment into which none came, ``meant`` counts those that meet its rule and
    ``takers`` are the segments before it that took them.
    """

    customers: int
    placed: Mapping[str, int]
    meant: Mapping[str, int]
    takers: Mapping[str, tuple[str, ...]]


def census(scheme: Scheme, *, seed: int = 1) -> Seen:
    """Generate customers for a scheme, looking harder for those whom no segment has yet; the same for one seed.

    Where cuts are fitted, a second population without great differences is looked at for what the first one hides.
    """
    placed: Counter[str] = Counter()
    met: list[Case] = []
    chosen = Random(seed)  # noqa: S311 - it has to be repeatable, not secret
    evaluator = Evaluator(_WORLD)
    for world in _worlds(scheme, chosen):
        evaluator = Evaluator(world)
        met += _looked(scheme, world, evaluator, chosen, placed)
        if not _empty(scheme, placed):
            break
    return _seen(evaluator, scheme, met, placed)


def _worlds(scheme: Scheme, chosen: Random) -> Iterator[World]:
    """Yield a world without fitted values if they are not needed; else those of two populations."""
    if not population_of((scheme,)):
        yield _WORLD
        return
    roots = rules_of(scheme)
    usual = bounds_of(roots, _WORLD)
    for bounds in (usual, evolve(usual, numbers=_EVEN)):
        generator = Generator(needs(*roots), bounds, AS_OF, chosen)
        yield _fitted(_WORLD, scheme, [generator.draft() for _ in range(2 * BATCH)])


def _looked(scheme: Scheme, world: World, evaluator: Evaluator, chosen: Random, placed: Counter[str]) -> list[Case]:
    """Place generated customers of a world; return them all."""
    roots = rules_of(scheme)
    generator = Generator(needs(*roots), bounds_of(roots, world), AS_OF, chosen)
    met: list[Met] = []
    for _ in range(BATCHES):
        drawn = [(draft, draft.case()) for draft in (generator.draft() for _ in range(BATCH))]
        placed.update(_answer(evaluator, scheme, case) for _, case in drawn)
        met += drawn
        if not _empty(scheme, placed):
            break
    for segment in _empty(scheme, placed):
        if not placed[segment.name]:
            position = scheme.segments.index(segment)
            met += _sought(_Search(generator, evaluator, scheme, position), met, placed)
    return [case for _, case in met]


def _empty(scheme: Scheme, placed: Counter[str]) -> tuple[Segment, ...]:
    return tuple(segment for segment in scheme.segments if not placed[segment.name])


def _seen(evaluator: Evaluator, scheme: Scheme, cases: Sequence[Case], placed: Counter[str]) -> Seen:
    meant = {one.name: _meeting(one, evaluator, cases) for one in _empty(scheme, placed)}
    takers = {name: _takers(evaluator, scheme, found) for name, found in meant.items()}
    return Seen(len(cases), placed, {name: len(found) for name, found in meant.items()}, takers)


def _fitted(world: World, scheme: Scheme, drawn: Sequence[Draft]) -> World:
    cases = [draft.case() for draft in drawn]
    population: dict[str, Fraction | None] = values_of(fit(world, population_of((scheme,)), cases, AS_OF, 0))
    return evolve(world, population=population)


def _answer(evaluator: Evaluator, scheme: Scheme, case: Case) -> str:
    return evaluator.answer(scheme, case).segment or ""


# -- looking harder ------------------------------------------------------------------------------------------------------


@frozen(eq=False)
class _Search:
    """For a customer in one segment of a scheme."""

    generator: Generator
    evaluator: Evaluator
    scheme: Scheme
    position: int

    def near(self, case: Case) -> float:
        """Return how near a customer is."""
        return to_segment(self.scheme, self.position, case, self.evaluator)


Met = tuple[Draft, Case]


def _sought(search: _Search, met: Sequence[Met], placed: Counter[str]) -> list[Met]:
    """Change the nearest customers step by step; ends when one gets there."""
    if not search.generator.parts:
        return []
    wanted = search.scheme.segments[search.position].name
    best = sorted(((search.near(case), number, draft) for number, (draft, case) in enumerate(met)), reverse=True)[:BEST]
    tried: list[Met] = []
    for _ in range(TRIES):
        for place, (score, number, draft) in enumerate(best):
            changed = search.generator.changed(draft)
            case = changed.case()
            tried.append((changed, case))
            answer = _answer(search.evaluator, search.scheme, case)
            placed[answer] += 1
            if answer == wanted:
                return tried
            if (near := search.near(case)) >= score:
                best[place] = (near, number, changed)
    return tried


def _meeting(segment: Segment, evaluator: Evaluator, cases: Sequence[Case]) -> list[Case]:
    return [case for case in cases if segment.when is None or evaluator.holds(segment.when, case)]


def _takers(evaluator: Evaluator, scheme: Scheme, cases: Sequence[Case]) -> tuple[str, ...]:
    found = Counter(_answer(evaluator, scheme, case) for case in cases)
    return tuple(name for name, _ in found.most_common(3) if name)
