"""Backups: one compressed file of JSON lines whose last line says how much it holds and the sum over all of it.

The lines are a heading, every document, every logged commit, and that manifest.
"""

import gzip
import hashlib
import itertools
import os
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any, Final, Protocol

import orjson
from attrs import Factory, define, frozen

from crmcore.errors import StoreBroken, StoreError, StoreTooNew
from crmcore.storage import change_log
from crmcore.storage.safe_file import cause, opened, replace_file, sweep, write_file
from crmcore.storage.state_file import OWN_TABLE, Facts, State
from crmcore.store import FORMAT, Document, Tell, quiet

_GZIP: Final = 31
"""How zlib is asked for a gzip file with the largest window."""

EVERY: Final = 1000
"""So many lines are read or written between two reports of progress."""

_TODO: Final = "Use another backup; nothing was changed."
_MAGIC: Final = b"\x1f\x8b"
RATIO: Final = 200
"""So many times its size may a compressed backup grow; JSON of real records grows 5 to 30 times."""

FREE: Final = 1 << 26
"""Bytes that are always believed, whatever they were compressed to."""

MOST: Final = 1 << 32
"""Bytes that no compressed backup is believed to hold."""


@frozen
class BackupHeading:
    """What a backup says about itself: the last commit, and after which one its log begins.

    Up to ``log_accepted`` people know that the log has gaps; ``log_link`` ties the next entry to the last.
    """

    commit: int
    log_after: int = 0
    log_accepted: int = 0
    log_link: str = ""
    format: int = FORMAT


class BackupSink(Protocol):
    """What takes the contents of a backup, piece by piece, before it is known whether all of it is sound."""

    def document(self, table: str, key: str, document: Document) -> None:
        """Take the next document."""

    def logged(self, line: bytes) -> None:
        """Take the next line of the change log."""


@define
class Found:
    """What a backup holds."""

    tables: dict[str, dict[str, Document]] = Factory(dict)
    lines: list[bytes] = Factory(list)
    heading: BackupHeading = BackupHeading(0)

    @property
    def facts(self) -> Facts:
        """What the state says about itself."""
        told = self.heading
        return Facts(
            format=told.format,
            commit=told.commit,
            log_after=told.log_after,
            log_accepted=told.log_accepted,
            log_link=told.log_link,
        )

    def document(self, table: str, key: str, document: Document) -> None:
        """Take the next document."""
        self.tables.setdefault(table, {})[key] = document

    def logged(self, line: bytes) -> None:
        """Take the next line of the change log."""
        self.lines.append(line)


Placed = tuple[str, str, Document]
"""A table, a key and the document there."""


def write_state(target: Path, state: State, log: Iterable[tuple[int, bytes]], tell: Tell = quiet) -> None:
    """Write a backup of a state in memory, as `write` does."""
    facts = state.facts
    heading = BackupHeading(facts.commit, facts.log_after, facts.log_accepted, facts.log_link, facts.format)
    documents = ((table, key, one) for table, found in state.tables.items() for key, one in found.items())
    write(target, heading, documents, (line for _, line in log), tell)


def write(
    target: Path, heading: BackupHeading, documents: Iterable[Placed], log: Iterable[bytes], tell: Tell = quiet
) -> None:
    """Write a backup to ``target``, which must not exist; ``log`` is its lines. Raises `StoreError`."""
    if os.path.lexists(target):
        raise StoreError(f"{target} is there already", todo="Choose a new name for the backup.")
    sweep(target)
    try:
        replace_file(target, _packed(_lines(heading, documents, log), tell))
    except OSError as error:
        why, todo = cause(error)
        raise StoreError(f"the backup {target} was not written: {why}", todo=todo) from error


def _lines(heading: BackupHeading, documents: Iterable[Placed], log: Iterable[bytes]) -> Iterator[bytes]:
    told = {"crm_backup": 1, "format": heading.format, "commit": heading.commit, "log_after": heading.log_after}
    known = {"log_accepted": heading.log_accepted, "log_link": heading.log_link}
    yield _line(told | {name: value for name, value in known.items() if value})
    for table, key, document in documents:
        yield _line({"table": table, "key": key, "document": document})
    for line in log:
        yield b'{"log":' + line[:-1] + b"}\n"


def _packed(lines: Iterable[bytes], tell: Tell) -> Iterator[bytes]:
    """Add the manifest, and compress; ``tell`` hears how many lines there are so far."""
    digest, count = hashlib.sha256(), 0
    pack = zlib.compressobj(wbits=_GZIP)
    for line in lines:
        digest.update(line)
        count += 1
        if not count % EVERY:
            tell(count)
        yield pack.compress(line)
    yield pack.compress(_line({"lines": count, "sha256": digest.hexdigest()}))
    yield pack.flush()


def _line(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE)


