from decimal import Decimal

import crm_customer_size as plugin
import pytest
from crm_customer_size.closeness import closeness
from crm_customer_size.complexity import complexity, complexity_points
from crm_customer_size.composite import composite, score
from crm_customer_size.influence import influence
from crm_customer_size.layer import layer
from crm_satisfaction.records import Survey

from crmcore import Contact, Interaction, Purchase, PurchaseLine
from crmcore.testing import AS_OF, Conformance, given, missing, placed, valued


class TestConformance(Conformance):
    plugin = plugin
    tier = "gold"


def known(**said):
    """Return a customer of whom somebody has entered facts, by their short names."""
    return given({f"customer_size.{name}": value for name, value in said.items()})


def business(people=0, categories=0, matters=0, days=10, **said):
    """Return a customer with decision makers, and categories and matters so many days ago."""
    when = AS_OF.fromordinal(AS_OF.toordinal() - days)
    records = [
        *(Contact(customer="", name=f"P{n}", decision_role="buyer") for n in range(people)),
        Contact(customer="", name="Guest"),
        Purchase(id="bought", customer="", at=when, amount=None),
        *(PurchaseLine(purchase="bought", category=f"k{n}") for n in range(categories)),
        *(Interaction(customer="", at=when, subject=f"m{n}") for n in range(matters)),
    ]
    return given({f"customer_size.{name}": value for name, value in said.items()}, records=records)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (known(process="simple"), "simple"),
        (known(process="medium"), "medium"),
        (known(process="complex"), "complex"),
        (business(9, 9, 99, process="simple"), "simple"),
        (business(9, 9, 99, process="medium"), "medium"),
        (given(), "simple"),
        (business(1, 2, 3), "simple"),
        (business(2, 2, 3), "simple"),
        (business(2, 3, 3), "medium"),
        (business(4, 2, 3), "medium"),
        (business(4, 3, 3), "medium"),
        (business(2, 3, 4), "medium"),
        (business(4, 5, 4), "complex"),
        (business(4, 6, 3), "complex"),
        (business(3, 6, 12), "complex"),
        (business(0, 6, 12), "complex"),
        (business(0, 6, 11), "medium"),
        (business(0, 6, 12, days=364), "complex"),
        (business(0, 6, 12, days=365), "simple"),
    ],
    ids=str,
)
def test_complexity(facts, expected):
    assert placed(complexity, facts) == expected


def test_every_side_of_complexity_gives_two_points_at_most():
    assert valued(complexity_points, business(50, 50, 50)) == 6
    assert valued(complexity_points, given()) == 0


def referring(count, **said):
    """Return a customer and those who came by its recommendation."""
    facts = given({f"customer_size.{name}": value for name, value in said.items()}, id="c1")
    return facts, [given(referred_by="c1") for _ in range(count)]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (referring(0, reputation="high"), "high"),
        (referring(0, reputation="some"), "medium"),
        (referring(0, reputation="little"), "low"),
        (referring(1, reputation="little"), "low"),
        (referring(2, reputation="little"), "medium"),
        (referring(4, reputation="little"), "medium"),
        (referring(5, reputation="little"), "high"),
        (referring(5), "high"),
        (referring(4), None),
        (referring(0), None),
    ],
    ids=str,
)
def test_influence(facts, expected):
    customer, others = facts
    assert placed(influence, customer, *others) == expected


def test_influence_cannot_be_told_without_a_reputation():
    assert missing(influence, given()) == ("customer_size.reputation",)


def spending(*amounts):
    return [given(purchases=[(10, amount)]) for amount in amounts]


HUNDRED = spending(*range(1, 101))


@pytest.mark.parametrize(
    ("amount", "expected"),
    [(100, "top"), (99, "upper"), (96, "upper"), (95, "middle"), (81, "middle"), (80, "base"), (1, "base")],
)
def test_layers_of_a_hundred_buyers(amount, expected):
    customer, others = HUNDRED[amount - 1], HUNDRED[: amount - 1] + HUNDRED[amount:]
    assert placed(layer, customer, *others) == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (given(), "inactive"),
        (given(purchases=[(365, 10)]), "inactive"),
        (given(purchases=[(364, 10)]), "top"),
        (given(purchases=[(10, -10)]), "inactive"),
        (given(purchases=[(10, None)]), None),
    ],
    ids=str,
)
def test_layers_look_at_twelve_months(facts, expected):
    assert placed(layer, facts) == expected


