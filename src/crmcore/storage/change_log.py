"""The change log beside a store's file: one JSON line per commit, written and synced before the state.

The state says how far the log reaches; what stands behind that never happened and is cut off by the next writer.
A log that lost entries is left alone, for people to look at, and the next writer begins a new generation of it:
``crm.json.log``, ``crm.json.log.1``, ...
"""

import os
import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import orjson
from attrs import astuple, evolve

from crmcore.errors import NotCommitted, StoreBroken, StoreError
from crmcore.storage.log_chain import link_of, sealed_entry
from crmcore.storage.safe_file import append_synced, cause, opened, write_file
from crmcore.storage.state_file import Facts, plain
from crmcore.store import Change, LogEntry, Seal

_TODO: Final = (
    "The data itself can be read and changed as before; only `crm log` and `crm undo` miss these commits. "
    "Restore a backup if they are needed; if not, `crm store accept` notes the gap once."
)


def path_of(file: Path, generation: int) -> Path:
    """Return where a generation of the log of the store ``file`` is kept."""
    return file.with_name(f"{file.name}.log.{generation}" if generation else f"{file.name}.log")


def generations(file: Path) -> tuple[int, ...]:
    """Return the generations that hold anything, whether in use or not; raises `OSError`."""
    pattern = re.compile(rf"{re.escape(file.name)}\.log(?:\.([1-9]\d*))?")
    found = ((pattern.fullmatch(entry.name), entry) for entry in os.scandir(file.parent))
    return tuple(
        sorted(int(match[1] or 0) for match, entry in found if match and entry.stat(follow_symlinks=False).st_size)
    )


def new_generation(file: Path) -> int:
    """Return a generation above all that hold anything, so that no log is ever overwritten; raises `OSError`."""
    return max(generations(file), default=-1) + 1


def append(file: Path, facts: Facts, entry: LogEntry, *, anew: bool = False) -> Facts:
    """Log ``entry`` as the next commit and return the facts for the state that follows it.

    With ``anew``, or after a log that lost entries, it begins a new generation. Raises `OSError` when it could not be written, `Invalid` for what JSON cannot carry.
    """
    logged = sealed_entry(entry, facts.commit + 1, facts.log_link)
    line = line_of(logged)
    if anew or flaw(file, facts):
        begun = max(facts.log + 1, new_generation(file))
        facts = evolve(facts, log=begun, log_after=facts.commit, log_bytes=0, log_last=0, log_crc32=0)
    append_synced(path_of(file, facts.log), facts.log_bytes, line)
    return evolve(
        facts,
        commit=facts.commit + 1,
        log_bytes=facts.log_bytes + len(line),
        log_last=facts.log_bytes,
        log_crc32=zlib.crc32(line, facts.log_crc32),
        log_link=link_of(logged),
    )


def replacing(file: Path, facts: Facts, entry: LogEntry, replaced: Iterable[LogEntry]) -> Facts:
    """Do the same in a new generation, where ``replaced`` stand in the places of the entries of their numbers.

    Raises `NotCommitted` if entries are lost, since nobody could tell what they hold.
    """
    told = {each.commit: line_of(each) for each in replaced}
    logged = sealed_entry(entry, facts.commit + 1, facts.log_link)
    try:
        kept = [told.pop(number, line) for number, line in lines(file, facts)]
    except StoreBroken as error:
        raise NotCommitted(f"nothing was written: {error.message}", todo=error.todo) from error
    facts = rewrite(file, new_generation(file), facts, [*kept, line_of(logged)])
    return evolve(facts, commit=facts.commit + 1, log_link=link_of(logged), log_from=facts.log)


def remove_erased(file: Path, facts: Facts) -> None:
    """Remove what is left of logs before the one in which entries were replaced last; never fails."""
    if facts.log_from:
        with suppress(OSError):
            remove(file, [each for each in generations(file) if each < facts.log_from])


def accept(file: Path, facts: Facts, entry: LogEntry) -> Facts:
    """Do the same with an entry by which people accept that everything logged so far may have gaps."""
    return evolve(append(file, facts, entry, anew=True), log_accepted=facts.commit)


def retract(file: Path, facts: Facts, before: Facts) -> None:
    """Take back the last entry, whose state could not be written; never fails, since it does not count anyway."""
    if facts.log != before.log:
        remove(file, [facts.log])
        return
    with suppress(OSError):
        os.truncate(path_of(file, facts.log), facts.log_last)


def rewrite(file: Path, begun: int, facts: Facts, kept: Sequence[bytes]) -> Facts:
    """Begin generation ``begun`` with the lines of a restored log and return the facts that belong to it.

    Raises `OSError`.
    """
    crc32, size = 0, 0
    for line in kept:
        crc32, size = zlib.crc32(line, crc32), size + len(line)
    if kept:
        write_file(path_of(file, begun), kept)
    last = size - len(kept[-1]) if kept else 0
    return evolve(facts, log=begun, log_bytes=size, log_last=last, log_crc32=crc32)


