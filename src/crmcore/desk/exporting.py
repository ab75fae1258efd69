"""All records of a type as one table from which an import makes the same records again."""

from collections.abc import Mapping
from typing import Any

from crmcore.entities import ColumnType, Record, type_of
from crmcore.grammar.declare import Field
from crmcore.plugging.catalogue import Catalogue
from crmcore.storage.json_values import decode_value
from crmcore.view import Table
from crmcore.work.masking import SENSITIVE
from crmcore.work.state import State


def export_rows(state: State, catalogue: Catalogue, record: type[Record]) -> tuple[Table, tuple[str, ...]]:
    """Return every record's columns and stored fields, and the names of values that no active plugin declares.

    Defaults are not written, since they are not stored; of a soft field it is the value last stated. Archived customers
    are among the rows. What is sensitive is left out where the state may not show it.
    """
    hidden = hidden_in(state, catalogue, record)
    columns = tuple(column.name for column in type_of(record).columns if column.name not in hidden)
    known = {field.name for field in catalogue.fields_on(record)}
    fields = tuple(field for field in catalogue.fields_on(record) if field.name not in hidden)
    left_out: dict[str, None] = {}
    rows = []
    for found in state.book.all(record):
        left_out.update(dict.fromkeys(name for name in found.fields if name not in known))
        values = (getattr(found, name) for name in columns)
        rows.append((*values, *(_stored(field, found.fields) for field in fields)))
    return Table((*columns, *(field.name for field in fields)), tuple(rows)), tuple(left_out)


def hidden_in(state: State, catalogue: Catalogue, record: type[Record]) -> tuple[str, ...]:
    """Return the columns and fields of a record type that the state may not show."""
    declared: tuple[ColumnType | Field, ...] = (*type_of(record).columns, *catalogue.fields_on(record))
    return () if state.sensitive else tuple(each.name for each in declared if each.privacy == SENSITIVE)


def _stored(field: Field, values: Mapping[str, Any]) -> Any:
    raw = values.get(field.name)
    if field.soft and raw is not None:
        raw = raw["value"]
    return decode_value(field.result_kind(), raw)
