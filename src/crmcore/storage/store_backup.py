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
from typing import IO, Any, Final

import orjson
from attrs import Factory, define

from crmcore.errors import StoreBroken, StoreError, StoreTooNew
from crmcore.storage import change_log
from crmcore.storage.safe_file import cause, opened, replace_file, sweep, write_file
from crmcore.storage.state_file import OWN_TABLE, Facts, State
from crmcore.store import FORMAT, Document

_GZIP: Final = 31
"""How zlib is asked for a gzip file with the largest window."""

_TODO: Final = "Use another backup; nothing was changed."
_MAGIC: Final = b"\x1f\x8b"
RATIO: Final = 200
"""So many times its size may a compressed backup grow; JSON of real records grows 5 to 30 times."""

FREE: Final = 1 << 26
"""Bytes that are always believed, whatever they were compressed to."""

MOST: Final = 1 << 32
"""Bytes that no compressed backup is believed to hold."""


@define
class Found:
    """What a backup holds."""

    facts: Facts
    tables: dict[str, dict[str, Document]] = Factory(dict)
    lines: list[bytes] = Factory(list)


def write(target: Path, state: State, log: Iterable[tuple[int, bytes]]) -> None:
    """Write a backup to ``target``, which must not exist. Raises `StoreError`."""
    if os.path.lexists(target):
        raise StoreError(f"{target} is there already", todo="Choose a new name for the backup.")
    sweep(target)
    try:
        replace_file(target, _packed(_lines(state, log)))
    except OSError as error:
        why, todo = cause(error)
        raise StoreError(f"the backup {target} was not written: {why}", todo=todo) from error


def _lines(state: State, log: Iterable[tuple[int, bytes]]) -> Iterator[bytes]:
    facts = state.facts
    heading = {"crm_backup": 1, "format": facts.format, "commit": facts.commit, "log_after": facts.log_after}
    known = {"log_accepted": facts.log_accepted, "log_link": facts.log_link}
    yield _line(heading | {name: value for name, value in known.items() if value})
    for table, documents in state.tables.items():
        for key, document in documents.items():
            yield _line({"table": table, "key": key, "document": document})
    for _, line in log:
        yield b'{"log":' + line[:-1] + b"}\n"


def _packed(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Add the manifest, and compress."""
    digest, count = hashlib.sha256(), 0
    pack = zlib.compressobj(wbits=_GZIP)
    for line in lines:
        digest.update(line)
        count += 1
        yield pack.compress(line)
    yield pack.compress(_line({"lines": count, "sha256": digest.hexdigest()}))
    yield pack.flush()


def _line(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE)


def read(source: Path) -> Found:
    """Return what a backup holds after verifying all of it; raises `StoreBroken`, `StoreTooNew` or `StoreError`."""
    try:
        with opened(source) as file:
            found = _verified(_unpacked(file, source), source)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise StoreBroken(f"{source} is damaged or no backup: {error}", todo=_TODO) from error
    except OSError as error:
        why, todo = cause(error)
        raise StoreError(f"{source} cannot be read: {why}", todo=todo) from error
    for number, line in enumerate(found.lines, found.facts.log_after + 1):
        change_log.parsed(line, number, source)
    if found.facts.commit != found.facts.log_after + len(found.lines):
        raise StoreBroken(f"{source} lacks entries of its change log", todo=_TODO)
    return found


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


def _verified(lines: Iterator[bytes], source: Path) -> Found:
    """Read the lines and compare them with the manifest."""
    heading = next(lines, b"")
    found = Found(_heading(heading, source))
    digest, count = hashlib.sha256(heading), 1
    manifest = None
    for line in lines:
        told = _parsed(line, source)
        if not _take(told, line, found):
            manifest = told
            continue
        digest.update(line)
        count += 1
    if manifest != {"lines": count, "sha256": digest.hexdigest()}:
        raise StoreBroken(f"{source} is damaged or incomplete: its sum does not agree", todo=_TODO)
    return found


def _heading(line: bytes, source: Path) -> Facts:
    match told := _parsed(line, source):
        case {"crm_backup": int(version), "format": int(form)} if max(version, form) > FORMAT:
            raise StoreTooNew(f"{source} was made by a newer crmcore", todo="Install it (`pip install -U crmcore`).")
        case {"crm_backup": 1, "format": int(form), "commit": int(commit), "log_after": int(log_after)}:
            accepted, link = told.get("log_accepted"), told.get("log_link")
            known = accepted if type(accepted) is int else 0
            linked = link if type(link) is str else ""
            return Facts(format=form, commit=commit, log_after=log_after, log_accepted=known, log_link=linked)
        case _:
            raise StoreBroken(f"{source} is not a backup of a store", todo=_TODO)


def _take(told: Any, line: bytes, found: Found) -> bool:
    """Add a line to what was found, unless it is neither a document nor a logged commit."""
    match told:
        case {"table": str(table), "key": str(key), "document": dict(document)} if table != OWN_TABLE:
            found.tables.setdefault(table, {})[key] = document
        case {"log": dict()}:
            found.lines.append(line.removeprefix(b'{"log":').removesuffix(b"}\n") + b"\n")
        case _:
            return False
    return True


def _parsed(line: bytes, source: Path) -> Any:
    try:
        return orjson.loads(line)
    except ValueError as error:
        raise StoreBroken(f"{source} is damaged or no backup: {error}", todo=_TODO) from error


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
