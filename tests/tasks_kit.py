"""A company with playbooks whose day can be set, and its tasks as short rows."""

from datetime import UTC, date, datetime, timedelta

from attrs import define
from company_kit import make_crm, plugin

from crmcore import Customer, Interaction, Playbook, Purchase, Scheme, Segment, Setting, Task, TaskTemplate, rows, total
from crmcore.app import Crm

FIRST = date(2026, 1, 1)

spend = total(rows(Purchase).amount)
tier = Scheme("acme.tier", Segment("gold", when=spend >= 100), Segment("silver", when=spend >= 10), Segment("plain"))
plan_days = Setting("acme.plan_days", 14, least=0)
visit_every = Setting("acme.visit_every", 30, least=1)
PLAN = TaskTemplate("plan", {"en": "Agree on a plan", "zh": "商定计划"}, due=plan_days)
MOURN = TaskTemplate("mourn", {"en": "Ask why they left", "zh": "询问离开原因"}, due=3, on="leave")
gold_care = Playbook("acme.gold_care", tier, "gold", PLAN, MOURN)
silver_visits = Playbook("acme.silver_visits", tier, "silver", cadence=visit_every, owner="Sales")


def acme(*playbooks):
    """Return a plugin with the scheme and some playbooks."""
    return plugin("acme", schemes=[tier], playbooks=list(playbooks))


@define(eq=False)
class Office:
    """A CRM, and the days since the first."""

    crm: Crm

    @classmethod
    def with_(cls, *playbooks, store=None):
        office = cls(make_crm(acme(*playbooks), store=store))
        return office.at(0)

    def at(self, day):
        """Make it noon on so many days after the first."""
        noon = datetime(FIRST.year, FIRST.month, FIRST.day, 12, tzinfo=UTC) + timedelta(days=day)
        self.crm.clock = lambda: noon
        return self

    def put(self, *records):
        with self.crm.unit("test") as unit:
            for record in records:
                unit.add(record)
        return self

    def customer(self, key, owner="ada"):
        return self.put(Customer(id=key, name=key, owner=owner))

    def buys(self, key, amount, purchase=""):
        return self.put(Purchase(id=purchase, customer=key, at=self.crm.clock(), amount=amount))

    def meets(self, key, day=None, interaction=""):
        at = self.crm.clock() if day is None else FIRST + timedelta(days=day)
        return self.put(Interaction(id=interaction, customer=key, at=at))

    def classify(self, **how):
        self.crm.classify(**how)
        return self

    def edit(self, key, record_class=Task, **columns):
        with self.crm.unit("edit") as unit:
            unit.edit(unit.get(record_class, key), **columns)
        return self

    def remove(self, record_class, key, **how):
        with self.crm.unit("remove") as unit:
            unit.remove(record_class, key, **how)
        return self

    def raw(self):
        """Return every task, in the order in which they were raised."""
        return list(self.crm.state().book.all(Task))

    def key(self, template, state="open"):
        """Return the id of the one task of a template in a state."""
        (found,) = (task.id for task in self.raw() if task.origin.endswith(f":{template}") and task.state == state)
        return found

    def tasks(self):
        """Return what there is to see: customer, template, days after the first on which it is due, state."""
        return [
            (task.customer, (task.origin or "").partition(":")[2], (task.due - FIRST).days, task.state)
            for task in self.raw()
        ]
