"""Every error the framework raises: each holds its facts and says what to do next."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from typing import Any, ClassVar

from attrs import frozen


@frozen
class Problem:
    """One thing that is wrong: where it stands, the value found there, and why it cannot be used.

    ``line`` counts from 1 and includes the header line of a table; 0 means "not in a file".
    """

    reason: str
    file: str = ""
    line: int = 0
    column: str = ""
    value: str = ""

    def __str__(self) -> str:
        place = ":".join(part for part in (self.file, str(self.line or "")) if part)
        named = f"{self.column}={self.value!r}" if self.value and self.column else self.column
        return ": ".join(part for part in (place, named, self.reason) if part)


@frozen
class Taken(Problem):
    """A record has this id already."""


class CrmError(Exception):
    """The base of all errors shown to people; ``exit_code`` is what the command line returns."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, todo: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.todo = todo

    def __str__(self) -> str:
        return f"{self.message}\n{self.todo}" if self.todo else self.message


class UsageError(CrmError):
    """The request itself makes no sense: a malformed option, date or filter."""

    exit_code = 2


class UnknownName(UsageError):
    """A column, field, metric, scheme, plugin, view or setting that nobody declared."""

    def __init__(self, kind: str, name: str, known: Iterable[str], *, todo: str = "") -> None:
        self.kind = kind
        self.name = name
        self.known = tuple(sorted(set(known)))
        near = get_close_matches(name, self.known, n=3, cutoff=0.5)
        if near:
            hint = f"did you mean {' or '.join(repr(word) for word in near)}?"
        elif self.known:
            shown = ", ".join(self.known[:12]) + (" ..." if len(self.known) > 12 else "")  # noqa: PLR2004 - one line of names
            hint = f"known: {shown}"
        else:
            hint = f"no {kind} is declared"
        super().__init__(f"no {kind} named {name!r}; {hint}", todo=todo)


class UnknownColumn(UnknownName, AttributeError):  # type: ignore[misc]  # both have a name: that of the column
    """A column that a record type does not have, asked for as an attribute of its rows."""


class RuleError(UsageError, TypeError):
    """An expression that cannot mean anything: money times money, a date plus a number, ..."""


class NotFound(CrmError):
    """A record that is not in the store, or several of one type."""

    exit_code = 3

    def __init__(self, record: str, key: str, *more: str, todo: str = "") -> None:
        self.record = record
        self.key = key
        self.keys = (key, *more)
        super().__init__(f"there is no {record} with id {' or '.join(map(repr, self.keys))}", todo=todo)


class Invalid(CrmError):
    """Values that were refused: all of them at once, each with its place and reason."""

    def __init__(self, problems: Iterable[Problem], *, heading: str = "", todo: str = "") -> None:
        self.problems = tuple(problems)
        self.heading = heading
        lines = [heading] if heading else []
        lines += [str(problem) for problem in self.problems]
        super().__init__("\n".join(lines), todo=todo)


class NameConflict(CrmError):
    """Two plugins contribute different things under one name."""

    def __init__(self, kind: str, name: str, first: str, second: str, way_out: str) -> None:
        self.kind = kind
        self.name = name
        self.owners = (first, second)
        super().__init__(f"two plugins provide the {kind} {name!r}:\n  - {first}\n  - {second}", todo=way_out)


def counted(number: int, name: str) -> str:
    """Return how many of a thing, in words: 1 setting, 2 settings."""
    return f"{number} {name}" if number == 1 else f"{number} {name}s"


class StaleEdit(CrmError):
    """Somebody changed the record since it was read; nothing was written."""

    def __init__(self, record: str, key: str, differences: Iterable[tuple[str, Any, Any]]) -> None:
        self.record = record
        self.key = key
        self.differences = tuple(differences)
        headline, mine_is, todo = self._said()
        lines = [headline, *(f"  {name}: {mine_is} {mine!r}, now {now!r}" for name, mine, now in self.differences)]
        super().__init__("\n".join(lines), todo=todo)

    def mask(self, shown: Callable[[str, str, Any], Any]) -> None:
        """Put into the place of each value what ``shown`` makes of it, given the record type and the column or field."""
        differences = (
            (name, *(shown(self.record, name, value) for value in values)) for name, *values in self.differences
        )
        StaleEdit.__init__(self, self.record, self.key, [(name, mine, now) for name, mine, now in differences])

    def _said(self) -> tuple[str, str, str]:
        """Return the headline, what the value of this side is called, and what to do next."""
        headline = f"{self.record} {self.key!r} was changed by somebody else meanwhile; nothing was written"
        return headline, "yours", "Read it again and repeat the change."


