"""Views and reports: tables that are declared once and print in the terminal, as data, or on a page."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Final

import attrs
from attrs import frozen

from crmcore.attributes import (
    DOC,
    FLAG,
    FULL_NAME,
    FUNCTION,
    LABEL,
    LINE,
    Shape,
    a,
    as_tuple,
    is_line,
    one_of,
    perhaps,
    several,
)
from crmcore.entities import RECORD_TYPE, Record
from crmcore.errors import RuleError
from crmcore.grammar.declare import PLACE, RULE, Field, Metric, Place, Scheme, here
from crmcore.grammar.expr import Predicate
from crmcore.grammar.levels import check_record_level
from crmcore.labels import Label, as_label
from crmcore.records import Customer

Listed = str | Field | Metric | Scheme
"""A column of a view: a core column by name, or a field, metric or scheme by object or full name."""

CHARTS: Final = ("bar", "line", "heatmap")
"""The kinds of charts."""

MOST_ROWS: Final = 1_000_000_000


def listed_name(column: Listed) -> str:
    """Return the name under which a view's column is known everywhere."""
    return column if isinstance(column, str) else column.name


def _name_if_listed(given: Any) -> Any:
    return given.name if isinstance(given, Field | Metric | Scheme) else given


def _names(given: Any) -> Any:
    """Return the names of columns that are given alone or as a list."""
    listed = (given,) if isinstance(given, str | Field | Metric | Scheme) else as_tuple(given)
    return tuple(map(_name_if_listed, listed)) if isinstance(listed, tuple) else listed


def _labels(given: Any) -> Any:
    if not isinstance(given, Mapping):
        return given
    return MappingProxyType({name: as_label(text) for name, text in given.items()})


def _unchangeable(given: Any) -> Any:
    return MappingProxyType(dict(given)) if isinstance(given, Mapping) else given


def _rows(given: Any) -> Any:
    return tuple(given) if isinstance(given, list) else given


_NAME: Final = Shape("the name of a column", lambda value: is_line(value) and bool(value))
_LISTED: Final = Shape(
    "a name, a field, a metric or a scheme",
    lambda value: isinstance(value, Field | Metric | Scheme) or _NAME.fits(value),
)
_LIMIT: Final = Shape(
    f"a number of rows up to {MOST_ROWS:,}", lambda value: type(value) is int and 0 <= value <= MOST_ROWS
)
_TITLES: Final = Shape("a list of names", lambda value: isinstance(value, tuple) and all(map(is_line, value)))
_LABELS: Final = Shape(
    "columns, each with its label",
    lambda value: isinstance(value, Mapping) and all(map(is_line, value)) and all(map(LABEL.fits, value.values())),
)
_LIKE: Final = Shape(
    "columns, each with the one that it is like",
    lambda value: isinstance(value, Mapping) and all(map(is_line, value)) and all(map(_LISTED.fits, value.values())),
)
_DRAWN: Final = Shape(
    "the name of a column, or several",
    lambda value: isinstance(value, tuple) and bool(value) and all(map(_NAME.fits, value)),
)


