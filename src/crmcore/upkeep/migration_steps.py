"""Running the steps of migrations on copies of documents, and saying which of them went wrong where."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import partial
from typing import Any, Final

from attrs import define, field, frozen

from crmcore.errors import Invalid, Problem
from crmcore.grammar.migrations import Migration
from crmcore.plugging.isolation import Failure, apart
from crmcore.storage.state_file import plain
from crmcore.store import Document, Reader
from crmcore.upkeep.holdings import Place, fields_of, with_fields

EXAMPLES: Final = 3
_LISTED: Final = 20
_KEPT: Final = ("id", "version", "created", "changed")
"""What a migration cannot change: who a record is, and what people did to it."""


@frozen
class Example:
    """One record, or a plugin's values in it, before and after a step; None is removed."""

    id: str
    before: Document
    after: Document | None


@frozen
class Outcome:
    """What one step did: how many records it saw, changed and removed, with the first examples."""

    plugin: str
    step: Migration
    seen: int
    changed: int
    removed: int
    examples: tuple[Example, ...]


@define(eq=False)
class Draft:
    """Documents as they will be, each with the step that changed it last; None is removed."""

    reader: Reader
    documents: dict[Place, dict[str, Any] | None] = field(factory=dict)
    authors: dict[Place, tuple[str, Migration]] = field(factory=dict)

    def items(self, table: str) -> Iterator[tuple[str, Document]]:
        """Yield what a table will hold, in its order."""
        keys = dict.fromkeys(key for key, _ in self.reader.items(table))
        keys |= dict.fromkeys(key for name, key in self.documents if name == table)
        for key in keys:
            document = self.documents.get((table, key), self.reader.get(table, key))
            if document is not None:
                yield key, document

    def put(self, place: Place, document: dict[str, Any] | None, author: tuple[str, Migration]) -> None:
        """Note what a step made of a document."""
        self.documents[place] = document
        self.authors[place] = author

    def changed(self) -> Iterator[tuple[Place, dict[str, Any] | None]]:
        """Yield what differs from the store."""
        return ((place, made) for place, made in self.documents.items() if made != self.reader.get(*place))


def run_step(draft: Draft, plugin: str, step: Migration, *, is_own: bool) -> Outcome:
    """Run a step on every document that it concerns; raises `Invalid` naming each one with which it went wrong.

    ``is_own`` says whether the record type is the plugin's; else the step gets the plugin's field values only.
    """
    counts = {"seen": 0, "changed": 0, "removed": 0}
    examples: list[Example] = []
    problems: list[Problem] = []
    for key, document in tuple(draft.items(step.table)):
        given = dict(document) if is_own else _own_values(document, plugin)
        if not given:
            continue
        counts["seen"] += 1
        try:
            made = _changed(step, given, plugin if not is_own else "", document, plugin)
        except _Nonsense as wrong:
            problems.append(Problem(str(wrong), step.place.file, step.place.line, f"{step.table} {key}"))
            continue
        if made is None or (made == given and step.into is None):
            continue
        counts["changed" if made else "removed"] += 1
        if len(examples) < EXAMPLES:
            examples.append(Example(key, given, made or None))
        _place(draft, step, plugin, key, _whole(document, made, plugin, is_own=is_own))
    if problems:
        raise refused(plugin, step, problems)
    return Outcome(plugin, step, counts["seen"], counts["changed"], counts["removed"], tuple(examples))


def refused(plugin: str, step: Migration, problems: list[Problem]) -> Invalid:
    """Return the error for a step that went wrong."""
    heading = f"the plugin {plugin!r} cannot be migrated to schema {step.number}; nothing was written:"
    more = [Problem(f"... and {len(problems) - _LISTED} more")] if len(problems) > _LISTED else []
    todo = "The migration has to be mended by who wrote the plugin; until then its older version works with this data."
    return Invalid([*problems[:_LISTED], *more], heading=heading, todo=todo)


class _Nonsense(Exception):
    """What a step returned cannot be stored."""


def _own_values(document: Document, plugin: str) -> dict[str, Any]:
    return {name: value for name, value in fields_of(document).items() if name.startswith(f"{plugin}.")}


def _changed(
    step: Migration, given: dict[str, Any], prefix: str, document: Document, plugin: str
) -> dict[str, Any] | None:
    """Return what a step makes of a document, checked; None leaves it, an empty one removes it."""
    answer = apart(partial(step.change, deepcopy(given)))
    if isinstance(answer, Failure):
        raise _Nonsense(answer.reason)
    if answer is None:
        return given if step.into is not None else None
    if not isinstance(answer, Mapping):
        raise _Nonsense(f"the step returned {answer!r:.60}, which is no dict")
    made = {name: value for name, value in answer.items() if value is not None}
    try:
        plain(made, at="")
    except Invalid as error:
        raise _Nonsense("; ".join(f"what the step returned {problem.reason}" for problem in error.problems)) from error
    if prefix:
        _check_values(made, plugin)
    elif made:
        _check_document(made, document, plugin)
        made = {**made, **{name: document[name] for name in _KEPT if name in document}}
    return made


def _check_values(made: Mapping[str, Any], plugin: str) -> None:
    strange = [name for name in made if not name.startswith(f"{plugin}.")]
    if strange:
        raise _Nonsense(f"the step returned {', '.join(map(repr, strange))}; it may return fields of {plugin!r} only")


def _check_document(made: Mapping[str, Any], document: Document, plugin: str) -> None:
    if made.get("id") != document.get("id"):
        raise _Nonsense(f"the step changed the id to {made.get('id')!r:.40}")
    fields = made.get("fields", {})
    if not isinstance(fields, Mapping):
        raise _Nonsense(f"the step returned {fields!r:.40} as fields")
    others = [
        {name: value for name, value in each.items() if not name.startswith(f"{plugin}.")}
        for each in (fields, fields_of(document))
    ]
    if others[0] != others[1]:
        raise _Nonsense("the step changed values of other plugins' fields")


def _whole(document: Document, made: dict[str, Any], plugin: str, *, is_own: bool) -> dict[str, Any] | None:
    if is_own:
        return made or None
    kept = {name: value for name, value in fields_of(document).items() if not name.startswith(f"{plugin}.")}
    return dict(with_fields(document, {**kept, **made}))


def _place(draft: Draft, step: Migration, plugin: str, key: str, document: dict[str, Any] | None) -> None:
    author = (plugin, step)
    if step.target != step.table:
        draft.put((step.table, key), None, author)
    draft.put((step.target, key), document, author)
