"""What stores are built from: a state in memory, a unit of work on it, documents, log lines, backups, whole files, a lock.

A plugin's store is these, and a place to keep what they give.
"""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import orjson

from crmcore.storage import change_log, safe_file, store_backup
from crmcore.storage.log_chain import sealed_entry as seal
from crmcore.storage.log_chain import verify
from crmcore.storage.state_file import Facts, State, Tables
from crmcore.storage.store_backup import BackupHeading, BackupSink
from crmcore.storage.store_backup import Found as Backup
from crmcore.storage.tinydb_views import Save, TinyDBReader, TinyDBTransaction, checked_document
from crmcore.storage.write_lock import held
from crmcore.store import Document, LogEntry, Reader, Tell, Transaction, quiet


def store_reader(tables: Tables, commit: int) -> Reader:
    """Return the view of a committed state; nothing may change ``tables`` afterwards."""
    return TinyDBReader(State(Facts(commit=commit), tables))


@contextmanager
def store_unit(tables: Tables, commit: int, save: Save) -> Iterator[Transaction]:
    """Begin a unit of work on a state, under the lock.

    ``save`` makes the new tables and the log entry durable and returns their number; the entries that it gets besides
    take the places of those that were logged under their numbers, nothing of which may be left in any file. What JSON would not give back as
    it was is refused with `Invalid`.
    """
    work = TinyDBTransaction(State(Facts(commit=commit), tables), save)
    try:
        yield work
    finally:
        work.end()


def sealed_entry(entry: LogEntry, commit: int, previous: str) -> LogEntry:
    """Return an entry as it is to be logged: under its number, and with the link that ties it to the one before.

    ``previous`` is the link of the entry before it, empty for the first. Raises `Invalid` for what JSON cannot carry.
    """
    return seal(entry, commit, previous)


def pack_document(table: str, key: str, document: Document) -> bytes:
    """Return a document as JSON; raises `Invalid` for what JSON would not give back, and without a table or key."""
    return orjson.dumps(checked_document(table, key, document))


def log_line(entry: LogEntry) -> bytes:
    """Return an entry as a line of JSON; raises `Invalid` for what JSON cannot carry."""
    return change_log.line_of(entry)


def read_log_line(line: bytes, number: int, path: Path) -> LogEntry:
    """Return the entry in a line of the file ``path``; raises `StoreBroken` unless it is the commit ``number``."""
    return change_log.parsed(line, number, path)


def log_problems(entries: Iterable[LogEntry], link: str) -> tuple[str, ...]:
    """Return what is wrong with the chain of a log that must end with the link ``link``, a sentence each."""
    found = verify(entries)
    ends = not found.commits or found.head == link
    return found.problems if ends else (*found.problems, "the log does not end with the commit that the store knows")


def replace_file(path: Path, content: bytes) -> None:
    """Write a file that after a crash, a full disk or a power cut is either wholly old or wholly new.

    Raises `OSError` while nothing has changed, `CommitUnknown` when the disk did not confirm the new file.
    """
    safe_file.replace_file(path, [content])


def store_lock(path: Path, timeout: float) -> AbstractContextManager[None]:
    """Hold a lock file against other writers; raises `StoreLocked` after ``timeout`` seconds, naming who holds it.

    The system frees the lock of a process that ends, however it ends.
    """
    return held(path, timeout)


def write_backup(
    target: Path,
    heading: BackupHeading,
    documents: Iterable[tuple[str, str, Document]],
    log: Iterable[bytes],
    tell: Tell = quiet,
) -> None:
    """Write a backup of the form that every store restores into a new file.

    ``documents`` are a table, a key and the document each, in their order; ``log`` is lines. Raises `StoreError`.
    """
    store_backup.write(target, heading, documents, log, tell)


def read_backup(source: Path, tell: Tell = quiet) -> Backup:
    """Return a backup after verifying all of it; raises `StoreBroken`, `StoreTooNew` or `StoreError`."""
    return store_backup.read(source, tell)


def stream_backup(source: Path, sink: BackupSink, tell: Tell = quiet) -> BackupHeading:
    """Do the same for a backup that is too large for memory, giving it to ``sink`` piece by piece.

    What the sink took counts only when this returns.
    """
    return store_backup.read_into(source, sink, tell)
