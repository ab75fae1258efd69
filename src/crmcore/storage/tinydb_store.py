"""The default store: one JSON file in TinyDB's layout, and beside it the change log and the lock.

A commit logs first, then replaces the file; each is synced before the next step. Readers take no lock: whoever
opened the file keeps the state that was in it.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

from crmcore.errors import NotCommitted, StoreBroken, StoreError, StoreTooNew, UsageError
from crmcore.storage import change_log, earlier, store_backup
from crmcore.storage.mounts import refuse_network
from crmcore.storage.repair import Repaired, kept_damaged, repaired
from crmcore.storage.safe_file import Seen, cause, sweep
from crmcore.storage.state_file import Facts, State, Tables, altered, to_state, to_tables
from crmcore.storage.tinydb_storage import SafeStorage
from crmcore.storage.tinydb_views import TinyDBReader, TinyDBTransaction
from crmcore.storage.write_lock import held
from crmcore.store import ERASED, LogEntry, Tell, quiet

SCHEME: Final = "tinydb:///"
PATIENCE: Final = 30.0
"""Seconds that a writer waits for another one unless told otherwise."""

_ACCEPTED: Final = "accepted the store as it stands: up to commit {commit} it need not agree with the change log"

_Used = TypeVar("_Used")
_Log = Callable[[Path, Facts, LogEntry], Facts]


def open_tinydb(url: str) -> "TinyDBStore":
    """Return the store at ``tinydb:///relative.json`` or ``tinydb:////absolute.json``; it need not exist yet.

    After the path, ``?timeout=SECONDS`` says how long to wait for another writer, ``?network=yes`` that it may lie on a
    network file system. Raises `UsageError`.
    """
    path, _, options = url.removeprefix(SCHEME).partition("?")
    if not url.startswith(SCHEME) or not path or path.endswith("/"):
        raise UsageError(
            f"{url!r} is not the address of a TinyDB store",
            todo="Write tinydb:///crm.json, or tinydb:////data/crm.json for an absolute path.",
        )
    given = dict(part.partition("=")[::2] for part in options.split("&") if part)
    try:
        timeout = float(given.get("timeout", PATIENCE))
    except ValueError:
        timeout = -1
    is_known = given.keys() <= {"timeout", "network"} and given.get("network", "yes") == "yes"
    if not is_known or not 0 <= timeout < float("inf"):
        todo = "Write `?timeout=SECONDS`, `?network=yes`, both with a & between them, or nothing."
        raise UsageError(f"{url!r}: {options!r} is not an option", todo=todo)
    return TinyDBStore(url, Path(path), timeout, on_network="network" in given)


class TinyDBStore:
    """A store in one file; every file it makes is readable by its owner only."""

    def __init__(self, url: str, path: Path, timeout: float = PATIENCE, *, on_network: bool = False) -> None:
        """Use the file at ``path``, waiting ``timeout`` seconds for another writer; perhaps even on a network."""
        self._url = url
        self._name = str(path)
        self._file = Path(os.path.realpath(path))  # replacing a symbolic link would leave two stores
        self._timeout = timeout
        self._on_network = on_network
        self._storage = SafeStorage(self._file, name=self._name)
        self._last: tuple[Seen, State] | None = None
        self._sound: State | None = None

    @property
    def url(self) -> str:
        """The address it was opened by."""
        return self._url

    def exists(self) -> bool:
        """Whether the store was created already."""
        return os.path.lexists(self._file)

    def create(self) -> None:
        """Create an empty store; raises `StoreError` if there is one."""
        with self._alone():
            if self.exists():
                raise StoreError(f"{self._name} is there already", todo="Use it, or choose another path.")
            try:
                # a log that somebody left there is not overwritten
                self._save(State(Facts(log=change_log.new_generation(self._file)), {}))
            except OSError as error:
                why, todo = cause(error)
                raise StoreError(f"{self._name} cannot be made: {why}", todo=todo) from error

    def read(self) -> TinyDBReader:
        """Return the last committed state; never waits for a writer."""
        return TinyDBReader(self._load())

    @contextmanager
    def write(self, *, serializable: bool = False) -> Iterator[TinyDBTransaction]:  # noqa: ARG002 - here units always are
        """Hold the write lock; leaving without ``commit_as`` discards the changes.

        Raises `StoreLocked` when another writer does not finish in time, `StoreBroken` for values that another program
        put into the file and nobody accepted.
        """
        self._load()  # what is no store needs no lock
        with self._alone():
            state = self._load()
            self._check_unaltered(state)
            self._remove_erased(state.facts)
            work = TinyDBTransaction(state, partial(self._commit_unit, state))
            try:
                yield work
            finally:
                work.end()

    def log(self, since: int = 0) -> Iterator[LogEntry]:
        """Yield the logged commits after ``since``, oldest first.

        Raises `StoreBroken` at once if any of them is lost.
        """
        return self._with_log(lambda state: change_log.entries(self._file, state.facts, since))

    def info(self) -> Mapping[str, Any]:
        """Return facts for people: url, format, commit, bytes, documents per table."""
        seen, state = self._look()
        return {
            "url": self._url,
            "format": state.facts.format,
            "commit": state.facts.commit,
            "bytes": seen.size,
            "log_bytes": state.facts.log_bytes,
            "documents": {name: len(documents) for name, documents in sorted(state.tables.items()) if documents},
        }

    def check(self) -> tuple[str, ...]:
        """Read everything and return what is wrong with it, one sentence each; empty if sound."""
        self._last = None
        try:
            state = self._load()
        except StoreError as error:
            return (error.message,)
        return (*self._alterations(state), *change_log.problems(self._file, state.facts))

    def alterations(self) -> tuple[str, ...]:
        """Say if another program changed the values in the file, which are read all the same."""
        return self._alterations(self._load())

    def accept(self, at: str, actor: str, *, dry_run: bool = False) -> tuple[str, ...]:
        """Note in the change log once, by whom and when, what `check` finds of it and of the file; returns that.

        What is left of older logs stays where it is. Nothing is done for a sound store.
        """
        with self._alone():
            state = self._load()
            wrong = (*self._alterations(state), *change_log.problems(self._file, state.facts))
            if wrong and not dry_run:
                why = _ACCEPTED.format(commit=state.facts.commit)
                entry = LogEntry(state.facts.commit + 1, at, actor, why, ())
                self._commit(state, state.tables, entry, log=change_log.accept)
            return wrong

    def repair(self) -> Repaired | None:
        """Make a damaged file good, from an earlier state and the log; None where the file itself is sound.

        The damaged file is kept beside it, as ``<file>.damaged-<n>``. Raises `StoreError` where nothing can be done.
        """
        with self._alone():
            self._last = self._sound = None
            try:
                if not altered(self._load()):
                    return None
            except StoreError as error:
                if isinstance(error, StoreTooNew) or not self.exists():
                    raise
            try:
                found = repaired(self._file)
                self._storage.save(to_tables(found.state))
            except OSError as error:
                why, todo = cause(error)
                raise NotCommitted(f"{self._name} was not repaired: {why}", todo=todo) from error
            return found

    def _alterations(self, state: State) -> tuple[str, ...]:
        if state is self._sound or not altered(state):
            return ()
        return (f"{self._name} was changed by another program after it was written",)

    def _check_unaltered(self, state: State) -> None:
        """Refuse to write over values that another program changed, whose sum the next state would hide."""
        for found in self._alterations(state):
            todo = "Look at it with `crm doctor`, then keep it with `crm store accept`, or restore a backup."
            raise StoreBroken(f"{found}; nothing was written", todo=todo)
        self._sound = state

    def backup(self, target: Path, tell: Tell = quiet) -> None:
        """Write a complete copy, with its log, into one new file at ``target``."""

        def write(state: State) -> None:
            store_backup.write_state(target, state, change_log.lines(self._file, state.facts), tell)

        self._with_log(write)

    def restore(self, source: Path, tell: Tell = quiet) -> None:
        """Replace the state by a backup after verifying it.

        The old state is kept beside it, with its log, as ``<file>.before-restore-<n>``: a store that can be opened.
        """
        found = store_backup.read(source, tell)
        with self._alone():
            try:
                old = store_backup.keep(self._file)
                self._replace_by(found)
            except OSError as error:
                why, todo = cause(error)
                raise NotCommitted(f"{source} was not restored: {why}", todo=todo) from error
            change_log.remove(self._file, old)

    def copies(self) -> "tuple[TinyDBStore, ...]":
        """Return the states that restores kept beside it, and the damaged ones that repairs kept."""
        kept = store_backup.kept(self._file) + kept_damaged(self._file)
        return tuple(TinyDBStore(f"{SCHEME}{path}", path, self._timeout) for path in kept)

    def _replace_by(self, found: store_backup.Found) -> None:
        begun = change_log.new_generation(self._file)
        try:
            self._save(State(change_log.rewrite(self._file, begun, found.facts, found.lines), found.tables))
        except (OSError, NotCommitted):
            change_log.remove(self._file, [begun])
            raise

    @contextmanager
    def _alone(self) -> Iterator[None]:
        if not os.path.lexists(self._file.parent):  # the lock would make it
            raise StoreError(f"there is no folder {self._file.parent}", todo="Make it first, or check the path.")
        if not self._on_network:
            self._on_network = refuse_network(self._file.parent, self._name)  # asked once
        with held(self._file.with_name(f"{self._file.name}.lock"), self._timeout):
            sweep(self._file)
            yield

    def _load(self) -> State:
        return self._look()[1]

    def _look(self) -> tuple[Seen, State]:
        """Return the state in the file, which is parsed again only when the file changed."""
        last = self._last
        try:
            seen, tables = self._storage.load(last[0] if last else None)
        except StoreError as error:
            if not isinstance(error.__cause__, FileNotFoundError):
                raise
            todo = "Make one with `crm init`, or name another one."
            raise StoreError(f"there is no store at {self._name}", todo=todo) from error
        if last is None or tables is not None:
            last = (seen, to_state(tables, self._name))
            self._last = last
        return last

    def _save(self, state: State) -> None:
        earlier.keep(self._file)
        self._last = (self._storage.save(to_tables(state)), state)
        self._sound = state

    def _commit_unit(self, state: State, tables: Tables, entry: LogEntry, replaced: Sequence[LogEntry]) -> int:
        if not replaced and all(change.table != ERASED for change in entry.changes):
            return self._commit(state, tables, entry)
        number = self._commit(state, tables, entry, partial(change_log.replacing, replaced=replaced))
        self._remove_erased(self._load().facts)
        return number

    def _remove_erased(self, facts: Facts) -> None:
        """Leave nothing of what was erased in earlier logs and states."""
        change_log.remove_erased(self._file, facts)
        if facts.log_from:
            earlier.remove_before(self._file, facts.log_from)

    def _commit(self, state: State, tables: Tables, entry: LogEntry, log: _Log = change_log.append) -> int:
        try:
            facts = log(self._file, state.facts, entry)
            try:
                self._save(State(facts, tables))
            except (OSError, NotCommitted):
                change_log.retract(self._file, facts, state.facts)
                raise
        except OSError as error:
            why, todo = cause(error)
            raise NotCommitted(f"nothing was written to {self._name}: {why}", todo=todo) from error
        return facts.commit

    def _with_log(self, use: Callable[[State], _Used]) -> _Used:
        """Use the log of the last state; again if a restore took the log away meanwhile."""
        while True:
            state = self._load()
            try:
                return use(state)
            except StoreError:
                if self._load() is state:
                    raise