@frozen
class Chart:
    """A picture of a table: a bar, a point of a line or a row of cells for each of its rows.

    ``kind`` is bar, line or heatmap. ``x`` is the column that names the rows, ``y`` the columns of numbers that are
    drawn; a heatmap is a matrix of x by y. In a long table, ``by`` is the column whose values are drawn beside each
    other instead, from one column y. The bars of ``stacked`` columns form one bar.
    """

    kind: str = attrs.field(validator=one_of(*CHARTS))
    x: str = attrs.field(converter=_name_if_listed, validator=_NAME)
    y: tuple[str, ...] = attrs.field(converter=_names, validator=_DRAWN)
    by: str = attrs.field(default="", converter=_name_if_listed, validator=LINE, kw_only=True)
    stacked: bool = attrs.field(default=False, validator=FLAG, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if self.by and len(self.y) > 1:
            raise RuleError(f"the {self.kind} chart by {self.by!r} draws {len(self.y)} columns; it can draw only one")
        if self.stacked and self.kind != "bar":
            raise RuleError(f"a {self.kind} chart cannot be stacked; a bar chart can")

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of all columns that it takes."""
        return (self.x, *self.y, *((self.by,) if self.by else ()))


_CHART: Final = a(Chart, "a Chart")


@frozen
class Table:
    """Rows ready to be shown: ``columns`` are names, ``rows`` hold plain values in the same order.

    For people, ``label`` stands in place of the title and ``labels`` in place of columns' names; ``like`` names, for a
    column, a core column, one of any record type (``survey.kind``) or what a plugin declares, whose format, words and label it takes; ``shares`` are columns of
    parts of 1, which people read in per cent.
    """

    columns: tuple[str, ...] = attrs.field(converter=as_tuple, validator=_TITLES)
    rows: tuple[tuple[Any, ...], ...] = attrs.field(
        converter=_rows, validator=a(tuple, "a list of rows, each a tuple of values")
    )
    title: str = attrs.field(default="", validator=a(str, "a text"))
    label: Label = attrs.field(default=None, converter=as_label, validator=LABEL, kw_only=True)
    labels: Mapping[str, Label] = attrs.field(
        factory=dict, converter=_labels, validator=_LABELS, hash=False, kw_only=True
    )
    like: Mapping[str, Listed] = attrs.field(
        factory=dict, converter=_unchangeable, validator=_LIKE, hash=False, kw_only=True
    )
    shares: tuple[str, ...] = attrs.field(default=(), converter=_names, validator=_TITLES, kw_only=True)
    chart: Chart | None = attrs.field(default=None, validator=perhaps(_CHART), kw_only=True)


@frozen
class View:
    """A declared table of one record type's rows.

    ``sort`` names a column, with a leading ``-`` for descending; ``group`` counts rows per value of a column, with the
    totals of ``sums``; ``chart`` draws them; ``bar`` is short for bars of one column.
    """

    name: str = attrs.field(validator=FULL_NAME)
    columns: tuple[Listed, ...] = attrs.field(converter=as_tuple, validator=several(_LISTED))
    on: type[Record] = attrs.field(default=Customer, validator=RECORD_TYPE, kw_only=True)
    where: Predicate | None = attrs.field(default=None, validator=perhaps(RULE), kw_only=True)
    sort: str = attrs.field(default="", validator=LINE, kw_only=True)
    limit: int | None = attrs.field(default=None, validator=perhaps(_LIMIT), kw_only=True)
    group: Listed | None = attrs.field(default=None, validator=perhaps(_LISTED), kw_only=True)
    sums: tuple[Listed, ...] = attrs.field(default=(), converter=as_tuple, validator=several(_LISTED), kw_only=True)
    bar: str = attrs.field(default="", converter=listed_name, validator=LINE, kw_only=True)
    chart: Chart | None = attrs.field(default=None, validator=perhaps(_CHART), kw_only=True)
    label: Label = attrs.field(default=None, converter=as_label, validator=LABEL, kw_only=True)
    doc: Label = attrs.field(default=None, converter=as_label, validator=DOC, kw_only=True)
    place: Place = attrs.field(factory=here, validator=PLACE, eq=False, repr=False, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if self.where is not None:
            check_record_level(self.where, self.on, and_customer=True)
        if self.bar and self.chart is not None:
            raise RuleError(f"the view {self.name!r} has a bar and a chart; leave out one of them")


@frozen
class Report:
    """A function from a read-only view of the company's data to tables."""

    name: str = attrs.field(validator=FULL_NAME)
    build: Callable[[Any], Iterable[Table]] = attrs.field(validator=FUNCTION)
    label: Label = attrs.field(default=None, converter=as_label, validator=LABEL, kw_only=True)
    doc: Label = attrs.field(default=None, converter=as_label, validator=DOC, kw_only=True)
    place: Place = attrs.field(factory=here, validator=PLACE, eq=False, repr=False, kw_only=True)


def is_number(value: Any) -> bool:
    """Whether a value of a table is a number: right-aligned, and fit for a chart."""
    return isinstance(value, int | float | Decimal | Fraction) and not isinstance(value, bool)