def read(source: Path, tell: Tell = quiet) -> Found:
    """Return what a backup holds after verifying all of it; raises `StoreBroken`, `StoreTooNew` or `StoreError`."""
    found = Found()
    found.heading = read_into(source, found, tell)
    return found


def read_into(source: Path, sink: BackupSink, tell: Tell = quiet) -> BackupHeading:
    """Give the contents of a backup to ``sink``, and return its heading once all of it is verified.

    Raises `StoreBroken`, `StoreTooNew` or `StoreError`; what the sink took by then is to be thrown away.
    """
    try:
        with opened(source) as file:
            return _verified(_unpacked(file, source), source, sink, tell)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise StoreBroken(f"{source} is damaged or no backup: {error}", todo=_TODO) from error
    except OSError as error:
        why, todo = cause(error)
        raise StoreError(f"{source} cannot be read: {why}", todo=todo) from error


def _unpacked(file: IO[bytes], source: Path) -> Iterator[bytes]:
    """Yield the lines of a backup, compressed or not; raises `StoreBroken` where few bytes become far too many."""
    packed = file.read(len(_MAGIC)) == _MAGIC
    size = os.fstat(file.fileno()).st_size
    left = min(MOST, max(FREE, RATIO * size)) if packed else size
    file.seek(0)
    with gzip.GzipFile(fileobj=file) if packed else file as lines:
        while line := lines.readline(left + 1):
            left -= len(line)
            if left < 0:
                raise StoreBroken(
                    f"{source} unpacks to far more than a backup of {size:,} bytes holds",
                    todo="Nothing was changed. If it is sound nevertheless, unpack it (`gunzip -c FILE > PLAIN`) and "
                    "restore what comes out, of whatever size.",
                )
            yield line


def _verified(lines: Iterator[bytes], source: Path, sink: BackupSink, tell: Tell) -> BackupHeading:
    """Read the lines and compare them with the manifest."""
    first = next(lines, b"")
    heading, digest, count = _heading(first, source), hashlib.sha256(first), 1
    manifest, number = None, heading.log_after
    for line in lines:
        match told := _parsed(line, source):
            case {"table": str(table), "key": str(key), "document": dict(document)} if table != OWN_TABLE:
                sink.document(table, key, document)
            case {"log": dict()}:
                number += 1
                sink.logged(_logged(line, number, source))
            case _:
                manifest = told
                continue
        digest.update(line)
        count += 1
        if not count % EVERY:
            tell(count)
    if manifest != {"lines": count, "sha256": digest.hexdigest()}:
        raise StoreBroken(f"{source} is damaged or incomplete: its sum does not agree", todo=_TODO)
    if heading.commit != number:
        raise StoreBroken(f"{source} lacks entries of its change log", todo=_TODO)
    return heading


def _logged(line: bytes, number: int, source: Path) -> bytes:
    kept = line.removeprefix(b'{"log":').removesuffix(b"}\n") + b"\n"
    change_log.parsed(kept, number, source)
    return kept


def _heading(line: bytes, source: Path) -> BackupHeading:
    match told := _parsed(line, source):
        case {"crm_backup": int(version), "format": int(form)} if max(version, form) > FORMAT:
            raise StoreTooNew(f"{source} was made by a newer crmcore", todo="Install it (`pip install -U crmcore`).")
        case {"crm_backup": 1, "format": int(form), "commit": int(commit), "log_after": int(log_after)}:
            accepted, link = told.get("log_accepted"), told.get("log_link")
            known = accepted if type(accepted) is int else 0
            return BackupHeading(commit, log_after, known, link if type(link) is str else "", form)
        case _:
            raise StoreBroken(f"{source} is not a backup of a store", todo=_TODO)


def _parsed(line: bytes, source: Path) -> Any:
    try:
        return orjson.loads(line)
    except ValueError as error:
        raise StoreBroken(f"{source} is damaged or no backup: {error}", todo=_TODO) from error


def kept(file: Path) -> tuple[Path, ...]:
    """Return the copies of a store that restores left beside it, without their logs."""
    mark = f"{file.name}.before-restore-"
    names = (path for path in file.parent.glob("*") if path.name.startswith(mark))
    return tuple(sorted(path for path in names if path.name[len(mark) :].isdigit()))


def keep(file: Path) -> tuple[int, ...]:
    """Copy a store and its logs to free names beside it, and return the generations of the log that were copied.

    Raises `OSError`.
    """
    if not file.exists():
        return ()
    names = (file.with_name(f"{file.name}.before-restore-{number}") for number in itertools.count(1))
    kept = next(name for name in names if not os.path.lexists(name) and not change_log.generations(name))
    old = change_log.generations(file)
    for generation in old:
        write_file(change_log.path_of(kept, generation), [change_log.path_of(file, generation).read_bytes()])
    write_file(kept, [file.read_bytes()])
    return old
