"""Carrying out playbooks for one customer: which tasks there should be, and what becomes of those that are there.

What should be is computed from the placements, contacts and tasks that are stored, never from what has just happened:
so it comes out the same in whatever order customers are placed, and however often this is run.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date, timedelta
from typing import Any, Final

from attrs import define, evolve, field, frozen

from crmcore.entities import Record, Stamp, type_of
from crmcore.evaluation.facts import local_day
from crmcore.evaluation.placements import Placement, Timeline
from crmcore.grammar.days import days_of
from crmcore.grammar.expr import Rows
from crmcore.grammar.playbooks import CUSTOMERS_OWNER, VISIT, Playbook
from crmcore.labels import as_label
from crmcore.plugging.core_settings import HOLDOUT
from crmcore.records import Customer, Interaction, Task
from crmcore.work.placing import timeline_of
from crmcore.work.raised import DONE, DROPPED, OPEN, TASKS, THEIRS, Left, Raised, is_held_out, is_signed, task_id
from crmcore.work.state import State
from crmcore.work.unit import Unit

VISIT_TITLE: Final = as_label({"en": "Get in touch", "zh": "回访客户"})
_CONTACTS: Final = Rows(Interaction, "customer")


@frozen
class _Wish:
    """A task that there should be; ``may_raise`` unless it is too late for it, ``base`` is what a visit counts from."""

    key: str
    origin: str
    customer: Customer
    title: str
    due: date
    may_raise: bool
    base: date | None = None


@frozen(eq=False)
class News:
    """What has just happened: who moved in which scheme, and the day since which a playbook has missed what did."""

    moved: Collection[tuple[str, str]] = frozenset()
    missed_since: Mapping[str, date] = field(factory=dict)


@define(eq=False)
class Carer:
    """Carries out playbooks in a unit, as of the day of a state."""

    unit: Unit
    state: State
    playbooks: tuple[Playbook, ...]
    language: str
    news: News = field(factory=News)

    def look_after(self, key: str) -> None:
        """Raise, follow and close the tasks of one customer."""
        raised = Raised.of(self.unit.transaction, key)
        self._take_back(raised)
        customer = self._customer(key)
        wishes: dict[str, _Wish] = {}
        if customer is not None:
            raised.look_on = self._next_contact(customer)
            for playbook in self.playbooks:
                wishes |= {wish.key: wish for wish in self._wishes(playbook, customer, raised)}
        self._close(raised, wishes, is_gone=customer is None)
        for wish in wishes.values():
            self._fulfil(wish, raised)
        raised.write(self.unit.transaction, key)

    def _customer(self, key: str) -> Customer | None:
        """Return a customer as it is now, also where the books are closed on an earlier day; None if it is archived."""
        if self.unit.transaction.get(type_of(Customer).name, key) is None:
            return None
        customer = self.unit.get(Customer, key)
        return customer if customer.archived_at is None else None

    # -- what there should be ------------------------------------------------------------------------------------------

    def _wishes(self, playbook: Playbook, customer: Customer, raised: Raised) -> Iterator[_Wish]:
        timeline = timeline_of(self.unit.transaction, playbook.scheme.name, customer.id)
        current = timeline.current
        if current is not None and current.segment == playbook.segment:
            is_news = self._is_news(playbook, customer, current.since)
            yield from self._on(playbook, "enter", customer, (current.since, current.since), may_raise=is_news)
            if playbook.cadence is not None and (visit := self._visit(playbook, customer, current, raised)):
                yield visit
        elif (left := _last_of(timeline, playbook.segment)) is not None:
            is_news = self._is_news(playbook, customer, left.until or left.since)
            yield from self._on(playbook, "leave", customer, (left.since, left.until), may_raise=is_news)

    def _is_news(self, playbook: Playbook, customer: Customer, day: date) -> bool:
        if self._is_held_out(playbook, customer.id):
            return False
        has_moved = day == self.state.day and (customer.id, playbook.scheme.name) in self.news.moved
        missed = self.news.missed_since.get(playbook.name)
        return has_moved or (missed is not None and missed < day)

    def _is_held_out(self, playbook: Playbook, customer: str) -> bool:
        return is_held_out(playbook.name, customer, self.state.setting(HOLDOUT))

    def _on(
        self, playbook: Playbook, event: str, customer: Customer, days: tuple[date, date | None], *, may_raise: bool
    ) -> Iterator[_Wish]:
        since, start = days
        for template in playbook.tasks:
            if template.on == event:
                origin = f"{playbook.name}:{template.name}"
                due = _later(start or since, days_of(template.due, self.state.world.settings))
                key = task_id(customer.id, playbook.scheme.name, since, origin)
                yield _Wish(key, origin, customer, template.title(self.language), due, may_raise)

    def _visit(self, playbook: Playbook, customer: Customer, current: Placement, raised: Raised) -> _Wish | None:
        """Return the one visit that is to come; None where people dropped it, until there is a contact."""
        origin = f"{playbook.name}:{VISIT}"
        mine = {key: left for key, left in raised.tasks.items() if left.origin == origin}
        if any(left.state == THEIRS and self._state(key) == OPEN for key, left in mine.items()):
            return None
        base = max((*self._contacts(customer), *self._done_by_people(mine)), default=current.since)
        due = _later(base, days_of(playbook.cadence, self.state.world.settings))
        may_raise = not self._is_held_out(playbook, customer.id)
        for number in range(len(mine) + 1):
            key = task_id(customer.id, playbook.scheme.name, current.since, origin, base, number)
            stored = self._state(key)
            if stored is not None and key not in raised.tasks:  # raised so long ago that it is no longer remembered
                raised.tasks[key] = Left(origin, stored if self._is_signed(key) else OPEN, base)
            if key not in raised.tasks or stored != DONE or raised.tasks[key].state == DONE:
                return _Wish(key, origin, customer, VISIT_TITLE(self.language), due, may_raise, base)
        return None  # pragma: no cover - one more than there are is always free

    def _done_by_people(self, visits: Mapping[str, Left]) -> Iterator[date]:
        """Yield the days on which people ticked visits off, without recording a contact."""
        for key, left in visits.items():
            if left.state in {OPEN, THEIRS} and self._state(key) == DONE:
                changed = self.unit.get(Task, key).changed
                yield min(local_day(changed.at, self.state.company.zone), self.state.day) if changed else self.state.day

    def _contacts(self, customer: Customer) -> Iterator[date]:
        rows = self.state.book.rows(_CONTACTS, customer.id) if self._has_cadence else ()
        return (row.day for row in rows if row.day is not None and row.day <= self.state.day)

    def _next_contact(self, customer: Customer) -> date | None:
        rows = self.state.book.rows(_CONTACTS, customer.id) if self._has_cadence else ()
        return min((row.day for row in rows if row.day is not None and row.day > self.state.day), default=None)

    @property
    def _has_cadence(self) -> bool:
        return any(playbook.cadence is not None for playbook in self.playbooks)

    # -- what becomes of what there is ---------------------------------------------------------------------------------

    def _state(self, key: str) -> str | None:
        document = self.unit.transaction.get(TASKS, key)
        return None if document is None else str(document.get("state", OPEN))

    def _is_signed(self, key: str) -> bool:
        document = self.unit.transaction.get(TASKS, key)
        return document is not None and is_signed(document)

    def _take_back(self, raised: Raised) -> None:
        """Leave alone from now on what people have opened again."""
        for key, left in raised.tasks.items():
            if left.state in {DONE, DROPPED} and self._state(key) == OPEN:
                raised.left(key, THEIRS)

    def _close(self, raised: Raised, wishes: Mapping[str, _Wish], *, is_gone: bool) -> None:
        """Close what is open and no longer wanted: visits that a later contact has replaced are done."""
        ours = {playbook.name for playbook in self.playbooks}
        bases = {wish.origin: wish.base for wish in wishes.values() if wish.base}
        for key, left in tuple(raised.tasks.items()):
            is_ours = left.state == OPEN or (left.state == THEIRS and is_gone)
            if key in wishes or left.playbook not in ours or not is_ours or self._state(key) != OPEN:
                continue
            base = bases.get(left.origin)
            is_done = base is not None and left.base is not None and left.base < base
            self._change(key, {"state": DONE if is_done else DROPPED})
            raised.left(key, DONE if is_done else DROPPED)

    def _fulfil(self, wish: _Wish, raised: Raised) -> None:
        left, stored = raised.tasks.get(wish.key), self._state(wish.key)
        if left is None and stored is None and wish.may_raise:
            self._raise(wish)
            raised.tasks[wish.key] = Left(wish.origin, OPEN, wish.base)
        elif left is not None and stored is not None and left.state != THEIRS:
            if stored == left.state and stored in {DONE, DROPPED}:
                self._change(wish.key, {"state": OPEN})
                raised.left(wish.key, OPEN)
            elif stored == OPEN:
                self._follow(wish)

    def _raise(self, wish: _Wish) -> None:
        stamp = self._stamp(wish.origin)
        customer, owner = wish.customer.id, self._owner(wish)
        task: Record = Task(customer=customer, title=wish.title, due=wish.due, owner=owner, origin=wish.origin)
        task = evolve(task, id=wish.key, version=1, created=stamp, changed=stamp)
        self.unit.keep(TASKS, wish.key, self.unit.codec.encode(task))

    def _follow(self, wish: _Wish) -> None:
        """Keep the date and owner of an open task up to date, unless people have changed it."""
        task = self.unit.get(Task, wish.key)
        owner = self._owner(wish)
        if self._is_signed(wish.key) and (task.due, task.owner) != (wish.due, owner):
            self._change(wish.key, {"due": wish.due, "owner": owner})

    def _change(self, key: str, columns: Mapping[str, Any]) -> None:
        task = self.unit.get(Task, key)
        changed = self._stamp(task.origin or "") if self._is_signed(key) else task.changed
        made: Record = evolve(task, **columns)
        made = evolve(made, version=task.version + 1, changed=changed)
        self.unit.keep(TASKS, key, self.unit.codec.encode(made))

    def _stamp(self, origin: str) -> Stamp:
        return Stamp(self.unit.author.now, origin.partition(":")[0])

    def _owner(self, wish: _Wish) -> str | None:
        name = wish.origin.partition(":")[0]
        owner = next(playbook.owner for playbook in self.playbooks if playbook.name == name)
        return wish.customer.owner if owner == CUSTOMERS_OWNER else owner


def _last_of(timeline: Timeline, segment: str) -> Placement | None:
    return next((each for each in reversed(timeline.placements) if each.segment == segment), None)


def _later(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max
