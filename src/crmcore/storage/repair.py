"""Making a damaged store good: from the newest earlier state that is sound, and the change log.

Where there is none, what stands before the damage in the file itself is taken, apart from what a log that reaches back to
the first commit knows better. Then every logged change since is made again. The damaged file is kept beside the store,
for people to look at.
"""

import itertools
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from attrs import evolve, frozen

from crmcore.errors import StoreBroken, StoreError
from crmcore.storage import change_log, earlier
from crmcore.storage.log_chain import link_of
from crmcore.storage.safe_file import write_file
from crmcore.storage.state_file import OWN_TABLE, Facts, State, altered, parse, to_state
from crmcore.store import Document, LogEntry

_DECODER: Final = json.JSONDecoder()
_BLANK: Final = " \t\r\n"
_NUMBER: Final = re.compile(rb'\{"commit":(\d{1,18}),')
_RESTORE: Final = "Restore a backup with `crm store restore FILE`."


@frozen
class Repaired:
    """What a damaged store was made good from.

    ``base`` is the file whose state was taken, ``again`` counts the logged commits that were made again on top of it;
    ``kept`` is where the damaged file is.
    """

    state: State
    base: str
    again: int
    kept: Path


def repaired(file: Path) -> Repaired:
    """Return the state that a damaged store is to have, and keep the damaged file; raises `StoreError`, `OSError`."""
    data = file.read_bytes()
    entries, lines = _readable(file)
    first = entries[0].commit if entries else 1
    name, base = next(_sound(file, first), ("", None))
    if base is None:
        whole = {change.table for entry in entries for change in entry.changes} if first == 1 else set()
        found = {table: documents for table, documents in salvaged(data).items() if table not in whole}
        name, base = file.name, State(Facts(log_after=first - 1), found)
        later = entries
    else:
        later = [entry for entry in entries if entry.commit > base.facts.commit]
    if not base.tables and not entries:
        raise StoreBroken(f"nothing of {file} can be read, and its log holds nothing", todo=_RESTORE)
    kept = _kept(file, data)
    facts = change_log.rewrite(file, change_log.new_generation(file), evolve(base.facts, log_after=first - 1), lines)
    if entries:
        facts = evolve(facts, commit=entries[-1].commit, log_link=link_of(entries[-1]))
    tables = {table: dict(documents) for table, documents in base.tables.items()}
    for entry in later:
        _again(tables, entry)
    return Repaired(State(facts, tables), name, len(later), kept)


def remains(file: Path, table: str) -> dict[str, Document]:
    """Return the documents of a table as far as a damaged store, its earlier states and its log still tell of them."""
    found: dict[str, Document] = {}
    for path in reversed(tuple(earlier.paths(file))):
        try:
            found |= to_state(parse(path.read_bytes(), path.name), path.name).tables.get(table, {})
        except (OSError, StoreError):
            continue
    found |= salvaged(file.read_bytes()).get(table, {}) if file.exists() else {}
    tables = {table: found}
    for entry in _readable(file)[0]:
        _again(tables, evolve(entry, changes=tuple(one for one in entry.changes if one.table == table)))
    return found


def _sound(file: Path, first: int) -> Iterator[tuple[str, State]]:
    """Yield the earlier states that are as they were written and that the log goes on from, the newest first."""
    newest = max(change_log.generations(file), default=0)
    for path in earlier.paths(file):
        try:
            state = to_state(parse(path.read_bytes(), path.name), path.name)
        except (OSError, StoreError):
            continue
        if not altered(state) and (state.facts.log == newest or state.facts.commit == first - 1):
            yield path.name, state


def _readable(file: Path) -> tuple[list[LogEntry], list[bytes]]:
    """Return the commits in the newest log up to the first that cannot be read, with their lines."""
    path = change_log.path_of(file, max(change_log.generations(file), default=0))
    entries: list[LogEntry] = []
    lines: list[bytes] = []
    for line in path.read_bytes().splitlines(keepends=True) if path.exists() else ():
        begin = _NUMBER.match(line)
        number = entries[-1].commit + 1 if entries else int(begin[1]) if begin else 1
        try:
            entries.append(change_log.parsed(line, number, path))
        except StoreBroken:
            break
        lines.append(line)
    return entries, lines


def _again(tables: dict[str, dict[str, Document]], entry: LogEntry) -> None:
    for change in entry.changes:
        if change.after is None:
            tables.get(change.table, {}).pop(change.key, None)
        else:
            tables.setdefault(change.table, {})[change.key] = change.after


def kept_damaged(file: Path) -> tuple[Path, ...]:
    """Return the damaged files that repairs of a store left beside it."""
    mark = f"{file.name}.damaged-"
    names = (path for path in file.parent.glob("*") if path.name.startswith(mark))
    return tuple(sorted(path for path in names if path.name[len(mark) :].isdigit()))


def _kept(file: Path, data: bytes) -> Path:
    names = (file.with_name(f"{file.name}.damaged-{number}") for number in itertools.count(1))
    kept = next(name for name in names if not os.path.lexists(name))
    write_file(kept, [data])
    return kept


# -- what stands before the damage ---------------------------------------------------------------------------------


def salvaged(data: bytes) -> dict[str, dict[str, Document]]:
    """Return the documents of a state file that stand before its first damage."""
    text = data.decode("utf-8", "replace")
    tables: dict[str, dict[str, Document]] = {}
    try:
        for table, at in _members(text, _after(text, 0, "{")):
            if table == OWN_TABLE:
                continue
            kept = tables.setdefault(table, {})
            for key, place in _members(text, _after(text, at, "{")):
                document = _value(text, place)[0]
                if isinstance(document, dict) and "\ufffd" not in str(document):
                    kept[key] = document
    except ValueError:
        pass  # here the damage begins
    return {name: documents for name, documents in tables.items() if documents}


def _members(text: str, at: int) -> Iterator[tuple[str, int]]:
    """Yield each name in an object with the place of its value; raises `ValueError` where there is no object."""
    at = _skip(text, at)
    while text[at : at + 1] == '"':
        name, at = _value(text, at)
        at = _after(text, at, ":")
        yield name, at
        at = _skip(text, _value(text, at)[1])
        if text[at : at + 1] == ",":
            at = _skip(text, at + 1)
    _after(text, at, "}")


def _value(text: str, at: int) -> tuple[Any, int]:
    return _DECODER.raw_decode(text, _skip(text, at))


def _skip(text: str, at: int) -> int:
    while text[at : at + 1] in _BLANK and at < len(text):
        at += 1
    return at


def _after(text: str, at: int, mark: str) -> int:
    at = _skip(text, at)
    if text[at : at + 1] != mark:
        raise ValueError(mark)
    return at + 1
