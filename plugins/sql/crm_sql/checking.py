"""Reading everything that a store holds, to see whether it is sound."""

from collections.abc import Iterator

from crm_sql.databases import Database, complaining
from crm_sql.logbook import entries
from crm_sql.reading import SqlReader
from crmcore import StoreError


def problems(database: Database, reader: SqlReader) -> Iterator[str]:
    """Yield what is wrong, one sentence each."""
    with complaining(database, f"{database.url} cannot be read"):
        yield from database.check(reader.connection)
    for table in reader.tables():
        yield from _damaged(reader, table)
    found = reader.facts
    if found.log_after > found.log_accepted:
        yield f"the change log begins after commit {found.log_after}"
    try:
        for _ in entries(reader, found.log_after):
            pass
    except StoreError as error:
        yield error.message


def _damaged(reader: SqlReader, table: str) -> Iterator[str]:
    try:
        for _ in reader.items(table):
            pass
    except StoreError as error:
        yield error.message
