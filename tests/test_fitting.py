"""Fitting population values: over whom, in which order, when again, and how they are kept."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from attrs import evolve
from company_kit import make_crm
from facts_kit import TODAY, case_of, world

from crmcore import (
    Customer,
    Field,
    Metric,
    Purchase,
    Scheme,
    Segment,
    Setting,
    count,
    days_since,
    latest,
    mean,
    nth_largest,
    pareto_cut,
    population_count,
    population_mean,
    population_total,
    quantile,
    rows,
    total,
)
from crmcore.store import LogEntry
from crmcore.work.fitting import Fit, fit, fits_in, is_due, keep, population_of, values_of

purchase = rows(Purchase)
spend = Metric("shop.spend", total(purchase.amount))
beds = Field("shop.beds", int, on=Customer)
AMOUNTS = {"a": ("50", "10"), "b": ("30",), "c": (), "d": ("0.000001",)}


def cases():
    for key, amounts in AMOUNTS.items():
        sales = [
            Purchase(id=f"{key}{place}", customer=key, at=TODAY, amount=Decimal(amount))
            for place, amount in enumerate(amounts)
        ]
        fields = {"shop.beds": 5} if key in "ab" else {}
        yield case_of(*sales, customer=Customer(id=key, name=key, fields=fields))


def fitted(*nodes, settings=None):
    found = fit(world(settings=settings), nodes, tuple(cases()), TODAY, 7)
    return [each.value for each in found.values()]


@pytest.mark.parametrize(
    ("node", "value"),
    [
        (population_count(), 4),
        (population_count(among=spend > 10), 2),
        (population_count(among=beds > 1), 2),  # unknown is not true
        (population_total(spend), Fraction("90.000001")),
        (population_mean(spend), Fraction("22.50000025")),  # a total of nothing is 0, and known
        (population_mean(beds), 5),
        (population_mean(mean(purchase.amount)), Fraction(60 + Fraction(1e-6), 3)),
        (quantile(spend, Decimal("0.5")), Fraction("15.0000005")),
        (pareto_cut(spend, Decimal("0.5")), 60),
        (pareto_cut(spend, Setting("shop.share", Decimal("0.9"))), 30),
        (nth_largest(spend, 2), 30),
        (nth_largest(spend, 9), None),
        (population_total(count(purchase), among=spend >= 30), 3),
        (population_mean(spend, among=spend > 999), None),
        (quantile(spend, Setting("shop.none", 1) / Setting("shop.zero", 0)), None),
    ],
)
def test_population_values_are_fitted_over_those_who_count(node, value):
    assert fitted(node) == [value]


def test_settings_that_a_share_uses_count():
    assert fitted(
        pareto_cut(spend, Setting("shop.share", Decimal("0.9"))), settings={"shop.share": Decimal("0.1")}
    ) == [60]


def test_values_that_others_need_come_first_and_equal_ones_once():
    average = population_mean(spend)
    above = population_count(among=spend > average)
    scheme = Scheme("shop.x", Segment("many", when=above > 1), Segment("rich", when=spend > average))
    wanted = population_of((scheme,))
    assert wanted == (average, above)
    assert fitted(*wanted) == [Fraction("22.50000025"), 2]
    other_name = population_mean(Metric("shop.other", total(purchase.amount)))
    assert len(fitted(average, other_name)) == 1


def test_a_fit_says_when_and_from_how_many():
    (found,) = fit(world(), [population_mean(beds)], tuple(cases()), TODAY, 7).values()
    assert found == Fit(Fraction(5), TODAY, 7, 2)


TIMED = population_mean(days_since(latest(purchase.at)))


@pytest.mark.parametrize(
    ("node", "age", "settings", "due"),
    [
        (population_mean(spend), 0, {}, False),
        (population_mean(spend), 6, {}, False),
        (population_mean(spend), 7, {}, True),
        (population_mean(spend), -1, {}, True),  # a fit from a later day is no fit
        (population_mean(spend), 6, {"crm.refit_days": 5}, True),
        (TIMED, 0, {}, False),
        (TIMED, 1, {}, True),
        (TIMED, 1, {"crm.refit_days_timed": 2}, False),
    ],
)
def test_fits_grow_old(node, age, settings, due):
    found = Fit(Fraction(1), TODAY - timedelta(days=age), 1, 3, rows=10)
    assert is_due(node, found, world(settings=settings), TODAY, 10) is due
    assert is_due(node, None, world(settings=settings), TODAY, 10)


@pytest.mark.parametrize(
    ("rows", "settings", "due"),
    [(11, {}, False), (9, {}, False), (12, {}, True), (8, {}, True), (12, {"crm.refit_growth": Decimal("0.2")}, False)],
)
def test_a_fit_is_done_again_when_there_is_a_tenth_more_or_less_to_read(rows, settings, due):
    found = Fit(Fraction(1), TODAY, 1, 3, rows=10)
    assert is_due(population_mean(spend), found, world(settings=settings), TODAY, rows) is due


def test_a_value_that_could_not_be_fitted_is_tried_again():
    assert is_due(population_mean(spend), Fit(None, TODAY, 1, 0, rows=10), world(), TODAY, 10)


def test_fits_come_back_from_the_store_as_they_were():
    crm = make_crm()
    fits = {"k": Fit(Fraction(1, 3), date(2026, 1, 1), 2, 5), "none": Fit(None, date(2026, 1, 2), 3, 0)}
    with crm.store.write() as transaction:
        keep(transaction, fits)
        transaction.commit_as(LogEntry(transaction.commit + 1, "2026-06-01T00:00:00Z", "ada", "fit", ()))
    assert fits_in(crm.store.read()) == fits
    assert values_of(fits) == {"k": Fraction(1, 3), "none": None}


def test_a_world_keeps_what_was_fitted_before():
    average = population_mean(spend)
    before = evolve(world(), population={world().key(average): Fraction(0)})
    (found,) = fit(before, [population_count(among=spend > average)], tuple(cases()), TODAY, 1).values()
    assert found.value == 3
