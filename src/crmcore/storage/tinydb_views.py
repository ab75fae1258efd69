"""What a TinyDB store shows of its tables: a committed state, and a unit of work on top of one."""

from collections.abc import Callable, Iterator, Sequence

from crmcore.errors import Invalid, Problem, StoreError
from crmcore.storage.state_file import OWN_TABLE, State, Tables, plain
from crmcore.store import Document, LogEntry

Save = Callable[[Tables, LogEntry, Sequence[LogEntry]], int]
"""Makes tables and a log entry durable, and entries that take others' places; returns the commit's number."""


def checked_document(table: str, key: str, document: Document) -> Document:
    """Return a copy of a document as JSON gives it back; raises `Invalid` if that is not what was given."""
    if "\0" in table + key:
        raise Invalid([Problem("has the control character U+0000", column="id", value=key)])
    if not table or not key or table == OWN_TABLE:
        raise Invalid([Problem("a document needs the name of a table and a key", column=f"{table}/{key}")])
    _, _, copy = plain([table, key, dict(document)], at=f"{table}/{key}")
    checked: Document = copy
    return checked


class TinyDBReader:
    """One committed state, which nothing changes any more."""

    def __init__(self, state: State) -> None:
        """Show ``state``."""
        self._commit = state.facts.commit
        self._tables: Tables = state.tables

    @property
    def commit(self) -> int:
        """The number of the last commit, 0 for an empty store."""
        return self._commit

    def get(self, table: str, key: str) -> Document | None:
        """Return a document, or None; callers must not change it."""
        return self._tables.get(table, {}).get(key)

    def items(self, table: str) -> Iterator[tuple[str, Document]]:
        """Yield every key and document of a table, in the order in which keys were first put."""
        # A copy, so that a unit of work may change a table while it walks through it.
        return iter(tuple(self._tables.get(table, {}).items()))

    def count(self, table: str) -> int:
        """Return the number of documents in a table; 0 for an unknown one."""
        return len(self._tables.get(table, {}))

    def tables(self) -> tuple[str, ...]:
        """Return the names of all tables that hold a document, sorted."""
        return tuple(sorted(name for name, documents in self._tables.items() if documents))


class TinyDBTransaction(TinyDBReader):
    """A state with changes of its own; it ends with its first successful commit."""

    def __init__(self, state: State, commit: Save) -> None:
        """Begin on ``state``; ``commit`` makes tables durable and returns the commit's number."""
        super().__init__(state)
        self._changed: dict[str, dict[str, Document]] = {}
        self._save = commit
        self._ended = False

    def put(self, table: str, key: str, document: Document) -> None:
        """Insert or replace a document; raises `Invalid` for what would not come back as it was."""
        self._own(table)[key] = checked_document(table, key, document)

    def delete(self, table: str, key: str) -> None:
        """Remove a document; removing what is not there does nothing."""
        self._own(table).pop(key, None)

    def commit_as(self, entry: LogEntry, replaced: Sequence[LogEntry] = ()) -> int:
        """Make all changes durable at once and log ``entry`` under the next number, which is returned.

        ``replaced`` take the places of the logged entries of their numbers. Raises `NotCommitted` when nothing was
        written, after which it may be tried again; `CommitUnknown` when the disk did not confirm.
        """
        self._check_open()
        self._commit = self._save({name: kept for name, kept in self._tables.items() if kept}, entry, replaced)
        self.end()
        return self._commit

    def end(self) -> None:
        """Refuse changes from now on."""
        self._ended = True

    def _own(self, table: str) -> dict[str, Document]:
        """Return this unit's copy of a table; the state's own stays as it is for those who read it."""
        self._check_open()
        if table not in self._changed:
            self._changed[table] = dict(self._tables.get(table, {}))
            self._tables = {**self._tables, table: self._changed[table]}
        return self._changed[table]

    def _check_open(self) -> None:
        if self._ended:
            raise StoreError("this unit of work has ended", todo="Begin another one with `store.write()`.")
