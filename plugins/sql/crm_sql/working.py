"""One writer at a time, and what becomes of its transaction."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from crm_sql.committing import Work, write
from crm_sql.databases import Database, complaining
from crm_sql.reading import Facts, facts_in, too_new
from crm_sql.tables import FORMAT
from crm_sql.writing import SqlTransaction
from crmcore import CommitUnknown, StoreLocked

LARGE: Final = 10_000
"""Documents of one commit after which the database is to learn what it holds now."""

_ours: Final[dict[tuple[str, int, int], Connection]] = {}
"""The connections on which threads of this program write: whoever waits for itself would wait in vain."""


@contextmanager
def alone(database: Database) -> Iterator[tuple[Connection, Facts]]:
    """Begin a transaction that writes, and yield it with what the store says of itself; without a commit it is undone."""
    me = database.identity, os.getpid(), threading.get_ident()
    if me in _ours:
        raise StoreLocked(
            "a unit of work is open in this program already, and nothing else can be written before it ends",
            todo="Make the change in the unit that is open, or leave its `with` block first.",
        )
    with complaining(database, f"{database.url} cannot be written"):
        connection = database.engine.connect()
    try:
        with complaining(database, f"{database.url} cannot be written"):
            database.begin_writing(connection)
            seen = facts_in(connection, database.url)
        if seen.format > FORMAT:
            raise too_new(database.url, seen)
        _ours[me] = connection
        yield connection, seen
    finally:
        _ours.pop(me, None)
        with suppress(DBAPIError):  # what was not committed is undone, at the latest when the connection is gone
            connection.close()


@contextmanager
def ended(unit: SqlTransaction) -> Iterator[SqlTransaction]:
    """End a unit of work with its block."""
    try:
        yield unit
    finally:
        unit.end()


def committed(database: Database, connection: Connection, seen: Facts, work: Work) -> int:
    """Write changes and their log entry, make them durable, and return the commit's number."""
    with complaining(database, f"nothing was written to {database.url}"):
        number = write(connection, seen, work)
    finish(database, connection)
    with suppress(DBAPIError):  # what was committed is committed
        if work.replaced:
            database.forget(connection)
        if sum(len(changed.bodies) for changed in work.pending.values()) >= LARGE:
            database.learn(connection)
    return number


def finish(database: Database, connection: Connection) -> None:
    """Commit; raises `CommitUnknown` where no answer came that can be trusted."""
    try:
        connection.commit()
    except DBAPIError as error:
        failure = database.failure(error)
        if failure.is_sure:
            with complaining(database, f"nothing was written to {database.url}"):
                raise
        raise CommitUnknown(f"{database.url} did not confirm the commit: {failure.said}") from error
