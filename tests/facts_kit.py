"""What is known of one customer, built by hand, for tests of what rules mean without a store."""

from datetime import date
from zoneinfo import ZoneInfo

from crmcore import Customer
from crmcore.entities import type_of
from crmcore.evaluation.evaluate import Evaluator, World
from crmcore.evaluation.facts import Case, Facts, Row, instant, local_day
from crmcore.grammar.expr import Predicate, Rows

TODAY = date(2026, 6, 15)
UTC = ZoneInfo("UTC")
ADA = Customer(id="ada", name="Ada")


def world(zone="UTC", settings=None, population=None):
    """Return a world; ``population`` maps population values, as rules write them, to their numbers."""
    bare = World(settings or {}, {}, ZoneInfo(zone))
    return World(bare.settings, {bare.key(node): value for node, value in (population or {}).items()}, bare.zone)


def case_of(*records, customer=ADA, day=TODAY, zone="UTC"):
    """Return the customer on a day, with those of ``records`` that are linked to it; the others can be followed to."""
    known = {(type(record), record.id): record for record in (customer, *records)}

    def follow(record_class, key):
        return known.get((record_class, key))

    found = {}
    for record in records:
        facts = type_of(type(record))
        moment = _end(record, facts.dated_by, follow)
        row = Row(record)
        if moment is not None:
            row = Row(record, local_day(moment, ZoneInfo(zone)), (instant(moment, ZoneInfo(zone)), record.id))
        for role, path in facts.links:
            if _end(record, path, follow) == customer.id:
                found.setdefault(Rows(type(record), role), []).append(row)
    ordered = {source: tuple(sorted(rows, key=lambda row: row.order)) for source, rows in found.items()}
    return Case(Facts(customer, ordered, follow), day)


def _end(record, path, follow):
    for position, name in enumerate(path):
        value = getattr(record, name)
        if value is None or position == len(path) - 1:
            return value
        record = follow(type_of(type(record)).column(name).target, value)
    return None


def ask(part, *records, customer=ADA, day=TODAY, zone="UTC", settings=None, population=None):
    """Return what a term is worth, or whether a rule holds, for a customer with some records on a day."""
    evaluator = Evaluator(world(zone, settings, population))
    case = case_of(*records, customer=customer, day=day, zone=zone)
    return evaluator.holds(part, case) if isinstance(part, Predicate) else evaluator.value(part, case)
