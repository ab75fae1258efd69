"""The typed columns that stores of databases keep of records: core columns and plugins' fields, by record type."""

from collections.abc import Iterator, Mapping
from typing import Final

from crmcore.entities import ColumnType, Record, type_of
from crmcore.grammar.declare import Field
from crmcore.kinds import Kind
from crmcore.plugging.catalogue import Catalogue
from crmcore.store import ColumnShape, Store
from crmcore.work.company import Company, company_in

DAY: Final = "|day"
"""Behind the name of a moment: its local day, by which rules compare."""

TEXT: Final = "|text"
"""Behind the name of a reference: the id as a text, by which rules and lists compare."""

STATED: Final = "|on"
"""Behind the name of a soft field: the day from which its value holds."""


def shape(store: Store, catalogue: Catalogue) -> None:
    """Tell a store that keeps typed columns which ones, if it asks."""
    shape_by = getattr(store, "shape_by", None)
    if shape_by is not None:
        shape_by(lambda reader: shapes_of(catalogue, company_in(reader, store.url)))


def shapes_of(catalogue: Catalogue, company: Company) -> Mapping[str, tuple[ColumnShape, ...]]:
    """Return the columns of every record type that is known; references and dates are indexed, and what says so."""
    return {name: tuple(_of_record(catalogue.record(name), catalogue, company)) for name in catalogue.names("record")}


def _of_record(record_class: type[Record], catalogue: Catalogue, company: Company) -> Iterator[ColumnShape]:
    facts = type_of(record_class)
    for column in facts.columns:
        if column.name != "id":
            yield from _of_column(column, column.name in facts.dated_by or column.name == "name", company)
    for field in catalogue.fields_on(record_class):
        yield from _of_field(field, company)


def _of_column(column: ColumnType, indexed: bool, company: Company) -> Iterator[ColumnShape]:  # noqa: FBT001 - a fact
    if column.refers_to:
        yield ColumnShape(column.name, (column.name,), "key", indexed=True)
        yield ColumnShape(f"{column.name}{TEXT}", (column.name,), "text", indexed=True)
    else:
        yield from _typed(column.name, (column.name,), column.kind, company, indexed=indexed)


def _of_field(field: Field, company: Company) -> Iterator[ColumnShape]:
    path = ("fields", field.name, "value") if field.soft else ("fields", field.name)
    yield from _typed(field.name, path, field.result_kind(), company, indexed=field.indexed)
    if field.soft:
        yield ColumnShape(f"{field.name}{STATED}", ("fields", field.name, "on"), f"day:{company.zone.key}")


def _typed(name: str, path: tuple[str, ...], kind: Kind, company: Company, *, indexed: bool) -> Iterator[ColumnShape]:
    zone = company.zone.key
    match kind.name:
        case "instant":
            yield ColumnShape(name, path, f"moment:{zone}", indexed=indexed)
            yield ColumnShape(f"{name}{DAY}", path, f"day:{zone}")
        case "date":
            yield ColumnShape(name, path, f"day:{zone}", indexed=indexed)
        case "money":
            yield ColumnShape(name, path, f"units:{company.money_digits}", indexed=indexed)
        case "decimal":
            yield ColumnShape(name, path, f"units:{kind.scale}", indexed=indexed)
        case form:
            yield ColumnShape(name, path, form, indexed=indexed)
