"""Columns that a store's database keeps itself, in the form in which engines want them (`crmcore.engines.Columns`)."""

from collections.abc import Sequence
from typing import Any

import attrs

from crm_bulk.encoding import encoded
from crm_bulk.scopes import Wanted
from crmcore import Record
from crmcore.engines import Reader, World, type_of

Array = Any
"""An Arrow array, perhaps in several chunks; pyarrow has no types."""


def kept_columns(
    reader: Reader, record_class: type[Record], wanted: Sequence[Wanted], keys: Array | None, world: World
) -> tuple[Array, ...] | None:
    """Return the ids and these physical columns, in the order of ``keys`` if there are any; None if they are not kept."""
    import pyarrow as pa  # noqa: PLC0415 - only where an engine runs
    import pyarrow.compute as pc  # noqa: PLC0415 - the same

    give = getattr(reader, "batches", None)
    found = None if give is None else give(type_of(record_class).name, tuple(map(_kept_as, wanted)))
    if found is None:
        return None
    if not (batches := list(found)):
        return None
    table = pa.Table.from_batches(batches)
    if keys is not None and not table.column(0).equals(keys):
        table = table.take(pc.index_in(keys, value_set=table.column(0).combine_chunks()))
    columns = zip(wanted, table.columns[1:], strict=True)
    return table.column(0), *(_with_default(record_class, one, column, world) for one, column in columns)


def _kept_as(wanted: Wanted) -> str:
    if wanted.field is not None:
        return f"{wanted.field.name}|on" if wanted.part == "stated" else wanted.field.name
    column = wanted.path[0]
    return f"{column.name}|text" if column.refers_to and wanted.part != "key" else column.name


def _with_default(record_class: type[Record], wanted: Wanted, column: Array, world: World) -> Array:
    """Fill in what documents leave out because it is the default."""
    value = default_of(record_class, wanted)
    return column if value is None else column.fill_null(encoded(wanted, [value], world)[0])


def default_of(record_class: type[Record], wanted: Wanted) -> Any:
    """Return the value of a column of which documents say nothing; None for unknown."""
    if wanted.field is not None:
        return None
    found = attrs.fields_dict(record_class)[wanted.path[0].name].default
    return None if found is attrs.NOTHING else found
