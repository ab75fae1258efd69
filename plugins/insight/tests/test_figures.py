"""Figures of statistics against values that are known or computed the plain way."""

from decimal import Decimal
from itertools import combinations, pairwise
from math import comb
from random import Random

import pytest
from crm_insight import figures
from crm_insight.cuts import Crowd


@pytest.mark.parametrize(
    ("amounts", "expected"),
    [([1, 1, 1, 1], 0), ([0, 0, 0, 1], 0.75), ([1, 2, 3, 4], 0.25), ([-5, 0, 0, 1], 0.75), ([0, 0], None), ([], None)],
    ids=str,
)
def test_gini(amounts, expected):
    found = figures.gini(amounts)
    assert found == (None if expected is None else pytest.approx(expected))


def test_gini_is_half_the_mean_difference_over_the_mean():
    amounts = [Random(1).randint(0, 900) for _ in range(80)]
    differences = sum(abs(one - other) for one in amounts for other in amounts)
    assert figures.gini(amounts) == pytest.approx(differences / (2 * len(amounts) * sum(amounts)))


def test_the_largest_customers_and_how_many_make_a_share():
    amounts = [50, 30, 10, 5, 5]
    assert [figures.share_of_largest(amounts, part) for part in (0.2, 0.3, 1)] == [0.5, 0.8, 1]
    assert figures.share_of_largest([0, 0], 0.5) is None
    assert [figures.fewest_for(amounts, share) for share in (0.5, 0.51, 0.8, 1)] == [1, 2, 2, 5]
    assert figures.fewest_for([], 0.5) is None


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({("a", "x"): 10, ("b", "y"): 10}, 1),
        ({("a", "x"): 5, ("a", "y"): 5, ("b", "x"): 5, ("b", "y"): 5}, 0),
        ({("a", "x"): 10, ("a", "y"): 0}, None),
        ({("a", "x"): 30, ("a", "y"): 10, ("b", "x"): 20, ("b", "y"): 40}, 0.4082),
        ({("a", "x"): 4, ("b", "y"): 4, ("c", "y"): 4}, 1),
    ],
    ids=str,
)
def test_cramers_v(counts, expected):
    assert figures.cramers_v(counts) == (None if expected is None else pytest.approx(expected, abs=1e-4))


def test_variance_lies_between_groups_or_within_them():
    assert figures.explained([[1.0, 1.0], [5.0, 5.0], []]) == 1
    assert figures.explained([[1.0, 5.0], [1.0, 5.0]]) == 0
    assert figures.explained([[2.0], [2.0]]) is None
    assert figures.explained([]) is None


def test_blind_draws_lie_within_the_bounds_95_times_in_100():
    chosen, whole = Random(4), [1] * 300 + [0] * 700
    low, high = figures.by_chance(0.3, 80, 1000)
    inside = sum(low <= sum(chosen.sample(whole, 80)) / 80 <= high for _ in range(2000))
    assert 0.92 < inside / 2000 < 0.98
    assert figures.by_chance(0.3, 1000, 1000) == (0.3, 0.3)


@pytest.mark.parametrize(
    ("hits", "part", "whole", "bounds"),
    [(5, 1, 30, (0, 1)), (50, 10, 1000, (0, 0.2)), (0, 5, 30, (0, 0)), (30, 5, 30, (1, 1)), (15, 20, 30, (0.35, 0.65))],
)
def test_blind_draws_of_few_are_counted_exactly(hits, part, whole, bounds):
    assert figures.by_chance(hits / whole, part, whole) == pytest.approx(bounds)
    ways = [comb(hits, drawn) * comb(whole - hits, part - drawn) for drawn in range(part + 1)]
    below = [sum(ways[: drawn + 1]) / comb(whole, part) for drawn in range(part + 1)]
    exact = [next(drawn for drawn, share in enumerate(below) if share >= tail) / part for tail in (0.025, 0.975)]
    assert figures.by_chance(hits / whole, part, whole) == pytest.approx(exact)


def test_natural_classes_of_large_close_values_are_found():
    cents = [Decimal(100_000_000_000) + Decimal(cent) / 100 for cent in (0, 1, 2, 500, 501, 502)]
    assert figures.natural_breaks(cents, 2) == (cents[3],)


def test_groups_that_are_alike_differ_no_more_than_by_chance():
    chosen = Random(5)
    limit = figures.difference_by_chance(0.4, 100, 50)
    drawn = [[sum(chosen.random() < 0.4 for _ in range(size)) / size for size in (100, 50)] for _ in range(2000)]
    assert 0.92 < sum(abs(one - other) <= limit for one, other in drawn) / 2000 < 0.98


def test_quantiles_are_of_type_7():
    assert [figures.quantile([1, 2, 3, 10], share) for share in (0, 0.5, 0.9, 1)] == [1, 2.5, pytest.approx(7.9), 10]


@pytest.mark.parametrize("classes", [2, 3, 4])
def test_natural_breaks_are_those_with_the_least_spread(classes):
    values = sorted(Random(classes).choices(range(60), k=14))

    def spread(cuts):
        edges = [0, *cuts, len(values)]
        parts = [values[start:end] for start, end in pairwise(edges)]
        return sum(sum((value - sum(part) / len(part)) ** 2 for value in part) for part in parts)

    tried = [
        cuts
        for cuts in combinations(range(1, len(values)), classes - 1)
        if all(values[cut] != values[cut - 1] for cut in cuts)
    ]
    best = min(map(spread, tried))
    found = figures.natural_breaks(values, classes)
    assert spread([values.index(cut) for cut in found]) == pytest.approx(best)


def test_there_are_no_more_classes_than_values():
    assert figures.natural_breaks([3, 3, 3], 3) == ()
    assert figures.natural_breaks([3, 3, 9], 4) == (9,)
    many = sorted([*range(1000), *range(50_000, 51_000)])
    (cut,) = figures.natural_breaks(many, 2)
    assert 50_000 <= cut < 50_010  # of so many values, some are looked at


@pytest.mark.parametrize(
    ("value", "expected"), [(None, None), (2.0, "2"), (2.349, "2.35"), (0.5, "0.5"), (1200, "1200")]
)
def test_numbers_are_rounded_and_whole_where_they_are(value, expected):
    assert (None if value is None else str(figures.rounded(value))) == expected


@pytest.mark.parametrize("scale", ["value", "quantile", "pareto_cut", "nth_largest"])
def test_a_suggested_setting_cuts_off_exactly_the_customers_from_a_value_on(scale):
    chosen = Random(scale)
    for _ in range(50):
        values = sorted(Decimal(chosen.randint(1, 40)) for _ in range(chosen.randint(2, 60)))
        crowd = Crowd(values, scale)
        for value in set(values) - {values[0]}:
            at = crowd.cut(crowd.setting(value))
            assert [each for each in values if each >= at] == [each for each in values if each >= value]


def test_where_nothing_is_to_be_shared_no_share_is_suggested():
    assert Crowd([Decimal(-1), Decimal(1)], "pareto_cut").setting(Decimal(1)) is None
    assert Crowd([Decimal(5)], "quantile").setting(Decimal(5)) is None
    assert Crowd([Decimal(5)], "nth_largest").cut(2) is None
