"""Acme: keeps a company's data in a folder of text files that one can read and compare.

`state.json` has one document a line. What was changed, when and by whom stands beside it, in one log file a commit.
A commit writes its log file first, and counts from the moment at which `state.json` is replaced.
"""

import itertools
import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from crmcore import (
    BackupHeading,
    Document,
    LogEntry,
    NotCommitted,
    Reader,
    StoreBroken,
    StoreError,
    StoreKind,
    Transaction,
    UsageError,
    hookimpl,
    log_line,
    quiet,
    read_backup,
    read_log_line,
    replace_file,
    sealed_entry,
    store_lock,
    store_reader,
    store_unit,
    write_backup,
)

FORMAT = 1
"""The format that is written here; any other is refused."""

PATIENCE = 30.0
"""Seconds that a writer waits for another one, unless the address says otherwise. Our default."""

SCHEME = "acme:///"

_ADDRESS = re.compile(re.escape(SCHEME) + r"(?P<folder>[^?]+)(\?timeout=(?P<seconds>\d+(\.\d+)?))?")

Tables = Mapping[str, Mapping[str, Document]]


def open_folder(url: str) -> "FolderStore":
    """Return the store at a URL such as `acme:///folder?timeout=5`; it need not exist yet."""
    found = _ADDRESS.fullmatch(url)
    if found is None:
        raise UsageError(f"{url!r} is no folder of ours", todo=f"Write {SCHEME}folder, or {SCHEME}folder?timeout=5.")
    return FolderStore(url, Path(found["folder"]), float(found["seconds"] or PATIENCE))


class State(NamedTuple):
    """One committed state; `log` is the folder with its log files, `link` ties the next entry to the last."""

    commit: int
    log: str
    link: str
    tables: Tables


