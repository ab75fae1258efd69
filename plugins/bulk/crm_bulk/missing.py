"""Which unknown values keep customers unplaced: asked of the core's own answer, once for each pattern of truths.

Customers are many, but the ways in which the parts of a scheme's rules are true, false and unknown are few. So a pass
notes for each unplaced customer which of these ways it is in, as bits of whole numbers, and the core says what is missing.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Final

from attrs import define, field, frozen

from crm_bulk.compiling import Compiler
from crm_bulk.engines.backend import Table
from crm_bulk.expressions import KNOWN, Expr
from crmcore import Predicate, Record, Scheme, Term
from crmcore.engines import (
    Aggregate,
    And,
    Case,
    Evaluator,
    Meaning,
    Node,
    Not,
    Or,
    OrElse,
    PopulationValue,
    World,
    children,
    missing_of,
    names_of,
)

_BITS: Final = 60
"""How many bits one whole number takes; fewer than it has, so that none is lost."""
_UNKNOWN: Final = 2
_KNOWN: Final = object()


@frozen(eq=False)
class Parts:
    """What may be unknown in the rule at which a scheme's answer stopped; the place and the column of each part."""

    scheme: Scheme
    position: int
    places: dict[Node, int]
    columns: dict[Node, str]

    def missing(self, world: World, table: Table, is_there: Any) -> tuple[Any, list[tuple[str, ...]]]:
        """Return for each customer in some rows of a table the place of what is missing in the second."""
        import pyarrow as pa  # noqa: PLC0415 - only where an engine runs

        noted = table.select(sorted(set(self.columns.values()))).filter(pa.array(is_there))
        ways: list[tuple[int, ...]] = [()]
        places: Any = 0
        for codes in self._codes(noted):
            found = pa.array(codes).dictionary_encode()
            more = found.dictionary.to_pylist()
            both = pa.array(places * len(more) + found.indices.to_numpy()).dictionary_encode()
            ways = [(*ways[pair // len(more)], more[pair % len(more)]) for pair in both.dictionary.to_pylist()]
            places = both.indices.to_numpy().astype("int64")
        return places, [self._names(world, way) for way in ways]

    def _names(self, world: World, codes: Sequence[int]) -> tuple[str, ...]:
        """Return the names of what is missing to customers whose codes these are."""
        bits = sum(code << (_BITS * number) for number, code in enumerate(codes))
        passed = frozenset(each.when for each in self.scheme.segments[: self.position] if each.when is not None)
        seen = _Seen(world, passed, self.places, bits)
        return names_of(missing_of(self.scheme, Case(_NOBODY, date.min), seen))

    def _codes(self, table: Table) -> list[Any]:
        """Return arrays of whole numbers that together say what is noted of each customer in a table."""
        import numpy as np  # noqa: PLC0415 - only where an engine runs

        found = [np.zeros(table.num_rows, np.int64)]
        for part, place in self.places.items():
            while place >= _BITS * len(found):
                found.append(np.zeros(table.num_rows, np.int64))
            found[-1] |= _noted(part, table.column(self.columns[part])) << place % _BITS
        return found


@frozen(eq=False)
class Missing:
    """What is missing in one scheme: for each customer its place in ``names``, -1 where the segment can be told.

    Millions of customers miss the same few things, so that the names are not kept beside each.
    """

    places: Any
    names: Sequence[tuple[str, ...]] = ()


def parts_of(scheme: Scheme, position: int, compiler: Compiler, columns: dict[str, Expr]) -> Parts:
    """Return the parts of the rule at a position, with what is noted of them added to ``columns``.

    A predicate takes two bits, one if it is true and the other if it is unknown, and a term one if it is unknown.
    """
    rule = scheme.segments[position].when
    places: dict[Node, int] = {}
    names: dict[Node, str] = {}
    place = 0
    for part in dict.fromkeys(() if rule is None else _asked(rule, compiler)):
        bits = 2 if isinstance(part, Predicate) else 1
        if place % _BITS + bits > _BITS:
            place += _BITS - place % _BITS
        places[part] = place
        place += bits
        asked = compiler.rule(part) if isinstance(part, Predicate) else ~compiler.has_value(part)
        names[part] = f"part{id(asked)}"
        columns[names[part]] = asked
    return Parts(scheme, position, places, names)


def _asked(part: Node, compiler: Compiler) -> Iterator[Predicate | Term]:
    """Yield what has to be noted of a part: what is known to everybody needs no look inside, nor has it gaps."""
    if isinstance(part, Predicate):
        is_known = compiler.rule(part).is_known
        if is_known or not isinstance(part, And | Or | Not | OrElse):
            yield part
    elif isinstance(part, Term):
        is_known = compiler.has_value(part) is KNOWN
        if not is_known:
            yield part
    else:
        is_known = False
    if not is_known and not isinstance(part, Aggregate | PopulationValue):
        for child in children(part):
            yield from _asked(child, compiler)


def _noted(part: Node, column: Any) -> Any:
    """Return what is noted of a part of rules, as whole numbers."""
    import pyarrow as pa  # noqa: PLC0415 - only where an engine runs

    found = column.cast(pa.int64())
    return (found.fill_null(_UNKNOWN) if isinstance(part, Predicate) else found).to_numpy()


@define(eq=False)
class _Seen(Evaluator):
    """Answers as the row evaluator would for customers in one of the ways: only what is known of them, and no value."""

    passed: frozenset[Predicate] = frozenset()
    places: dict[Node, int] = field(factory=dict)
    bits: int = 0

    def holds(self, predicate: Predicate, case: Case, row: Record | None = None) -> bool | None:
        """Return the truth that was noted, or that follows from what was."""
        if predicate in self.passed:
            return False
        if predicate in self.places:
            noted = self.bits >> self.places[predicate]
            return None if noted & _UNKNOWN else bool(noted & 1)
        match predicate:
            case And(parts=parts):
                return _kleene([self.holds(part, case, row) for part in parts], deciding=False)
            case Or(parts=parts):
                return _kleene([self.holds(part, case, row) for part in parts], deciding=True)
            case Not(part=part):
                held = self.holds(part, case, row)
                return None if held is None else not held
            case OrElse(part=part, default=default):
                held = self.holds(part, case, row)
                return default if held is None else held
        raise TypeError(f"nothing was noted of {predicate!r}")

    def meaning(self, term: Term) -> Meaning:
        """Return whether a value was noted; what was not noted is known."""
        is_unknown = term in self.places and self.bits >> self.places[term] & 1
        return Meaning("plain", lambda _case, _row: None if is_unknown else _KNOWN)


def _kleene(parts: Sequence[bool | None], *, deciding: bool) -> bool | None:
    return deciding if deciding in parts else None if None in parts else not deciding


_NOBODY: Final[Any] = None
"""Nothing is read of a customer of whom all that counts was noted."""


def in_order_of(ids: Any, table: Table) -> Table:
    """Return the rows of a table that belong to some ids, in their order."""
    import pyarrow.compute as pc  # noqa: PLC0415 - only where an engine runs

    return table.take(pc.index_in(ids.combine_chunks(), table.column("id").combine_chunks()))
