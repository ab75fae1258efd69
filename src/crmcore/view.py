"""Views and reports: tables that are declared once and print in the terminal, as data, or on a page."""

from collections.abc import Callable, Iterable
from typing import Any

import attrs
from attrs import frozen

from crmcore.entities import Record
from crmcore.grammar.declare import Field, Metric, Place, Scheme, full_name, here
from crmcore.grammar.expr import Predicate
from crmcore.labels import Label, as_label
from crmcore.records import Customer

Listed = str | Field | Metric | Scheme
"""A column of a view: a core column by name, or a field, metric or scheme by object or full name."""


def _listed(columns: Iterable[Listed]) -> tuple[Listed, ...]:
    return tuple(columns)


@frozen
class Table:
    """Rows ready to be shown: ``columns`` are names, ``rows`` hold plain values in the same order."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    title: str = ""


@frozen
class View:
    """A declared table of one record type's rows.

    ``sort`` names a column, with a leading ``-`` for descending; ``group`` counts rows per value of a column, with the
    totals of ``sums``; ``bar`` names the number that is also drawn as a bar.
    """

    name: str = attrs.field(validator=full_name)
    columns: tuple[Listed, ...] = attrs.field(converter=_listed)
    on: type[Record] = attrs.field(default=Customer, kw_only=True)
    where: Predicate | None = attrs.field(default=None, kw_only=True)
    sort: str = attrs.field(default="", kw_only=True)
    limit: int | None = attrs.field(default=None, kw_only=True)
    group: Listed | None = attrs.field(default=None, kw_only=True)
    sums: tuple[Listed, ...] = attrs.field(default=(), converter=_listed, kw_only=True)
    bar: str = attrs.field(default="", kw_only=True)
    label: Label = attrs.field(default=None, converter=as_label, kw_only=True)
    doc: Label = attrs.field(default=None, converter=as_label, kw_only=True)
    place: Place = attrs.field(factory=here, eq=False, repr=False, kw_only=True)


@frozen
class Report:
    """A function from a read-only view of the company's data to tables."""

    name: str = attrs.field(validator=full_name)
    build: Callable[[Any], Iterable[Table]]
    label: Label = attrs.field(default=None, converter=as_label, kw_only=True)
    doc: Label = attrs.field(default=None, converter=as_label, kw_only=True)
    place: Place = attrs.field(factory=here, eq=False, repr=False, kw_only=True)


def listed_name(column: Listed) -> str:
    """Return the name under which a view's column is known everywhere."""
    return column if isinstance(column, str) else column.name
