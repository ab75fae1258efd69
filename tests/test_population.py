"""Population values by hand: ABC with ties, quantiles as R publishes them, and what has none."""

import csv
from collections import Counter
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from crmcore.evaluation.population import finish, nth_largest, pareto_cut, quantile

ORDERS = Path(__file__).parent / "data" / "rfm_r" / "rfm_data_orders.csv"
ANALYSIS_DAY = date(2006, 12, 31)


def numbers(*values):
    return [Fraction(str(value)) for value in values]


def share(text):
    return Fraction(Decimal(text))


@pytest.mark.parametrize(
    ("spend", "part", "cut"),
    [
        ((50, 30, 10, 5, 5), "0.8", 30),  # 50 + 30 is 80 exactly: reached
        ((50, 30, 10, 5, 5), "0.8001", 10),
        ((50, 30, 10, 5, 5), "0.95", 5),  # both customers of 5 are included by >=
        ((5, 10, 50, 5, 30), "0.8", 30),  # the order in which they come does not matter
        ((40, 40, 10, 10), "0.5", 40),  # the second 40 reaches the half; its tie has the same cut
        ((100, 0, 0), "1", 100),  # a total of 0 is known, and adds nothing
        ((100, 0, 0), "0", 100),  # a share of nothing is reached by the largest
        ((60, 60, -20), "1", 60),  # 60 + 60 reaches the total of 100 before the return counts
        ((60, 60, -20), "0.5", 60),
        ((7,), "0.8", 7),
        ((7,), "0", 7),
        ((7,), "1", 7),
        (("0.1", "0.1", "0.1"), "1", "0.1"),  # no rounding: three tenths are reached
    ],
)
def test_the_cut_is_the_customer_with_whom_the_running_total_reaches_the_share(spend, part, cut):
    assert pareto_cut(numbers(*spend), share(part)) == Fraction(str(cut))


@pytest.mark.parametrize("spend", [(), (0, 0), (5, -5), (5, -20), (-3,)])
def test_there_is_no_cut_where_the_total_is_not_positive(spend):
    assert pareto_cut(numbers(*spend), share("0.8")) is None


def test_a_share_beyond_everything_is_never_reached():
    assert pareto_cut(numbers(3, 2, 1), share("1.01")) is None


def test_abc_by_hand_counts_the_customers_of_each_class():
    spend = numbers(300, 200, 200, 100, 50, 50, 40, 30, 20, 10)  # 1000 in all
    a, b = pareto_cut(spend, share("0.7")), pareto_cut(spend, share("0.9"))
    assert (a, b) == (200, 50)  # running totals: 300 500 700 | 800 850 900 | 940 970 990 1000
    classes = Counter("A" if value >= a else "B" if value >= b else "C" for value in spend)
    assert classes == {"A": 3, "B": 3, "C": 4}


@pytest.mark.parametrize(
    ("values", "q", "expected"),
    [
        ((1, 2, 3, 4), "0.25", "1.75"),  # quantile(1:4, 0.25) in R
        ((1, 2, 3, 4), "0.5", "2.5"),
        ((4, 1, 3, 2), "0.75", "3.25"),
        ((10, 20), "0.1", "11"),
        ((5,), "0.3", "5"),
        ((5, 9), "0", "5"),
        ((5, 9), "1", "9"),
        ((2, 2, 2, 8), "0.5", "2"),
    ],
)
def test_quantiles_are_linear_between_the_values(values, q, expected):
    assert quantile(numbers(*values), share(q)) == Fraction(expected)


@pytest.mark.parametrize(("values", "q"), [((), "0.5"), ((1, 2), "-0.01"), ((1, 2), "1.01")])
def test_there_is_no_quantile_of_nobody_or_outside_0_to_1(values, q):
    assert quantile(numbers(*values), share(q)) is None


@pytest.fixture(scope="module")
def customers():
    """Recency, orders and revenue of the customers of the R package rfm."""
    last, orders, revenue = {}, Counter(), Counter()
    with ORDERS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            key, day = row["customer_id"], date.fromisoformat(row["order_date"])
            last[key] = max(last.get(key, day), day)
            orders[key] += 1
            revenue[key] += Fraction(row["revenue"])
    recency = {key: (ANALYSIS_DAY - day).days for key, day in last.items()}
    return {"recency": recency, "orders": orders, "revenue": revenue}


@pytest.mark.parametrize(
    ("figure", "published"),
    [
        ("recency", ("1", "115", "181", "297.4", "482", "977")),
        ("orders", ("1", "4", "5", "6", "8", "15")),
        ("revenue", ("12", "255.8", "382", "506.4", "666", "1489")),
    ],
)
def test_quantiles_are_those_that_r_publishes(customers, figure, published):
    # what the package prints is where the next band begins: one above each quantile but the lowest
    values = [Fraction(value) for value in customers[figure].values()]
    lowest, *others = (quantile(values, Fraction(fifth, 5)) for fifth in range(6))
    assert len(values) == 995
    assert [lowest, *(cut + 1 for cut in others)] == numbers(*published)


@pytest.mark.parametrize(
    ("values", "n", "expected"),
    [
        ((3, 1, 2), "1", 3),
        ((3, 1, 2), "3", 1),
        ((5, 5, 4), "2", 5),  # ties: the top two are both of 5
        ((3, 1, 2), "4", None),
        ((3, 1, 2), "0", None),
        ((3, 1, 2), "1.5", None),
        ((), "1", None),
    ],
)
def test_the_nth_largest_value_needs_that_many_customers(values, n, expected):
    assert nth_largest(numbers(*values), share(n)) == expected


def test_sums_and_means_are_exact():
    thirds = numbers("0.1", "0.2", "0.3")
    assert finish("total", thirds) == Fraction(3, 5)
    assert finish("mean", numbers(1, 1, 2)) == Fraction(4, 3)
    assert finish("count", thirds) == 3


def test_of_nobody_count_and_total_are_0_and_the_rest_unknown():
    assert finish("count", ()) == finish("total", ()) == 0
    half = Fraction(1, 2)
    assert [finish(op, (), half) for op in ("mean", "quantile", "pareto_cut", "nth_largest")] == [None] * 4


@pytest.mark.parametrize("op", ["quantile", "pareto_cut", "nth_largest"])
def test_an_unknown_share_makes_the_value_unknown(op):
    assert finish(op, numbers(1, 2)) is None
    assert finish(op, numbers(1, 2), Fraction(1)) == {"quantile": 2, "pareto_cut": 1, "nth_largest": 2}[op]
