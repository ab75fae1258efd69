"""A unit of work on a committed state: its changes are kept here until they are committed together."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from attrs import define, field

from crm_sql.reading import SqlReader, loaded
from crmcore import Document, LogEntry, StoreError, pack_document

GONE: Final = b""
"""What stands for a document that was removed."""


Bodies = Iterator[tuple[str, bytes | str]]


@define(eq=False)
class Pending:
    """What a unit did to one table: new bodies by key, and the keys that were removed and put again, which moves them."""

    bodies: dict[str, bytes] = field(factory=dict)
    moved: set[str] = field(factory=set)

    def put(self, key: str, body: bytes) -> None:
        """Put a document."""
        if self.bodies.get(key) == GONE:
            del self.bodies[key]
            self.moved.add(key)
        self.bodies[key] = body

    def delete(self, key: str) -> None:
        """Remove one."""
        self.bodies[key] = GONE

    def over(self, base: Bodies) -> Bodies:
        """Return what a table holds with these changes; others, made while somebody walks through it, do not show."""
        return _merged(dict(self.bodies), frozenset(self.moved), base)


def _merged(bodies: dict[str, bytes], moved: frozenset[str], base: Bodies) -> Bodies:
    seen = set()
    for key, body in base:
        now = bodies.get(key)
        if now is None:
            yield key, body
        elif key not in moved:
            seen.add(key)
            if now != GONE:
                yield key, now
    yield from ((key, body) for key, body in bodies.items() if key not in seen and body != GONE)


Commit = Callable[["SqlTransaction", LogEntry, Sequence[LogEntry]], int]


class SqlTransaction:
    """A state with changes of its own; it ends with its first successful commit."""

    def __init__(self, base: SqlReader, commit: Commit, again: Callable[[], SqlReader]) -> None:
        """Begin on `base`; `commit` makes the changes durable, `again` returns what is read once the unit has ended."""
        self._reader = base
        self._save = commit
        self._again = again
        self._number = base.commit
        self._ended = False
        self.pending: dict[str, Pending] = {}

    @property
    def commit(self) -> int:
        """The number of the last commit."""
        return self._number

    def get(self, table: str, key: str) -> Document | None:
        """Return a document as it is in this unit, or None."""
        changed = self.pending.get(table)
        body = None if changed is None else changed.bodies.get(key)
        if body is None:
            return self.base.get(table, key)
        return None if body == GONE else loaded(body, table, key)

    def items(self, table: str) -> Iterator[tuple[str, Document]]:
        """Yield every key and document of a table, as they are when the walk begins."""
        changed = self.pending.get(table)
        if changed is None:
            return self.base.items(table)
        base = ((row.key, row.body) for row in self.base.rows(table))
        return ((key, loaded(body, table, key)) for key, body in changed.over(base))

    def count(self, table: str) -> int:
        """Return the number of documents in a table."""
        changed = self.pending.get(table)
        if changed is None:
            return self.base.count(table)
        there = self.base.existing(table, tuple(changed.bodies))
        return self.base.count(table) - there + sum(body != GONE for body in changed.bodies.values())

    def tables(self) -> tuple[str, ...]:
        """Return the names of all tables that hold a document, sorted."""
        names = {*self.base.tables(), *self.pending}
        return tuple(sorted(name for name in names if name not in self.pending or any(self._keys(name))))

    def _keys(self, table: str) -> Iterator[bool]:
        return (True for _ in self.pending[table].over((row.key, row.body) for row in self.base.rows(table)))

    def batches(self, table: str, names: Sequence[str]) -> Iterator[Any] | None:
        """Yield Arrow batches of typed columns; None for a table that this unit changed, too."""
        return None if table in self.pending else self.base.batches(table, names)

    def prefetch(self, table: str, keys: Sequence[str]) -> None:
        """Remember these documents as they were before."""
        self.base.prefetch(table, keys)

    def linked(self, table: str, column: str, values: Sequence[str]) -> Iterator[tuple[str, str]] | None:
        """Yield the id of each record whose reference is one of `values`, and that value; None if no such column is kept."""
        found = self.base.linked(table, column, values)
        changed = self.pending.get(table)
        if found is None or changed is None:
            return found
        return self._linked(found, changed, table, column, frozenset(values))

    def _linked(
        self, found: Iterator[tuple[str, str]], changed: Pending, table: str, column: str, values: frozenset[str]
    ) -> Iterator[tuple[str, str]]:
        bodies = dict(changed.bodies)
        yield from ((key, value) for key, value in found if key not in bodies)
        for key, body in bodies.items():
            value = None if body == GONE else loaded(body, table, key).get(column)
            if value in values:
                yield key, value

    def put(self, table: str, key: str, document: Document) -> None:
        """Insert or replace a document; raises `Invalid` for what would not come back as it was."""
        body = pack_document(table, key, document)
        self._own(table).put(key, body)

    def delete(self, table: str, key: str) -> None:
        """Remove a document; removing what is not there does nothing."""
        self._own(table).delete(key)

    def commit_as(self, entry: LogEntry, replaced: Sequence[LogEntry] = ()) -> int:
        """Make all changes durable at once and log `entry` under the next number, which is returned.

        `replaced` take the places of the logged entries of their numbers. The unit ends, unless `entry` is `Invalid`.
        """
        self._check_open()
        try:
            self._number = self._save(self, entry, replaced)
        except StoreError:
            self.end()
            raise
        self.end()
        return self._number

    def end(self) -> None:
        """Refuse changes from now on."""
        self._ended = True

    @property
    def base(self) -> SqlReader:
        """The state without the changes; once the unit has ended, the last one."""
        if self._ended and not self._reader.is_open:
            self._reader = self._again()
        return self._reader

    def _own(self, table: str) -> Pending:
        self._check_open()
        return self.pending.setdefault(table, Pending())

    def _check_open(self) -> None:
        if self._ended:
            raise StoreError("this unit of work has ended", todo="Begin another one with `store.write()`.")
