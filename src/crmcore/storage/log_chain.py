"""The change log as a chain: nothing in it can be altered, left out or put elsewhere without breaking a link.

A link is the SHA-256 over the link before it and the entry's number, time, actor and digest. The digest is the SHA-256
over a random salt and what the entry says: why, and all values. Erasing values destroys the salt and keeps the digest,
so that the chain holds and what was erased cannot be guessed from it; for the values that are left, the sum over them
is logged by the commit that erased the others.

Who can write the whole log can make the chain anew. A link that was noted elsewhere finds that out.
"""

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from typing import Any, Final

import orjson
from attrs import evolve, frozen

from crmcore.errors import Invalid, Problem
from crmcore.store import ERASED, Change, LogEntry, Seal

_SALT: Final = 16
"""Bytes of chance in a salt."""

_ENTRIES: Final = "entries"


@frozen
class Verified:
    """What became of a log that was verified.

    ``first`` is its first commit, above 1 where it lost its beginning, 0 for an empty log. ``head`` is the last link, to be noted elsewhere; ``erased`` counts entries of which values were erased, and
    ``unsealed`` those that are older than the chain.
    """

    commits: int
    first: int
    head: str
    erased: int
    unsealed: int
    problems: tuple[str, ...]


def sealed_entry(entry: LogEntry, commit: int, previous: str) -> LogEntry:
    """Return an entry under its number and with its seal; ``previous`` is the link of the one before, empty for none.

    Raises `Invalid` for what JSON cannot carry.
    """
    numbered, salt = evolve(entry, commit=commit), secrets.token_hex(_SALT)
    try:
        digest = _digest(salt, numbered)
    except TypeError as error:
        raise Invalid([Problem(f"cannot be stored as JSON: {error}", column="change log")]) from error
    return evolve(numbered, seal=Seal(_link(previous, numbered, digest), salt))


def link_of(entry: LogEntry) -> str:
    """Return an entry's link; empty where it is older than the chain."""
    return entry.seal.link if entry.seal else ""


def without_values(entry: LogEntry, why: str, changes: tuple[Change, ...]) -> LogEntry:
    """Return an entry that says less, in its old place in the chain."""
    seal = entry.seal
    if seal is not None:
        seal = Seal(seal.link, "", seal.digest or _digest(seal.salt, entry))
    return evolve(entry, why=why, changes=changes, seal=seal)


def vouching(entries: Iterable[LogEntry]) -> dict[str, Any]:
    """Return what a document in the table `ERASED` says of the entries that are replaced with its commit."""
    return {_ENTRIES: {str(entry.commit): _sum([entry.why, _told(entry)]) for entry in entries}}


def verify(entries: Iterable[LogEntry], noted: str = "") -> Verified:
    """Follow the chain from its first entry; ``noted`` is a link that must be part of it."""
    chain = _Chain()
    for entry in entries:
        chain.add(entry, noted)
    problems = [*chain.problems, *chain.unvouched()]
    if noted and not chain.has_noted:
        problems.append(f"no commit has the link {noted}: the log is not the one from which it was noted")
    return Verified(chain.commits, chain.first, chain.link, len(chain.replaced), chain.unsealed, tuple(problems))


class _Chain:
    """The state of following a chain."""

    def __init__(self) -> None:
        self.commits = self.unsealed = self.first = 0
        self.link = ""
        self.has_noted = False
        self.problems: list[str] = []
        self.replaced: dict[str, str] = {}
        self._vouched: dict[str, str] = {}
        self._next: int | None = None

    def add(self, entry: LogEntry, noted: str) -> None:
        if self._next not in {None, entry.commit}:
            self.problems.append(f"commit {entry.commit} stands where {self._next} is due")
        self.commits += 1
        self.first = self.first or entry.commit
        self._follow(entry)
        self._next = entry.commit + 1
        self.has_noted |= bool(noted) and self.link == noted
        for change in entry.changes:
            if change.table == ERASED and change.after is not None:
                self._vouched |= _vouched_by(change.after)

    def _follow(self, entry: LogEntry) -> None:
        """Check an entry's link; the first of a log that lost its beginning has nothing to be checked against."""
        if entry.seal is None:
            self.unsealed += 1
            if self.link:
                self.problems.append(f"commit {entry.commit} has no seal, though there are some before it")
            return
        digest = entry.seal.digest or _digest(entry.seal.salt, entry)
        begins = self.commits == 1 and entry.commit > 1
        if not begins and entry.seal.link != _link(self.link, entry, digest):
            self.problems.append(f"commit {entry.commit} was altered, or what stands before it was")
        if entry.seal.digest:
            self.replaced[str(entry.commit)] = _sum([entry.why, _told(entry)])
        self.link = entry.seal.link

    def unvouched(self) -> Iterable[str]:
        for commit, found in self.replaced.items():
            if self._vouched.get(commit) != found:
                yield f"commit {commit} lost values, and no commit that erased any vouches for the rest"


def _vouched_by(document: Mapping[str, Any]) -> dict[str, str]:
    entries = document.get(_ENTRIES)
    return dict(entries) if isinstance(entries, dict) else {}


def _link(previous: str, entry: LogEntry, digest: str) -> str:
    return _sum([previous, entry.commit, entry.at, entry.actor, digest])


def _digest(salt: str, entry: LogEntry) -> str:
    return _sum([salt, entry.why, _told(entry), *([entry.token] if entry.token else [])])


def _told(entry: LogEntry) -> list[Any]:
    return [[one.table, one.key, one.before, one.after] for one in entry.changes]


def _sum(told: list[Any]) -> str:
    return hashlib.sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()
