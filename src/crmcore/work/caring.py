"""Carrying out playbooks for a customer: tasks that should be there are raised, others closed, and nobody is overruled."""

from collections.abc import Mapping
from typing import Any

from attrs import define, evolve

from crmcore.entities import Record, Stamp, type_of
from crmcore.grammar.playbooks import CUSTOMERS_OWNER
from crmcore.records import Customer, Task
from crmcore.work.raised import DONE, DROPPED, OPEN, TASKS, THEIRS, Left, Raised, is_signed_in, state_in
from crmcore.work.unit import Unit
from crmcore.work.wanted import Wish, Wishes


@define(eq=False)
class Carer:
    """Brings the tasks of customers in line with wishes, in their unit."""

    wishes: Wishes

    @property
    def unit(self) -> Unit:
        """The unit in which everything happens."""
        return self.wishes.unit

    def look_after(self, key: str) -> None:
        """Raise, follow and close the tasks of one customer."""
        raised = Raised.of(self.unit.transaction, key)
        self._take_back(raised)
        customer, wanted = self._customer(key), dict[str, Wish]()
        if customer is not None:
            raised.look_on = self.wishes.next_contact(customer)
            wanted = {wish.key: wish for wish in self.wishes.of(customer, raised)}
        self._close(raised, wanted, is_gone=customer is None)
        if customer is not None:
            for wish in wanted.values():
                self._fulfil(wish, customer, raised)
        raised.write(self.unit.transaction, key)

    def _customer(self, key: str) -> Customer | None:
        """Return a customer as it is now, also where the books are closed on an earlier day; None if it is archived."""
        if self.unit.transaction.get(type_of(Customer).name, key) is None:
            return None
        customer = self.unit.get(Customer, key)
        return customer if customer.archived_at is None else None

    def _take_back(self, raised: Raised) -> None:
        """Leave alone from now on what people have opened again."""
        for key, left in raised.tasks.items():
            if left.state in {DONE, DROPPED} and self._state(key) == OPEN:
                raised.left(key, THEIRS)

    def _close(self, raised: Raised, wanted: Mapping[str, Wish], *, is_gone: bool) -> None:
        """Close what is open and no longer wanted: visits that a later contact has replaced are done."""
        ours = {playbook.name for playbook in self.wishes.playbooks}
        bases = {wish.origin: wish.base for wish in wanted.values() if wish.base}
        for key, left in tuple(raised.tasks.items()):
            is_ours = left.state == OPEN or (left.state == THEIRS and is_gone)
            if key in wanted or left.playbook not in ours or not is_ours or self._state(key) != OPEN:
                continue
            base = bases.get(left.origin)
            is_done = base is not None and left.base is not None and left.base < base
            self._change(key, {"state": DONE if is_done else DROPPED})
            raised.left(key, DONE if is_done else DROPPED)

    def _fulfil(self, wish: Wish, customer: Customer, raised: Raised) -> None:
        left, stored = raised.tasks.get(wish.key), self._state(wish.key)
        if left is None and stored is None and wish.may_raise:
            self._raise(wish, customer)
            raised.tasks[wish.key] = Left(wish.origin, OPEN, wish.base)
        elif left is not None and stored is not None and left.state != THEIRS:
            if stored == left.state and stored in {DONE, DROPPED}:
                self._change(wish.key, {"state": OPEN})
                raised.left(wish.key, OPEN)
            elif stored == OPEN:
                self._follow(wish, customer)

    def _raise(self, wish: Wish, customer: Customer) -> None:
        stamp, owner = self._stamp(wish.origin), _owner(wish, customer)
        task: Record = Task(customer=customer.id, title=wish.title, due=wish.due, owner=owner, origin=wish.origin)
        task = evolve(task, id=wish.key, version=1, created=stamp, changed=stamp)
        self.unit.keep(TASKS, wish.key, self.unit.codec.encode(task))

    def _follow(self, wish: Wish, customer: Customer) -> None:
        """Keep the date and owner of an open task up to date, unless people have changed it."""
        task, owner = self.unit.get(Task, wish.key), _owner(wish, customer)
        if self._is_signed(wish.key) and (task.due, task.owner) != (wish.due, owner):
            self._change(wish.key, {"due": wish.due, "owner": owner})

    def _change(self, key: str, columns: Mapping[str, Any]) -> None:
        task = self.unit.get(Task, key)
        changed = self._stamp(task.origin or "") if self._is_signed(key) else task.changed
        made: Record = evolve(task, **columns)
        made = evolve(made, version=task.version + 1, changed=changed)
        self.unit.keep(TASKS, key, self.unit.codec.encode(made))

    def _state(self, key: str) -> str | None:
        return state_in(self.unit.transaction, key)

    def _is_signed(self, key: str) -> bool:
        return is_signed_in(self.unit.transaction, key)

    def _stamp(self, origin: str) -> Stamp:
        return Stamp(self.unit.author.now, origin.partition(":")[0])


def _owner(wish: Wish, customer: Customer) -> str | None:
    return customer.owner if wish.playbook.owner == CUSTOMERS_OWNER else wish.playbook.owner
