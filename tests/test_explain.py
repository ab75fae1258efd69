"""Why a customer is in its segment: values, bounds, margins, settings, sources, and what is missing."""

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from attrs import frozen
from facts_kit import TODAY, case_of, world

from crmcore import (
    MONEY,
    Customer,
    Field,
    Metric,
    Purchase,
    Scheme,
    Segment,
    Setting,
    as_of,
    count,
    days_since,
    greatest,
    latest,
    mean,
    population_mean,
    rows,
    total,
)
from crmcore.entities import Stamp
from crmcore.evaluation.evaluate import Evaluator
from crmcore.evaluation.explain import Source, clause_of, explain, plain
from crmcore.grammar.expr import Predicate
from crmcore.kinds import DATE, INSTANT, INTEGER, RATIO

customer, purchase = rows(Customer), rows(Purchase)
key_spend = Setting("dental.key_spend", Decimal(250))
chairs = Field("dental.chairs", int, on=Customer, default=2, unit="chairs")
beds = Field("dental.beds", int, on=Customer)
mood = Field("dental.mood", str, on=Customer, soft=True)
spend = Metric("dental.spend", total(purchase.amount), unit="EUR")
quiet = Metric("dental.quiet", days_since(latest(purchase.at)), unit="days")
SALES = (
    Purchase(id="p1", customer="ada", at=date(2026, 6, 1), amount=Decimal("99.5"), channel="web"),
    Purchase(id="p2", customer="ada", at=date(2026, 6, 10), amount=Decimal(100)),
    Purchase(id="p3", customer="ada", at=date(2026, 6, 12), channel="web"),
)
STAMP = Stamp(datetime(2026, 5, 1, 9, tzinfo=UTC), "eve")


def clause(rule, *records, population=None, settings=None, **columns):
    ada = Customer(id="ada", name="Ada", **columns)
    return clause_of(rule, case_of(*records, customer=ada), Evaluator(world("UTC", settings, population)))


@pytest.mark.parametrize(
    ("rule", "value", "bound", "margin", "kind"),
    [
        (spend >= 250, Decimal("199.5"), 250, Decimal("-50.5"), MONEY),
        (spend >= Decimal("199.5"), Decimal("199.5"), Decimal("199.5"), 0, MONEY),
        (quiet > 3, 3, 3, 0, INTEGER),
        (count(purchase).is_(2), 3, 2, 1, INTEGER),
        (count(purchase) / 2 > 1, 1.5, 1, 0.5, RATIO),
        (mean(purchase.amount) > 100, 99.75, 100, -0.25, RATIO),
        (latest(purchase.at) > date(2026, 6, 2), date(2026, 6, 12), date(2026, 6, 2), 10, INSTANT),
        (customer.archived_at > date(2026, 6, 2), date(2026, 6, 1), date(2026, 6, 2), -1, DATE),
        (customer.name.is_("Eve"), "Ada", "Eve", None, customer.name.result_kind()),
        (beds > 3, None, 3, None, INTEGER),
        (customer.tags.contains("vip"), ("VIP",), None, None, customer.tags.result_kind()),
        (latest(purchase.at).within(days=3), date(2026, 6, 12), None, None, INSTANT),
        (latest(purchase.at).in_year_of(as_of), date(2026, 6, 12), None, None, INSTANT),
        (count(purchase).is_in(1, 2), 3, None, None, INTEGER),
        (chairs.is_known(), 2, None, None, INTEGER),
    ],
)
def test_a_clause_shows_value_bound_and_margin(rule, value, bound, margin, kind):
    found = clause(rule, *SALES, tags=("VIP",), archived_at=date(2026, 6, 1))
    assert (found.value, found.bound, found.margin, found.kind) == (value, bound, margin, kind)


def test_a_population_value_is_shown_exactly_even_where_decimals_end_never():
    average = population_mean(spend)
    thirds = clause(spend > average, *SALES, population={average: Fraction(100, 3)})
    assert (thirds.bound, thirds.margin) == (Fraction(100, 3), Fraction(997, 6))
    halves = clause(spend > average, *SALES, population={average: Fraction(1, 2)})
    assert (halves.bound, halves.margin) == (Decimal("0.5"), Decimal(199))
    assert clause(spend > average, *SALES).margin is None
    exact = clause(average > greatest(average, 1), *SALES, population={average: Fraction(1, 3)})
    assert (exact.bound, exact.margin) == (1, Fraction(-2, 3))
    assert plain(Fraction(1, 8)) == Decimal("0.125")


def test_a_clause_shows_the_settings_with_the_values_in_force():
    assert clause(spend >= key_spend).settings == (("dental.key_spend", Decimal(250)),)
    changed = clause(spend >= key_spend, settings={"dental.key_spend": Decimal(10)})
    assert changed.settings == (("dental.key_spend", Decimal(10)),)
    assert clause(spend >= 250).settings == ()


