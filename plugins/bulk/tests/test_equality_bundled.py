"""The schemes of all bundled plugins on customers as companies have them: the answers are those of the row evaluator."""

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import crm_lifecycle
import crm_value_tier
import pytest
from equality_kit import Batch, differences, expected
from random_customers import Given

from crmcore.engines import needs, rules_of
from crmcore.entities import type_of
from crmcore.records import Customer, Interaction, Purchase, PurchaseLine

SCHEMES = (*crm_lifecycle.crm_schemes(), *crm_value_tier.crm_schemes())
DAY = date(2024, 6, 30)
FIELDS = needs(*(rule for scheme in SCHEMES for rule in rules_of(scheme))).fields


def value_of(field, chance):
    """Return a value of a field in stored form, or None."""
    kind = field.result_kind().name
    known = {
        "boolean": lambda: chance.random() < 0.5,
        "integer": lambda: chance.randrange(60),
        "money": lambda: Decimal(chance.randrange(10**6)),
        "decimal": lambda: Decimal(chance.randrange(100)),
        "date": lambda: DAY - timedelta(chance.randrange(900)),
        "instant": lambda: DAY - timedelta(chance.randrange(900)),
        "texts": lambda: ("a", "b"),
    }
    made = known.get(kind, lambda: chance.choice(field.choices or ("x", "y")))()
    if chance.random() < 0.4:
        return None
    return {"value": made, "on": (DAY - timedelta(chance.randrange(-9, 90))).isoformat()} if field.soft else made


def company(customers, seed):
    """Return customers, most of whom buy seldom and a few often, with purchases, lines and interactions."""
    chance = random.Random(seed)
    kinds = type_of(Customer).column("kind").choices or ("person",)
    records = []
    for n in range(customers):
        fields = {field.name: value for field in FIELDS if (value := value_of(field, chance)) is not None}
        referrer = f"c{chance.randrange(customers)}" if chance.random() < 0.3 else None
        records.append(
            Customer(id=f"c{n}", name="x", kind=chance.choice((*kinds, None)), referred_by=referrer, fields=fields)
        )
        bought = min(int(chance.paretovariate(0.9)) - (chance.random() < 0.3), 30)
        for m in range(bought):
            at = datetime(2024, 6, 30, 21, tzinfo=UTC) - timedelta(hours=chance.randrange(-48, 24 * 800))
            amount = chance.choice((Decimal(chance.randrange(10, 90_000)) / 100, Decimal(100), None, Decimal("-5.5")))
            records.append(Purchase(id=f"p{n}-{m}", customer=f"c{n}", at=at, amount=amount, cost=amount and amount / 2))
            records.append(
                PurchaseLine(id=f"l{n}-{m}", purchase=f"p{n}-{m}", product="x", amount=amount, quantity=Decimal(1))
            )
        for m in range(chance.randrange(3)):
            at = DAY - timedelta(chance.randrange(400))
            records.append(
                Interaction(
                    id=f"i{n}-{m}",
                    customer=f"c{n}",
                    at=at,
                    channel="mail",
                    direction=chance.choice(("in", "out", None)),
                )
            )
    return Given(DAY, ZoneInfo("Asia/Shanghai"), {}, tuple(records))  # fmt: skip


@pytest.mark.parametrize("seed", range(2))
def test_bundled_schemes(quick_backend, seed):
    assert differences(expected(Batch(company(60, seed), SCHEMES)), quick_backend) == []


def test_bundled_schemes_on_spark(backend):
    assert differences(expected(Batch(company(40, 7), SCHEMES)), backend) == []


def test_companies_have_customers_in_many_segments():
    found = expected(Batch(company(60, 0), SCHEMES))
    for scheme in SCHEMES:
        segments = {found.evaluator.answer(scheme, case).segment for case in found.cases}
        assert len(segments) >= 2, scheme.name
