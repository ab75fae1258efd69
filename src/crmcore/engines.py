"""What an engine is given and what it answers; and, for those who write one, the names of the grammar's parts.

An engine computes what the row evaluator computes, for all customers at once. `crmcore.hookspecs.crm_engines` says how
a plugin offers one.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple, Protocol

from attrs import frozen

from crmcore.abilities import Columns, Finder, Group, Grouper, Linker, Sought
from crmcore.entities import ColumnType, type_of
from crmcore.evaluation.evaluate import Evaluator, World
from crmcore.evaluation.facts import Case, Facts
from crmcore.evaluation.meaning import Meaning
from crmcore.evaluation.missing import missing_of, name_of, names_of
from crmcore.evaluation.placements import Cause
from crmcore.evaluation.population import finish
from crmcore.grammar.declare import Field, InSegment, Metric, Scheme, Setting
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
    Term,
    TextTest,
    Within,
)
from crmcore.grammar.walk import canonical, canonical_scheme, children, needs, reached, rules_of
from crmcore.hookspecs import EngineKind
from crmcore.kinds import NUMBER_LIMIT, Kind, fold, to_units
from crmcore.store import Reader

__all__ = [
    "NUMBER_LIMIT",
    "Aggregate",
    "And",
    "Answers",
    "Arithmetic",
    "Band",
    "Case",
    "Cause",
    "Choose",
    "Column",
    "ColumnType",
    "Columns",
    "Compare",
    "DayCount",
    "Engine",
    "EngineKind",
    "Equals",
    "Evaluator",
    "Extreme",
    "Facts",
    "Field",
    "Finder",
    "Group",
    "Grouper",
    "InSegment",
    "InYear",
    "Kind",
    "Known",
    "Lake",
    "LakeAnswers",
    "Linker",
    "Literal",
    "Meaning",
    "Metric",
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
    "Setting",
    "Sought",
    "Step",
    "Term",
    "TextTest",
    "Within",
    "World",
    "Writing",
    "Written",
    "canonical",
    "canonical_scheme",
    "children",
    "finish",
    "fold",
    "missing_of",
    "name_of",
    "names_of",
    "needs",
    "reached",
    "rules_of",
    "to_units",
    "type_of",
]


@frozen(eq=False)
class Question:
    """What a run asks: the population values in ``fit``, those that others need first, and the answers of ``schemes``.

    ``world`` holds the settings, and the population values that are not fitted again. What is fitted and placed is every
    customer that is not archived.
    """

    world: World
    day: date
    schemes: tuple[Scheme, ...]
    fit: tuple[PopulationValue, ...]


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

    def answer(self, question: Question, reader: Reader) -> Answers:
        """Return the answers from a store; raises `CrmError` where it cannot give exactly those of the row evaluator."""

    def plan(self, question: Question, reader: Reader) -> tuple[Step, ...]:
        """Return how it would answer; reads no more than it needs to count rows."""

    def lake(self, folder: Path) -> "Lake":
        """Return what reads a folder of files instead of a store; raises `UsageError` if it only reads stores."""

    def close(self) -> None:
        """Give back what it holds; nothing is asked of it, or of its answers, afterwards."""


class Lake(Protocol):
    """Files with the records of a company: a folder for each record type, with a column for each of its columns."""

    def count(self, table: str) -> int:
        """Return how many records of a type there are; 0 where there are no files."""

    def answer(self, question: Question) -> "LakeAnswers":
        """Return the answers; raises `CrmError` for files that cannot be read as what they are said to be."""

    def plan(self, question: Question) -> tuple[Step, ...]:
        """Return how it would answer."""


class LakeAnswers(Protocol):
    """What an engine found in files; placements are written as files as well."""

    @property
    def fits(self) -> Mapping[str, tuple[Fraction | None, int]]:
        """The same as `Answers.fits`."""

    def write(self, scheme: Scheme, order: "Writing") -> "Written":
        """Write the placements of a scheme that differ from those before, and the moves; none, no file."""


@frozen
class Writing:
    """Which placements were written ``before``, oldest first, and where those of this run belong.

    ``cause`` moves everybody, if it is given; ``into`` None only counts.
    """

    before: tuple[Path, ...]
    into: Path | None
    day: date
    run: int
    cause: Cause | None


class Written(NamedTuple):
    """How many customers are placed in a scheme, and of how many the placement changed, is the first, and moved."""

    customers: int
    changed: int
    first: int
    moved: int
