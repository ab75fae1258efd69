"""What is wrong with a declared thing itself, however it came about: everything at once, for every kind."""

from collections.abc import Iterator
from typing import Any

import attrs

from crmcore.attributes import problems_of, shown
from crmcore.entities import Record, type_of
from crmcore.plugging.command_shapes import problems_of_command
from crmcore.plugging.contributions import Contribution


def malformed(item: Contribution) -> tuple[str, ...]:
    """Return a sentence for each thing that is wrong with a contribution; none if all is well."""
    start = f"the {item.kind} {shown(item.name)} ({item.place})"
    return tuple(f"{start}: {problem}" for problem in _problems(item.kind, item.value))


def _problems(kind: str, value: Any) -> Iterator[str]:
    if kind == "command":
        yield from problems_of_command(value)
    elif kind == "record":
        yield from problems_of(type_of(value))
        yield from _of_attributes(value)
    else:
        yield from problems_of(value)


def _of_attributes(record_class: type[Record]) -> Iterator[str]:
    """Yield what a record class has besides its columns: nothing else would be stored."""
    inherited = attrs.fields_dict(Record)
    for attribute in attrs.fields(record_class):
        if "crm" not in attribute.metadata and attribute.name not in inherited:
            yield f"{attribute.name} is no column: declare it with column(...), or remove it"
