"""Typed columns as Arrow batches, for whoever adds up columns and not rows."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlalchemy import select

from crm_sql.columns import Typed, has_odd, kept
from crm_sql.databases import complaining
from crm_sql.reading import SqlReader

PIECE: Final = 50_000
"""Rows of a batch."""


def batches(reader: SqlReader, table: str, names: Sequence[str]) -> Iterator[Any] | None:
    """Return batches of `key` and these columns, as `crmcore.engines.Columns` says; None where not all are kept."""
    found = kept(reader.connection, reader.url).get(table)
    if found is None or not all(name in found for name in names) or has_odd(reader, found):
        return None
    return _read(reader, found, names)


def _read(reader: SqlReader, found: Typed, names: Sequence[str]) -> Iterator[Any]:
    import pyarrow as pa  # noqa: PLC0415 - only for who asks for Arrow

    forms = {shape.name: shape.form for shape in found.columns}
    types = {
        "text": pa.string(),
        "texts": pa.string(),
        "key": pa.string(),
        "ratio": pa.float64(),
        "boolean": pa.int8(),
    }
    wanted = [pa.string(), *(types.get(forms[name].partition(":")[0], pa.int64()) for name in names)]
    asked = select(found.table.c.key, *(found.table.c[name] for name in names))
    with complaining(reader.database, f"{reader.url} cannot be read"):
        rows = reader.connection.execution_options(yield_per=PIECE).execute(asked)
        for piece in rows.partitions():
            columns = [pa.array(values, form) for values, form in zip(zip(*piece, strict=True), wanted, strict=True)]
            yield pa.record_batch(
                [column.cast(pa.bool_()) if column.type == pa.int8() else column for column in columns],
                names=["key", *names],
            )
