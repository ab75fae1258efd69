"""What databases find is what the row evaluator says, by generated rules and companies; and lists show the same."""

from datetime import date
from functools import lru_cache

import attrs
import expressions
import hypothesis
import pytest
import random_customers
from crm_sql import comparing, compiling, open_postgresql, open_sqlite
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from postgres_kit import address
from sqlalchemy import case, false, true
from vocabulary import DATE, FIELDS, INSTANT, NUMERIC, RECORDS, TEXT

from crmcore import Customer
from crmcore.engines import And, Case, Evaluator, Not, Or, OrElse, Sought, World, canonical, needs
from crmcore.storage.codec import Codec
from crmcore.storage.json_values import encode_value
from crmcore.testing.store_base import entry
from crmcore.work.company import company
from crmcore.work.fitting import fit, values_of
from crmcore.work.shapes import shapes_of

KINDS = st.sampled_from((*NUMERIC, TEXT, DATE, INSTANT))


class Known:
    """What a catalogue says of the generated companies."""

    def names(self, _kind):
        return [one.__crm__.name for one in RECORDS]

    def record(self, name):
        return next(one for one in RECORDS if one.__crm__.name == name)

    def fields_on(self, record_class):
        return tuple(one for one in FIELDS if one.on is record_class)


def drawn(strategy, number, seed):
    found = []

    @hypothesis.seed(seed)
    @settings(
        max_examples=number,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(strategy)
    def collect(value):
        found.append(value)

    collect()
    return found


def stored(record):
    """A record whose fields are as they stand in a store."""
    kept = {}
    by_name = {one.name: one for one in FIELDS}
    for name, value in record.fields.items():
        field = by_name[name]
        plain = value["value"] if field.soft else value
        raw = encode_value(field.result_kind(), plain)
        kept[name] = {"value": raw, "on": value["on"], "source": "ada"} if field.soft else raw
    return attrs.evolve(record, fields=kept)


def fill(store, given):
    """Put a generated company into a store that keeps typed columns."""
    made = attrs.evolve(company("USD", "UTC"), zone=given.zone)
    store.create()
    store.shape_by(lambda _: shapes_of(Known(), made))
    codec = Codec(RECORDS)
    with store.write() as work:
        for record in given.records:
            work.put(type(record).__crm__.name, record.id, codec.encode(stored(record)))
        work.commit_as(entry())
    return store


def parts(rule):
    """A rule and the rules that it is made of, for the same customer."""
    yield rule
    match rule:
        case And(parts=inner) | Or(parts=inner):
            for one in inner:
                yield from parts(one)
        case Not(part=one) | OrElse(part=one):
            yield from parts(one)


@lru_cache(1)
def cases(seed, companies, rules):
    """Generated companies, each with rules and terms for its customers."""
    found = []
    for number, given in enumerate(drawn(random_customers.customers(), companies, seed)):
        asked = []
        for depth in (1, 2):
            for rule in drawn(expressions.predicates(max_depth=depth), rules, seed + number):
                asked += dict.fromkeys(parts(rule))
        terms = drawn(KINDS.flatmap(lambda kind: expressions.terms(kind, max_depth=1)), rules // 2, seed + number)
        found.append((given, asked, terms))
    return found


def world_of(given, rules, terms):
    plain = World(given.settings, {}, given.zone)
    wanted = tuple(dict.fromkeys(one for node in (*rules, *terms) for one in needs(node).population))
    fits = fit(plain, wanted, tuple(given.cases()), given.as_of, 1)
    return attrs.evolve(plain, population=values_of(fits))


def asked(reader, world, given, *where, order=()):
    found = reader.find(Sought(Customer, where, order, world, given.as_of))
    return None if found is None else [key for key, _ in found]


def differences(store, given, rules, terms):
    """Yield what the database finds otherwise than the row evaluator; counts what it answers at all."""
    world = world_of(given, rules, terms)
    evaluator, reader = Evaluator(world), store.read()
    by_id = {each.id: Case(given.facts(each), given.as_of) for each in given.customers}
    answered = 0
    for rule in rules:
        for part, wanted in ((rule, True), (Not(rule), False)):
            found = asked(reader, world, given, part)
            if found is None:
                continue
            answered += 1
            right = [key for key, case in by_id.items() if evaluator.holds(rule, case) is wanted]
            if sorted(found) != sorted(right):
                yield canonical(rule, given.settings), wanted, sorted(found), sorted(right)
    yield answered


@pytest.fixture(params=["sqlite", "postgresql"])
def fresh(request, tmp_path):
    """A way to make new stores of a kind."""
    numbers = iter(range(1000))
    if request.param == "sqlite":
        return lambda: open_sqlite(f"sqlite:///{tmp_path}/{next(numbers)}.db")
    return lambda: open_postgresql(address())


def campaign(fresh, seed, companies, rules):
    wrong, answered, of = [], 0, 0
    for given, asked_rules, terms in cases(seed, companies, rules):
        *found, count = differences(fill(fresh(), given), given, asked_rules, terms)
        wrong += found
        answered += count
        of += 2 * len(asked_rules)
    return wrong, answered, of


def test_rules_find_whom_the_row_evaluator_finds(fresh):
    wrong, answered, of = campaign(fresh, 7, 6, 30)
    assert wrong == []
    assert answered > of / 4


FAULTS = {
    "a day late": lambda patch: patch(compiling.Compiler, "_today", property(lambda self: _days(self.day) + 1)),
    "unknown is false": lambda patch: patch(compiling, "not_", lambda part: case((part, false()), else_=true())),
    "case matters": lambda patch: patch(comparing, "fold", str.upper),
}


def _days(day):
    return (day - date(1970, 1, 1)).days


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_the_compiler_is_noticed(tmp_path, monkeypatch, fault):
    numbers = iter(range(1000))
    FAULTS[fault](monkeypatch.setattr)
    wrong, _, _ = campaign(lambda: open_sqlite(f"sqlite:///{tmp_path}/{next(numbers)}.db"), 7, 6, 30)
    assert wrong


@pytest.mark.torture
def test_thousands_of_rules_find_whom_the_row_evaluator_finds(fresh, record_property):
    wrong, answered, of = campaign(fresh, 11, 60, 80)
    record_property("answered", f"{answered} of {of}")
    assert wrong == []