class FolderStore:
    """Keeps the promises of `crmcore.Store`, as crmcore's own tests of stores show."""

    def __init__(self, url: str, folder: Path, patience: float) -> None:
        """Use a folder, waiting so many seconds for another writer."""
        self.url = url
        self._folder = folder
        self._file = folder / "state.json"
        self._patience = patience

    def exists(self) -> bool:
        """Whether the store was created already."""
        return self._file.exists()

    def create(self) -> None:
        """Create an empty store; raises `StoreError` if there is one."""
        with self._alone():
            if self.exists():
                raise StoreError(f"{self._folder} is there already", todo="Use it, or choose another folder.")
            self._save(State(0, "log", "", {}), ())

    def read(self) -> Reader:
        """Return the last committed state; never waits for a writer."""
        state = self._load()
        return store_reader(state.tables, state.commit)

    @contextmanager
    def write(self, *, serializable: bool = False) -> Iterator[Transaction]:
        """Hold the write lock; leaving without `commit_as` discards the changes."""
        self._load()  # where there is no store, no folder is made
        with self._alone():
            state = self._load()

            def save(tables: Tables, entry: LogEntry, replaced: Sequence[LogEntry]) -> int:
                logged = sealed_entry(entry, state.commit + 1, state.link)
                new = state._replace(commit=logged.commit, link=logged.seal.link if logged.seal else "", tables=tables)
                if replaced:
                    self._save_anew(state, new, logged, replaced)
                else:
                    self._save(new, (log_line(logged),))
                return new.commit

            with store_unit(state.tables, state.commit, save) as work:
                yield work

    def log(self, since: int = 0) -> Iterator[LogEntry]:
        """Return the logged commits after `since`, oldest first; raises `StoreBroken` if one of them is lost."""
        lines = enumerate(self._lines(self._load(), since), since + 1)
        return iter([read_log_line(line, number, self._folder) for number, line in lines])

    def info(self) -> Mapping[str, Any]:
        """Return facts for people."""
        state, size = self._load(), self._file.stat().st_size
        counts = {name: len(documents) for name, documents in sorted(state.tables.items())}
        return {"url": self.url, "format": FORMAT, "commit": state.commit, "bytes": size, "documents": counts}

    def check(self) -> tuple[str, ...]:
        """Read everything and return what is wrong with it."""
        try:
            self.log()
        except StoreError as error:
            return (error.message,)
        return ()

    def backup(self, target: Path, tell: Callable[[int], None] = quiet) -> None:
        """Write a complete copy, with its log, into one new file that every store restores."""
        state = self._load()
        documents = ((name, key, one) for name, found in state.tables.items() for key, one in found.items())
        write_backup(target, BackupHeading(state.commit, log_link=state.link), documents, self._lines(state, 0), tell)

    def restore(self, source: Path, tell: Callable[[int], None] = quiet) -> None:
        """Replace the state by a backup after verifying it; the old one is kept beside it, with its log."""
        found = read_backup(source, tell)
        with self._alone(), _complaining(f"{source} was not restored"):
            free = self._free()
            if self.exists():
                replace_file(self._folder / f"before-{free}.json", self._file.read_bytes())
            self._save(State(found.heading.commit, free, found.heading.log_link, found.tables), found.lines)

    def _save_anew(self, state: State, new: State, logged: LogEntry, replaced: Sequence[LogEntry]) -> None:
        """Save with a new log, in which some entries hold less, and take the old one away: personal data goes so."""
        told = {each.commit: log_line(each) for each in (*replaced, logged)}
        kept = dict(enumerate(self._lines(state, 0), 1))
        self._save(new._replace(log=self._free()), tuple({**kept, **told}.values()))
        shutil.rmtree(self._folder / state.log, ignore_errors=True)

    def _free(self) -> str:
        return next(name for name in map("log-{}".format, itertools.count(1)) if not (self._folder / name).exists())

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with _complaining(f"{self._folder} cannot be written"):
            self._folder.mkdir(exist_ok=True)
        with store_lock(self._folder / "lock", self._patience):
            yield

    def _load(self) -> State:
        try:
            return _state(self._file.read_bytes(), self._file)
        except OSError as error:
            raise StoreError(f"there is no store at {self._folder}", todo="Make one with `crm init`.") from error

    def _save(self, state: State, lines: Sequence[bytes]) -> None:
        """Write the log files of the last commits, then the state that makes them count."""
        with _complaining(f"nothing was written to {self._folder}"):
            self._log_file(state, 0).parent.mkdir(exist_ok=True)
            for number, line in enumerate(lines, state.commit - len(lines) + 1):
                replace_file(self._log_file(state, number), line)
            replace_file(self._file, _text(state))

    def _lines(self, state: State, since: int) -> list[bytes]:
        try:
            return [self._log_file(state, number).read_bytes() for number in range(since + 1, state.commit + 1)]
        except OSError as error:
            raise StoreBroken(f"the log is not complete: {error}", todo="Restore a backup.") from error

    def _log_file(self, state: State, number: int) -> Path:
        return self._folder / state.log / f"{number:08}.json"


@contextmanager
def _complaining(what: str) -> Iterator[None]:
    """Turn an error of the system into one that says what was not done."""
    try:
        yield
    except OSError as error:
        raise NotCommitted(f"{what}: {error}", todo="Check the disk and the rights, then try again.") from error


# -- texts ---------------------------------------------------------------------------------------------------------


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _text(state: State) -> bytes:
    """Return a state as JSON with a line for each document, so that tools for comparing texts show what changed."""
    tables = [
        f"{_json(name)}: {{\n" + ",\n".join(f"{_json(key)}: {_json(document)}" for key, document in found.items())
        for name, found in state.tables.items()
    ]
    head = _json({"format": FORMAT, "commit": state.commit, "log": state.log, "link": state.link})[:-1]
    return (f'{head}, "tables": {{\n' + "\n},\n".join(tables) + ("\n}" if tables else "") + "}}\n").encode()


def _state(content: bytes, path: Path) -> State:
    """Return the state in a file; raises `StoreBroken` for everything else."""
    try:
        found = json.loads(content)
    except ValueError as error:
        raise StoreBroken(f"{path} is damaged: {error}", todo="Restore a backup.") from error
    match found:
        case {"format": 1, "commit": int(commit), "log": str(log), "link": str(link), "tables": dict(tables)}:
            return State(commit, log, link, tables)
    raise StoreBroken(f"{path} holds no state of format {FORMAT}", todo="Restore a backup, or name another folder.")


@hookimpl
def crm_stores() -> list[StoreKind]:
    """Add the store: `crm --store acme:///folder init`."""
    return [StoreKind(SCHEME.removesuffix(":///"), open_folder)]
