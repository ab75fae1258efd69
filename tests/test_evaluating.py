"""What everybody's answers would be on a day, with other settings: computed, and never written."""

from datetime import date
from decimal import Decimal

import pytest
from company_kit import make_crm, plugin, put, stored

from crmcore import (
    Customer,
    Evaluation,
    Invalid,
    Metric,
    NotFound,
    Purchase,
    RuleError,
    Scheme,
    Segment,
    Setting,
    UnknownName,
    days_since,
    latest,
    population_mean,
    rows,
    total,
)

DAY = date(2026, 11, 21)
key_spend = Setting("shop.key_spend", 100, least=1)
factor = Setting("shop.factor", Decimal(1), least=0)
paper = Setting("shop.paper", "A4")
spend = Metric("shop.spend", total(rows(Purchase).amount))
above = Metric("shop.above", spend - population_mean(spend))
tier = Scheme("shop.tier", Segment("key", when=spend >= key_spend), Segment("rest"))
level = Scheme("shop.level", Segment("high", when=spend > factor * population_mean(spend)), Segment("low"))
age = Scheme("shop.age", Segment("old", when=days_since(latest(rows(Purchase).at)) > 30), Segment("new"))
SHOP = plugin("shop", metrics=[spend, above], schemes=[tier, level, age], settings=[paper])


@pytest.fixture
def crm():
    made = make_crm(SHOP)
    put(made, *(Customer(id=key, name=key.upper()) for key in "abc"), Customer(id="x", name="X", archived_at=DAY))
    put(
        made,
        Purchase(id="p", customer="a", at=date(2026, 11, 1), amount=Decimal(90)),
        Purchase(id="q", customer="b", at=date(2026, 10, 1), amount=Decimal(300)),
    )
    return made


def test_everybody_is_evaluated_on_the_day_of_the_books(crm):
    found = crm.evaluate(["shop.tier", level])
    assert isinstance(found, Evaluation)
    assert (found.as_of, found.segments(tier)) == (DAY, {"a": "rest", "b": "key", "c": "rest"})
    assert found.segments("shop.level") == {"a": "low", "b": "high", "c": "low"}


def test_it_says_what_a_classification_says(crm):
    found = crm.evaluate(crm.schemes)
    crm.classify(DAY)
    for scheme in crm.schemes:
        placed = {key: crm.timeline(key, scheme.name).current.segment for key in "abc"}
        assert found.segments(scheme) == placed


def test_settings_stand_in_for_the_companys_own(crm):
    crm.apply_settings({"shop.key_spend": 400})
    assert crm.evaluate([tier]).segment("b", tier) == "rest"
    assert crm.evaluate([tier], settings={"shop.key_spend": "80"}).segment("a", "shop.tier") == "key"


def test_population_values_are_fitted_anew_for_the_day_and_the_settings(crm):
    crm.classify(DAY)
    put(crm, Purchase(id="r", customer="c", at=DAY, amount=Decimal(1000)))
    assert crm.state().world.population != {}
    assert crm.evaluate([level]).segments(level) == {"a": "low", "b": "low", "c": "high"}
    lower = crm.evaluate([level], settings={"shop.factor": Decimal("0.1")})
    assert lower.segments(level) == {"a": "high", "b": "high", "c": "high"}


def test_rows_after_the_day_do_not_exist(crm):
    before = crm.evaluate(crm.schemes, date(2026, 10, 15))
    assert before.segments(tier) == {"a": "rest", "b": "key", "c": "rest", "x": "rest"}  # x was archived later
    assert before.segments(age) == {"a": None, "b": "new", "c": None, "x": None}
    assert before.values(spend) == {"a": 0, "b": 300, "c": 0, "x": 0}


def test_values_of_metrics_and_terms_are_those_of_the_day(crm):
    found = crm.evaluate([])
    assert found.values("shop.spend") == {"a": 90, "b": 300, "c": 0}
    assert found.values(above) == {"a": -40, "b": 170, "c": -130}
    assert found.values(rows(Customer).name) == {"a": "A", "b": "B", "c": "C"}
    with pytest.raises(RuleError, match="one value per row"):
        found.values(rows(Purchase).amount)


def test_values_of_some_customers_can_be_asked_for_archived_or_not(crm):
    assert crm.evaluate(()).values(spend, ["x", "a"]) == {"x": 0, "a": 90}
    with pytest.raises(NotFound, match="no customer with id 'nobody'"):
        crm.evaluate(()).values(spend, ["nobody"])


def test_nothing_is_written(crm):
    before = {table: stored(crm, table) for table in crm.store.read().tables()}
    commit = crm.store.read().commit
    crm.evaluate(crm.schemes, settings={"shop.key_spend": 5}).values(above)
    assert {table: stored(crm, table) for table in crm.store.read().tables()} == before
    assert crm.store.read().commit == commit


def test_all_settings_that_cannot_be_used_are_named_at_once(crm):
    given = {"shop.key_spend": 0, "shop.paper": "A5", "shop.keyspend": 3}
    with pytest.raises(Invalid) as error:
        crm.evaluate([tier], settings=given)
    reasons = {problem.column: problem.reason for problem in error.value.problems}
    assert reasons["shop.key_spend"] == "must be 1 or more"
    assert reasons["shop.paper"] == "no rule uses it"
    assert "did you mean 'shop.key_spend'" in reasons["shop.keyspend"]


def test_names_that_are_not_there_are_named(crm):
    found = crm.evaluate([tier])
    with pytest.raises(NotFound, match="no customer"):
        found.segment("x", tier)
    with pytest.raises(UnknownName, match=r"shop\.level"):
        found.segments("shop.level")
    with pytest.raises(UnknownName, match=r"shop\.tierr"):
        crm.evaluate(["shop.tierr"])
    with pytest.raises(UnknownName, match=r"shop\.spent"):
        found.values("shop.spent")


def test_a_company_without_customers_has_no_answers():
    found = make_crm(SHOP).evaluate([level])
    assert (found.segments(level), found.values(spend)) == ({}, {})
