"""What playbooks have people do, as tables: who is looked after, which segments are not, and whose visit is due."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final

from crmcore.desk.entries import Entries, Entry
from crmcore.desk.segments import counted_in
from crmcore.entities import type_of
from crmcore.evaluation.facts import local_day
from crmcore.grammar.days import days_of
from crmcore.grammar.playbooks import VISIT, Playbook
from crmcore.kinds import DATE, INSTANT
from crmcore.plugging.catalogue import Catalogue
from crmcore.records import Customer, Interaction, Task
from crmcore.storage.json_values import decode_value
from crmcore.view import Table
from crmcore.work.raised import OPEN, days_overdue
from crmcore.work.state import State

LISTED: Final = ("playbook", "scheme", "segment", "customers", "tasks", "cadence", "owner")
UNCOVERED: Final = ("scheme", "segment", "customers", "playbooks")
VISITS: Final = ("due", "overdue", "customer", "name", "playbook", "last_contact", "owner", "id")


def playbook_table(state: State, catalogue: Catalogue) -> Table:
    """Return one row for each playbook: whose customers it is for, how many there are, and what it has people do.

    ``cadence`` is the number of days between visits.
    """
    entries = Entries(state)
    rows = (
        (
            *(one.name, one.scheme.name, one.segment, counted_in(entries, one.scheme, {})[one.segment][0]),
            *(len(one.tasks), _cadence(one, state), one.owner),
        )
        for one in catalogue.values("playbook")
    )
    return Table(LISTED, tuple(rows))


def _cadence(playbook: Playbook, state: State) -> int | None:
    return None if playbook.cadence is None else days_of(playbook.cadence, state.world.settings)


def playbook_facts(state: State, playbook: Playbook, language: str) -> tuple[dict[str, Any], Table]:
    """Return what there is to say of a playbook, texts in one language, and its tasks."""
    members = [entry.key for entry in Entries(state).customers() if _is_in(entry, playbook)]
    facts = {
        "playbook": playbook.name,
        "label": playbook.label(language),
        "scheme": playbook.scheme.name,
        "segment": playbook.segment,
        "customers": len(members),
        "held_out": sum(state.is_held_out(playbook, key) for key in members),
        "owner": playbook.owner,
        "cadence": _cadence(playbook, state),
        **{name: getattr(playbook, name)(language) for name in ("service", "offers")},
        "treatment": playbook.treatment(language) or playbook.answer.treatment(language),
        "doc": playbook.doc(language),
    }
    rows = tuple(
        (task.name, task.title(language), task.on, days_of(task.due, state.world.settings)) for task in playbook.tasks
    )
    return facts, Table(("task", "title", "on", "due_days"), rows)


def _is_in(entry: Entry, playbook: Playbook) -> bool:
    found = entry.placement(playbook.scheme)
    return found is not None and found.segment == playbook.segment


def coverage_table(state: State, catalogue: Catalogue, *, everything: bool = False) -> Table:
    """Return the segments that no playbook is for, those of all schemes and how many customers are in them.

    With ``everything`` the others as well; ``playbooks`` are the names of theirs.
    """
    entries = Entries(state)
    covered: dict[tuple[str, str], tuple[str, ...]] = {}
    for one in catalogue.values("playbook"):
        place = one.scheme.name, one.segment
        covered[place] = (*covered.get(place, ()), one.name)
    rows = [
        (scheme.name, segment.name, customers[segment.name][0], covered.get((scheme.name, segment.name), ()))
        for scheme in catalogue.values("scheme")
        for customers in (counted_in(entries, scheme, {}),)
        for segment in scheme.segments
    ]
    return Table(UNCOVERED, tuple(row for row in rows if everything or not row[3]))


def visit_table(state: State, ahead: int = 0) -> Table:
    """Return the visits that a cadence asks for by so many days after the state's day, longest overdue first.

    ``overdue`` is by how many days, ``last_contact`` the day of the last interaction, unknown if there was none.
    """
    until = state.day + timedelta(days=min(ahead, (date.max - state.day).days))
    entries, contacts = Entries(state), _last_contacts(state)
    rows = [(*row[:5], contacts.get(row[2]), *row[5:]) for row in _visits(entries, until)]
    return Table(VISITS, tuple(sorted(rows, key=lambda row: (row[0], row[2], row[4]))))


def _visits(entries: Entries, until: date) -> Iterator[tuple[Any, ...]]:
    day = entries.state.day
    for entry in entries.all(Task):
        task = entry.document
        name, _, template = str(task.get("origin") or "").partition(":")
        due = decode_value(DATE, task.get("due"))
        if template == VISIT and task.get("state", OPEN) == OPEN and due is not None and due <= until:
            customer = entries.get(Customer, task["customer"])
            called = None if customer is None else customer.document["name"]
            yield due, days_overdue(task, day), task["customer"], called, name, task.get("owner"), entry.key


def _last_contacts(state: State) -> dict[str, date]:
    found: dict[str, date] = {}
    for _, document in state.reader.items(type_of(Interaction).name):
        on = local_day(decode_value(INSTANT, document["at"]), state.company.zone)
        if on <= state.day:
            found[document["customer"]] = max(on, found.get(document["customer"], on))
    return found
