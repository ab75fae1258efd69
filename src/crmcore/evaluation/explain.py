"""Why a customer is in a segment: every clause with its value, bound, margin and source, as data."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from attrs import field, frozen

from crmcore.entities import Record, type_of
from crmcore.evaluation.evaluate import Evaluator
from crmcore.evaluation.facts import ALWAYS, Case, local_day
from crmcore.evaluation.meaning import decimal_digits
from crmcore.evaluation.missing import missing, missing_of, names_of
from crmcore.grammar.declare import Field, InSegment, Metric, Scheme, Segment, Setting
from crmcore.grammar.expr import (
    Aggregate,
    And,
    Column,
    Compare,
    Equals,
    InYear,
    Known,
    Node,
    Not,
    OneOf,
    Or,
    OrElse,
    PopulationValue,
    Predicate,
    Term,
    TextTest,
    Within,
)
from crmcore.grammar.walk import children, needs
from crmcore.kinds import INTEGER, Kind, from_units
from crmcore.labels import Label


@frozen
class Source:
    """Where a value comes from.

    For rows: how many, from when to when, and how many of them were skipped because the value is unknown there. For a
    stored value: who stated it and when, or that it is the field's default; with ``is_record`` only who changed the
    record that holds it last, and on which local day.
    """

    of: str
    label: Label = field(factory=Label)
    rows: int | None = None
    first: date | None = None
    last: date | None = None
    unknown: int = 0
    default: bool = False
    is_record: bool = False
    actor: str = ""
    on: date | None = None


@frozen
class Clause:
    """One condition and how it came out; ``parts`` are those it is made of.

    ``margin`` is how far the value is above the bound (in its unit; days for dates), ``settings`` the settings that the
    bound uses with their values.
    """

    rule: Predicate
    holds: bool | None
    parts: tuple["Clause", ...] = ()
    value: Any = None
    bound: Any = None
    margin: Any = None
    kind: Kind = INTEGER
    unit: str = ""
    settings: tuple[tuple[str, Any], ...] = ()
    sources: tuple[Source, ...] = ()
    missing: tuple[str, ...] = ()


@frozen
class Reason:
    """A segment that was looked at: whether its rule holds, and why; a segment without a rule takes who is left."""

    segment: str
    holds: bool | None
    clause: Clause | None


@frozen
class Explanation:
    """The answer of a scheme for one customer on one date, with the reasons in the order of the segments."""

    scheme: Scheme
    customer: str
    as_of: date
    segment: str | None
    missing: tuple[str, ...]
    reasons: tuple[Reason, ...]


def explain(scheme: Scheme, case: Case, evaluator: Evaluator) -> Explanation:
    """Return why a customer is where it is: every segment up to the one that decided."""
    answer = evaluator.answer(scheme, case)
    reasons = tuple(reason_of(segment, case, evaluator) for segment in scheme.segments[: answer.position + 1])
    unknown = names_of(missing_of(scheme, case, evaluator))
    return Explanation(scheme, case.facts.customer.id, case.day, answer.segment, unknown, reasons)


def reason_of(segment: Segment, case: Case, evaluator: Evaluator) -> Reason:
    """Return how a segment's rule comes out, whether or not the walk gets there."""
    clause = None if segment.when is None else clause_of(segment.when, case, evaluator)
    return Reason(segment.name, True if clause is None else clause.holds, clause)


def clause_of(rule: Predicate, case: Case, evaluator: Evaluator) -> Clause:
    """Return a predicate with how it came out and what it compared."""
    holds = evaluator.holds(rule, case)
    match rule:
        case And() | Or() | Not() | OrElse():
            parts = tuple(clause_of(part, case, evaluator) for part in children(rule) if isinstance(part, Predicate))
            return Clause(rule, holds, parts)
        case InSegment(scheme=scheme):
            unknown = names_of(missing_of(scheme, case, evaluator))
            return Clause(rule, holds, value=evaluator.answer(scheme, case).segment, missing=unknown)
        case Compare(left=left, right=right) | Equals(left=left, right=right):
            return _comparison(rule, (left, right), case, evaluator)
        case OneOf(term=term) | Known(term=term) | TextTest(term=term) | Within(term=term) | InYear(term=term):
            return _comparison(rule, (term, None), case, evaluator)
    raise TypeError(f"no explanation for {type(rule).__name__}")


