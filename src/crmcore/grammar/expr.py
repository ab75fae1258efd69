"""The closed grammar of rules: terms and predicates as data, and the operators that build them.

What a node is worth stands in `evaluate`, how it reads in `wording`, when it next may change in `boundaries`.
"""

import enum
import math
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, NoReturn
from typing import Literal as OneWord

import attrs
from attrs import frozen

from crmcore.entities import ColumnType, Record, type_of
from crmcore.errors import RuleError, UnknownColumn
from crmcore.kinds import (
    BOOLEAN,
    DATE,
    INTEGER,
    NUMBER,
    NUMBER_LIMIT,
    RATIO,
    TEXT,
    Kind,
    check_comparable,
    combined_kind,
    common_kind,
)
from crmcore.records import Customer

ArithmeticSign = OneWord["+", "-", "*", "/"]
ComparisonSign = OneWord["<", "<=", ">", ">="]
AggregateName = OneWord["count", "total", "mean", "smallest", "largest", "earliest", "latest", "distinct", "last"]
PopulationName = OneWord["total", "mean", "count", "quantile", "pareto_cut", "nth_largest"]

Value = int | str | Decimal | float | date | bool | enum.Enum


class Node:
    """A part of a rule. ``==`` means "the same node"; it never builds a rule."""

    __slots__ = ()

    def __bool__(self) -> NoReturn:
        raise RuleError(
            "a rule has no truth value of its own",
            todo="Combine rules with & | ~ instead of and, or, not, and with .between(a, b) instead of a < x < b.",
        )

    def __repr__(self) -> str:
        name = getattr(self, "name", "...")
        return f"{type(self).__name__}({name!r})" if name != "..." else f"{type(self).__name__}(...)"


class Term(Node):
    """Something that has a value for a customer or a row."""

    __slots__ = ()

    def result_kind(self) -> Kind:
        """Return what sort of value this is."""
        raise NotImplementedError

    def row_type(self) -> type[Record] | None:
        """Return the record type of which every row has a value of its own; None for what the customer has one of."""
        return None

    def __add__(self, other: "Term | Value") -> "Arithmetic":
        return Arithmetic("+", self, as_term(other))

    def __radd__(self, other: "Term | Value") -> "Arithmetic":
        return Arithmetic("+", as_term(other), self)

    def __sub__(self, other: "Term | Value") -> "Arithmetic":
        return Arithmetic("-", self, as_term(other))

    def __rsub__(self, other: "Term | Value") -> "Arithmetic":
        return Arithmetic("-", as_term(other), self)

    def __mul__(self, other: "Term | Value") -> "Arithmetic":
        return Arithmetic("*", self, as_term(other))

    def __rmul__(self, other: "Term | Value") -> "Arithmetic":
        return Arithmetic("*", as_term(other), self)

    def __truediv__(self, other: "Term | Value") -> "Arithmetic":
        return Arithmetic("/", self, as_term(other))

    def __rtruediv__(self, other: "Term | Value") -> "Arithmetic":
        return Arithmetic("/", as_term(other), self)

    def __lt__(self, other: "Term | Value") -> "Compare":
        return Compare("<", self, as_term(other))

    def __le__(self, other: "Term | Value") -> "Compare":
        return Compare("<=", self, as_term(other))

    def __gt__(self, other: "Term | Value") -> "Compare":
        return Compare(">", self, as_term(other))

    def __ge__(self, other: "Term | Value") -> "Compare":
        return Compare(">=", self, as_term(other))

    def is_(self, other: "Term | Value") -> "Equals":
        """Hold where both values are equal; texts are compared without case."""
        return Equals(self, as_term(other))

    def is_in(self, *values: Value) -> "OneOf":
        """Hold where the value is one of ``values``."""
        return OneOf(self, tuple(_literal(value) for value in values))

    def between(self, low: "Term | Value", high: "Term | Value") -> "And":
        """Hold where ``low <= value <= high``."""
        return And((self >= low, self <= high))

    def is_known(self) -> "Known":
        """Hold where there is a value; a default does not count as one."""
        return Known(self)

    def contains(self, part: "str | Term") -> "TextTest":
        """Hold where the text has ``part`` in it, or where one of several texts (tags) is ``part``."""
        return TextTest("contains", self, as_term(part))

    def starts_with(self, part: "str | Term") -> "TextTest":
        """Hold where the text begins with ``part``."""
        return TextTest("starts_with", self, as_term(part))

    def within(self, *, days: "int | Term", ending: "int | Term" = 0) -> "Within":
        """Hold for a date in the window of ``days`` days that ended ``ending`` days before the as-of date."""
        return Within(self, as_term(days), as_term(ending))

    def in_year_of(self, moment: "AsOf") -> "InYear":
        """Hold for a date in the calendar year of the as-of date, up to that date."""
        if not isinstance(moment, AsOf):
            raise RuleError("in_year_of() takes `as_of` and nothing else")
        return InYear(self)


