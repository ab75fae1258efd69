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

    A predicate takes two bits, one if it is true and one if it is unknown, and a term one if it is unknown.
    """
    places: dict[Node, int] = {}
    bits: list[Any] = []
    for part in dict.fromkeys(part for rule in rules_of(scheme) for part in _asked(rule)):
        places[part] = len(bits)
        bits += _bits(part, compiler)
    codes = [_code(bits[start : start + _BITS]) for start in range(0, len(bits), _BITS)]
    return Parts(scheme, places, tuple(codes))


def _asked(part: Node) -> Iterator[Node]:
    """Yield a part and those inside it that can be what is missing."""
    yield part
    if not isinstance(part, Aggregate | PopulationValue):
        for child in children(part):
            yield from _asked(child)


def _bits(part: Node, compiler: Compiler) -> list[Any]:
    match part:
        case Predicate():
            held = compiler.rule(part)
            return [held.fill_null(False), held.is_null()]
        case Term():
            vector = compiler.term(part)
            unknown = nw.lit(vector.constant is None, nw.Boolean) if vector.expr is None else vector.expr.is_null()
            return [unknown]
    return []


def _code(bits: list[Any]) -> Any:
    chosen = [nw.when(bit).then(whole(1 << place)).otherwise(whole(0)) for place, bit in enumerate(bits)]
    return nw.sum_horizontal(*chosen) if len(chosen) > 1 else chosen[0]


@define(eq=False)
class _Seen(Evaluator):
    """Answers as the row evaluator would for customers in one of the ways: only what is known of them, and no value."""

    places: dict[Node, int] = field(factory=dict)
    bits: int = 0

    def holds(self, predicate: Predicate, case: Case, row: Record | None = None) -> bool | None:  # noqa: ARG002
        """Return the truth that was noted."""
        noted = self.bits >> self.places[predicate]
        return None if noted & 2 else bool(noted & 1)

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
