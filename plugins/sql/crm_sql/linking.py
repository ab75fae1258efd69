"""Records by what they refer to, found by the index of a typed column."""

from collections.abc import Iterator, Sequence

from sqlalchemy import select

from crm_sql.columns import Typed, has_odd, kept
from crm_sql.reading import ASKED, SqlReader


def linked(reader: SqlReader, table: str, column: str, values: Sequence[str]) -> Iterator[tuple[str, str]] | None:
    """Yield ids and what they refer to, of those that refer to one of `values`; None where the column is not kept."""
    found = kept(reader.connection, reader.url).get(table)
    form = next((one.form for one in found.columns if one.name == column), "") if found else ""
    if found is None or form != "key" or has_odd(reader, found):
        return None
    return _asked(reader, found, column, values)


def _asked(reader: SqlReader, found: Typed, column: str, values: Sequence[str]) -> Iterator[tuple[str, str]]:
    held = found.table.c[column]
    for begin in range(0, len(values), ASKED):
        asked = select(found.table.c.key, held.label("value")).where(held.in_(values[begin : begin + ASKED]))
        yield from ((row.key, row.value) for row in reader.asked(asked))
