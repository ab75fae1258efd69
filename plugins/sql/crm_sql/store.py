"""A store in a database: documents as they were given, changed by whole commits, each with its entry in the log."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import inspect, select

from crm_sql import backups, checking, columns
from crm_sql.committing import Work, check_fresh
from crm_sql.databases import Database, complaining
from crm_sql.logbook import entries
from crm_sql.reading import SqlReader, facts_in
from crm_sql.tables import FIRST, facts, own
from crm_sql.working import alone, committed, ended, finish
from crm_sql.writing import SqlTransaction
from crmcore import ColumnShape, LogEntry, Promises, Reader, StoreError, quiet

Shapes = Mapping[str, Sequence[ColumnShape]]


class SqlStore:
    """Keeps the promises of `crmcore.Store`, as crmcore's own tests of stores show."""

    def __init__(self, database: Database, promises: Promises | None = None) -> None:
        """Use a database; `promises` are what it declares of itself."""
        self._database = database
        self.promises = promises or Promises()
        self._is_known = False
        self._shapes: Callable[[Reader], Shapes] | None = None

    def shape_by(self, shapes: Callable[[Reader], Shapes]) -> None:
        """Keep typed columns of records, as `shapes` says when records are written."""
        self._shapes = shapes

    @property
    def url(self) -> str:
        """The address it was opened by, without a password."""
        return self._database.url

    def exists(self) -> bool:
        """Whether the store was created already."""
        if not self._database.is_there():
            return False
        with complaining(self._database, f"{self.url} cannot be read"), self._database.engine.connect() as connection:
            return inspect(connection).has_table(facts.name) and bool(connection.scalar(select(facts.c.id)))

    def create(self) -> None:
        """Create an empty store; raises `StoreError` if there is one."""
        if self.exists():
            raise StoreError(f"{self.url} is there already", todo="Use it, or choose another place.")
        with complaining(self._database, f"{self.url} cannot be made"):
            self._database.prepare()
            with self._database.engine.connect() as connection:
                connection.exec_driver_sql("BEGIN")
                own.create_all(connection)
                connection.execute(facts.insert(), FIRST)
                connection.commit()

    def read(self) -> SqlReader:
        """Return the last committed state; never waits for a writer."""
        self._check_there()
        with complaining(self._database, f"{self.url} cannot be read"):
            connection = self._database.engine.connect()
            try:
                self._database.begin_reading(connection)
                return SqlReader(self._database, connection, facts_in(connection, self.url))
            except BaseException:
                connection.close()
                raise

    @contextmanager
    def write(self, *, serializable: bool = False) -> Iterator[SqlTransaction]:
        """Begin a unit of work; leaving without `commit_as` discards the changes."""
        self._check_there()
        if not (serializable or self.promises.one_writer):
            with ended(SqlTransaction(self.read(), self._commit_beside, self.read)) as unit:
                yield unit
            return
        with alone(self._database) as (connection, seen):
            base = SqlReader(self._database, connection, seen)

            def commit(unit: SqlTransaction, entry: LogEntry, replaced: Sequence[LogEntry]) -> int:
                work = Work(unit.pending, entry, self._wanted(unit), replaced)
                return committed(self._database, connection, seen, work)

            try:
                with ended(SqlTransaction(base, commit, self.read)) as unit:
                    yield unit
            finally:
                base.close()

    def log(self, since: int = 0) -> Iterator[LogEntry]:
        """Yield the logged commits after `since`, oldest first; raises `StoreBroken` at once if one of them is lost."""
        return entries(self.read(), since)

    def info(self) -> Mapping[str, Any]:
        """Return facts for people: url, format, commit, bytes, documents per table."""
        reader = self.read()
        with complaining(self._database, f"{self.url} cannot be read"):
            size = self._database.size(reader.connection)
        told = {"url": self.url, "format": reader.facts.format, "commit": reader.commit, "bytes": size}
        return {**told, "documents": reader.counts()}

    def check(self) -> tuple[str, ...]:
        """Read everything and return what is wrong with it, one sentence each; empty if sound."""
        try:
            return tuple(checking.problems(self._database, self.read()))
        except StoreError as error:
            return (error.message,)

    def backup(self, target: Path, tell: Callable[[int], None] = quiet) -> None:
        """Write a complete copy, with its log, into one new file that every store restores."""
        backups.write(self.read(), target, tell)

    def restore(self, source: Path, tell: Callable[[int], None] = quiet) -> None:
        """Replace the state by a backup of any store after verifying it; the old state is kept beside it.

        All of it is one transaction: readers see the old state until it is done.
        """
        made = not self.exists()
        if made:
            self.create()
        with complaining(self._database, f"{source} was not restored"), alone(self._database) as (connection, seen):
            if not made and seen.commits:
                self._database.keep(connection)
            backups.read(connection, source, tell)
            restored = SqlReader(self._database, connection, facts_in(connection, self.url), lent=True)
            columns.restore(connection, self._wanted(restored), restored.counts())
            finish(self._database, connection)

    def rebuild(self) -> None:
        """Make all typed columns anew from the documents, in one transaction; everything else stays as it is."""
        self._check_there()
        with (
            complaining(self._database, f"nothing was written to {self.url}"),
            alone(self._database) as (connection, seen),
        ):
            reader = SqlReader(self._database, connection, seen, lent=True)
            columns.restore(connection, self._wanted(reader), reader.counts())
            finish(self._database, connection)

    def copies(self) -> "tuple[SqlStore, ...]":
        """Return the states that restores kept beside it."""
        with complaining(self._database, f"{self.url} cannot be read"):
            return tuple(SqlStore(one, self.promises) for one in self._database.copies())

    def _check_there(self) -> None:
        if self._database.is_there() and (self._is_known or self.exists()):
            self._is_known = True
            return
        raise StoreError(f"there is no store at {self.url}", todo="Make one with `crm init`, or name another one.")

    def _wanted(self, reader: Reader) -> Shapes:
        """Return the typed columns that are to be kept; none in a store without a company, which has no records."""
        if self._shapes is None:
            return {}
        try:
            return self._shapes(reader)
        except StoreError:
            return {}

    def _commit_beside(self, unit: SqlTransaction, entry: LogEntry, replaced: Sequence[LogEntry]) -> int:
        """Commit what was made beside others, unless they changed the same documents."""
        with alone(self._database) as (connection, seen):
            with complaining(self._database, f"nothing was written to {self.url}"):
                if seen.commits > unit.commit:
                    check_fresh(connection, unit.base, unit.pending)
            work = Work(unit.pending, entry, self._wanted(unit), replaced)
            return committed(self._database, connection, seen, work)
