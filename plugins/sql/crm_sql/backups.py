"""Backups of one committed state, and restoring those of any store, piece by piece."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
from attrs import define, field
from sqlalchemy import Connection, delete, insert, update

from crm_sql.committing import PIECE, document_row
from crm_sql.logbook import log_lines
from crm_sql.reading import SqlReader
from crm_sql.tables import documents, facts, log
from crmcore import BackupHeading, Document, pack_document, stream_backup, write_backup


def write(reader: SqlReader, target: Path, tell: Callable[[int], None]) -> None:
    """Write what a reader shows into one new file."""
    seen = reader.facts
    heading = BackupHeading(seen.commits, seen.log_after, seen.log_accepted, seen.log_link)
    write_backup(target, heading, _everything(reader), log_lines(reader), tell)


def _everything(reader: SqlReader) -> Iterator[tuple[str, str, Document]]:
    for table in reader.tables():
        for key, document in reader.items(table):
            yield table, key, document


def read(connection: Connection, source: Path, tell: Callable[[int], None]) -> None:
    """Put a backup in the place of everything, in the transaction that is open; raises `StoreBroken` and the like.

    It is verified while it is read: after an error the transaction must be undone.
    """
    connection.execute(delete(documents))
    connection.execute(delete(log))
    sink = _Rows(connection)
    heading = stream_backup(source, sink, tell)
    sink.flush()
    told = {"log_after": heading.log_after, "log_accepted": heading.log_accepted, "log_link": heading.log_link}
    connection.execute(update(facts).where(facts.c.id == 1).values(commits=heading.commit, places=sink.places, **told))


@define(eq=False)
class _Rows:
    """Writes what a backup holds, many rows at once."""

    connection: Connection
    places: int = 0
    _documents: list[dict[str, Any]] = field(factory=list)
    _lines: list[dict[str, Any]] = field(factory=list)

    def document(self, table: str, key: str, document: Document) -> None:
        """Take the next document; all of them count as written before any later commit."""
        self.places += 1
        row = document_row(table, key, pack_document(table, key, document))
        self._documents.append(row | {"place": self.places, "commit_no": 0})
        self._flush_if_many()

    def logged(self, line: bytes) -> None:
        """Take the next line of the change log."""
        self._lines.append({"number": orjson.loads(line)["commit"], "line": line.decode()})
        self._flush_if_many()

    def _flush_if_many(self) -> None:
        if len(self._documents) + len(self._lines) >= PIECE:
            self.flush()

    def flush(self) -> None:
        """Write what was taken so far."""
        for table, rows in ((documents, self._documents), (log, self._lines)):
            if rows:
                self.connection.execute(insert(table), rows)
                rows.clear()
