"""The same rule written again, and rules that differ in one place: for the laws about definitions."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import attrs
from vocabulary import COLUMNS

from crmcore.errors import RuleError
from crmcore.grammar.declare import Field, InSegment, Scheme, Segment
from crmcore.grammar.expr import (
    Aggregate,
    Arithmetic,
    Column,
    Compare,
    DayCount,
    Extreme,
    Literal,
    Node,
    OrElse,
    TextTest,
)
from crmcore.grammar.walk import reached


def rebuilt(part: Node) -> Node:
    """Return an equal node that shares no part with ``part``; its numbers are written with one zero more."""
    return _changed(part, _with_a_zero)


def _with_a_zero(part: Node) -> Node | None:
    if isinstance(part, Literal) and isinstance(part.value, Decimal):
        text = f"{part.value:f}"
        return Literal(Decimal(f"{text}0" if "." in text else f"{text}.0"))
    return None


def mutants(part: Node) -> Iterator[Node]:
    """Yield nodes that differ from ``part`` in one place, for up to a dozen places."""
    for target in list(reached(part))[:12]:
        for change in _changes(target):

            def swap(found: Node, target: Node = target, change: dict[str, Any] = change) -> Node | None:
                return attrs.evolve(found, **change) if found == target else None

            try:
                yield _changed(part, swap)
            except RuleError:
                continue  # this does not fit there


def _changed(part: Any, change: Callable[[Node], Node | None]) -> Any:
    match part:
        case Node():
            new = change(part)
            if new is not None:
                return new
            inner = {
                attribute.name: _changed(getattr(part, attribute.name), change)
                for attribute in attrs.fields(type(part))
            }
            return type(part)(**inner)
        case tuple():
            return tuple(_changed(each, change) for each in part)
        case Scheme():
            return Scheme(part.name, *_changed(part.segments, change), label=part.label, doc=part.doc)
        case Segment():
            return attrs.evolve(part, when=_changed(part.when, change))
        case _:
            return part


def _changes(part: Node) -> Iterator[dict[str, Any]]:
    """Yield what may be changed in a node by itself."""
    match part:
        case Literal(value=value):
            yield {"value": _another(value)}
        case Column(source_rows=source, steps=steps):
            columns = [
                each for each in COLUMNS if each.source_rows == source and each.result_kind() == part.result_kind()
            ]
            yield from [{"steps": each.steps} for each in columns if each.steps != steps][:1]
        case Field():
            yield from ({"soft": not part.soft}, {"name": f"{part.name}_two"})
        case Arithmetic() | Compare() | Extreme() | DayCount() | TextTest() | Aggregate():
            yield from ({"op": op} for pair in PAIRS if part.op in pair for op in pair if op != part.op)
        case OrElse():
            yield {"default": not part.default}
        case InSegment(scheme=scheme):
            yield from ({"segment": other.name} for other in scheme.segments if other.name != part.segment)
        case _:
            return


def _another(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, date):
        return value + timedelta(days=1)
    return value + ("'" if isinstance(value, str) else 1)


PAIRS = (
    *(("+", "-"), ("*", "/"), ("<", "<="), (">", ">="), ("least", "greatest"), ("since", "until")),
    *(("contains", "starts_with"), ("smallest", "largest"), ("earliest", "latest"), ("count", "distinct")),
)
"""Operations that can stand for each other."""
