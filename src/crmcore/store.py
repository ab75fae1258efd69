"""What a store promises: tables of JSON documents, changed only by whole, logged commits.

A store knows nothing of customers or plugins. Everything it is given comes back exactly as it was, whoever
wrote it and whether or not that plugin is still installed.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final, Protocol

from attrs import field, frozen

FORMAT: Final = 1
"""The format that this version writes; a store of a higher one is refused."""

ERASED: Final = "erased"
"""The table of those whose personal data was erased; what is logged of it vouches for the entries that were replaced."""

COMFORTABLE_RECORDS: Final = 100_000
"""Beyond this many records a file store answers noticeably slowly."""

Document = Mapping[str, Any]
"""Plain JSON: texts, whole numbers within 64 bits, booleans, null, lists and mappings; no floats."""


@frozen
class Change:
    """One document before and after a commit; None means it did not exist."""

    table: str
    key: str
    before: Document | None
    after: Document | None


@frozen
class Seal:
    """What ties an entry of the log to all before it: see `crmcore.storage.log_chain`.

    ``link`` is the sum over the entry and the link before it. The values take part by a sum of their own, salted so
    that nobody guesses them from it; once some of them are erased, the ``salt`` is gone and that ``digest`` is kept.
    """

    link: str
    salt: str
    digest: str = ""


@frozen
class LogEntry:
    """One commit as the change log keeps it; ``at`` is UTC in ISO 8601, the seal is made by the store."""

    commit: int
    at: str
    actor: str
    why: str
    changes: tuple[Change, ...]
    seal: Seal | None = field(default=None, eq=False)


class Reader(Protocol):
    """A consistent view of one committed state."""

    @property
    def commit(self) -> int:
        """The number of the last commit, 0 for an empty store."""

    def get(self, table: str, key: str) -> Document | None:
        """Return a document, or None; callers must not change it."""

    def items(self, table: str) -> Iterator[tuple[str, Document]]:
        """Yield every key and document of a table, in the order in which keys were first put."""

    def count(self, table: str) -> int:
        """Return the number of documents in a table; 0 for an unknown one."""

    def tables(self) -> tuple[str, ...]:
        """Return the names of all tables that hold a document, sorted."""


class Transaction(Reader, Protocol):
    """A view with changes of its own, which nobody else sees before ``commit_as``, with which it ends.

    Changes after its end raise `StoreError`.
    """

    def put(self, table: str, key: str, document: Document) -> None:
        """Insert or replace a document, of which a copy is kept; a replaced one keeps its place in the order.

        Raises `Invalid` for what would not come back from JSON as it was, and without a table or key.
        """

    def delete(self, table: str, key: str) -> None:
        """Remove a document; removing what is not there does nothing."""

    def commit_as(self, entry: LogEntry, replaced: Sequence[LogEntry] = ()) -> int:
        """Make all changes durable at once and log ``entry``, sealed, under the next number, which is returned.

        ``replaced`` take the places of the logged entries of their numbers, in the same commit: personal data is
        erased so. Nothing that these held may be found in the store's files afterwards.

        Raises `NotCommitted` when nothing was written (disk full, ...), after which it may be tried again, and
        `CommitUnknown` when the disk did not confirm.
        """


class Store(Protocol):
    """A place for one company's data."""

    @property
    def url(self) -> str:
        """The address it was opened by."""

    def exists(self) -> bool:
        """Whether the store was created already."""

    def create(self) -> None:
        """Create an empty store; raises `StoreError` if there is one."""

    def read(self) -> Reader:
        """Return the last committed state; never waits for a writer. Raises `StoreError` if there is no store."""

    def write(self) -> AbstractContextManager[Transaction]:
        """Hold the write lock; leaving without ``commit_as`` discards the changes.

        Raises `StoreLocked` when another writer does not finish in time.
        """

    def log(self, since: int = 0) -> Iterator[LogEntry]:
        """Yield the logged commits after ``since``, oldest first; raises `StoreBroken` if one of them is lost."""

    def info(self) -> Mapping[str, Any]:
        """Return facts for people: url, format, commit, bytes, documents per table."""

    def check(self) -> tuple[str, ...]:
        """Read everything and return what is wrong with it, one sentence each; empty if sound."""

    def backup(self, target: Path) -> None:
        """Write a complete copy, with its log, into one new file at ``target``; raises `StoreError` if it is there."""

    def restore(self, source: Path) -> None:
        """Replace the state by a backup after verifying it; the old state is kept beside it."""
