"""SQLite: a store in one file, with readers that wait for nobody and one writer at a time."""

import itertools
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from attrs import Factory, define, field
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from crm_sql.databases import Cause, Failure
from crm_sql.options import options_of, patience
from crm_sql.store import SqlStore
from crmcore import NotCommitted, StoreError, UsageError

SCHEME: Final = "sqlite:///"

_CAUSES: Final = {
    "SQLITE_BUSY": Cause.LOCKED,
    "SQLITE_LOCKED": Cause.LOCKED,
    "SQLITE_FULL": Cause.FULL,
    "SQLITE_CORRUPT": Cause.DAMAGED,
    "SQLITE_NOTADB": Cause.DAMAGED,
}
_UNSURE: Final = "SQLITE_IOERR"
"""How errors begin after which what was written may turn up again when the file is recovered."""

_SIDES: Final = ("", "-wal")


def sqlite_store(url: str) -> SqlStore:
    """Return the store at an address such as `sqlite:///crm.db?timeout=5`; raises `UsageError`."""
    path, _, query = url.removeprefix(SCHEME).partition("?")
    if not url.startswith(SCHEME) or not path or path.endswith("/") or "\0" in path:
        raise UsageError(
            f"{url!r} is not the address of an SQLite store",
            todo="Write sqlite:///crm.db, or sqlite:////data/crm.db for an absolute path.",
        )
    options = options_of(query, url)
    if unknown := options.keys() - {"timeout"}:
        raise UsageError(f"{url!r}: unknown option {', '.join(sorted(unknown))}", todo="Write ?timeout=SECONDS.")
    return SqlStore(SqliteDatabase(url, Path(os.path.realpath(path)), patience(options, url)))


def _connected(file: Path, seconds: float) -> sqlite3.Connection:
    """Connect to a file that is there, with transactions as we begin them and every commit synced."""
    address = f"{file.as_uri()}?mode=rw"
    made = sqlite3.connect(address, seconds, isolation_level=None, check_same_thread=False, uri=True)
    made.execute("PRAGMA synchronous = FULL")
    made.execute("PRAGMA secure_delete = ON")
    return made


@define(eq=False)
class SqliteDatabase:
    """A file, readable by its owner only."""

    url: str
    file: Path
    patience: float
    engine: Engine = field(init=False, default=Factory(lambda self: self._engine(), takes_self=True))

    def _engine(self) -> Engine:
        return create_engine("sqlite://", creator=lambda: _connected(self.file, self.patience), poolclass=NullPool)

    @property
    def identity(self) -> str:
        """The path behind all links."""
        return str(self.file)

    def source(self) -> Path:
        """Return the file."""
        return self.file

    def is_there(self) -> bool:
        """Whether there is a file with anything in it."""
        try:
            return self.file.stat().st_size > 0
        except FileNotFoundError:
            return False
        except OSError as error:
            raise StoreError(f"{self.file} cannot be read: {error.strerror}", todo="Check the path.") from error

    def prepare(self) -> None:
        """Make the file, with a log that is written ahead."""
        try:
            os.close(os.open(self.file, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))
        except OSError as error:
            raise StoreError(f"{self.file} cannot be made: {error.strerror}", todo="Check the path.") from error
        with self.engine.connect() as connection:
            if (mode := connection.exec_driver_sql("PRAGMA journal_mode = WAL").scalar()) != "wal":
                raise StoreError(
                    f"{self.file} cannot be made: SQLite keeps its journal as {mode!r}, not written ahead",
                    todo="Check the disk; a folder on a network does not do.",
                )
        folder = os.open(self.file.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def begin_reading(self, connection: Connection) -> None:
        """Begin; the first read fixes what is seen."""
        connection.exec_driver_sql("BEGIN")

    def begin_writing(self, connection: Connection) -> None:
        """Take the write lock at once, so that nothing that is read can change before the commit."""
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    def failure(self, error: DBAPIError) -> Failure:
        """Say what an error means by the name that SQLite gives it."""
        name = getattr(error.orig, "sqlite_errorname", "")
        cause = next((cause for start, cause in _CAUSES.items() if name.startswith(start)), Cause.OTHER)
        said = cause.value if cause in {Cause.LOCKED, Cause.FULL} else str(error.orig)
        return Failure(cause, said, is_sure=not name.startswith(_UNSURE))

    def size(self, connection: Connection) -> int:  # noqa: ARG002 - the file says it
        """Return the size of the file, with what stands in its log."""
        files = [self.file.with_name(self.file.name + side) for side in _SIDES]
        return sum(file.stat().st_size for file in files if file.exists())

    def check(self, connection: Connection) -> Iterator[str]:
        """Let SQLite look at every page."""
        for row in connection.exec_driver_sql("PRAGMA integrity_check(20)"):
            if row[0] != "ok":
                yield f"{self.file}: {row[0]}"
        if (mode := connection.exec_driver_sql("PRAGMA journal_mode").scalar()) != "wal":
            yield f"{self.file}: its journal is {mode!r}, so that readers and writers wait for each other"

    def forget(self, connection: Connection) -> None:
        """Empty the log that is written ahead; what was overwritten in the file itself was zeroed."""
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def learn(self, connection: Connection) -> None:
        """Let SQLite look at a part of each index."""
        connection.exec_driver_sql("PRAGMA analysis_limit = 1000")
        connection.exec_driver_sql("ANALYZE")

    def keep(self, connection: Connection) -> str:  # noqa: ARG002 - a copy of the last committed state
        """Copy the file beside itself as `<file>.before-restore-<n>`."""
        names = (self.file.with_name(f"{self._mark}{number}") for number in itertools.count(1))
        kept = next(name for name in names if not os.path.lexists(name))
        os.close(os.open(kept, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600))
        source, target = _connected(self.file, self.patience), _connected(kept, self.patience)
        try:
            source.backup(target)
        except sqlite3.Error as error:
            target.close()
            kept.unlink(missing_ok=True)
            raise NotCommitted(
                f"the old state could not be kept beside {self.file}: {error}",
                todo="Make room on the disk, then try again.",
            ) from error
        finally:
            source.close()
            target.close()
        return f"{SCHEME}{kept}"

    def copies(self) -> "list[SqliteDatabase]":
        """Return the files that were kept beside it."""
        found = sorted(path for path in self.file.parent.glob("*") if path.name.startswith(self._mark))
        kept = [path for path in found if path.name.removeprefix(self._mark).isdigit()]
        return [SqliteDatabase(f"{SCHEME}{path}", path, self.patience) for path in kept]

    @property
    def _mark(self) -> str:
        return f"{self.file.name}.before-restore-"
