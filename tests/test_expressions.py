"""The random rules and facts that laws are tested with reach everything that they should."""

from collections import Counter
from datetime import date, datetime
from functools import cache
from typing import get_args

import pytest
from expressions import KINDS, customers, predicates, schemes, terms
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from vocabulary import COLUMNS, FIELDS, SETTINGS, SOURCES, Policy, available, branch, referred

from crmcore.grammar.declare import Field
from crmcore.grammar.expr import (
    Aggregate,
    AggregateName,
    Arithmetic,
    Choose,
    Column,
    Literal,
    PopulationName,
    PopulationValue,
)
from crmcore.grammar.terms import check_customer_level
from crmcore.grammar.unions import AnyPredicate, AnyTerm
from crmcore.grammar.walk import canonical, canonical_scheme, needs, reached
from crmcore.kinds import RATIO
from crmcore.records import Interaction, Purchase, PurchaseLine

RULES = predicates()
CUSTOMERS = customers()
ROW_RULES = st.sampled_from(SOURCES).flatmap(lambda source: predicates(max_depth=2, source=source))
NODES = [*get_args(AnyTerm), *get_args(AnyPredicate)]
OPERATIONS = [
    *((Aggregate, op) for op in get_args(AggregateName)),
    *((PopulationValue, op) for op in get_args(PopulationName)),
    *((Arithmetic, op) for op in "+-*/"),
]


@cache
def sample(strategy, size):
    """Draw the same examples every time."""
    drawn = []

    @settings(max_examples=size, phases=(Phase.generate,), database=None, derandomize=True, deadline=None)
    @given(strategy)
    def draw(example):
        drawn.append(example)

    draw()
    return drawn


@cache
def parts():
    """Every node in a sample of random rules."""
    return {part for rule in (*sample(RULES, 600), *sample(ROW_RULES, 300)) for part in reached(rule)}


@pytest.mark.parametrize("node", NODES)
def test_random_rules_reach_every_node_class(node):
    assert any(isinstance(part, node) for part in parts())


@pytest.mark.parametrize(("node", "op"), OPERATIONS)
def test_random_rules_reach_every_operation(node, op):
    assert any(isinstance(part, node) and part.op == op for part in parts())


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (Aggregate, "term"),
        (Aggregate, "where"),
        (PopulationValue, "term"),
        (PopulationValue, "among"),
        (Choose, "otherwise"),
    ],
)
def test_random_rules_have_optional_parts_and_lack_them(owner, name):
    assert {getattr(part, name) is None for part in parts() if isinstance(part, owner)} == {True, False}


@pytest.mark.parametrize("stored", [*COLUMNS, *FIELDS, *SETTINGS], ids=lambda stored: canonical(stored, {})[:50])
def test_random_rules_speak_of_every_column_field_and_setting(stored):
    assert stored in parts()


@pytest.mark.parametrize("kind", KINDS)
def test_random_terms_of_every_kind_are_computed_as_well_as_stored(kind):
    simple = {isinstance(term, Column | Field | Literal) for term in sample(terms(kind), 40)}
    assert simple == ({False} if kind == RATIO else {True, False})


@given(st.data(), st.sampled_from([None, *SOURCES]))
def test_a_random_term_has_the_kind_that_was_asked_for(data, source):
    kind = data.draw(st.sampled_from(available(source)))
    term = data.draw(terms(kind, source=source))
    assert term.result_kind().name == kind.name


@given(RULES)
def test_random_rules_about_a_customer_speak_of_no_single_row(rule):
    check_customer_level(rule)


@given(st.data(), st.sampled_from(SOURCES))
def test_random_rules_about_rows_speak_of_that_source_only(data, source):
    found = needs(data.draw(predicates(source=source)))
    assert set(found.rows) <= {source}
    assert not found.metrics + found.population + found.schemes


@given(st.lists(schemes(max_depth=2), max_size=4))
def test_one_random_name_never_has_two_definitions(made):
    found = needs(*(scheme.is_(scheme.segments[0].name) for scheme in made))
    metrics = {(metric.name, canonical(metric, {})) for metric in found.metrics}
    named = {(scheme.name, canonical_scheme(scheme, {})) for scheme in found.schemes}
    assert max(Counter(name for name, _ in (*metrics, *named)).values(), default=1) == 1


# -- facts -----------------------------------------------------------------------------------------------------------


def rows_of(given_facts, record_class):
    """Return a customer's row for every row of a type; several where it has several links."""
    found = (row for case in given_facts.cases() for rows in case.facts.rows.values() for row in rows)
    return [row for row in found if isinstance(row.record, record_class)]


def days_of(given_facts, record_class):
    return [row.day for row in rows_of(given_facts, record_class)]


def most(values):
    """Return how often the most frequent value stands there."""
    return max(Counter(values).values(), default=0)


REACHED = {
    "an archived customer": lambda facts: any(each.archived_at for each in facts.customers),
    "a customer without rows": lambda facts: any(not any(case.facts.rows.values()) for case in facts.cases()),
    "one that referred two others": lambda facts: any(len(case.facts.rows[referred]) > 1 for case in facts.cases()),
    "one that is its own parent": lambda facts: any(each.parent == each.id for each in facts.customers),
    "a branch": lambda facts: any(case.facts.rows[branch] for case in facts.cases()),
    "an unknown amount": lambda facts: any(row.amount is None for row in facts.all(Purchase)),
    "a negative amount": lambda facts: any((row.amount or 0) < 0 for row in facts.all(Purchase)),
    "equal amounts": lambda facts: most(row.amount for row in facts.all(Purchase) if row.amount) > 1,
    "a future row": lambda facts: any(day > facts.as_of for day in days_of(facts, Purchase)),
    "a row on the day": lambda facts: facts.as_of in days_of(facts, Purchase),
    "two rows on one day": lambda facts: most(days_of(facts, Purchase)) > 1,
    "an instant": lambda facts: any(isinstance(row.at, datetime) for row in facts.all(Purchase)),
    "a plain date": lambda facts: any(type(row.at) is date for row in facts.all(Interaction)),
    "a local date unlike the one in UTC": lambda facts: any(
        isinstance(row.record.at, datetime) and row.record.at.date() != row.day for row in rows_of(facts, Purchase)
    ),
    "two lines of a purchase": lambda facts: most(row.purchase for row in facts.all(PurchaseLine)) > 1,
    "a policy held for another": lambda facts: any(
        row.holder and row.insured and row.holder != row.insured for row in facts.all(Policy)
    ),
    "a field without a value": lambda facts: any("law.chairs" not in each.fields for each in facts.customers),
    "a field with a value": lambda facts: any("law.chairs" in each.fields for each in facts.customers),
    "a soft value of the future": lambda facts: any(
        each.fields.get("law.mood", {"on": ""})["on"] > facts.as_of.isoformat() for each in facts.customers
    ),
    "a setting with its default": lambda facts: "law.window" not in facts.settings,
    "a setting with another value": lambda facts: "law.window" in facts.settings,
}


@pytest.mark.parametrize("wanted", REACHED)
def test_random_facts_have(wanted):
    assert any(REACHED[wanted](facts) for facts in sample(CUSTOMERS, 150))


@given(customers(max_size=2))
def test_random_facts_are_in_order_of_time(facts):
    for case in facts.cases():
        for rows in case.facts.rows.values():
            assert list(rows) == sorted(rows, key=lambda row: row.order)
