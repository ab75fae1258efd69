"""What a store promises: tables of JSON documents, changed only by whole, logged commits.

A store knows nothing of customers or plugins. Everything it is given comes back exactly as it was, whoever
wrote it and whether or not that plugin is still installed.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final, Protocol

from attrs import field, frozen

FORMAT: Final = 1
"""The format that this version writes; a store of a higher one is refused."""

ERASED: Final = "erased"
"""The table of those whose personal data was erased; what is logged of it vouches for the entries that were replaced."""

COMFORTABLE_SECONDS: Final = 0.5
"""What takes longer to read for every command serves no longer; our default."""

Document = Mapping[str, Any]
"""Plain JSON: texts, whole numbers within 64 bits, booleans, null, lists and mappings; no floats."""


Tell = Callable[[int], None]
"""Hears how far something long has come: so many documents and logged commits."""


def quiet(_: int) -> None:
    """Tell nobody."""


@frozen
class Promises:
    """What a store promises beyond whole commits that lose no update; a store without ``promises`` makes all of them.

    ``one_writer``: units of work come one after the other even if they do not ask for it. Without it they run beside
    each other, and who comes second to change one document gets `Overtaken`. ``outlives``: what was committed
    is there after the process ended.
    """

    one_writer: bool = True
    outlives: bool = True


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
    """One commit as the change log keeps it; ``at`` is UTC in ISO 8601, the seal is made by the store.

    ``token`` names the unit of work, so that one can ask later what became of it.
    """

    commit: int
    at: str
    actor: str
    why: str
    changes: tuple[Change, ...]
    token: str = ""
    seal: Seal | None = field(default=None, eq=False)


@frozen
class ColumnShape:
    """A typed column that a database keeps beside documents: where its value stands in them, and in which form.

    `crmcore.column_value` makes the value. The column can always be made again from the documents.
    """

    name: str
    path: tuple[str, ...]
    form: str
    indexed: bool = False


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

        Raises `NotCommitted` when nothing was written (disk full, ...), after which it may be tried again, `Overtaken`
        when another unit changed the same document first, and `CommitUnknown` when the commit was not confirmed. What
        the store does after the commit for itself never changes the answer.
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

    def write(self, *, serializable: bool = False) -> AbstractContextManager[Transaction]:
        """Begin a unit of work; leaving without ``commit_as`` discards the changes.

        It is as if it were alone, where ``serializable`` asks for it or `Promises.one_writer` promises it: another
        writer waits. Raises `StoreLocked` when the one before does not finish in time.
        """

    def log(self, since: int = 0) -> Iterator[LogEntry]:
        """Yield the logged commits after ``since``, oldest first; raises `StoreBroken` if one of them is lost."""

    def info(self) -> Mapping[str, Any]:
        """Return facts for people: url, format, commit, bytes, documents per table."""

    def check(self) -> tuple[str, ...]:
        """Read everything and return what is wrong with it, one sentence each; empty if sound."""

    def backup(self, target: Path, tell: Tell = quiet) -> None:
        """Write a complete copy, with its log, into one new file at ``target``; raises `StoreError` if it is there.

        It shows one committed state, whoever writes meanwhile, in the form that every store restores.
        """

    def restore(self, source: Path, tell: Tell = quiet) -> None:
        """Replace the state by a backup of any store after verifying it; the old state is kept beside it."""


def promises_of(store: Store) -> Promises:
    """Return what a store declares of itself, everything if nothing."""
    return getattr(store, "promises", Promises())


def outcome(store: Store, token: str, since: int = 0) -> int:
    """Return the number of the commit that a unit of work became, 0 if it was not committed.

    ``since`` is a commit before it, which spares reading the log up to there.
    """
    return next((entry.commit for entry in store.log(since) if token and entry.token == token), 0)


def copies_of(store: Store) -> "tuple[Store, ...]":
    """Return the states that restores kept of a store, as stores; none where it does not say."""
    copies = getattr(store, "copies", None)
    return copies() if copies is not None else ()
