"""Telling plugins what happened: after the commit, at least once, and never in the way of it."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, Final

from attrs import frozen

from crmcore.evaluation.placements import Move
from crmcore.plugging.plugins import Plugins
from crmcore.plugging.secrets import masked
from crmcore.store import Change, Document, LogEntry, Reader, Store, Transaction

TABLE: Final = "outbox"
_COMMITTED: Final = "crm_committed"
_MOVED: Final = "crm_placements_changed"
_LONGEST: Final = 500


def note(transaction: Transaction, plugins: Plugins, changes: Sequence[Change], moves: Sequence[Move]) -> None:
    """Put what is about to be committed into the outbox, if a plugin listens to it."""
    waiting = {
        event: list(plugins.listeners(event)) for event, facts in ((_COMMITTED, changes), (_MOVED, moves)) if facts
    }
    if any(waiting.values()):
        document = {
            "waiting": waiting,
            "changes": [[change.table, change.key, change.before, change.after] for change in changes],
            "moves": [_move_row(move) for move in moves],
        }
        transaction.put(TABLE, f"{transaction.commit + 1:012d}", document)


Waiting = dict[str, list[str]]
"""The plugins that are still to be told, by event."""


def empty(store: Store, plugins: Plugins, author: Callable[[], tuple[str, str]]) -> tuple[str, ...]:
    """Deliver the outbox and settle it; returns a sentence per plugin that failed. ``author`` says when and who."""
    reader = store.read()
    if not reader.count(TABLE):
        return ()
    delivery = deliver(reader, plugins)
    with store.write() as transaction:
        if settle(transaction, delivery):
            transaction.commit_as(LogEntry(transaction.commit + 1, *author(), "", ()))
    return delivery.failures


@frozen
class Delivery:
    """What became of the outbox: who is still waiting for each entry, and why each plugin that failed did."""

    left: dict[str, Waiting]
    reasons: dict[str, str]

    @property
    def failures(self) -> tuple[str, ...]:
        """A sentence per plugin that failed."""
        return tuple(f"plugin {name!r} {reason}; it will be told again" for name, reason in self.reasons.items())


def deliver(reader: Reader, plugins: Plugins) -> Delivery:
    """Tell every waiting plugin, oldest commit first; one that fails is left alone until the next commit.

    Plugins that are set aside go on waiting; those that are no longer installed are forgotten.
    """
    installed = {record.name for record in plugins.records}
    failures: dict[str, str] = {}
    left = {}
    for key, document in reader.items(TABLE):
        still: Waiting = {}
        for event, names in document["waiting"].items():
            for name in names:
                if name in plugins.active and name not in failures:
                    failure = plugins.tell(name, event, **_facts(event, document))
                    if failure is None:
                        continue
                    failures[name] = masked(f"failed in {event}: {failure.reason}")[:_LONGEST]
                if name in installed:
                    still.setdefault(event, []).append(name)
        left[key] = still
    return Delivery(left, failures)


def settle(transaction: Transaction, delivery: Delivery) -> bool:
    """Take out of the outbox what was delivered, note why the rest was not; returns whether anything changed."""
    changed = False
    for key, still in delivery.left.items():
        document = transaction.get(TABLE, key)
        if document is None:
            continue
        known = {**document.get("failed", {}), **delivery.reasons}
        failed = {name: known[name] for names in still.values() for name in names if name in known}
        if (document["waiting"], document.get("failed", {})) == (still, failed):
            continue
        changed = True
        if still:
            transaction.put(TABLE, key, {**document, "waiting": still, "failed": failed})
        else:
            transaction.delete(TABLE, key)
    return changed


def _facts(event: str, document: Document) -> dict[str, Any]:
    if event == _COMMITTED:
        return {"changes": tuple(Change(*row) for row in document["changes"])}
    return {"moves": tuple(_read_move(row) for row in document["moves"])}


def _move_row(move: Move) -> list[Any]:
    return [move.customer, move.scheme, move.before, move.after, move.on.isoformat(), move.cause, move.is_first]


def _read_move(row: Sequence[Any]) -> Move:
    customer, scheme, before, after, on, cause, is_first = row
    return Move(customer, scheme, before, after, date.fromisoformat(on), cause, is_first=is_first)
