"""What a list can show of a record by name: columns, fields, metrics, placements, and the same of records it refers to."""

from collections.abc import Callable, Iterator
from enum import IntEnum
from typing import Any, Final

from attrs import evolve, frozen

from crmcore.desk.column_terms import plain, term_of
from crmcore.desk.entries import Entry
from crmcore.desk.permissions import reads_sensitive
from crmcore.entities import ColumnType, Record, type_of
from crmcore.errors import UnknownName
from crmcore.evaluation.grace import has_grace
from crmcore.grammar.declare import Field, Metric, Scheme
from crmcore.grammar.expr import Term
from crmcore.kinds import DATE, INSTANT, INTEGER, TEXT, TEXTS, Kind
from crmcore.labels import NO_CHOICES, Choices
from crmcore.plugging.catalogue import Catalogue
from crmcore.records import Customer, Task
from crmcore.storage.json_values import decode_value
from crmcore.view import Listed
from crmcore.work.field_values import current
from crmcore.work.masking import MASK, SENSITIVE
from crmcore.work.raised import days_overdue, playbook_of

MISSING: Final = "missing"
SINCE: Final = "since"
REVIEW_ON: Final = "review_on"
ANSWER: Final = "answer"


class Cost(IntEnum):
    """What it takes to know a value: reading it, looking it up elsewhere, or computing it."""

    READ = 0
    LOOK_UP = 1
    COMPUTE = 2


@frozen(eq=False)
class ListedColumn:
    """A named value of every record of one type; ``choices`` are the texts that it can be, in their order.

    A ``sensitive`` one shows a mask unless the state may show it. ``term`` is worth the same in rules, where there is one.
    """

    name: str
    kind: Kind
    value: Callable[[Entry], Any]
    cost: Cost = Cost.READ
    choices: Choices = NO_CHOICES
    scheme: Scheme | None = None
    sensitive: bool = False
    term: Term | None = None


def listed_column(name: str, record_class: type[Record], catalogue: Catalogue) -> ListedColumn:
    """Return what ``name`` shows of a record; raises `UnknownName` with everything that could have been meant."""
    found = known_column(name, record_class, catalogue)
    if found is None:
        raise UnknownName(
            f"column of {type_of(record_class).name}",
            name,
            names_of(record_class, catalogue),
            todo=_hint(name, catalogue),
        )
    return found


def known_column(name: str, record_class: type[Record], catalogue: Catalogue) -> ListedColumn | None:
    """Return what ``name`` shows of a record, None where it shows nothing."""
    return _own(name, record_class, catalogue) or _followed(name, record_class, catalogue)


def column_of(listed: Listed, record_class: type[Record], catalogue: Catalogue) -> ListedColumn:
    """Return what a view's column shows, whether it is given by name or as an object."""
    match listed:
        case Field():
            return _of_field(listed)
        case Metric():
            return _of_metric(listed)
        case Scheme():
            return _of_scheme(listed)
        case _:
            return listed_column(listed, record_class, catalogue)


def names_of(record_class: type[Record], catalogue: Catalogue) -> tuple[str, ...]:
    """Return everything that can be named of a record type, short of what it refers to."""
    columns = tuple(column.name for column in type_of(record_class).columns)
    fields = tuple(field.name for field in catalogue.fields_on(record_class))
    names = (*columns, *_KEPT, *(_OF_TASK if record_class is Task else ()), *fields)
    if record_class is not Customer:
        return names
    schemes = (f"{scheme.name}{part}" for scheme in catalogue.values("scheme") for part in _parts(scheme))
    return (*names, *catalogue.names("metric"), *schemes)


def _parts(scheme: Scheme) -> tuple[str, ...]:
    """Return what can be listed of a scheme after its name; what its rules answer only if it may not be the segment."""
    return ("", f".{MISSING}", f".{SINCE}", f".{REVIEW_ON}", *((f".{ANSWER}",) if has_grace(scheme) else ()))


# -- a record's own ----------------------------------------------------------------------------------------------------


def _own(name: str, record_class: type[Record], catalogue: Catalogue) -> ListedColumn | None:
    column = type_of(record_class).column(name)
    if column is not None:
        return evolve(_of_column(column), term=term_of(record_class, column))
    if name in _KEPT:
        return _KEPT[name]
    if record_class is Task and name in _OF_TASK:
        return _OF_TASK[name]
    if name in catalogue.names("field"):
        field = catalogue.field(name)
        return _of_field(field) if field.on is record_class else None
    return _of_customer(name, catalogue) if record_class is Customer else None


def _of_customer(name: str, catalogue: Catalogue) -> ListedColumn | None:
    if name in catalogue.names("metric"):
        return _of_metric(catalogue.metric(name))
    if name in catalogue.names("scheme"):
        return _of_scheme(catalogue.scheme(name))
    owner, _, part = name.rpartition(".")
    if part in (*_PARTS, ANSWER) and owner in catalogue.names("scheme"):
        scheme = catalogue.scheme(owner)
        if part == ANSWER:
            return _of_scheme(scheme, name)
        kind, take = _PARTS[part]
        found = ListedColumn(name, kind, lambda entry: take(entry, scheme), Cost.LOOK_UP)
        return _masked(found) if scheme.privacy == SENSITIVE else found
    return None


def _of_column(column: ColumnType) -> ListedColumn:
    name, kind = column.name, column.kind
    if kind == TEXTS:
        found = ListedColumn(name, kind, lambda entry: tuple(entry.document.get(name) or ()), choices=column.choices)
    elif kind == TEXT:
        found = ListedColumn(name, kind, lambda entry: entry.document.get(name), choices=column.choices)
    else:
        found = ListedColumn(name, kind, lambda entry: decode_value(kind, entry.document.get(name)))
    return _masked(found) if column.privacy == SENSITIVE else found