class Predicate(Node):
    """Something that is true, false or unknown for a customer or a row."""

    __slots__ = ()

    def __and__(self, other: "Predicate") -> "And":
        return And((*_parts(And, self), *_parts(And, other)))

    def __or__(self, other: "Predicate") -> "Or":
        return Or((*_parts(Or, self), *_parts(Or, other)))

    def __invert__(self) -> "Not":
        return Not(self)

    def or_else(self, default: bool) -> "OrElse":  # noqa: FBT001 - reads as .or_else(False)
        """Take ``default`` where the predicate is unknown."""
        return OrElse(self, default)


@frozen
class AsOf:
    """The date of the evaluation, in `Term.in_year_of`."""


as_of: Final = AsOf()


@frozen(cache_hash=True)
class Rows:
    """The rows of a record type that belong to a customer through one of its links.

    ``rows(Customer)`` without a role is the customer itself; rows of a type without links belong to nobody. Attributes
    are the columns of the class; a misspelt one raises `UnknownName`.
    """

    record_class: type[Record]
    role: str = ""

    @property
    def is_customer(self) -> bool:
        """Whether these "rows" are the customer itself."""
        return not self.role and self.record_class is Customer

    def __getattr__(self, name: str) -> "Column":
        if name.startswith("__"):
            raise AttributeError(name)
        return Column(self, (_column_of(self.record_class, name),))


@frozen(cache_hash=True, order=False, repr=False)
class Column(Term):
    """A column of a row, perhaps through references: ``line.purchase.channel``."""

    source_rows: Rows
    steps: tuple[ColumnType, ...]

    def result_kind(self) -> Kind:
        return self.steps[-1].kind

    def row_type(self) -> type[Record] | None:
        return None if self.source_rows.is_customer else self.source_rows.record_class

    def __getattr__(self, name: str) -> "Column":
        if name.startswith("__"):
            raise AttributeError(name)
        target = self.steps[-1].target
        if target is None:
            raise AttributeError(f"the column {self.steps[-1].name!r} refers to no record, so it has no {name!r}")
        return Column(self.source_rows, (*self.steps, _column_of(target, name)))


@frozen(cache_hash=True, order=False, repr=False)
class Literal(Term):
    """A constant: a `Decimal` for every number, a text, a boolean or a date."""

    value: Decimal | str | bool | date = attrs.field(eq=lambda value: (type(value), value))  # True is not 1 here

    def result_kind(self) -> Kind:
        match self.value:
            case bool():
                return BOOLEAN
            case Decimal():
                return NUMBER
            case str():
                return TEXT
            case _:
                return DATE


@frozen(cache_hash=True, order=False, repr=False)
class Arithmetic(Term):
    """``left op right``."""

    op: ArithmeticSign
    left: Term
    right: Term

    def __attrs_post_init__(self) -> None:
        self.result_kind()

    def result_kind(self) -> Kind:
        return combined_kind(self.op, self.left.result_kind(), self.right.result_kind())


@frozen(cache_hash=True, order=False, repr=False)
class Extreme(Term):
    """The least or the greatest of several values; unknown if one of them is."""

    op: OneWord["least", "greatest"]
    terms: tuple[Term, ...]

    def __attrs_post_init__(self) -> None:
        kind = self.result_kind()
        if not (kind.is_number or kind.is_time):
            raise RuleError(f"{kind.name} values have no order, so none of them is the {self.op}")

    def result_kind(self) -> Kind:
        return common_kind([term.result_kind() for term in self.terms])


