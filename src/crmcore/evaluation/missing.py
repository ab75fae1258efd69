"""Which unknown values keep a rule from being answered."""

from collections.abc import Iterable

from crmcore.entities import Record, type_of
from crmcore.evaluation.evaluate import Evaluator
from crmcore.evaluation.facts import Case
from crmcore.grammar.declare import Field, InSegment, Metric, Scheme, Setting
from crmcore.grammar.expr import (
    Aggregate,
    And,
    Choose,
    Column,
    Node,
    Not,
    Or,
    OrElse,
    PopulationValue,
    Predicate,
    Term,
)
from crmcore.grammar.walk import children


def missing_of(scheme: Scheme, case: Case, evaluator: Evaluator) -> tuple[Node, ...]:
    """Return what is missing to tell a customer's segment; empty if it has one or no rule fits."""
    answer = evaluator.answer(scheme, case)
    if answer.segment is not None or answer.position >= len(scheme.segments):
        return ()
    rule = scheme.segments[answer.position].when
    return () if rule is None else missing(rule, case, evaluator)


def missing(part: Node, case: Case, evaluator: Evaluator, row: Record | None = None) -> tuple[Node, ...]:
    """Return the unknown values that make ``part`` unknown, each once; empty if it is known."""
    match part:
        case Predicate():
            if evaluator.holds(part, case, row) is not None:
                return ()
            return _missing_in_rule(part, case, evaluator, row)
        case Term():
            if evaluator.meaning(part).compute(case, row) is not None:
                return ()
            return _missing_in_term(part, case, evaluator, row)
    raise TypeError(f"{part!r} is no part of a rule")


def _missing_in_rule(part: Predicate, case: Case, evaluator: Evaluator, row: Record | None) -> tuple[Node, ...]:
    match part:
        case InSegment(scheme=scheme):
            return missing_of(scheme, case, evaluator) or (part,)
        case And() | Or() | Not() | OrElse():
            return _of_all(children(part), case, evaluator, row)
        case _:
            return _of_all(children(part), case, evaluator, row) or (part,)


def _missing_in_term(part: Term, case: Case, evaluator: Evaluator, row: Record | None) -> tuple[Node, ...]:
    match part:
        case Metric(term=term):
            inner = missing(term, case, evaluator, row)
            named = any(isinstance(found, Metric | Field | Column) for found in inner)
            return inner if named else (part,)
        case Column() | Field() | Setting() | PopulationValue() | Aggregate():
            return (part,)
        case Choose():
            return _missing_in_choice(part, case, evaluator, row) or (part,)
        case _:
            return _of_all(children(part), case, evaluator, row) or (part,)


def _missing_in_choice(part: Choose, case: Case, evaluator: Evaluator, row: Record | None) -> tuple[Node, ...]:
    for rule, value in part.cases:
        held = evaluator.holds(rule, case, row)
        if held is None:
            return missing(rule, case, evaluator, row)
        if held:
            return missing(value, case, evaluator, row)
    return () if part.otherwise is None else missing(part.otherwise, case, evaluator, row)


def _of_all(parts: tuple[Node, ...], case: Case, evaluator: Evaluator, row: Record | None) -> tuple[Node, ...]:
    found = (leaf for part in parts for leaf in missing(part, case, evaluator, row))
    return tuple(dict.fromkeys(found))


def names_of(parts: Iterable[Node]) -> tuple[str, ...]:
    """Return the names under which missing values are reported, each once."""
    return tuple(dict.fromkeys(name_of(part) for part in parts))


def name_of(part: Node) -> str:
    """Return the name under which a missing value is reported: its own, or that of the column it comes from."""
    match part:
        case Metric(name=name) | Field(name=name) | Setting(name=name):
            return name
        case Column(source_rows=source, steps=steps):
            path = ".".join(step.name for step in steps)
            return path if source.is_customer else f"{type_of(source.record_class).name}.{path}"
        case Aggregate(op=op, source=source, term=term):
            return f"{op}({name_of(term) if term is not None else type_of(source.record_class).name})"
        case PopulationValue(op=op, term=term):
            return f"population_{op}({'' if term is None else name_of(term)})"
        case _:
            inner = ", ".join(name_of(child) for child in children(part)) if isinstance(part, Term) else ""
            return f"{type(part).__name__.lower()}({inner})"