def _of_field(field: Field) -> ListedColumn:
    def value(entry: Entry) -> Any:
        raw = entry.document.get("fields", {}).get(field.name)
        return current(field, raw, entry.among.state.day)

    found = ListedColumn(field.name, field.result_kind(), value, choices=field.choices, term=field)
    return _masked(found) if field.privacy == SENSITIVE else found


def _masked(column: ListedColumn) -> ListedColumn:
    """Hide the known values of a column from states that may not show them."""

    def value(entry: Entry) -> Any:
        found = column.value(entry)
        return found if entry.among.state.sensitive or found in (None, ()) else MASK

    return evolve(column, value=value, sensitive=True, term=None)


def _of_metric(metric: Metric) -> ListedColumn:
    def value(entry: Entry) -> Any:
        return plain(entry.among.evaluator.value(metric, entry.case))

    found = ListedColumn(metric.name, metric.result_kind(), value, Cost.COMPUTE, term=metric)
    return _masked(found) if reads_sensitive(metric) else found


def _of_scheme(scheme: Scheme, name: str = "") -> ListedColumn:
    """Return the segment; under another ``name`` what the rules answer, which a grace may hold back."""

    def segment(entry: Entry) -> str | None:
        found = entry.placement(scheme)
        return None if found is None else found.answer if name else found.segment

    names = tuple(one.name for one in scheme.segments)
    made = ListedColumn(name or scheme.name, TEXT, segment, Cost.LOOK_UP, Choices(names), scheme)
    return _masked(made) if scheme.privacy == SENSITIVE else made


def _missing(entry: Entry, scheme: Scheme) -> tuple[str, ...]:
    found = entry.placement(scheme)
    return () if found is None else found.missing


def _since(entry: Entry, scheme: Scheme) -> Any:
    found = entry.placement(scheme)
    return found.since if found is not None and entry.among.state.is_book_date else None


_PARTS: Final[dict[str, tuple[Kind, Callable[[Entry, Scheme], Any]]]] = {
    MISSING: (TEXTS, _missing),
    SINCE: (DATE, _since),
    REVIEW_ON: (DATE, lambda entry, scheme: entry.review_on(scheme)),
}


def _stamped(name: str, part: str, kind: Kind) -> ListedColumn:
    def value(entry: Entry) -> Any:
        stamp = entry.document.get(name)
        return None if stamp is None else decode_value(kind, stamp[part])

    return ListedColumn(name if part == "at" else f"{name}.{part}", kind, value)


_KEPT: Final = {
    column.name: column
    for column in (
        ListedColumn("version", INTEGER, lambda entry: entry.document.get("version", 0)),
        _stamped("created", "at", INSTANT),
        _stamped("created", "actor", TEXT),
        _stamped("changed", "at", INSTANT),
        _stamped("changed", "actor", TEXT),
    )
}
"""What the framework keeps of every record."""


_OF_TASK: Final = {
    column.name: column
    for column in (
        ListedColumn("playbook", TEXT, lambda entry: playbook_of(entry.document)),
        ListedColumn("overdue", INTEGER, lambda entry: days_overdue(entry.document, entry.among.state.day)),
    )
}
"""What follows from a task's own columns: the playbook that raised it, and by how many days it is overdue."""


# -- of the record that it refers to -----------------------------------------------------------------------------------


def _followed(name: str, record_class: type[Record], catalogue: Catalogue) -> ListedColumn | None:
    """``customer.name`` of a purchase; a role reaches the customer through several references."""
    first, _, rest = name.partition(".")
    path = dict(type_of(record_class).links).get(first, (first,))
    steps = tuple(_steps(record_class, path))
    if not rest or len(steps) < len(path):
        return None
    inner = _own(rest, steps[-1][1], catalogue) or _followed(rest, steps[-1][1], catalogue)
    if inner is None:
        return None

    def value(entry: Entry) -> Any:
        found: Entry | None = entry
        for column, target in steps:
            key = None if found is None else found.document.get(column)
            found = None if key is None else entry.among.get(target, key)
        return None if found is None else inner.value(found)

    return evolve(inner, name=name, value=value, cost=max(inner.cost, Cost.LOOK_UP), term=None)


def end_of(
    name: str, record_class: type[Record], catalogue: Catalogue
) -> tuple[tuple[ColumnType, ...], type[Record], str]:
    """Return the references that a name goes through, the record type at their end, and what the name is there."""
    through: tuple[ColumnType, ...] = ()
    while _own(name, record_class, catalogue) is None:
        first, _, rest = name.partition(".")
        path = dict(type_of(record_class).links).get(first, (first,))
        steps = tuple(_steps(record_class, path))
        if not rest or len(steps) < len(path):
            break
        for column, target in steps:
            last, record_class = type_of(record_class).column(column), target
        through, name = (*through, *([last] if last else [])), rest
    return through, record_class, name


def _steps(record_class: type[Record], path: tuple[str, ...]) -> Iterator[tuple[str, type[Record]]]:
    for name in path:
        column = type_of(record_class).column(name)
        if column is None or column.target is None:
            return
        yield name, column.target
        record_class = column.target


def _hint(name: str, catalogue: Catalogue) -> str:
    """Return what the catalogue knows of a name that is no column: a setting, a short name, a plugin that is not active."""
    try:
        catalogue.owner("metric", name)
    except UnknownName as error:
        return error.todo
    return ""
