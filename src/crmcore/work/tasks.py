"""The tasks of playbooks, in the same transaction as the placements from which they come."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import Any, Final

from attrs import field, frozen

from crmcore.entities import type_of
from crmcore.evaluation.placements import Move, segment_in
from crmcore.grammar.days import days_of
from crmcore.grammar.playbooks import Playbook
from crmcore.grammar.walk import fingerprint
from crmcore.plugging.catalogue import Catalogue
from crmcore.plugging.core_settings import HOLDOUT
from crmcore.records import Customer
from crmcore.store import Document, Reader
from crmcore.work.caring import Carer
from crmcore.work.linking import fetch
from crmcore.work.placing import table_of
from crmcore.work.raised import PLAYBOOKS, TASKS, Raised, is_signed
from crmcore.work.raised import TABLE as RAISED
from crmcore.work.state import State
from crmcore.work.unit import Unit
from crmcore.work.wanted import News, Wishes

_PIECE: Final = 500
"""Customers of whom everything is fetched at once."""


@frozen(eq=False)
class Round:
    """One commit or run: on what, by which playbooks, in which language new titles are."""

    unit: Unit
    state: State
    catalogue: Catalogue
    language: str
    known: Mapping[str, Document] = field(init=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "known", dict(self.unit.transaction.items(PLAYBOOKS)))

    @property
    def playbooks(self) -> tuple[Playbook, ...]:
        """The playbooks that have, or once had, something to be done."""
        every: tuple[Playbook, ...] = self.catalogue.values("playbook")
        return tuple(each for each in every if each.tasks or each.cadence is not None or each.name in self.known)


def tasks_of_commit(this: Round, moves: Iterable[Move], touched: Iterable[str]) -> None:
    """Raise, follow and close the tasks of the customers that a commit touches."""
    _note_absent(this)
    playbooks = this.playbooks
    if playbooks:
        _look_after(this, playbooks, News(_moved(moves)), dict.fromkeys(touched))


def tasks_of_run(this: Round, moves: Iterable[Move], first: Collection[str], *, everybody: bool) -> None:
    """Do the same for a classification: of those who moved, whose contacts are due, or of all for a changed playbook.

    In ``first`` are the schemes that have placed nobody before: where everybody comes in at once, nobody enters.
    """
    _note_absent(this)
    playbooks = this.playbooks
    if not playbooks:
        return
    marks = {each.name: _mark(each, this.state) for each in playbooks}
    changed = [each for each in playbooks if _is_new(this.known.get(each.name), marks[each.name], this.state.day)]
    names = {each.scheme.name for each in playbooks}
    listed = [move for move in moves if move.scheme in names]
    customers = dict.fromkeys(move.customer for move in listed)
    customers |= dict.fromkeys(_waiting(this.unit.transaction, this.state.day))
    if everybody or changed:
        customers |= dict.fromkeys(key for key, _ in this.unit.transaction.items(RAISED))
        customers |= dict.fromkeys(_members(this.unit.transaction, playbooks if everybody else changed))
    news = News(_moved(move for move in listed if move.scheme not in first), _missed(this.known))
    _look_after(this, playbooks, news, customers)
    for each in changed:
        this.unit.transaction.put(PLAYBOOKS, each.name, _carried_out(this, each, marks[each.name]))


def forget_customer(unit: Unit, customer: str) -> None:
    """Delete the tasks that playbooks raised for a customer that is to be deleted, but what people have touched."""
    for key in Raised.of(unit.transaction, customer).tasks:
        document = unit.transaction.get(TASKS, key)
        if document is not None and is_signed(document):
            unit.delete(TASKS, key)
    unit.transaction.delete(RAISED, customer)


def _look_after(this: Round, playbooks: tuple[Playbook, ...], news: News, customers: Iterable[str]) -> None:
    carer = Carer(Wishes(this.unit, this.state, playbooks, this.language, news))
    tables = dict.fromkeys((RAISED, type_of(Customer).name, *(table_of(each.scheme.name) for each in playbooks)))
    left = iter(customers)
    while piece := tuple(islice(left, _PIECE)):
        for table in tables:
            fetch(this.unit.transaction, table, piece)
        for key in piece:
            carer.look_after(key)


def _moved(moves: Iterable[Move]) -> frozenset[tuple[str, str]]:
    return frozenset((move.customer, move.scheme) for move in moves)


def _note_absent(this: Round) -> None:
    """Note since when the playbooks of a plugin that takes no part have missed what happens."""
    active = set(this.catalogue.names("playbook"))
    for name, document in this.known.items():
        if name not in active and document.get("as"):
            away = {"as": "", "missed_since": this.state.day.isoformat()}
            this.unit.transaction.put(PLAYBOOKS, name, {**document, **away})


def _missed(known: Mapping[str, Document]) -> dict[str, date]:
    return {
        name: date.fromisoformat(document["missed_since"])
        for name, document in known.items()
        if "missed_since" in document
    }


def _is_new(before: Document | None, mark: str, day: date) -> bool:
    """Whether a playbook is to be carried out for everybody: for the first time, anew, or on a day before that."""
    return before is None or before.get("as") != mark or before.get("since", "") > day.isoformat()


def _carried_out(this: Round, playbook: Playbook, mark: str) -> Document:
    before, day, share = this.known.get(playbook.name) or {}, this.state.day, str(this.state.setting(HOLDOUT))
    since = min(before.get("since") or day.isoformat(), day.isoformat())
    return {"as": mark, "since": since if before.get("holdout", share) == share else day.isoformat(), "holdout": share}


def _mark(playbook: Playbook, state: State) -> str:
    """Return what a playbook has people do, as one short text."""
    settings: Mapping[str, Any] = state.world.settings
    facts: list[object] = [playbook.scheme.name, playbook.segment, playbook.owner, state.setting(HOLDOUT)]
    facts += [playbook.cadence if playbook.cadence is None else days_of(playbook.cadence, settings)]
    facts += [(task.name, task.on, days_of(task.due, settings)) for task in playbook.tasks]
    return fingerprint(repr(facts))


def _members(reader: Reader, playbooks: Sequence[Playbook]) -> Iterator[str]:
    """Yield the customers that are in the segments of playbooks."""
    for playbook in playbooks:
        for key, document in reader.items(table_of(playbook.scheme.name)):
            if segment_in(document) == playbook.segment:
                yield key


def _waiting(reader: Reader, day: date) -> Iterator[str]:
    """Yield the customers with whom a contact was planned for a day that has come."""
    until = day.isoformat()
    return (key for key, document in reader.items(RAISED) if "" < document.get("look_on", "") <= until)