@frozen(cache_hash=True, order=False, repr=False)
class Choose(Term):
    """The value beside the first predicate that holds; unknown as soon as one is unknown."""

    cases: tuple[tuple[Predicate, Term], ...]
    otherwise: Term | None

    def __attrs_post_init__(self) -> None:
        for rule, _ in self.cases:
            if not isinstance(rule, Predicate):
                raise RuleError(f"choose() takes (rule, value) pairs; {rule!r} is no rule")
        self.result_kind()

    def result_kind(self) -> Kind:
        kinds = [value.result_kind() for _, value in self.cases]
        return common_kind(kinds if self.otherwise is None else [*kinds, self.otherwise.result_kind()])


@frozen(cache_hash=True, order=False, repr=False)
class Aggregate(Term):
    """One value over a customer's rows; ``term`` is None where rows themselves are counted."""

    op: AggregateName
    source: Rows
    term: Term | None
    where: Predicate | None

    def result_kind(self) -> Kind:
        if self.op in {"count", "distinct"} or self.term is None:
            return INTEGER
        return RATIO if self.op == "mean" else self.term.result_kind()


@frozen(cache_hash=True, order=False, repr=False)
class PopulationValue(Term):
    """One number over all customers whose ``term`` is known and whose ``among`` is true."""

    op: PopulationName
    term: Term | None
    among: Predicate | None
    parameter: Term | None

    def result_kind(self) -> Kind:
        return INTEGER if self.op == "count" or self.term is None else self.term.result_kind()


@frozen(cache_hash=True, order=False, repr=False)
class Band(Term):
    """1 + the number of ``cuts`` that do not exceed the value."""

    term: Term
    cuts: tuple[Term, ...]

    def __attrs_post_init__(self) -> None:
        for cut in self.cuts:
            check_comparable(self.term.result_kind(), cut.result_kind())

    def result_kind(self) -> Kind:
        return INTEGER


@frozen(cache_hash=True, order=False, repr=False)
class DayCount(Term):
    """Whole days from a date to the as-of date ("since") or from the as-of date to it ("until")."""

    op: OneWord["since", "until"]
    term: Term

    def __attrs_post_init__(self) -> None:
        _need_time(self.term, f"days_{self.op}")

    def result_kind(self) -> Kind:
        return INTEGER


@frozen(cache_hash=True, order=False, repr=False)
class Compare(Predicate):
    """``left op right`` for two numbers or two dates."""

    op: ComparisonSign
    left: Term
    right: Term

    def __attrs_post_init__(self) -> None:
        check_comparable(self.left.result_kind(), self.right.result_kind())
        if not (self.left.result_kind().is_number or self.left.result_kind().is_time):
            raise RuleError(f"{self.left.result_kind().name} values have no order; use .is_(...)")


@frozen(cache_hash=True, order=False, repr=False)
class Equals(Predicate):
    """Both values are the same."""

    left: Term
    right: Term

    def __attrs_post_init__(self) -> None:
        check_comparable(self.left.result_kind(), self.right.result_kind())


@frozen(cache_hash=True, order=False, repr=False)
class OneOf(Predicate):
    """The value is one of several constants."""

    term: Term
    choices: tuple[Literal, ...]

    def __attrs_post_init__(self) -> None:
        for choice in self.choices:
            check_comparable(self.term.result_kind(), choice.result_kind())


@frozen(cache_hash=True, order=False, repr=False)
class Known(Predicate):
    """There is a value; never unknown itself."""

    term: Term


@frozen(cache_hash=True, order=False, repr=False)
class TextTest(Predicate):
    """A text contains or starts with another."""

    op: OneWord["contains", "starts_with"]
    term: Term
    part: Term

    def __attrs_post_init__(self) -> None:
        allowed = {"text", "texts"} if self.op == "contains" else {"text"}
        if self.term.result_kind().name not in allowed or self.part.result_kind() != TEXT:
            raise RuleError(f".{self.op}() needs a text, not {self.term.result_kind().name}")


