"""Which unknown values keep customers unplaced: asked of the core's own answer, once for each pattern of truths.

Customers are many, but the ways in which the parts of a scheme's rules are true, false and unknown are few. So a pass
notes for each unplaced customer which of these ways it is in, as bits of whole numbers, and the core says what is missing.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from typing import Any, Final

import narwhals.stable.v2 as nw
from attrs import define, field, frozen

from crm_bulk.compiling import Compiler
from crm_bulk.vectors import whole
from crmcore import Predicate, Record, Scheme, Term
from crmcore.engines import (
    Aggregate,
    Case,
    Evaluator,
    Meaning,
    Node,
    PopulationValue,
    World,
    children,
    missing_of,
    names_of,
    rules_of,
)

_BITS: Final = 60
"""How many bits one whole number takes; fewer than it has, so that none is lost."""
_UNKNOWN: Final = 2
_KNOWN: Final = object()


@frozen(eq=False)
class Parts:
    """The parts of a scheme's rules that may be unknown, and the place of the first bit of each."""

    scheme: Scheme
    places: dict[Node, int]
    codes: tuple[Any, ...]

    def names(self, world: World, codes: Sequence[int]) -> tuple[str, ...]:
        """Return the names of what is missing to customers whose codes these are."""
        bits = sum(code << (_BITS * number) for number, code in enumerate(codes))
        seen = _Seen(world, self.places, bits)
        return names_of(missing_of(self.scheme, Case(_NOBODY, date.min), seen))


def parts_of(scheme: Scheme, compiler: Compiler) -> Parts:
    """Return the parts of a scheme's rules with expressions of their codes.

    A predicate takes two bits, one if it is true and the other if it is unknown, and a term one if it is unknown.
    """
    places: dict[Node, int] = {}
    codes: list[list[Any]] = [[]]
    place = 0
    for part in dict.fromkeys(part for rule in rules_of(scheme) for part in _asked(rule)):
        noted, bits = _noted(part, compiler)
        if place + bits > _BITS * len(codes):
            place = _BITS * len(codes)
            codes.append([])
        places[part] = place
        codes[-1].append(noted * whole(1 << place % _BITS))
        place += bits
    sums = (nw.sum_horizontal(*code) if len(code) > 1 else (code or [whole(0)])[0] for code in codes)
    return Parts(scheme, places, tuple(sums))


def _asked(part: Node) -> Iterator[Node]:
    """Yield a part and those inside it that can be what is missing."""
    yield part
    if not isinstance(part, Aggregate | PopulationValue):
        for child in children(part):
            yield from _asked(child)


def _noted(part: Node, compiler: Compiler) -> tuple[Any, int]:
    """Return a whole number that says what is noted of a part, and how many bits that takes."""
    match part:
        case Predicate():
            return compiler.rule(part).cast(nw.Int64).fill_null(_UNKNOWN), 2
        case Term():
            vector = compiler.term(part)
            if vector.expr is None:
                return whole(int(vector.constant is None)), 1
            return vector.expr.is_null().cast(nw.Int64), 1
    raise TypeError(f"{type(part).__name__} is no part of a rule")


@define(eq=False)
class _Seen(Evaluator):
    """Answers as the row evaluator would for customers in one of the ways: only what is known of them, and no value."""

    places: dict[Node, int] = field(factory=dict)
    bits: int = 0

    def holds(self, predicate: Predicate, case: Case, row: Record | None = None) -> bool | None:  # noqa: ARG002 - the evaluator is asked so
        """Return the truth that was noted."""
        noted = self.bits >> self.places[predicate]
        return None if noted & _UNKNOWN else bool(noted & 1)

    def meaning(self, term: Term) -> Meaning:
        """Return whether a value was noted."""
        is_unknown = self.bits >> self.places[term] & 1
        return Meaning("plain", lambda _case, _row: None if is_unknown else _KNOWN)


_NOBODY: Final[Any] = None
"""Nothing is read of a customer of whom all that counts was noted."""


def named(parts: Parts, world: World, columns: Sequence[Any]) -> Iterator[tuple[str, ...]]:
    """Yield the names of what is missing for each customer; ``columns`` are those of the codes."""

    @cache
    def names(codes: tuple[int, ...]) -> tuple[str, ...]:
        return parts.names(world, codes)

    yield from map(names, zip(*(column.to_pylist() for column in columns), strict=True))