def relation(first, last, *, answer=None):
    """Return a customer with purchases from so many days ago to so many, and what it answered in a survey of 0 to 100."""
    days = (first, (first + last) // 2, last)
    answers = [] if answer is None else [Survey(customer="", on=AS_OF, score=Decimal(answer), scale="0-100")]
    return given(purchases=[(day, 100) for day in days], records=answers)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (relation(730, 10, answer=80), "close"),
        (relation(729, 10, answer=80), "ordinary"),
        (relation(730, 10, answer=79), "ordinary"),
        (relation(730, 10, answer=60), "ordinary"),
        (relation(730, 10, answer=59), "loose"),
        (relation(30, 10, answer=60), "ordinary"),
        (relation(900, 365, answer=90), "close"),
        (relation(900, 366, answer=90), "loose"),
        (relation(900, 366), "loose"),
        (given(purchases=[(900, 100)]), "loose"),
        (given(), "loose"),
        (relation(730, 10), None),
        (relation(30, 10), None),
    ],
    ids=str,
)
def test_closeness(facts, expected):
    assert placed(closeness, facts) == expected


def test_closeness_cannot_be_told_of_buyers_who_were_never_asked():
    assert missing(closeness, relation(730, 10)) == ("satisfaction.mean_score",)


def test_who_is_with_us_for_long_and_spends_next_to_nothing_is_not_close():
    small, others = relation(730, 10, answer=80), spending(*[9_000] * 20)
    assert placed(closeness, small) == "close"
    assert placed(closeness, small, *others) == "ordinary"


def factors(amount, cost=None, times=1, first=10):
    """Return a customer with so many purchases that amount to a sum, the first of them so many days ago."""
    part = amount // times
    costs = None if cost is None else cost // times
    return given(purchases=[(first if n == 0 else 1, part, costs) for n in range(times)])


TEN = [factors(100 * n, times=n, first=30 * n) for n in range(1, 11)]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (TEN[9], 5.0),
        (TEN[0], 1.0),
        (factors(1000, times=1, first=30), (4 * 5 + 2 * 1 + 1 * 1) / 7),
        (factors(1000, cost=1, times=1, first=30), (4 * 5 + 3 * 1 + 2 * 1 + 1 * 1) / 10),
    ],
    ids=str,
)
def test_the_composite_score_weighs_what_is_known(facts, expected):
    others = [one for one in TEN if one is not facts]
    assert valued(score, facts, *others) == pytest.approx(expected)


COSTED = [factors(100 * n, cost=50 * n, times=n, first=30 * n) for n in range(1, 11)]


@pytest.mark.parametrize(("place", "expected"), [(9, 5.0), (0, 1.0)])
def test_where_costs_are_known_profit_counts_too(place, expected):
    others = [one for one in COSTED if one is not COSTED[place]]
    assert valued(score, COSTED[place], *others) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (TEN[9], "large"),
        (TEN[4], "medium"),
        (TEN[0], "small"),
        (given(), "small"),
        (given(purchases=[(365, 9000)]), "small"),
        (given(purchases=[(10, -5)]), "small"),
        (given(purchases=[(10, None)]), None),
    ],
    ids=str,
)
def test_composite_size(facts, expected):
    others = [one for one in TEN if one is not facts]
    assert placed(composite, facts, *others) == expected


@pytest.mark.parametrize(("cut", "expected"), [("4", "large"), ("5", "large"), ("1", "large")])
def test_the_cut_of_large_customers_belongs_to_them(cut, expected):
    assert placed(composite, TEN[9], *TEN[:9], settings={"customer_size.large_score": Decimal(cut)}) == expected


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"customer_size.mid_score": Decimal(3), "customer_size.large_score": Decimal(5)}, "medium"),
        ({"customer_size.mid_score": Decimal("3.1"), "customer_size.large_score": Decimal(5)}, "small"),
        ({"customer_size.large_score": Decimal(3)}, "large"),
        ({"customer_size.large_score": Decimal("3.1")}, "medium"),
    ],
    ids=str,
)
def test_a_score_of_three_on_both_sides_of_each_cut(settings, expected):
    middle = TEN[5]
    assert valued(score, middle, *TEN[:5], *TEN[6:]) == 3
    assert placed(composite, middle, *TEN[:5], *TEN[6:], settings=settings) == expected


def test_a_factor_without_weight_does_not_count():
    alone = {f"customer_size.{name}_weight": 0 for name in ("profit", "frequency", "history")}
    big = factors(5000, times=1, first=1)
    assert valued(score, big, *TEN, settings=alone) == 5