@frozen(cache_hash=True, order=False, repr=False)
class Within(Predicate):
    """``as_of - ending - days < date <= as_of - ending``."""

    term: Term
    days: Term
    ending: Term

    def __attrs_post_init__(self) -> None:
        _need_time(self.term, ".within")
        for length in (self.days, self.ending):
            if not _is_whole(length):
                raise RuleError(".within() takes whole numbers of days, or settings that hold them")


@frozen(cache_hash=True, order=False, repr=False)
class InYear(Predicate):
    """The date lies in the as-of date's calendar year and not after it."""

    term: Term

    def __attrs_post_init__(self) -> None:
        _need_time(self.term, ".in_year_of")


@frozen(cache_hash=True, order=False, repr=False)
class Not(Predicate):
    """The opposite; unknown stays unknown."""

    part: Predicate


@frozen(cache_hash=True, order=False, repr=False)
class And(Predicate):
    """All parts hold: false if one is false, else unknown if one is unknown."""

    parts: tuple[Predicate, ...] = attrs.field(
        validator=attrs.validators.deep_iterable(attrs.validators.instance_of(Predicate))
    )


@frozen(cache_hash=True, order=False, repr=False)
class Or(Predicate):
    """One part holds: true if one is true, else unknown if one is unknown."""

    parts: tuple[Predicate, ...] = attrs.field(
        validator=attrs.validators.deep_iterable(attrs.validators.instance_of(Predicate))
    )


@frozen(cache_hash=True, order=False, repr=False)
class OrElse(Predicate):
    """The predicate, or ``default`` where it is unknown."""

    part: Predicate
    default: bool


def as_term(value: Term | Value | Any) -> Term:
    """Return ``value`` as a term; plain values become constants."""
    return value if isinstance(value, Term) else _literal(value)


def _literal(value: Any) -> Literal:  # noqa: PLR0911 - one case per type
    match value:
        case Literal():
            return value
        case enum.Enum() if isinstance(value.value, str):
            return Literal(value.value)
        case bool() | str():
            return Literal(value)
        case int():
            return Literal(_bounded(Decimal(value)))
        case float() if math.isfinite(value):
            return Literal(_bounded(Decimal(repr(value))))
        case Decimal() if value.is_finite():
            return Literal(_bounded(value))
        case date() if not isinstance(value, datetime):
            return Literal(value)
    raise RuleError(f"{value!r} cannot stand in a rule; use a number, text, date, true or false")


def _bounded(value: Decimal) -> Decimal:
    if abs(value) >= NUMBER_LIMIT:
        raise RuleError(f"{value} cannot stand in a rule; numbers must be smaller than {NUMBER_LIMIT:,} either sign")
    return value


def _parts(cls: type[And] | type[Or], part: Predicate) -> tuple[Predicate, ...]:
    if not isinstance(part, Predicate):
        raise RuleError(f"only rules can be combined with & and |, not {part!r}")
    return part.parts if isinstance(part, cls) else (part,)


def _column_of(record_class: type[Record], name: str) -> ColumnType:
    facts = type_of(record_class)
    found = facts.column(name)
    if found is None:
        raise UnknownColumn(f"column of {facts.name}", name, (column.name for column in facts.columns))
    return found


def _is_whole(term: Term) -> bool:
    """Whether a term is made of whole constants and of settings for which only whole numbers can be set."""
    match term:
        case Literal(value=Decimal() as value):
            return value == value.to_integral_value()
        case Arithmetic(op="+" | "-" | "*", left=left, right=right):
            return _is_whole(left) and _is_whole(right)
        case Extreme(terms=terms):
            return all(_is_whole(part) for part in terms)
        case _:
            return term.result_kind() == NUMBER and type(getattr(term, "default", None)) is int


def _need_time(term: Term, what: str) -> None:
    if not isinstance(term, Term):
        raise RuleError(f"{what} needs a term such as rows(Purchase).at, not {term!r}")
    if not term.result_kind().is_time:
        raise RuleError(f"{what} needs a date, not {term.result_kind().name}")
