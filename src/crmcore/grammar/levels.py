"""Whether an expression is about the customer: whatever has one value per row must stand inside an aggregate."""

from collections.abc import Iterable, Iterator
from typing import Any

import attrs

from crmcore.entities import Record, type_of
from crmcore.errors import RuleError
from crmcore.grammar.expr import Aggregate, Column, Node, Term
from crmcore.records import Customer


def check_customer_level(part: Node) -> None:
    """Raise `RuleError` if a row's column or field stands where only the customer's can."""
    for inner in _outside_aggregates(part):
        _check(inner)


def _outside_aggregates(part: Node) -> Iterator[Node]:
    """Yield a node and its parts, each once, but not what is computed over rows."""
    seen: set[Node] = set()
    pending = [part]
    while pending:
        inner = pending.pop()
        if inner not in seen:
            seen.add(inner)
            yield inner
            if not isinstance(inner, Aggregate):
                pending.extend(_nodes_in(getattr(inner, name) for name in _attributes(inner)))


def _check(part: Node) -> None:
    owner = part.row_type() if isinstance(part, Term) else None
    if owner is None or (owner is Customer and not isinstance(part, Column)):
        return
    if isinstance(part, Column):
        if not part.source_rows.role:
            raise unlinked(owner)
        raise RuleError(f"{_path_of(part)} has one value per row; say which with total(), latest(), last() ...")
    raise RuleError(
        f"the field {getattr(part, 'name', '')!r} has one value per row; say which with total(), last() ..."
    )


def check_record_level(part: Node, on: type[Record], *, and_customer: bool = False) -> None:
    """Raise `RuleError` if a rule on rows of ``on`` asks for what stands in no such row, nor with ``and_customer``."""
    for inner in _outside_aggregates(part):
        owner = _owner(inner)
        if owner is None or (and_customer and owner is Customer and _is_own(inner)):
            continue
        if owner is not on or (on is Customer and not _is_own(inner)):
            what = f"field {getattr(inner, 'name', '')!r}" if not isinstance(inner, Column) else _path_of(inner)
            raise RuleError(
                f"{what} belongs to {type_of(owner).name}, and this rule is about rows of {type_of(on).name}"
            )


def _owner(part: Node) -> type[Record] | None:
    """Return the record class whose column or field this is; None for any other part of a rule."""
    if isinstance(part, Column):
        return part.source_rows.record_class
    return part.row_type() if isinstance(part, Term) else None


def _is_own(part: Node) -> bool:
    """Whether something of a customer is the customer's own, not that of others who are linked to it."""
    return not isinstance(part, Column) or part.source_rows.is_customer


def unlinked(record_class: type[Record]) -> RuleError:
    """Return that rows belong to no customer, so that nothing about customers can be made of them."""
    name = type_of(record_class).name
    return RuleError(
        f"{name} has no link to a customer, so only a Rule on {name} can use rows({record_class.__name__})",
        todo="Reach it through a reference of another record type, as in rows(Purchase).customer, or give it links.",
    )


def _path_of(part: Column) -> str:
    return ".".join((type_of(part.source_rows.record_class).name, *(step.name for step in part.steps)))


def _attributes(part: Node) -> Iterable[str]:
    return attrs.fields_dict(type(part))  # type: ignore[arg-type]  # every node is an attrs class


def _nodes_in(values: Iterable[Any]) -> Iterator[Node]:
    for value in values:
        if isinstance(value, Node):
            yield value
        elif isinstance(value, tuple):
            yield from _nodes_in(value)
