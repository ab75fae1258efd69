"""Writing what a unit of work changed, with its log entry, in one transaction."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from types import MappingProxyType
from typing import Any, Final

from attrs import frozen
from sqlalchemy import Connection, Table, bindparam, delete, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from crm_sql import columns
from crm_sql.reading import Facts, SqlReader, loaded
from crm_sql.tables import documents, facts, log, sum_of
from crm_sql.writing import GONE, Pending
from crmcore import ColumnShape, LogEntry, Overtaken, log_line, sealed_entry

PIECE: Final = 5000
"""Documents that are written with one statement."""

_ASKED: Final = 400
"""Documents that are asked for with one statement."""

_INSERT: Final[Mapping[str, Callable[..., Any]]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_DELETE: Final = delete(documents).where(documents.c.record == bindparam("table"), documents.c.key == bindparam("id"))
_NOTE: Final = (
    update(facts)
    .where(facts.c.id == 1)
    .values(commits=bindparam("new_commits"), places=bindparam("new_places"), log_link=bindparam("new_link"))
)


@frozen
class Work:
    """What a unit of work commits: its changes, its entry in the log, and entries that take the places of others.

    `shapes` are the typed columns that are to be kept of records.
    """

    pending: Mapping[str, Pending]
    entry: LogEntry
    shapes: Mapping[str, Sequence[ColumnShape]] = MappingProxyType({})
    replaced: Sequence[LogEntry] = ()


def write(connection: Connection, seen: Facts, work: Work) -> int:
    """Write all changes as the commit after those that were `seen`; returns its number."""
    logged = sealed_entry(work.entry, seen.commits + 1, seen.log_link)
    lines = [{"number": one.commit, "line": log_line(one).decode()} for one in (*work.replaced, logged)]
    columns.grow(connection, {name: work.shapes[name] for name in work.pending if name in work.shapes})
    places, kept = seen.places, columns.kept(connection)
    for table, changed in work.pending.items():
        places = _write_table(connection, table, changed, (logged.commit, places))
        columns.keep(connection, kept, table, changed.bodies)
    connection.execute(_put(connection, log, "line"), lines)
    link = logged.seal.link if logged.seal else ""
    connection.execute(_NOTE, {"new_commits": logged.commit, "new_places": places, "new_link": link})
    return seen.commits + 1


def _write_table(connection: Connection, table: str, changed: Pending, counted: tuple[int, int]) -> int:
    """Write the changes of one table; returns how many places are given then."""
    number, places = counted
    gone = [key for key, body in changed.bodies.items() if body == GONE or key in changed.moved]
    if gone:
        connection.execute(_DELETE, [{"table": table, "id": key} for key in gone])
    put = _put(connection, documents, "commit_no", "body", "sum")
    kept = ((key, body) for key, body in changed.bodies.items() if body != GONE)
    while piece := list(islice(kept, PIECE)):
        rows = [
            document_row(table, key, body) | {"place": place, "commit_no": number}
            for place, (key, body) in enumerate(piece, places + 1)
        ]
        connection.execute(put, rows)
        places += len(rows)
    return places


def document_row(table: str, key: str, body: bytes) -> dict[str, Any]:
    """Return what stands of a document in its row, but for its place and commit."""
    return {"record": table, "key": key, "body": body.decode(), "sum": sum_of(table, key, body)}


def _put(connection: Connection, table: Table, *names: str) -> Any:
    """Return the statement that inserts a row, or replaces these columns of the one that stands there."""
    made = _INSERT[connection.dialect.name](table)
    keys = [table.c.record, table.c.key] if table is documents else [*table.primary_key.columns]
    return made.on_conflict_do_update(index_elements=keys, set_={name: made.excluded[name] for name in names})


def check_fresh(connection: Connection, base: SqlReader, pending: Mapping[str, Pending]) -> None:
    """Raise `Overtaken` with both values if a document that is to be written was changed after `base`."""
    for table, changed in pending.items():
        keys = iter(changed.bodies)
        while piece := list(islice(keys, _ASKED)):
            now = _versions(connection, table, piece)
            for key in piece:
                version, body = now.get(key, (0, None))
                if version > base.commit or (body is None and base.get(table, key) is not None):
                    raise _overtaken(table, key, changed.bodies[key], body)


def _versions(connection: Connection, table: str, keys: Sequence[str]) -> dict[str, tuple[int, str]]:
    asked = select(documents.c.key, documents.c.commit_no, documents.c.body).where(
        tuple_(documents.c.record, documents.c.key).in_([(table, key) for key in keys])
    )
    return {row.key: (row.commit_no, row.body) for row in connection.execute(asked)}


def _overtaken(table: str, key: str, mine: bytes, now: str | None) -> Overtaken:
    ours = {} if mine == GONE else loaded(mine, table, key)
    theirs = {} if now is None else loaded(now, table, key)
    return Overtaken(table, key, _differences(ours, theirs))


def _differences(mine: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    for name in dict.fromkeys((*mine, *now)):
        if mine.get(name) != now.get(name):
            yield name, mine.get(name), now.get(name)
