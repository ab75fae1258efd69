"""What an expression reaches: its parts, what it needs from the store, and a fingerprint of its definition."""

import hashlib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from attrs import frozen

from crmcore.entities import type_of
from crmcore.errors import RuleError
from crmcore.grammar.days import days_of
from crmcore.grammar.declare import Field, InSegment, Metric, Scheme, Segment, Setting
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

Part = Term | Predicate


def children(part: Node) -> tuple[Node, ...]:  # noqa: C901, PLR0911, PLR0912 - one line per node class
    """Return the direct parts of a node; a scheme's rules for `InSegment`."""
    match part:
        case Literal() | Column() | Field() | Setting():
            return ()
        case Metric(term=term) | DayCount(term=term) | Known(term=term) | InYear(term=term):
            return (term,)
        case Arithmetic(left=left, right=right) | Compare(left=left, right=right) | Equals(left=left, right=right):
            return (left, right)
        case Extreme(terms=terms):
            return terms
        case Choose(cases=cases, otherwise=otherwise):
            return (*(node for case in cases for node in case), *_given(otherwise))
        case Aggregate(term=term, where=where):
            return _given(term, where)
        case PopulationValue(term=term, among=among, parameter=parameter):
            return _given(term, among, parameter)
        case Band(term=term, cuts=cuts):
            return (term, *cuts)
        case OneOf(term=term, choices=choices):
            return (term, *choices)
        case TextTest(term=term, part=text):
            return (term, text)
        case Within(term=term, days=days, ending=ending):
            return (term, days, ending)
        case Not(part=inner) | OrElse(part=inner):
            return (inner,)
        case And(parts=parts) | Or(parts=parts):
            return parts
        case InSegment(scheme=scheme):
            return rules_of(scheme)
        case _:
            raise RuleError(f"{part!r} is no part of a rule")


def _given(*parts: Node | None) -> tuple[Node, ...]:
    return tuple(part for part in parts if part is not None)


def rules_of(scheme: Scheme) -> tuple[Predicate, ...]:
    """Return the rules of a scheme's segments, in order."""
    return tuple(segment.when for segment in scheme.segments if segment.when is not None)


def reached(*roots: Node, into_rows: bool = True) -> Iterator[Node]:
    """Yield every node that can be reached from ``roots``, each once, parts before wholes.

    ``into_rows=False`` leaves out what stands inside aggregates.
    """
    seen: set[Node] = set()
    pending: list[tuple[Node, bool]] = [(root, False) for root in reversed(roots)]
    while pending:
        part, opened = pending.pop()
        if opened:
            yield part
        elif part not in seen:
            seen.add(part)
            pending.append((part, True))
            if not into_rows and isinstance(part, Aggregate):
                continue
            pending.extend((child, False) for child in reversed(children(part)))


@frozen
class Needs:
    """What an expression needs: everything by kind, each once, in the order in which it is reached."""

    rows: tuple[Rows, ...]
    columns: tuple[Column, ...]
    fields: tuple[Field, ...]
    metrics: tuple[Metric, ...]
    settings: tuple[Setting, ...]
    schemes: tuple[Scheme, ...]
    population: tuple[PopulationValue, ...]
    uses_time: bool


def needs(*roots: Node) -> Needs:
    """Return what ``roots`` need to be evaluated."""
    parts = tuple(reached(*roots))
    columns = tuple(part for part in parts if isinstance(part, Column))
    aggregates = tuple(part for part in parts if isinstance(part, Aggregate))
    sources = [*(part.source for part in aggregates), *(column.source_rows for column in columns)]
    return Needs(
        rows=tuple(dict.fromkeys(sources)),
        columns=columns,
        fields=tuple(part for part in parts if isinstance(part, Field)),
        metrics=tuple(part for part in parts if isinstance(part, Metric)),
        settings=tuple(part for part in parts if isinstance(part, Setting)),
        schemes=tuple(dict.fromkeys(part.scheme for part in parts if isinstance(part, InSegment))),
        population=tuple(part for part in parts if isinstance(part, PopulationValue)),
        uses_time=any(isinstance(part, DayCount | Within | InYear) for part in parts),
    )


def needs_of(scheme: Scheme) -> Needs:
    """Return what a scheme needs, other schemes that it asks included."""
    return needs(*rules_of(scheme))


def is_constant(term: Node) -> bool:
    """Whether a term is the same for every customer: made of constants, settings and population values."""
    match term:
        case Literal() | Setting() | PopulationValue():
            return True
        case Column() | Field() | Aggregate() | Metric() | DayCount():
            return isinstance(term, Metric) and is_constant(term.term)
        case Arithmetic() | Extreme():
            return all(is_constant(part) for part in children(term))
        case _:
            return False


def canonical(part: Node, settings: Mapping[str, Any]) -> str:  # noqa: PLR0911 - one case per named node
    """Return the definition of a node as one line: metrics by what they compute, settings with their value.

    Two nodes with one canonical form have the same value for every customer.
    """
    match part:
        case Literal(value=value):
            return _written(value)
        case Column(source_rows=rows, steps=steps):
            return f"{_rows(rows)}.{'.'.join(step.name for step in steps)}"
        case Field(name=name, default=default, on=on, soft=soft):
            stands = "soft field" if soft else "field"
            kind = part.result_kind()
            return f"{stands}:{type_of(on).name}.{name}/{kind.name}{kind.scale or ''}={_written(default)}"
        case Metric(term=term):
            return canonical(term, settings)
        case Setting(name=name, default=default):
            return f"setting:{name}={_written(settings.get(name, default))}"
        case InSegment(scheme=scheme, segment=segment):
            return f"in({canonical_scheme(scheme, settings)},{segment})"
        case _:
            return _composite(part, settings)


def _written(value: Any) -> str:
    """Return a constant so that equal ones look alike, and nothing in a text can be mistaken for something else."""
    match value:
        case bool() | str() | None | tuple():
            return repr(value)
        case int() | Decimal():
            return str(Fraction(value))
        case _:
            return f"{type(value).__name__}:{value!s}"


def _composite(part: Node, settings: Mapping[str, Any]) -> str:
    facts = [str(getattr(part, name)) for name in ("op", "default") if hasattr(part, name)]
    if isinstance(part, Aggregate):
        facts += [_rows(part.source), "where" if part.where is not None else ""]
    if isinstance(part, PopulationValue):
        facts += ["among" if part.among is not None else ""]
    inner = [canonical(child, settings) for child in children(part)]
    return f"{type(part).__name__}({','.join([*facts, *inner])})"


def _rows(rows: Rows) -> str:
    return f"{type_of(rows.record_class).name}[{rows.role}]"


def canonical_scheme(scheme: Scheme, settings: Mapping[str, Any]) -> str:
    """Return the definition of a scheme as one line; labels and texts do not belong to it."""
    return f"scheme({';'.join(_canonical_segment(segment, settings) for segment in scheme.segments)})"


def _canonical_segment(segment: Segment, settings: Mapping[str, Any]) -> str:
    grace = "" if segment.grace is None else f"+{days_of(segment.grace, settings)}"
    return f"{segment.name}{grace}:{canonical(segment.when, settings) if segment.when is not None else ''}"


def graces_of(scheme: Scheme) -> tuple[Setting, ...]:
    """Return the settings that hold the graces of a scheme's segments."""
    return tuple(segment.grace for segment in scheme.segments if isinstance(segment.grace, Setting))


def fingerprint(definition: str) -> str:
    """Return a short, stable name for a canonical definition."""
    return hashlib.sha256(definition.encode()).hexdigest()[:20]
