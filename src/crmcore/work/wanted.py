"""Which tasks there should be for a customer, by the playbooks of its segments.

That is computed from the placements, contacts and tasks that are stored, never from what has just happened: so it comes
out the same in whatever order customers are placed, and however often this is run.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date, timedelta
from functools import cached_property
from typing import Final

from attrs import field, frozen

from crmcore.evaluation.facts import local_day
from crmcore.evaluation.placements import Placement, Timeline, segment_in
from crmcore.grammar.days import days_of
from crmcore.grammar.expr import Rows
from crmcore.grammar.playbooks import VISIT, Playbook
from crmcore.records import Customer, Interaction, Task
from crmcore.work.placing import table_of, timeline_of
from crmcore.work.raised import DONE, OPEN, THEIRS, Left, Raised, is_signed_in, state_in, task_id
from crmcore.work.state import State
from crmcore.work.unit import Unit

_CONTACTS: Final = Rows(Interaction, "customer")


@frozen
class Wish:
    """A task that there should be; ``may_raise`` unless it is too late for it, ``base`` is what a visit counts from."""

    key: str
    playbook: Playbook
    origin: str
    title: str
    due: date
    may_raise: bool
    base: date | None = None


@frozen(eq=False)
class News:
    """What has just happened: who moved in which scheme, and the day since which a playbook has missed what did."""

    moved: Collection[tuple[str, str]] = frozenset()
    missed_since: Mapping[str, date] = field(factory=dict)


@frozen(eq=False, slots=False)
class Wishes:
    """Knows the wishes of playbooks in a unit, as of the day of a state."""

    unit: Unit
    state: State
    playbooks: tuple[Playbook, ...]
    language: str
    news: News = field(factory=News)

    def of(self, customer: Customer, raised: Raised) -> Iterator[Wish]:
        """Yield the tasks that there should be for a customer; ``raised`` are those that there are."""
        for scheme, playbooks in self._by_scheme.items():
            segment = segment_in(self.unit.transaction.get(table_of(scheme), customer.id))
            wanted = [each for each in playbooks if each.segment == segment or each in self._parting]
            timeline = timeline_of(self.unit.transaction, scheme, customer.id) if wanted else Timeline()
            for playbook in wanted:
                if playbook.segment == segment and (current := timeline.current) is not None:
                    yield from self._within(playbook, customer, current, raised)
                elif (left := _last_of(timeline, playbook.segment)) is not None:
                    yield from self._on("leave", playbook, customer, left)

    @cached_property
    def _by_scheme(self) -> Mapping[str, list[Playbook]]:
        found: dict[str, list[Playbook]] = {}
        for playbook in self.playbooks:
            found.setdefault(playbook.scheme.name, []).append(playbook)
        return found

    @cached_property
    def _parting(self) -> tuple[Playbook, ...]:
        """The playbooks that have something done when a customer leaves."""
        return tuple(each for each in self.playbooks if any(task.on == "leave" for task in each.tasks))

    def _within(self, playbook: Playbook, customer: Customer, current: Placement, raised: Raised) -> Iterator[Wish]:
        yield from self._on("enter", playbook, customer, current)
        if playbook.cadence is not None and (visit := self._visit(playbook, customer, current, raised)):
            yield visit

    def _on(self, event: str, playbook: Playbook, customer: Customer, placement: Placement) -> Iterator[Wish]:
        day = (placement.until or placement.since) if event == "leave" else placement.since
        for template in playbook.tasks:
            if template.on == event:
                origin = f"{playbook.name}:{template.name}"
                due = _later(day, days_of(template.due, self.state.world.settings))
                key = task_id(customer.id, playbook.scheme.name, placement.since, origin)
                is_news = self._is_news(playbook, customer, day)
                yield Wish(key, playbook, origin, template.title(self.language), due, is_news)

    def _is_news(self, playbook: Playbook, customer: Customer, day: date) -> bool:
        if self.state.is_held_out(playbook, customer.id):
            return False
        has_moved = day == self.state.day and (customer.id, playbook.scheme.name) in self.news.moved
        missed = self.news.missed_since.get(playbook.name)
        return has_moved or (missed is not None and missed < day)

    # -- visits --------------------------------------------------------------------------------------------------------

    def _visit(self, playbook: Playbook, customer: Customer, current: Placement, raised: Raised) -> Wish | None:
        """Return the one visit that is to come; None where people dropped it, until there is a contact."""
        reader, origin = self.unit.transaction, f"{playbook.name}:{VISIT}"
        mine = {key: left for key, left in raised.tasks.items() if left.origin == origin}
        if any(left.state == THEIRS and state_in(reader, key) == OPEN for key, left in mine.items()):
            return None
        base = max((*self._contacts(customer), *self._done_by_people(mine)), default=current.since)
        due = _later(base, days_of(playbook.cadence, self.state.world.settings))
        may_raise = not self.state.is_held_out(playbook, customer.id)
        for number in range(len(mine) + 1):
            key = task_id(customer.id, playbook.scheme.name, current.since, origin, base, number)
            stored = state_in(reader, key)
            if stored is not None and key not in raised.tasks:  # raised so long ago that it is no longer remembered
                raised.tasks[key] = Left(origin, stored if is_signed_in(reader, key) else OPEN, base)
            if key not in raised.tasks or stored != DONE or raised.tasks[key].state == DONE:
                return Wish(key, playbook, origin, playbook.visit_title(self.language), due, may_raise, base)
        return None  # pragma: no cover - one more than there are is always free

    def _done_by_people(self, visits: Mapping[str, Left]) -> Iterator[date]:
        """Yield the days on which people ticked visits off, without recording a contact."""
        for key, left in visits.items():
            if left.state in {OPEN, THEIRS} and state_in(self.unit.transaction, key) == DONE:
                changed = self.unit.get(Task, key).changed
                yield min(local_day(changed.at, self.state.company.zone), self.state.day) if changed else self.state.day

    def _contacts(self, customer: Customer) -> Iterator[date]:
        return (day for day in self._contact_days(customer) if day <= self.state.day)

    def next_contact(self, customer: Customer) -> date | None:
        """Return the day of the next contact that is planned; None where no playbook asks for contacts."""
        if all(playbook.cadence is None for playbook in self.playbooks):
            return None
        return min((day for day in self._contact_days(customer) if day > self.state.day), default=None)

    def _contact_days(self, customer: Customer) -> Iterator[date]:
        return (row.day for row in self.state.book.rows(_CONTACTS, customer.id) if row.day is not None)


def _last_of(timeline: Timeline, segment: str) -> Placement | None:
    return next((each for each in reversed(timeline.placements) if each.segment == segment), None)


def _later(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max
