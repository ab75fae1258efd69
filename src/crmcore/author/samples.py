"""Records made up from what is declared, for checks and tests that only need something to be there."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from crmcore.entities import ColumnType, Record, RecordType, type_of
from crmcore.grammar.declare import Field
from crmcore.plugging.catalogue import Catalogue
from crmcore.records import Customer
from crmcore.work.field_values import Said, described, stored

_NUMBERS: Final[Mapping[str, Callable[[int], Any]]] = {
    "boolean": lambda number: number % 2 == 0,
    "integer": lambda number: number + 1,
    "money": lambda number: Decimal(number + 1) / 2,
    "decimal": lambda number: Decimal(number + 1),
    "number": lambda number: Decimal(number + 1),
    "ratio": lambda number: 0.25 * (number + 1),
}


def record_of(
    record_class: type[Record], number: int, as_of: date, catalogue: Catalogue, *, is_bare: bool = False
) -> Record:
    """Return a made-up record; a bare one has what is required, and references only to what is before it."""
    facts = type_of(record_class)
    columns = {
        column.name: _value(column, facts, number, as_of)
        for column in facts.columns
        if column.name not in {"id", "archived_at"} and (column.required or not is_bare)
    }
    fields: dict[str, Any] = {} if is_bare else dict(_fields(catalogue.fields_on(record_class), number, as_of))
    known: Mapping[str, Any] = {name: value for name, value in columns.items() if value is not None}
    make: Any = record_class
    made: Record = make(id=_id(facts.name, number), fields=fields, **known)
    return made


def _fields(fields: Iterable[Field], number: int, as_of: date) -> Iterator[tuple[str, Any]]:
    for field in fields:
        yield field.name, stored(field, _sample(described(field), number, as_of), Said("sample", as_of, is_dated=False))


def _value(column: ColumnType, facts: RecordType, number: int, as_of: date) -> Any:
    if column.refers_to == facts.name:
        return _id(facts.name, number - 1) if number else None
    return _id(column.refers_to, number) if column.refers_to else _sample(column, number, as_of)


def _sample(column: ColumnType, number: int, as_of: date) -> Any:
    kind = column.kind
    if kind.name in {"date", "instant"}:
        return as_of - timedelta(days=10 * number + 1)
    if kind.name == "texts":
        return column.choices[:2] or ("甲", "b")
    if kind.name == "text":
        return column.choices[number % len(column.choices)] if column.choices else f"{column.name} 例 {number}"
    return _NUMBERS[kind.name](number)


def _id(record_type: str, number: int) -> str:
    return f"{record_type}-{number}"


def in_order(catalogue: Catalogue) -> tuple[type[Record], ...]:
    """Return every record type after those that it refers to, the customer first."""
    ordered: dict[type[Record], None] = {Customer: None}

    def visit(record_class: type[Record], waiting: tuple[type[Record], ...]) -> None:
        for column in type_of(record_class).columns:
            target = column.target
            if target is not None and target not in ordered and target not in waiting:
                visit(target, (*waiting, target))
        ordered.setdefault(record_class)

    for name in catalogue.names("record"):
        visit(catalogue.record(name), (catalogue.record(name),))
    return tuple(ordered)