class Overtaken(StaleEdit):
    """Another unit of work changed the same document and was committed first; nothing was written.

    The whole unit can be done again at once: `crmcore.retried` does.
    """


class StaleUndo(StaleEdit):
    """What a commit changed was changed again since, so that it cannot be reversed; nothing was written.

    ``later`` is the number of the commit that did, and why it was made; 0 where the log does not say.
    """

    def __init__(
        self, record: str, key: str, differences: Iterable[tuple[str, Any, Any]], later: tuple[int, str] = (0, "")
    ) -> None:
        self.later = later
        super().__init__(record, key, differences)

    def _said(self) -> tuple[str, str, str]:
        number, why = self.later
        by = f" by commit {number}{f' ({why})' if why else ''}" if number else " since"
        first = f"Undo that one first (`crm undo {number}`), or enter" if number else "Enter"
        headline = f"{self.record} {self.key!r} was changed again{by}; nothing was undone"
        return headline, "then", f"{first} the values that you want."


class StillReferenced(CrmError):
    """A record cannot be removed while others hang on it."""

    def __init__(self, record: str, key: str, holders: Iterable[tuple[str, int]], *, todo: str = "") -> None:
        self.record = record
        self.key = key
        self.holders = tuple(holders)
        listed = ", ".join(counted(count, name) for name, count in self.holders)
        super().__init__(
            f"{record} {key!r} still has {listed}; nothing was removed",
            todo=todo or "Use --cascade to remove them as well; `crm undo` brings everything back.",
        )


class NotAllowed(CrmError):
    """The actor may not do this."""

    exit_code = 4


class StoreError(CrmError):
    """The store cannot be used as it is."""


class StoreLocked(StoreError):
    """Another process is writing and did not finish in time."""


class StoreBroken(StoreError):
    """The file is not a store, or is damaged."""


@contextmanager
def reading(what: str) -> Iterator[None]:
    """Turn whatever a damaged document makes its reader raise into `StoreBroken`, which names the document."""
    try:
        yield
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise damaged(what, error) from error


def damaged(what: str, error: Exception) -> StoreBroken:
    """Return the error for a document that cannot be read."""
    return StoreBroken(
        f"{what} in the store is damaged: {error}",
        todo="Restore a backup with `crm store restore FILE`, or undo what was changed in the file by hand.",
    )


class StoreTooNew(StoreError):
    """The file was written by a newer version of crmcore."""


class NotCommitted(StoreError):
    """A commit failed as a whole: the store is as it was before.

    ``is_passing`` tells that the cause goes by itself, others at work for example, so that the unit may be done again.
    """

    def __init__(self, message: str, *, todo: str = "", is_passing: bool = False) -> None:
        self.is_passing = is_passing
        super().__init__(message, todo=todo)


class CommitUnknown(StoreError):
    """The disk, or the connection, did not confirm a commit: it may have been made, or not.

    ``token`` names the unit of work in the change log, ``since`` is the number of the last commit before it: with
    both, `crmcore.outcome` says what became of it.
    """

    token: str = ""
    since: int = 0

    def of(self, token: str, since: int) -> "CommitUnknown":
        """Return the error with the name of its unit of work, and how to ask for it."""
        ask = f"`crm store outcome {token}` says whether it was."
        named = CommitUnknown(self.message, todo=" ".join(part for part in (self.todo, ask) if part))
        named.token, named.since = token, since
        return named


class AlreadyDone(CrmError):
    """A unit of work with this key was committed before; nothing was done now."""

    exit_code = 0

    def __init__(self, key: str, commit: int) -> None:
        self.key = key
        self.commit = commit
        super().__init__(f"{key!r} was done before, in commit {commit}; nothing was done now")


class RunRefused(CrmError):
    """A classification that would contradict what was already recorded."""
