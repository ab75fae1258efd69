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
    seen: set[Node] = set()
    pending = [part]
    while pending:
        inner = pending.pop()
        if inner not in seen:
            seen.add(inner)
            _check(inner)
            if not isinstance(inner, Aggregate):
                pending.extend(_nodes_in(getattr(inner, name) for name in _attributes(inner)))


def _check(part: Node) -> None:
    owner = part.row_type() if isinstance(part, Term) else None
    if owner is None or (owner is Customer and not isinstance(part, Column)):
        return
    if isinstance(part, Column):
        if not part.source_rows.role:
            raise unlinked(owner)
        name = f"{type_of(owner).name}.{'.'.join(step.name for step in part.steps)}"
        raise RuleError(f"{name} has one value per row; say which with total(), latest(), last() ...")
    raise RuleError(
        f"the field {getattr(part, 'name', '')!r} has one value per row; say which with total(), last() ..."
    )


def unlinked(record_class: type[Record]) -> RuleError:
    """Return that rows belong to no customer, so that nothing about customers can be made of them."""
    name = type_of(record_class).name
    return RuleError(
        f"{name} has no link to a customer, so only a Rule on {name} can use rows({record_class.__name__})",
        todo="Reach it through a reference of another record type, as in rows(Purchase).customer, or give it links.",
    )


def _attributes(part: Node) -> Iterable[str]:
    return attrs.fields_dict(type(part))  # type: ignore[arg-type]  # every node is an attrs class


def _nodes_in(values: Iterable[Any]) -> Iterator[Node]:
    for value in values:
        if isinstance(value, Node):
            yield value
        elif isinstance(value, tuple):
            yield from _nodes_in(value)
