"""What stores are built from: a state in memory, a unit of work on it, log lines, whole files, a lock.

A plugin's store is these, and a place to keep what they give.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from crmcore.storage import change_log, safe_file
from crmcore.storage.log_chain import sealed_entry as seal
from crmcore.storage.state_file import Facts, State, Tables
from crmcore.storage.tinydb_views import Save, TinyDBReader, TinyDBTransaction
from crmcore.storage.write_lock import held
from crmcore.store import LogEntry, Reader, Transaction


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


def log_line(entry: LogEntry) -> bytes:
    """Return an entry as a line of JSON; raises `Invalid` for what JSON cannot carry."""
    return change_log.line_of(entry)


def read_log_line(line: bytes, number: int, path: Path) -> LogEntry:
    """Return the entry in a line of the file ``path``; raises `StoreBroken` unless it is the commit ``number``."""
    return change_log.parsed(line, number, path)


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
