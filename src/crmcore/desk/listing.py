"""Lists of records: any column, field, metric or scheme by name, filtered, sorted, and read no further than needed."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import Any, TypeVar

from attrs import frozen

from crmcore.desk.entries import Entries, Entry
from crmcore.desk.filters import Filter, made_filter, split_filter
from crmcore.desk.finding import Wish, found_in
from crmcore.desk.listed_columns import ListedColumn, listed_column, names_of
from crmcore.entities import Record, type_of
from crmcore.errors import NotAllowed, UsageError
from crmcore.evaluation.facts import instant
from crmcore.files.parsing_base import Reading
from crmcore.grammar.expr import Known, Not, Predicate
from crmcore.grammar.terms import rows
from crmcore.kinds import fold
from crmcore.plugging.catalogue import Catalogue
from crmcore.records import Customer
from crmcore.view import Table
from crmcore.work.masking import MASK
from crmcore.work.state import State

Item = TypeVar("Item")


@frozen
class ListRequest:
    """What to list. ``where`` are filters that must all hold, ``sort`` is names with commas, ``-`` for descending.

    Without ``columns`` those of the record type are listed, and without ``sort`` the oldest records come first.
    """

    record: type[Record] = Customer
    columns: tuple[str, ...] = ()
    where: tuple[str, ...] = ()
    sort: str = ""
    limit: int | None = None
    offset: int = 0
    archived: bool = False


def list_rows(state: State, catalogue: Catalogue, request: ListRequest) -> Table:
    """Return the records that were asked for, one row each; raises `UnknownName` or `UsageError`."""
    chosen = request.columns or tuple(column.name for column in type_of(request.record).columns)
    columns = [listed_column(name, request.record, catalogue) for name in chosen]
    reading = Reading(state.company.zone, state.company.money_digits)
    filters = [_filter(text, request.record, catalogue, reading) for text in request.where]
    keys = _sort_keys(request.sort, request.record, catalogue)
    check_shown([*(one.column for one in filters), *(column for column, _ in keys)], state)
    page = _page(state, request, filters, keys)
    return Table(tuple(chosen), tuple(tuple(column.value(entry) for column in columns) for entry in page))


def _page(
    state: State, request: ListRequest, filters: Sequence[Filter], keys: Sequence[tuple[ListedColumn, bool]]
) -> Iterator[Entry]:
    """Return the entries that were asked for: found by the store's database if it can, and else one by one."""
    check_page(request.offset, request.limit)
    rules = (*(one.rule for one in filters), *(() if request.archived else present(request.record)))
    order = tuple((column.term, largest) for column, largest in keys)
    wish = Wish(rules, order, request.offset, request.limit)
    is_selective = bool(filters or keys) or request.limit is not None
    found = found_in(state, request.record, wish) if is_selective else None
    if found is not None:
        among = (one for one in found if request.archived or one.document.get("archived_at") is None)
        right = kept(among, filters)
        return right if wish.is_whole else paged(right, request.offset, request.limit)
    listed = kept(Entries(state).all(request.record, archived=request.archived), filters)
    return paged(in_order(listed, keys, state) if keys else listed, request.offset, request.limit)


def present(record_class: type[Record]) -> tuple[Predicate, ...]:
    """Return the rule that leaves archived records out; only customers are archived."""
    return (Not(Known(rows(Customer).archived_at)),) if record_class is Customer else ()


def check_page(offset: int, limit: int | None) -> None:
    """Raise `UsageError` for a negative limit or offset."""
    if offset < 0 or (limit is not None and limit < 0):
        raise UsageError("--limit and --offset cannot be negative")


def show_record(state: State, catalogue: Catalogue, record: Record) -> dict[str, Any]:
    """Return everything about a record by name; values of fields that nobody declares any more stand as they are."""
    record_class = type(record)
    entry = Entries(state).get(record_class, record.id)
    if entry is None:
        return {}
    names = names_of(record_class, catalogue)
    shown = {name: listed_column(name, record_class, catalogue).value(entry) for name in names}
    return shown | {name: value for name, value in record.fields.items() if name not in shown}


def check_shown(columns: Iterable[ListedColumn], state: State) -> None:
    """Raise `NotAllowed` for a filter or an order by what is masked: either would tell it."""
    hidden = tuple(dict.fromkeys(column.name for column in columns if column.sensitive and not state.sensitive))
    if hidden:
        raise NotAllowed(
            f"{', '.join(hidden)}: sensitive, so nobody filters or sorts by it unawares",
            todo="Ask for sensitive values: crm --sensitive ...",
        )


def kept(entries: Iterable[Entry], filters: Iterable[Filter]) -> Iterator[Entry]:
    """Yield the entries for which all filters hold, asking the cheapest first."""
    ordered = sorted(filters, key=lambda one: one.column.cost)
    return (entry for entry in entries if all(one.holds(entry) for one in ordered))


def paged(entries: Iterable[Entry], offset: int, limit: int | None) -> Iterator[Entry]:
    """Leave out the first ``offset`` entries and all after ``limit`` more."""
    return islice(entries, offset, None if limit is None else offset + limit)


def in_order(entries: Iterable[Entry], keys: Sequence[tuple[ListedColumn, bool]], state: State) -> list[Entry]:
    """Return the entries sorted by columns (True for descending); unknown values last, ties by id."""
    ordered = sorted(entries, key=lambda entry: entry.key)
    for column, descending in reversed(keys):
        ordered = sorted_by(ordered, column.value, partial(position, column, state), descending=descending)
    return ordered


def sorted_by(
    items: Iterable[Item], value: Callable[[Item], Any], position: Callable[[Any], Any], *, descending: bool
) -> list[Item]:
    """Return items by the position of a value, unknown ones last; equal ones stay as they stood."""
    known: list[tuple[Any, Item]] = []
    unknown: list[Item] = []
    for item in items:
        found = value(item)
        if found is None:
            unknown.append(item)
        else:
            known.append((position(found), item))
    known.sort(key=lambda pair: pair[0], reverse=descending)
    return [*(item for _, item in known), *unknown]


def position(column: ListedColumn, state: State, value: Any) -> Any:
    """Return what a known value of a column is sorted by."""
    if column.sensitive and value == MASK:
        return ()
    if column.scheme is not None:  # the declared order of segments says more than the alphabet
        known = value in column.choices
        return (column.choices.index(value) if known else len(column.choices), value)
    match column.kind.name:
        case "text":
            return fold(value)
        case "texts":
            return tuple(map(fold, value))
        case "instant":
            return instant(value, state.company.zone)
        case _:
            return value


def _filter(text: str, record_class: type[Record], catalogue: Catalogue, reading: Reading) -> Filter:
    name, sign, value = split_filter(text)
    return made_filter(listed_column(name, record_class, catalogue), sign, value, reading)


def _sort_keys(sort: str, record_class: type[Record], catalogue: Catalogue) -> list[tuple[ListedColumn, bool]]:
    names = [name.strip() for name in sort.split(",") if name.strip()]
    return [(listed_column(name.removeprefix("-"), record_class, catalogue), name.startswith("-")) for name in names]
