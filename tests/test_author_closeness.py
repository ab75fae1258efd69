"""A customer is the nearer to a segment the less would have to change."""

from decimal import Decimal

import pytest
from facts_kit import TODAY, case_of, world

from crmcore import Customer, Purchase, Scheme, Segment, count, rows, total
from crmcore.author.closeness import to_rule, to_segment
from crmcore.evaluation.evaluate import Evaluator

purchase, customer = rows(Purchase), rows(Customer)
spend, number = total(purchase.amount), count(purchase)
EVALUATOR = Evaluator(world())
tier = Scheme("demo.tier", Segment("big", when=spend >= 1000), Segment("often", when=number >= 4), Segment("rest"))


def who_bought(*amounts):
    return case_of(
        *(Purchase(id=f"p{n}", customer="ada", at=TODAY, amount=Decimal(amount)) for n, amount in enumerate(amounts))
    )


@pytest.mark.parametrize(
    ("rule", "nearer", "farther"),
    [
        (spend >= 1000, (900,), (100,)),
        (~(spend < 1000), (900,), (100,)),
        ((spend >= 1000) & (number >= 2), (900,), (100,)),
        ((spend >= 1000) & (number >= 2), (10, 10), (10,)),
        ((spend >= 1000) | (number >= 9), (900,), (500,)),
        ((spend >= 1000).or_else(False), (900,), (100,)),
        (tier.is_("big"), (900,), (100,)),
        (tier.is_("often"), (1, 1, 1), (2000, 1, 1)),
    ],
)
def test_nearer_is_who_has_less_to_change(rule, nearer, farther):
    near, far = (to_rule(rule, who_bought(*amounts), EVALUATOR, holds=True) for amounts in (nearer, farther))
    assert 0 <= far < near < 1


def test_who_is_there_has_nothing_to_change():
    assert to_rule(spend >= 1000, who_bought(1000), EVALUATOR, holds=True) == 1
    assert to_rule(spend >= 1000, who_bought(999), EVALUATOR, holds=False) == 1
    assert [to_segment(tier, place, who_bought(1, 1, 1, 1), EVALUATOR) == 1 for place in range(3)] == [
        False,
        True,
        False,
    ]


def test_of_texts_only_is_and_is_not_is_known():
    assert to_rule(customer.city.is_("Rome"), who_bought(), EVALUATOR, holds=True) == 0
