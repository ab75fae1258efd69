"""Reading everything that a store holds, to see whether it is sound."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Final

from sqlalchemy import func, select

from crm_sql import columns
from crm_sql.databases import Database, complaining
from crm_sql.logbook import entries
from crm_sql.reading import SqlReader
from crm_sql.tables import documents
from crmcore import Document, StoreError, log_problems

PIECE: Final = 1000
"""Documents that are compared at once."""

_ANEW: Final = "`crm store check --repair` makes them anew"


def problems(database: Database, reader: SqlReader) -> Iterator[str]:
    """Yield what is wrong, one sentence each."""
    with complaining(database, f"{database.url} cannot be read"):
        yield from database.check(reader.connection)
        yield from _facts(reader)
        typed = columns.kept(reader.connection, reader.url)
    for table in reader.tables():
        yield from _damaged(reader, table, typed.get(table))
    yield from _log(reader)


def _facts(reader: SqlReader) -> Iterator[str]:
    newest = reader.asked(
        select(func.max(documents.c.place).label("place"), func.max(documents.c.commit_no).label("no"))
    )
    if any((row.place or 0) > reader.facts.places or (row.no or 0) > reader.commit for row in newest):
        yield f"{reader.url}: there are documents of later commits than it knows"


def _damaged(reader: SqlReader, table: str, beside: columns.Typed | None) -> Iterator[str]:
    """Read every document of a table, and its typed columns, which must be what the documents say."""
    number = 0
    try:
        items = reader.items(table)
        while piece := dict(islice(items, PIECE)):
            number += len(piece)
            if beside:
                yield from _unlike(reader, table, beside, piece)
    except StoreError as error:
        yield error.message
        return
    if beside and reader.asked(select(func.count()).select_from(beside.table))[0][0] != number:
        yield f"{reader.url}: not every {table} has its typed columns, or some have them twice; {_ANEW}"


def _unlike(reader: SqlReader, table: str, beside: columns.Typed, piece: Mapping[str, Document]) -> Iterator[str]:
    asked = select(beside.table).where(beside.table.c.key.in_(piece))
    found = {row[0]: dict(zip(beside.table.c.keys(), row, strict=True)) for row in reader.asked(asked)}
    for key, document in piece.items():
        if found.get(key) != beside.row(key, document):
            yield f"{reader.url}: the typed columns of {table} {key!r} are not what the document says; {_ANEW}"


def _log(reader: SqlReader) -> Iterator[str]:
    found = reader.facts
    if found.log_after > found.log_accepted:
        yield f"{reader.url}: the change log begins after commit {found.log_after}"
    try:
        yield from (f"{reader.source}: {one}" for one in log_problems(entries(reader, found.log_after), found.log_link))
    except StoreError as error:
        yield error.message
