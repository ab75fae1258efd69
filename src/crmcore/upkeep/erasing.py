"""Erasing a person's data: personal values go from the records, the change log and the outbox, for good.

What is left is a pseudonym: the customer's id, and whatever is not personal. Placements, purchases and all counts stay
as they are. Nobody is placed anew by it; the next classification that has to look at the customer takes what is left.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC
from typing import Any, Final

from attrs import evolve, frozen

from crmcore.app import Crm
from crmcore.entities import type_of
from crmcore.errors import CrmError, NotFound, StoreBroken, counted
from crmcore.records import Customer
from crmcore.storage.log_chain import vouching, without_values
from crmcore.store import ERASED, Change, Document, LogEntry, Reader, Transaction, copies_of
from crmcore.upkeep.personal import REPLACED, Belongings, Personal, Place, documents_of
from crmcore.work.absent import absent_in
from crmcore.work.checks import absent_holders
from crmcore.work.outbox import TABLE as OUTBOX

_SHORTEST: Final = 3
"""Letters of a text that is taken out of the reasons of commits; shorter ones stand by chance."""

_COMMON: Final = re.compile(r"[a-z]+")
"""A text that may be any word: it is taken out of the reasons of commits that changed something of the person only."""


@frozen
class Erasure:
    """What erasing a person's data changed, or would: records, entries of the log, and under which commit; 0 for none.

    ``failed`` says of which copies that restores left beside the store it could not be erased, and why.
    """

    customer: str
    records: tuple[Place, ...]
    entries: tuple[int, ...]
    commit: int = 0
    failed: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there was nothing left to erase."""
        return not (self.records or self.entries)


def personal_of(crm: Crm) -> Personal:
    """Return which values are personal by what the core and the active plugins declare."""
    return Personal.of(crm.classes.values(), crm.catalogue.values("field"))


def erase(crm: Crm, customer: str, *, dry_run: bool = False) -> Erasure:
    """Erase the personal values of a customer and of what belongs to it, in one commit, and in kept copies of the store.

    Raises `NotFound`, `CrmError` where records of a plugin that takes no part belong to the customer, since nobody
    knows what in them is personal, and what the store raises; then nothing was changed.
    """
    found = _erase_here(crm, customer, dry_run=dry_run)
    failed = []
    for copy in copies_of(crm.store):
        try:
            _erase_here(evolve(crm, store=copy), customer, dry_run=dry_run)
        except NotFound:
            continue
        except StoreBroken:
            failed.append(f"{copy.url}: it is damaged, so nothing in it can be erased. Delete the file.")
        except CrmError as error:
            failed.append(f"{copy.url}: {error.message}")
    return evolve(found, failed=tuple(failed))


def _erase_here(crm: Crm, customer: str, *, dry_run: bool) -> Erasure:
    with crm.store.write() as transaction:
        logged = tuple(crm.store.log())
        belongings = Belongings(customer, personal_of(crm), transaction)
        belongings.find(logged)
        if (type_of(Customer).name, customer) not in belongings.places:
            raise _unknown(customer)
        _check_known(crm, transaction, belongings)
        work = _Work(belongings, tuple(_texts(belongings, logged)))
        changes, replaced = tuple(work.changes(transaction)), tuple(work.replaced(logged))
        places, numbers = tuple((each.table, each.key) for each in changes), tuple(each.commit for each in replaced)
        found = Erasure(customer, places, numbers)
        if (work.clean_outbox(transaction) or not found.is_empty) and not dry_run:
            now = crm.clock().astimezone(UTC).isoformat().replace("+00:00", "Z")
            note = _noted(transaction, customer, {"at": now, "actor": crm.actor}, replaced)
            entry = LogEntry(0, now, crm.actor, f"erase customer {customer}", (*changes, note))
            found = evolve(found, commit=transaction.commit_as(entry, replaced))
        return found


def erased_in(reader: Reader) -> dict[str, str]:
    """Return the customers whose data was erased, with the time of it, first the first."""
    return {key: document["at"] for key, document in reader.items(ERASED)}


def erase_again(crm: Crm, customers: Mapping[str, str]) -> tuple[str, ...]:
    """Erase customers that were erased before, where a restored state holds their data; returns whose it did.

    All of them are noted in it first, for the next state that is restored. Raises `CrmError` with all those whose data
    could not be erased.
    """
    _note_erased(crm, customers)
    again, failed = [], []
    for customer in customers:
        try:
            found = erase(crm, customer)
        except NotFound:
            continue
        except CrmError as error:
            failed.append(error.message)
            continue
        if not found.is_empty:
            again.append(customer)
    if failed:
        raise CrmError(
            "the state is restored, but not everything in it that was erased before is erased again:\n"
            + "\n".join(failed),
            todo="Do it with `crm privacy erase`, once nothing is in the way.",
        )
    return tuple(again)


