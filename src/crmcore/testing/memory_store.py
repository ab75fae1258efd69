"""A store that lives in this process only: for tests, and for trying things out."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Final

import orjson
from attrs import define, evolve, field

from crmcore.errors import StoreBroken, StoreError, StoreLocked
from crmcore.storage import store_backup
from crmcore.storage.change_log import line_of, parsed
from crmcore.storage.log_chain import link_of, sealed_entry
from crmcore.storage.state_file import Facts, State, Tables
from crmcore.storage.tinydb_views import TinyDBReader, TinyDBTransaction
from crmcore.storage.write_lock import nested
from crmcore.store import LogEntry, Promises, Tell, quiet

SCHEME: Final = "memory:"


@define(eq=False)
class _Shelf:
    """What all handles on one store share."""

    state: State | None = None
    lines: list[bytes] = field(factory=list)
    lock: threading.Lock = field(factory=threading.Lock)
    holder: int = 0


@define(eq=False)
class MemoryStore:
    """Keeps every promise of `crmcore.store.Store` except that it outlives the process."""

    timeout: float = 30.0
    _shelf: _Shelf = field(factory=_Shelf)

    promises: ClassVar[Promises] = Promises(outlives=False)

    @property
    def url(self) -> str:
        """The address it was opened by."""
        return SCHEME

    def another(self, timeout: float) -> "MemoryStore":
        """Return a second handle on the same store, whose writers wait ``timeout`` seconds."""
        return MemoryStore(timeout, self._shelf)

    def exists(self) -> bool:
        """Whether the store was created already."""
        return self._shelf.state is not None

    def create(self) -> None:
        """Create an empty store; raises `StoreError` if there is one."""
        if self.exists():
            raise StoreError("the store in memory is there already")
        self._shelf.state = State(Facts(), {})

    def read(self) -> TinyDBReader:
        """Return the last committed state; never waits for a writer."""
        return TinyDBReader(self._state())

    @contextmanager
    def write(self, *, serializable: bool = False) -> Iterator[TinyDBTransaction]:  # noqa: ARG002 - here units always are
        """Hold the write lock; leaving without ``commit_as`` discards the changes."""
        self._state()
        with self._alone():
            state = self._state()
            work = TinyDBTransaction(state, partial(self._commit, state))
            try:
                yield work
            finally:
                work.end()

    def log(self, since: int = 0) -> Iterator[LogEntry]:
        """Yield the logged commits after ``since``, oldest first; raises `StoreBroken` if one of them is lost."""
        first = self._state().facts.log_after
        if since < first:
            raise StoreBroken(f"the change log begins after commit {first}")
        return (entry for entry in self._entries(first) if entry.commit > since)

    def info(self) -> Mapping[str, Any]:
        """Return facts for people: url, format, commit, bytes, documents per table."""
        state = self._state()
        counts = {name: len(documents) for name, documents in sorted(state.tables.items()) if documents}
        size = len(orjson.dumps(state.tables))
        facts = state.facts
        return {"url": self.url, "format": facts.format, "commit": facts.commit, "bytes": size, "documents": counts}

    def check(self) -> tuple[str, ...]:
        """Return what is wrong with it: nothing, unless it was never created."""
        return () if self.exists() else ("there is no store in memory",)

    def backup(self, target: Path, tell: Tell = quiet) -> None:
        """Write a complete copy, with its log, into one new file at ``target``."""
        state = self._state()
        store_backup.write_state(target, state, enumerate(self._shelf.lines, state.facts.log_after + 1), tell)

    def restore(self, source: Path, tell: Tell = quiet) -> None:
        """Replace the state by a backup after verifying it."""
        found = store_backup.read(source, tell)
        with self._alone():
            self._shelf.state, self._shelf.lines = State(found.facts, found.tables), found.lines

    @contextmanager
    def _alone(self) -> Iterator[None]:
        if self._shelf.holder == threading.get_ident():
            raise nested()
        if not self._shelf.lock.acquire(timeout=self.timeout):
            raise StoreLocked(f"another writer did not finish within {self.timeout:g} s")
        self._shelf.holder = threading.get_ident()
        try:
            yield
        finally:
            self._shelf.holder = 0
            self._shelf.lock.release()

    def _state(self) -> State:
        if self._shelf.state is None:
            raise StoreError("there is no store in memory", todo="Make one with create().")
        return self._shelf.state

    def _entries(self, after: int) -> Iterator[LogEntry]:
        for number, line in enumerate(tuple(self._shelf.lines), after + 1):
            yield parsed(line, number, Path(SCHEME))

    def _commit(self, state: State, tables: Tables, entry: LogEntry, replaced: Sequence[LogEntry]) -> int:
        facts = state.facts
        logged = sealed_entry(entry, facts.commit + 1, facts.log_link)
        line, lines = line_of(logged), list(self._shelf.lines)
        for each in replaced:
            lines[each.commit - facts.log_after - 1] = line_of(each)
        self._shelf.lines = [*lines, line]
        self._shelf.state = State(evolve(facts, commit=logged.commit, log_link=link_of(logged)), tables)
        return logged.commit
