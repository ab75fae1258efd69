"""Which unknown values keep customers unplaced, a column at a time; see `crmcore.evaluation.missing`."""

from collections.abc import Callable
from functools import partial
from operator import and_
from typing import Any

import narwhals.stable.v2 as nw
from attrs import define, field, frozen

from crm_bulk.compiling import CANNOT_TELL, Compiler, any_of
from crmcore import Field, Metric, Predicate, Scheme, Setting
from crmcore.engines import (
    Aggregate,
    And,
    Choose,
    Column,
    InSegment,
    Node,
    Not,
    Or,
    OrElse,
    PopulationValue,
    children,
    name_of,
)


def _no_leaf() -> Any:  # pragma: no cover - it was kept before
    raise KeyError("leaf")


@frozen(eq=False)
class Leaf:
    """A part that may be what is missing, and where it is."""

    part: Node
    holds: Any


@define(eq=False)
class Missing:
    """Finds what is missing with the expressions of one compiler."""

    compiler: Compiler
    _leaves: dict[Node, list[Node]] = field(factory=dict, init=False)

    def of_scheme(self, scheme: Scheme) -> list[Leaf]:
        """Return what may be missing to tell a segment, in the order in which it is named."""
        answer = self.compiler.answer(scheme)
        return [
            Leaf(leaf.part, (answer == CANNOT_TELL - position) & leaf.holds)
            for position, segment in enumerate(scheme.segments)
            if segment.when is not None
            for leaf in self.of(segment.when)
        ]

    def of(self, part: Node) -> list[Leaf]:
        """Return what may make a part unknown, where it is unknown."""
        if part not in self._leaves:
            unknown = self._is_unknown(part)
            found = self._in_rule(part) if isinstance(part, Predicate) else self._in_term(part)
            self._leaves[part] = [leaf.part for leaf in found]
            for place, leaf in enumerate(found):
                self._kept(part, place, partial(and_, unknown, leaf.holds))
        return [Leaf(leaf, self._kept(part, place)) for place, leaf in enumerate(self._leaves[part])]

    def _kept(self, part: Node, place: int, make: Callable[[], Any] = _no_leaf) -> Any:
        return self.compiler.columns.expr(("missing", part, place), make)

    def _is_unknown(self, part: Any) -> Any:
        if isinstance(part, Predicate):
            return self.compiler.rule(part).is_null()
        vector = self.compiler.term(part)
        return nw.lit(vector.constant is None, nw.Boolean) if vector.expr is None else vector.expr.is_null()

    def _in_rule(self, part: Predicate) -> list[Leaf]:
        match part:
            case InSegment(scheme=scheme):
                return _or_itself(part, self.of_scheme(scheme))
            case And() | Or() | Not() | OrElse():
                return self._of_all(children(part))
            case _:
                return _or_itself(part, self._of_all(children(part)))

    def _in_term(self, part: Node) -> list[Leaf]:
        match part:
            case Metric(term=term):
                inner = self.of(term)
                named = [leaf.holds for leaf in inner if isinstance(leaf.part, Metric | Field | Column)]
                if not named:
                    return [Leaf(part, _true())]
                is_named = any_of(named)
                return [*(Leaf(leaf.part, is_named & leaf.holds) for leaf in inner), Leaf(part, ~is_named)]
            case Column() | Field() | Setting() | PopulationValue() | Aggregate():
                return [Leaf(part, _true())]
            case Choose():
                return _or_itself(part, self._in_choice(part))
            case _:
                return _or_itself(part, self._of_all(children(part)))

    def _in_choice(self, part: Choose) -> list[Leaf]:
        found: list[Leaf] = []
        reached = _true()
        for rule, value in part.cases:
            held = self.compiler.rule(rule)
            found += [Leaf(leaf.part, reached & leaf.holds) for leaf in self.of(rule)]
            chosen = reached & held.fill_null(False)
            found += [Leaf(leaf.part, chosen & leaf.holds) for leaf in self.of(value)]
            reached = reached & (~held).fill_null(False)
        if part.otherwise is not None:
            found += [Leaf(leaf.part, reached & leaf.holds) for leaf in self.of(part.otherwise)]
        return found

    def _of_all(self, parts: tuple[Node, ...]) -> list[Leaf]:
        return [leaf for part in parts for leaf in self.of(part)]


def _or_itself(part: Node, inner: list[Leaf]) -> list[Leaf]:
    if not inner:
        return [Leaf(part, _true())]
    return [*inner, Leaf(part, ~any_of(leaf.holds for leaf in inner))]


def _true() -> Any:
    return nw.lit(True, nw.Boolean)


def named(leaves: list[Leaf]) -> dict[str, Any]:
    """Return where each name is missing, in the order in which names come first."""
    found: dict[str, Any] = {}
    for leaf in leaves:
        name = name_of(leaf.part)
        found[name] = found[name] | leaf.holds if name in found else leaf.holds
    return found
