"""What playbooks have raised for each customer, so that nothing is raised twice and nobody is overruled.

A task is known by an id that is made of what it is for. Beside the tasks, which people change as they like, the store
keeps how each was left by its playbook: that tells what people did with it, even that they deleted it.
"""

import hashlib
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, Final

from attrs import define, evolve, frozen

from crmcore.errors import reading
from crmcore.store import Change, Document, Reader, Transaction

TABLE: Final = "raised"
PLAYBOOKS: Final = "playbook"
"""What each playbook was when it was last carried out for everybody, or since when its plugin has been away."""

TASKS: Final = "task"
OPEN: Final = "open"
DONE: Final = "done"
DROPPED: Final = "dropped"
THEIRS: Final = "theirs"
"""People have opened again what its playbook had closed: it is theirs from then on."""

_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_ID_LENGTH: Final = 20
_CLOSED_VISITS: Final = 3
"""So many visits are remembered after they are closed; the last ones say what comes next."""


def task_id(*made_of: object) -> str:
    """Return the id of a task: the same whenever, and wherever, it is raised."""
    digest = hashlib.sha256("\x1f".join(map(str, made_of)).encode()).digest()
    return "".join(_ALPHABET[byte % 32] for byte in digest[:_ID_LENGTH])


def is_held_out(playbook: str, customer: str, share: Decimal) -> bool:
    """Whether a playbook leaves a customer alone, so that its effect can be seen; always the same customers."""
    drawn = int(hashlib.sha256(f"{playbook}\x1f{customer}".encode()).hexdigest()[:16], 16)
    return drawn < share * 2**64


def carried_out_since(reader: Reader, playbook: str) -> date | None:
    """Return since when a playbook is carried out with the share of customers held out that is in force, if it is."""
    since = (reader.get(PLAYBOOKS, playbook) or {}).get("since")
    return date.fromisoformat(since) if since else None


@frozen
class Left:
    """How a playbook left one of its tasks: the ``origin`` in the task, its state, and of a visit the day it counts from."""

    origin: str
    state: str
    base: date | None = None

    @property
    def playbook(self) -> str:
        """The name of the playbook."""
        return self.origin.partition(":")[0]

    def row(self) -> list[Any]:
        """Return it as it stands in the store."""
        return [self.origin, self.state, *([self.base.isoformat()] if self.base else [])]

    @classmethod
    def of(cls, row: list[Any]) -> "Left":
        """Read back what `row` made."""
        origin, state, *base = row
        return cls(str(origin), str(state), date.fromisoformat(base[0]) if base else None)


@define(eq=False)
class Raised:
    """Everything that was raised for one customer, by id; ``look_on`` is when a contact that is planned will count."""

    tasks: dict[str, Left]
    look_on: date | None = None

    @classmethod
    def of(cls, reader: Reader, customer: str) -> "Raised":
        """Return what the store knows; nothing for most customers."""
        document = reader.get(TABLE, customer)
        if document is None:
            return cls({})
        with reading(f"what was raised for the customer {customer!r}"):
            look_on = document.get("look_on")
            tasks = {key: Left.of(row) for key, row in document["tasks"].items()}
            return cls(tasks, date.fromisoformat(look_on) if look_on else None)

    def left(self, key: str, state: str) -> None:
        """Note how a task is left."""
        self.tasks[key] = evolve(self.tasks[key], state=state)

    def write(self, transaction: Transaction, customer: str) -> None:
        """Store it, if it is something new."""
        outdated = set(self._outdated())
        tasks = {key: left.row() for key, left in self.tasks.items() if key not in outdated}
        look_on = {"look_on": self.look_on.isoformat()} if self.look_on else {}
        document = {"tasks": tasks, **look_on}
        before = transaction.get(TABLE, customer)
        if document != (before or {"tasks": {}}):
            transaction.put(TABLE, customer, document)

    def _outdated(self) -> Iterator[str]:
        closed: dict[str, list[str]] = {}
        for key, left in self.tasks.items():
            if left.base is not None and left.state in {DONE, DROPPED}:
                closed.setdefault(left.origin, []).append(key)
        for keys in closed.values():
            yield from keys[:-_CLOSED_VISITS]


def state_in(reader: Reader, key: str) -> str | None:
    """Return the state of a stored task, or None where there is none."""
    document = reader.get(TASKS, key)
    return None if document is None else str(document.get("state", OPEN))


def is_signed_in(reader: Reader, key: str) -> bool:
    """Whether there is a task that a playbook was the last to change."""
    document = reader.get(TASKS, key)
    return document is not None and is_signed(document)


def days_overdue(task: Document, day: date) -> int | None:
    """Return by how many days an open task is overdue on a day; None if it is not."""
    if task.get("due") is None or task.get("state", OPEN) != OPEN:
        return None
    late = (day - date.fromisoformat(task["due"])).days
    return late if late > 0 else None


def playbook_of(task: Document) -> str | None:
    """Return the name of the playbook that raised a task; None for one that people made."""
    name, mark, _ = str(task.get("origin") or "").partition(":")
    return name if mark else None


def is_by_playbook(change: Change) -> bool:
    """Whether a logged change of a task was made by its playbook, not by people, nor by undoing something.

    Playbooks sign what they do, except that a task which people have changed keeps their name.
    """
    before, after = change.before, change.after
    if change.table != TASKS or after is None or ":" not in str(after.get("origin") or ""):
        return False
    if before is None:
        return is_signed(after) and after.get("version") == 1  # what is undone comes back as a later version
    return before.get("changed") == after.get("changed") or (is_signed(before) and is_signed(after))


def is_signed(task: Document) -> bool:
    """Whether a playbook was the last to change one of its tasks."""
    actor = (task.get("changed") or {}).get("actor")
    return actor is not None and actor == str(task.get("origin") or "").partition(":")[0]
