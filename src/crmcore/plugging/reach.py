"""What contributions are made of: the declared things that their rules, columns and references lead to."""

from collections.abc import Iterable, Iterator
from typing import Any

from crmcore.entities import Record, type_of
from crmcore.grammar.constraints import Constraint
from crmcore.grammar.declare import Field, InSegment, Metric, Rule, Scheme, Setting
from crmcore.grammar.expr import Aggregate, Column, Node
from crmcore.grammar.playbooks import Playbook
from crmcore.grammar.walk import graces_of, reached, rules_of
from crmcore.view import View


def declared_in(values: Iterable[Any]) -> tuple[Any, ...]:
    """Return every field, metric, setting, scheme and record class that ``values`` lead to, each once."""
    given = tuple(values)
    found: dict[Any, None] = {}
    for value in given:
        found.update(dict.fromkeys(_listed(value)))
    for part in reached(*(node for value in (*given, *found) for node in nodes_of(value))):
        found.update(dict.fromkeys(_named_by(part)))
    classes = [value for value in (*given, *found) if isinstance(value, type) and issubclass(value, Record)]
    return tuple(dict.fromkeys((*found, *_with_targets(classes))))


def nodes_of(value: Any) -> tuple[Node, ...]:
    """Return the expressions of a declared thing, itself if it is one."""
    match value:
        case Field() | Metric() | Setting():
            return (value,)
        case Scheme():
            return (*rules_of(value), *graces_of(value))
        case Playbook():
            return value.settings
        case Rule(must=must):
            return (must,)
        case View(where=where):
            return (where,) if where is not None else ()
        case _:
            return ()


def _listed(value: Any) -> Iterator[Any]:
    """Yield what a value names outside its expressions."""
    match value:
        case Rule(on=on):
            yield on
        case Constraint(on=classes):
            yield from classes
        case Playbook(scheme=scheme):
            yield scheme
        case View(on=on, columns=columns, group=group, sums=sums):
            yield on
            yield from (
                column for column in (*columns, group, *sums) if column is not None and not isinstance(column, str)
            )
        case _:
            return


def _named_by(part: Node) -> Iterator[Any]:
    match part:
        case Field(on=on):
            yield from (part, on)
        case Metric() | Setting():
            yield part
        case InSegment(scheme=scheme):
            yield scheme
        case Aggregate(source=source):
            yield source.record_class
        case Column(source_rows=source):
            yield source.record_class
        case _:
            return


def _with_targets(classes: Iterable[type[Record]]) -> tuple[type[Record], ...]:
    pending = list(classes)
    found: dict[type[Record], None] = {}
    while pending:
        record_class = pending.pop(0)
        if record_class not in found:
            found[record_class] = None
            pending += [column.target for column in type_of(record_class).columns if column.target]
    return tuple(found)


def circle_in(values: Iterable[Any]) -> str:
    """Return the name of a scheme that refers to itself by way of others; empty if there is none, as there should be.

    Nobody declares one by mistake, since a scheme must be there before a rule can refer to it.
    """
    for scheme in values:
        if isinstance(scheme, Scheme):
            inside = reached(*rules_of(scheme))
            if any(isinstance(part, InSegment) and part.scheme is scheme for part in inside):
                return scheme.name
    return ""
