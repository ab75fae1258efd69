"""Run as a script: kills a company at work at random moments, and compares its tasks with those of one left in peace.

It is a program of its own because it forks, which a test runner with threads must not do.
"""

import json
import os
import random
import signal
import sys
import time

import filelock  # noqa: F401 - imported once here, not by every child
from company_kit import make_crm, plugin
from tasks_kit import FIRST, Office, gold_care, silver_visits, tier

import crmcore.app
from crmcore import Interaction, Playbook, Purchase, Task, TaskTemplate
from crmcore.app import Crm
from crmcore.storage.tinydb_store import open_tinydb
from crmcore.work import committing

CUSTOMERS = ("a", "b", "c")
LEAST_KILLS = 25
plain = Playbook(
    "acme.plain", tier, "plain", TaskTemplate("win", "Win back", due=2), TaskTemplate("end", "End", on="leave")
)
ACME = plugin("acme", schemes=[tier], playbooks=[gold_care, silver_visits, plain])


def begin(store):
    """Return an office with three customers who are placed on day 0."""
    office = Office(make_crm(ACME, store=store)).at(0)
    for key in CUSTOMERS:
        office.customer(key)
    return office.classify()


def days_done(crm):
    """Return the last day whose commit was made: each leaves an interaction that bears its number."""
    return max((int(key) for key, _ in crm.store.read().items("interaction")), default=0)


def work(office, day, careless):
    """Do what a day brings: a contact, and a customer who buys or takes everything back; then classify."""
    rng, crm = random.Random(day), office.at(day).crm
    if days_done(crm) < day:
        key = rng.choice(CUSTOMERS)
        with crm.unit(f"day {day}") as unit:
            unit.add(Interaction(id=str(day), customer=rng.choice(CUSTOMERS), at=crm.clock()))
            mine = [one.id for one in crm.state().book.all(Purchase) if one.customer == key]
            if mine and rng.random() < 0.6:
                for purchase in mine:
                    unit.remove(Purchase, purchase)
            else:
                unit.add(Purchase(id=f"p{day}", customer=key, at=crm.clock(), amount=rng.choice([10, 60, 100])))
        careless(crm)
    crm.classify(full=day % 3 == 0)
    careless(crm)


def nothing(crm):
    """Leave the tasks to the commits."""


def afterwards(crm):
    """Raise tasks by oneself, in a commit after the one that moved somebody: what is to be seen to fail."""
    moved = [move for move in crm.moves if not move.is_first]
    if moved:
        with crm.unit("tasks") as unit:
            for move in moved:
                unit.add(Task(customer=move.customer, title=f"{move.before} to {move.after}", due=move.on))


def tasks(crm):
    """Return every task, as far as it does not say when it was made."""
    found = crm.state().book.all(Task)
    return sorted((one.customer, one.origin or one.title, (one.due - FIRST).days, one.state) for one in found)


def work_until_killed(crm, careless):
    day = max(days_done(crm), 1)  # its classification may not have been done
    while True:
        work(Office(crm), day, careless)
        day += 1


def kill(crm, last, careless):
    """Kill a child that works, again and again, until so many days are done; returns how often."""
    rng, kills = random.Random(7), 0
    while (done := days_done(crm)) < last or kills < LEAST_KILLS:
        child = os.fork()
        if not child:
            work_until_killed(crm, careless)
        while days_done(crm) == done and rng.random() < 0.95:
            time.sleep(rng.uniform(0, 0.01))
        os.kill(child, signal.SIGKILL)
        assert os.waitpid(child, 0)[1] == signal.SIGKILL, "the company failed by itself"
        kills += 1
    return kills


def main(how, url, last):
    careless = nothing
    if how == "careless":
        careless, crmcore.app.tasks_of_run, committing.tasks_of_commit = afterwards, _no_tasks, _no_tasks
    store = open_tinydb(url)
    crm = begin(store).crm
    kills = kill(Crm(open_tinydb(url), crm.catalogue, crm.actor), int(last), careless)
    at_peace = begin(None)
    for day in range(1, days_done(crm) + 1):
        work(at_peace, day, careless)
    work(Office(crm), days_done(crm), careless)  # the kill may have come before its classification
    expected, found = tasks(at_peace.crm), tasks(crm)
    assert found == expected, [row for row in (*found, *expected) if (row in found) != (row in expected)]
    assert store.check() == ()
    Office(crm).classify(full=True)
    assert tasks(crm) == expected
    sys.stdout.write(json.dumps({"kills": kills, "days": days_done(crm), "tasks": len(found)}))


def _no_tasks(*_, **__):
    """Do nothing where playbooks would be carried out."""


if __name__ == "__main__":
    main(*sys.argv[1:])