def _note_erased(crm: Crm, customers: Mapping[str, str]) -> None:
    with crm.store.write() as transaction:
        changes = tuple(
            Change(ERASED, customer, None, {"at": at, "actor": crm.actor})
            for customer, at in customers.items()
            if transaction.get(ERASED, customer) is None
        )
        for change in changes:
            transaction.put(change.table, change.key, change.after or {})
        if changes:
            now = crm.clock().astimezone(UTC).isoformat().replace("+00:00", "Z")
            transaction.commit_as(LogEntry(0, now, crm.actor, "note who was erased before", changes))


def _check_known(crm: Crm, reader: Reader, belongings: Belongings) -> None:
    absent = absent_in(reader, crm.catalogue.plugins)
    held: dict[str, int] = {}
    for (table, _), _ in absent_holders(reader, absent.references(crm.classes), belongings.places):
        held[table] = held.get(table, 0) + 1
    if held:
        listed = ", ".join(counted(number, table) for table, number in held.items())
        raise CrmError(
            f"{belongings.customer!r} has {listed} of plugins that take no part, and nobody knows what in them is personal; "
            "nothing was erased",
            todo="Let the plugin take part again, or remove what it left with `crm plugin purge`.",
        )


def _texts(belongings: Belongings, logged: Sequence[LogEntry]) -> Iterator[str]:
    for place in belongings.places:
        document = belongings.reader.get(*place)
        if document is not None:
            yield from belongings.personal.texts(place[0], document)
    for change in (change for entry in logged for change in entry.changes):
        if (change.table, change.key) in belongings.places:
            for document in documents_of(change):
                yield from belongings.personal.texts(change.table, document)


def _noted(transaction: Transaction, customer: str, kept: Document, replaced: Sequence[LogEntry]) -> Change:
    """Note in the store that a customer was erased, and return what the log is to say of it."""
    before = transaction.get(ERASED, customer)
    transaction.put(ERASED, customer, kept)
    return Change(ERASED, customer, before, {**kept, **vouching(replaced)})


@frozen
class _Work:
    """What takes values away."""

    belongings: Belongings
    texts: tuple[str, ...]

    def changes(self, transaction: Transaction) -> Iterator[Change]:
        """Take personal values out of the records, and yield what the log is to say of it: nothing that was there."""
        for place in self.belongings.places:
            document = transaction.get(*place)
            left = None if document is None else self.belongings.personal.left(place[0], document)
            if left is not None and left != document:
                after = {**left, "version": left.get("version", 0) + 1}
                transaction.put(*place, after)
                yield Change(*place, left, after)

    def replaced(self, logged: Sequence[LogEntry]) -> Iterator[LogEntry]:
        """Yield the entries that have to say less."""
        long = sorted(
            {text for text in self.texts if len(text) >= _SHORTEST and text != REPLACED}, key=len, reverse=True
        )
        own = re.compile("|".join(map(_alone, long)) or r"(?!)")
        anywhere = re.compile("|".join(_alone(text) for text in long if not _COMMON.fullmatch(text)) or r"(?!)")
        for entry in logged:
            changes = tuple(map(self._less, entry.changes))
            is_own = any((one.table, one.key) in self.belongings.places for one in entry.changes)
            why = (own if is_own else anywhere).sub(REPLACED, entry.why)
            if (why, changes) != (entry.why, entry.changes):
                yield without_values(entry, why, changes)

    def _less(self, change: Change) -> Change:
        if (change.table, change.key) not in self.belongings.places:
            return change
        return Change(
            change.table, change.key, *(self._left(change.table, one) for one in (change.before, change.after))
        )

    def _left(self, table: str, document: Document | None) -> Document | None:
        return None if document is None else self.belongings.personal.left(table, document)

    def clean_outbox(self, transaction: Transaction) -> bool:
        """Take the values out of what plugins are still to be told; returns whether there were any."""
        found = False
        for key, document in transaction.items(OUTBOX):
            rows = [Change(*row) for row in document["changes"]]
            told: list[list[Any]] = [[one.table, one.key, one.before, one.after] for one in map(self._less, rows)]
            if told != document["changes"]:
                transaction.put(OUTBOX, key, {**document, "changes": told})
                found = True
        return found


def _alone(text: str) -> str:
    """Return the pattern of a text that is not a part of a longer word."""
    before, after = (r"(?<!\w)" if text[0].isascii() else ""), (r"(?!\w)" if text[-1].isascii() else "")
    return f"{before}{re.escape(text)}{after}"


def belongings_of(crm: Crm, customer: str) -> tuple[Place, ...]:
    """Return the places of a customer and of all records that belong to it, also of plugins that take no part.

    Records that are gone are among them as long as the log knows them. Raises `NotFound`.
    """
    reader = crm.store.read()
    found = Belongings(customer, personal_of(crm), reader)
    found.find(crm.store.log())
    if (type_of(Customer).name, customer) not in found.places:
        raise _unknown(customer)
    references = absent_in(reader, crm.catalogue.plugins).references(crm.classes)
    return tuple({**found.places, **{place: None for place, _ in absent_holders(reader, references, found.places)}})


def _unknown(customer: str) -> NotFound:
    return NotFound("customer", customer, todo="`crm customer list --columns id,name` lists them.")