def _comparison(rule: Predicate, sides: tuple[Term, Term | None], case: Case, evaluator: Evaluator) -> Clause:
    left, right = sides
    value = plain(evaluator.value(left, case))
    bound = None if right is None else plain(evaluator.value(right, case))
    return Clause(
        rule,
        evaluator.holds(rule, case),
        value=value,
        bound=bound,
        margin=_margin(value, bound, evaluator.world.zone),
        kind=left.result_kind(),
        unit=_unit(left),
        settings=tuple((part.name, evaluator.world.setting(part)) for part in needs(rule).settings),
        sources=tuple(dict.fromkeys(_sources(left, case, evaluator))),
        missing=names_of(missing(rule, case, evaluator)),
    )


def plain(value: Any) -> Any:
    """Return an exact fraction as a `Decimal` where it has finitely many digits, else as it is."""
    if not isinstance(value, Fraction):
        return value
    digits = decimal_digits(value)
    return value if digits is None else from_units(int(value * 10**digits), digits)


def _margin(value: Any, bound: Any, zone: Any) -> Any:
    if value is None or bound is None or isinstance(value, str | bool | tuple):
        return None
    if isinstance(value, date):
        return (local_day(value, zone) - local_day(bound, zone)).days
    if isinstance(value, float) or isinstance(bound, float):
        return float(value) - float(bound)
    if isinstance(value, Decimal | int) and isinstance(bound, Decimal | int):
        return value - bound
    return plain(Fraction(value) - Fraction(bound))


def _unit(term: Term) -> str:
    return term.unit if isinstance(term, Metric | Field | Setting) else ""


def _sources(term: Term, case: Case, evaluator: Evaluator) -> Iterator[Source]:
    for part in _own_parts(term):
        match part:
            case Aggregate():
                yield _row_source(part, case, evaluator)
            case Field():
                yield _field_source(part, case.facts.customer, evaluator.world.zone)
            case Column(steps=steps) if evaluator.value(part, case) is not None:
                name = ".".join(step.name for step in steps)
                yield _record_source(name, steps[-1].label, case.facts.customer, evaluator.world.zone)
            case _:
                pass


def _own_parts(term: Term) -> Iterator[Node]:
    """Yield the parts that are worth something for the customer itself: none that stand inside population values."""
    seen: set[Node] = set()
    pending: list[Node] = [term]
    while pending:
        part = pending.pop()
        if part not in seen and not isinstance(part, PopulationValue):
            seen.add(part)
            yield part
            pending.extend(() if isinstance(part, Aggregate) else reversed(children(part)))


def _row_source(part: Aggregate, case: Case, evaluator: Evaluator) -> Source:
    kept = [
        row for row in case.visible(part.source) if part.where is None or evaluator.holds(part.where, case, row.record)
    ]
    unknown = 0
    if part.term is not None:
        term = part.term
        unknown = sum(evaluator.value(term, case, row.record) is None for row in kept)
    days = [row.day for row in kept if row.day is not None]
    facts = type_of(part.source.record_class)
    return Source(facts.name, facts.label, len(kept), min(days, default=None), max(days, default=None), unknown)


def _field_source(part: Field, record: Record, zone: ZoneInfo) -> Source:
    raw = record.fields.get(part.name)
    if raw is None:
        return Source(part.name, part.label, default=part.default is not None)
    if part.soft:
        on = date.fromisoformat(raw["on"])
        return Source(part.name, part.label, actor=str(raw.get("source", "")), on=None if on == ALWAYS else on)
    return _record_source(part.name, part.label, record, zone)


def _record_source(name: str, label: Label, record: Record, zone: ZoneInfo) -> Source:
    changed = record.changed
    if changed is None:
        return Source(name, label)
    return Source(name, label, is_record=True, actor=changed.actor, on=local_day(changed.at, zone))