def remove(file: Path, old: Iterable[int]) -> None:
    """Remove generations that no state refers to; never fails."""
    for generation in old:
        with suppress(OSError):
            path_of(file, generation).unlink()


def line_of(entry: LogEntry) -> bytes:
    """Return an entry as a line of JSON; raises `Invalid` for what JSON cannot carry."""
    changes = [
        [each.table, each.key, *(None if one is None else dict(one) for one in (each.before, each.after))]
        for each in entry.changes
    ]
    told = {"commit": entry.commit, "at": entry.at, "actor": entry.actor, "why": entry.why, "changes": changes}
    told |= {"token": entry.token} if entry.token else {}
    told |= {"seal": [*astuple(entry.seal)]} if entry.seal else {}
    return orjson.dumps(plain(told, at="change log"), option=orjson.OPT_APPEND_NEWLINE)


def flaw(file: Path, facts: Facts) -> str:
    """Return why the log cannot be the one that the state was written after, or nothing; raises `OSError`."""
    if not facts.log_bytes:
        return ""
    path = path_of(file, facts.log)
    try:
        log = opened(path, follow=False)
    except FileNotFoundError:
        return f"{path} is missing"
    with log:
        size = os.fstat(log.fileno()).st_size
        if size < facts.log_bytes:
            return f"{path} ends after {size} of {facts.log_bytes} bytes"
        start = b'{"commit":%d,' % facts.commit
        whole = os.pread(log.fileno(), 1, facts.log_bytes - 1) == b"\n"
        if not whole or os.pread(log.fileno(), len(start), facts.log_last) != start:
            return f"{path} does not end with commit {facts.commit}"
    return ""


def lines(file: Path, facts: Facts) -> Iterator[tuple[int, bytes]]:
    """Yield the number and the line of each logged commit, oldest first.

    Raises `StoreBroken` at once if the log is not the right one, `StoreError` if it cannot be read.
    """
    path = path_of(file, facts.log)
    try:
        wrong = flaw(file, facts)
    except OSError as error:
        raise _unreadable(path, error) from error
    if wrong:
        raise StoreBroken(f"the change log lost entries: {wrong}", todo=_TODO)
    return _lines(path, facts) if facts.log_bytes else iter(())


def _lines(path: Path, facts: Facts) -> Iterator[tuple[int, bytes]]:
    number, left = facts.log_after, facts.log_bytes
    try:
        with opened(path, follow=False) as log:
            while left:
                line = log.readline(left)
                if not line:
                    raise StoreBroken(f"{path} became shorter while it was read", todo=_TODO)
                number, left = number + 1, left - len(line)
                yield number, line
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> StoreError:
    why, todo = cause(error)
    return StoreError(f"the change log {path} cannot be read: {why}", todo=todo)


def entries(file: Path, facts: Facts, since: int) -> Iterator[LogEntry]:
    """Yield the logged commits after ``since``; raises `StoreBroken` if any of them is lost."""
    told = lines(file, facts)
    if since < facts.log_after > facts.log_accepted:
        raise StoreBroken(_lost(file, facts), todo=_TODO)
    return (parsed(line, number, path_of(file, facts.log)) for number, line in told if number > since)


def parsed(line: bytes, number: int, path: Path) -> LogEntry:
    """Return the commit in a line, which must be the one called ``number``; raises `StoreBroken`."""
    try:
        told: dict[str, Any] = orjson.loads(line)
        changes = tuple(Change(table, key, before, after) for table, key, before, after in told["changes"])
        seal = Seal(*told["seal"]) if "seal" in told else None
        token = told.get("token", "")
        entry = LogEntry(told["commit"], told["at"], told["actor"], told["why"], changes, token, seal)
    except (ValueError, KeyError, TypeError) as error:
        raise StoreBroken(f"{path}: the entry of commit {number} is damaged", todo=_TODO) from error
    if entry.commit != number:
        raise StoreBroken(f"{path}: commit {entry.commit} stands where {number} is due", todo=_TODO)
    return entry


def problems(file: Path, facts: Facts) -> Iterator[str]:
    """Read the whole log and yield what is wrong with it."""
    if facts.log_after > facts.log_accepted:
        yield _lost(file, facts)
    crc32, number = 0, facts.log_after
    try:
        for number, line in lines(file, facts):
            crc32 = zlib.crc32(line, crc32)
            parsed(line, number, path_of(file, facts.log))
    except StoreError as error:
        yield error.message
        return
    if (number, crc32) != (facts.commit, facts.log_crc32):
        yield f"{path_of(file, facts.log)} was altered after it was written"


def _lost(file: Path, facts: Facts) -> str:
    return (
        f"the change log begins after commit {facts.log_after}; earlier commits may still be read in what is left of "
        f"older logs ({path_of(file, 0)}, ...)"
    )
