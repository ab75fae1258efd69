"""What an engine is given and what it answers; and, for those who write one, the names of the grammar's parts.

An engine computes what the row evaluator computes, for all customers at once. `crmcore.hookspecs.crm_engines` says how
a plugin offers one.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from fractions import Fraction
from typing import NamedTuple, Protocol

from attrs import frozen

from crmcore.entities import ColumnType, type_of
from crmcore.evaluation.evaluate import Evaluator, World
from crmcore.evaluation.missing import name_of
from crmcore.evaluation.population import finish
from crmcore.grammar.declare import InSegment, Scheme
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
    Node,
    Not,
    OneOf,
    Or,
    OrElse,
    PopulationValue,
    Predicate,
    Rows,
    TextTest,
    Within,
)
from crmcore.grammar.walk import canonical, canonical_scheme, children, needs, reached, rules_of
from crmcore.hookspecs import EngineKind
from crmcore.kinds import Kind, fold, to_units
from crmcore.store import Reader

__all__ = [
    "Aggregate",
    "And",
    "Answers",
    "Arithmetic",
    "Band",
    "Choose",
    "Column",
    "ColumnType",
    "Compare",
    "DayCount",
    "Engine",
    "EngineKind",
    "Equals",
    "Evaluator",
    "Extreme",
    "InSegment",
    "InYear",
    "Kind",
    "Known",
    "Literal",
    "Node",
    "Not",
    "OneOf",
    "Or",
    "OrElse",
    "Placed",
    "PopulationValue",
    "Predicate",
    "Question",
    "Reader",
    "Rows",
    "Step",
    "TextTest",
    "Within",
    "World",
    "canonical",
    "canonical_scheme",
    "children",
    "finish",
    "fold",
    "name_of",
    "needs",
    "reached",
    "rules_of",
    "to_units",
    "type_of",
]


@frozen(eq=False)
class Question:
    """What a run asks: the population values in ``fit``, those that others need first, and the answers of ``schemes``.

    ``world`` holds the settings, and the population values that are not fitted again. ``reader`` is the state that
    counts; what is fitted and placed is every customer in it that is not archived.
    """

    world: World
    day: date
    schemes: tuple[Scheme, ...]
    fit: tuple[PopulationValue, ...]
    reader: Reader


class Placed(NamedTuple):
    """Where a customer belongs: ``position`` counts the segments from 0; ``segment`` is None for "cannot tell".

    ``missing`` then names what is unknown. ``review_on`` is no later than the first date on which time alone could
    change any of it; None is never.
    """

    customer: str
    segment: str | None
    position: int
    missing: tuple[str, ...]
    review_on: date | None


class Answers(Protocol):
    """What an engine found, or finds when it is asked."""

    @property
    def fits(self) -> Mapping[str, tuple[Fraction | None, int]]:
        """The values of ``Question.fit`` by `World.key`, None for unknown, and how many customers each is made of."""

    def placed(self, scheme: Scheme, only: Collection[str] | None = None) -> Iterator[Placed]:
        """Yield where customers belong in one of ``Question.schemes``: those in ``only``, and others if that is easier.

        Each customer comes once; the order is free.
        """


class Step(NamedTuple):
    """One pass of a run as ``crm classify --plan`` shows it: what it reads, about how many rows, and what it makes."""

    step: str
    reads: tuple[str, ...]
    rows: int
    makes: tuple[str, ...]


class Engine(Protocol):
    """Answers questions about all customers at once."""

    def answer(self, question: Question) -> Answers:
        """Return the answers; raises `CrmError` where it cannot give exactly those of the row evaluator."""

    def plan(self, question: Question) -> tuple[Step, ...]:
        """Return how it would answer; reads no more than it needs to count rows."""

    def close(self) -> None:
        """Give back what it holds; nothing is asked of it, or of its answers, afterwards."""
