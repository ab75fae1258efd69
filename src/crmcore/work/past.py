"""What undated records held on a past day, by the change log.

A value holds from the day on which it was committed, or from the day that it states itself: a soft value, an archiving.
The first value of a column or field holds since always. What was both entered and removed after the day never was.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from attrs import frozen

from crmcore.evaluation.facts import ALWAYS
from crmcore.store import Document

FIELDS: Final = "fields"
_ARCHIVED: Final = "archived_at"
_OF_THE_RECORD: Final = frozenset({"id", "version", "created", "changed", FIELDS})
"""What is no value of a record: it is that of the record as it is now, with which an edit is compared."""

Name = tuple[bool, str]
"""Whether it is a field, and the name."""


@frozen
class Version:
    """A document as it stands from a day on, None where it does not exist.

    ``remade`` are the plugins whose values took another form with it: theirs hold since always, like first ones.
    """

    since: date
    document: Document | None
    remade: frozenset[str] = frozenset()


def held(versions: Sequence[Version], day: date) -> Document | None:
    """Return a document as it was on a day; ``versions`` are its states in the order of their commits.

    The first of them is the state in which the change log found it, which holds since always.
    """
    standing = [version for version in versions if version.since <= day]
    body = standing[-1].document if standing else None
    if body is None:
        existed = any(version.document is not None for version in standing)
        if existed or versions[-1].document is None:
            return None
    newest = next(version.document for version in reversed(versions) if version.document is not None)
    made: dict[str, Any] = {name: value for name, value in newest.items() if name in _OF_THE_RECORD - {FIELDS}}
    fields: dict[str, Any] = {}
    for name in _names(versions):
        value = _value(name, versions, day)
        if value is not None:
            (fields if name[0] else made)[name[1]] = value
    return {**made, FIELDS: fields} if fields else made


def _names(versions: Iterable[Version]) -> Iterator[Name]:
    found: dict[Name, None] = {}
    for version in versions:
        document = version.document or {}
        found.update(((False, name), None) for name in document if name not in _OF_THE_RECORD)
        found.update(((True, name), None) for name in document.get(FIELDS, {}))
    return iter(found)


def _value(name: Name, versions: Sequence[Version], day: date) -> Any:
    states = _states(name, versions)
    standing = [raw for since, raw in _without_withdrawn(states, day) if _holds_from(name[1], since, raw) <= day]
    if any(raw is not None for raw in standing) or name[1] == _ARCHIVED or states[-1][1] is None:
        return standing[-1] if standing else None
    evenings = dict(states)
    return next((raw for raw in evenings.values() if raw is not None and not _is_soft(raw)), None)


def _states(name: Name, versions: Sequence[Version]) -> list[tuple[date, Any]]:
    states: list[tuple[date, Any]] = []
    for version in versions:
        raw = _raw(name, version.document)
        if name[0] and name[1].partition(".")[0] in version.remade:
            states = [(ALWAYS, raw)]
        elif not states or states[-1][1] != raw:
            states.append((version.since, raw))
    return states


def _without_withdrawn(states: Sequence[tuple[date, Any]], day: date) -> list[tuple[date, Any]]:
    """Return the states without those that were entered after a day, whatever day they state, and taken out again."""
    gone = max((place for place, (since, raw) in enumerate(states) if since > day and raw is None), default=0)
    return [state for place, state in enumerate(states) if place >= gone or state[0] <= day]


def _raw(name: Name, document: Document | None) -> Any:
    if document is None:
        return None
    is_field, key = name
    return (document.get(FIELDS, {}) if is_field else document).get(key)


def _holds_from(name: str, since: date, raw: Any) -> date:
    """Return the day from which a value holds."""
    if _is_soft(raw):
        return date.fromisoformat(raw["on"])
    if name == _ARCHIVED and raw is not None:
        own = date.fromisoformat(raw)
        return own if since == ALWAYS else min(since, own)
    return since


def _is_soft(raw: Any) -> bool:
    return isinstance(raw, Mapping) and "on" in raw