def test_a_clause_has_the_unit_of_its_value():
    assert clause(chairs > 1).unit == "chairs"
    assert clause(spend > 1).unit == "EUR"
    assert clause(count(purchase) > 1).unit == ""


def test_rows_are_counted_as_sources_with_their_days_and_what_was_skipped():
    (source,) = clause(spend > 1, *SALES).sources
    assert (source.of, source.rows, source.first, source.last, source.unknown) == (
        *("purchase", 3),
        *(date(2026, 6, 1), date(2026, 6, 12), 1),
    )
    (source,) = clause(total(purchase.amount, where=purchase.channel.is_("web")) > 1, *SALES).sources
    assert (source.rows, source.unknown) == (2, 1)
    (source,) = clause(count(purchase) > 1).sources
    assert (source.rows, source.first, source.last, source.unknown) == (0, None, None, 0)


def test_stored_values_say_who_gave_them_and_when():
    said = {"dental.mood": {"value": "good", "on": "2026-04-01", "source": "call"}, "dental.beds": 4}
    told = {"fields": said, "changed": STAMP, "city": "Rome"}
    assert clause(mood.is_("good"), **told).sources == (Source("dental.mood", actor="call", on=date(2026, 4, 1)),)
    always = {"dental.mood": {"value": "good", "on": "0001-01-01", "source": "call"}}
    assert clause(mood.is_("good"), fields=always).sources == (Source("dental.mood", actor="call"),)
    assert clause(beds > 1, **told).sources == (
        Source("dental.beds", is_record=True, actor="eve", on=date(2026, 5, 1)),
    )
    (city,) = clause(customer.city.is_("Rome"), **told).sources
    assert (city.of, city.actor, city.on) == ("city", "eve", date(2026, 5, 1))
    assert clause(customer.city.is_("Rome")).sources == ()


def test_a_default_says_so_and_nothing_is_nothing():
    assert clause(chairs > 1).sources == (Source("dental.chairs", default=True),)
    assert clause(beds > 1).sources == (Source("dental.beds"),)
    assert clause(beds + beds > 1).sources == (Source("dental.beds"),)  # each once


def test_what_is_unknown_is_named():
    assert clause(beds > 1).missing == ("dental.beds",)
    assert clause(quiet > 1).missing == ("dental.quiet",)
    assert clause(chairs > 1).missing == ()


def test_clauses_have_the_parts_of_their_rule():
    found = clause(((spend > 1) & ~(beds > 1)).or_else(False) | (chairs > 1), *SALES)
    otherwise, many = found.parts
    (both,) = otherwise.parts
    assert [part.holds for part in both.parts] == [True, None]
    assert both.parts[1].parts[0].missing == ("dental.beds",)
    assert (found.holds, otherwise.holds, both.holds, many.holds) == (True, False, None, True)


TIER = Scheme("dental.tier", Segment("key", when=spend >= 500), Segment("big", when=beds > 9), Segment("rest"))


def test_an_explanation_goes_through_the_segments_up_to_the_one_that_decided():
    many = case_of(*SALES, customer=Customer(id="ada", name="Ada", fields={"dental.beds": 3}))
    found = explain(TIER, many, Evaluator(world()))
    assert (found.customer, found.as_of, found.segment, found.missing) == ("ada", TODAY, "rest", ())
    assert [(reason.segment, reason.holds) for reason in found.reasons] == [
        *(("key", False), ("big", False), ("rest", True)),
    ]
    assert found.reasons[-1].clause is None


def test_an_explanation_of_cannot_tell_ends_with_the_rule_that_is_unknown():
    found = explain(TIER, case_of(*SALES), Evaluator(world()))
    assert (found.segment, found.missing) == (None, ("dental.beds",))
    assert [(reason.segment, reason.holds) for reason in found.reasons] == [("key", False), ("big", None)]


def test_where_no_rule_fits_every_segment_is_explained():
    strict = Scheme("dental.strict", Segment("key", when=spend >= 500), Segment("none", when=chairs > 9))
    found = explain(strict, case_of(*SALES), Evaluator(world()))
    assert (found.segment, found.missing, len(found.reasons)) == (None, (), 2)


def test_being_in_another_schemes_segment_shows_that_segment():
    found = clause(TIER.is_("rest"), *SALES, fields={"dental.beds": 3})
    assert (found.holds, found.value, found.missing) == (True, "rest", ())
    assert clause(TIER.is_("rest"), *SALES).missing == ("dental.beds",)


@frozen
class Foreign(Predicate):
    """What no plugin can add: the grammar is closed."""


def test_the_grammar_is_closed():
    evaluator = Evaluator(world())
    evaluator._predicates[Foreign()] = lambda _case, _row: True
    with pytest.raises(TypeError, match="no explanation for Foreign"):
        clause_of(Foreign(), case_of(), evaluator)
