"""What differs between the databases: how transactions begin, and what their errors mean."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import Any, Protocol

from attrs import frozen
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from crmcore import NotCommitted, StoreBroken, StoreError, StoreLocked


class Cause(Enum):
    """What an error of a database means for a unit of work."""

    LOCKED = "another writer did not finish in time"
    PASSING = "others were at work, or the connection was lost"
    DAMAGED = "the data is damaged"
    FULL = "the disk is full"
    OTHER = "something else"


@frozen
class Failure:
    """An error of a database in words; `is_sure` tells that a commit that ends with it was not made."""

    cause: Cause
    said: str
    is_sure: bool = True


class Database(Protocol):
    """One database, in which there may be a store."""

    @property
    def url(self) -> str:
        """The address, without a password."""

    @property
    def identity(self) -> str:
        """What two handles on one store have in common."""

    @property
    def engine(self) -> Engine:
        """What connects."""

    def is_there(self) -> bool:
        """Whether there is a database to connect to; raises `StoreError` where that cannot be known."""

    def prepare(self) -> None:
        """Make what tables stand in; raises `StoreError`."""

    def begin_reading(self, connection: Connection) -> None:
        """Begin a transaction that sees one committed state, whoever commits meanwhile."""

    def begin_writing(self, connection: Connection) -> None:
        """Begin a transaction that writes, waiting for the one before; it is alone until it ends."""

    def failure(self, error: DBAPIError) -> Failure:
        """Say what an error means."""

    def size(self, connection: Connection) -> int:
        """Return how many bytes the store takes."""

    def check(self, connection: Connection) -> Iterator[str]:
        """Yield what the database itself finds wrong with what it holds, or with how it is set up."""

    def forget(self, connection: Connection) -> None:
        """Leave nothing of what was replaced in any file, after the commit that replaced it."""

    def learn(self, connection: Connection) -> None:
        """Look at how many of what there is, so that questions are answered in a good order, after a large commit."""

    def keep(self, connection: Connection) -> str:
        """Copy the committed state to a store of its own and return the address."""

    def copies(self) -> "Sequence[Database]":
        """Return what `keep` made of it."""

    def source(self) -> Path:
        """Return what messages about damaged lines name."""


@contextmanager
def complaining(database: Database, what: str) -> Iterator[None]:
    """Turn an error of the database into one for people: `what` says what was not done."""
    try:
        yield
    except DBAPIError as error:
        raise _said(database.failure(error), what) from error
    except UnicodeDecodeError as error:
        raise _said(Failure(Cause.DAMAGED, "a text in it is none"), what) from error
    except SQLAlchemyError as error:
        raise StoreError(f"{what}: {_first_line(error)}", todo="Check the address of the store.") from error


def _said(failure: Failure, what: str) -> StoreError:
    match failure.cause:
        case Cause.LOCKED:
            return StoreLocked(
                f"{what}: {failure.said}",
                todo="Repeat the command when the other one is done, or wait longer with `?timeout=SECONDS`.",
            )
        case Cause.PASSING:
            return NotCommitted(f"{what}: {failure.said}", todo="Try again.", is_passing=True)
        case Cause.DAMAGED:
            return StoreBroken(f"{what}: {failure.said}", todo="Restore a backup (`crm store restore`).")
        case Cause.FULL:
            return NotCommitted(f"{what}: {failure.said}", todo="Make room on the disk, then try again.")
        case _:
            return NotCommitted(f"{what}: {failure.said}", todo="Check the database and the rights, then try again.")


def _first_line(error: Any) -> str:
    return str(error).partition("\n")[0]
