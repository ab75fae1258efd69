"""Amounts that follow from others: a line's from its price, a purchase's from its lines."""

from datetime import date
from decimal import Decimal

import pytest
from company_kit import make_crm, put, stored

from crmcore import Customer, Purchase, PurchaseLine
from crmcore.work.amounts import complete_line, complete_purchases

DAY = date(2026, 6, 15)


def line(**numbers):
    return PurchaseLine(
        purchase="p", **{name: None if text is None else Decimal(text) for name, text in numbers.items()}
    )


@pytest.mark.parametrize(
    ("numbers", "amount"),
    [
        ({"price": "2.50", "quantity": "4"}, "10"),
        ({"price": "19.99", "quantity": "3", "discount": "0.15"}, "50.9745"),
        ({"price": "0.0001", "quantity": "0.000001", "discount": "0.000001"}, "0.0000000000999999"),  # never rounded
        ({"price": "-5", "quantity": "2"}, "-10"),
        ({"price": "5", "quantity": "0"}, "0"),
        ({"price": "5", "quantity": "2", "discount": "1"}, "0"),
        ({"price": "5", "quantity": "2", "amount": "9"}, "9"),  # its own
        ({"price": "5"}, None),
        ({"quantity": "5"}, None),
        ({}, None),
    ],
)
def test_a_line_without_an_amount_has_price_times_quantity_less_discount(numbers, amount):
    assert complete_line(line(**numbers)).amount == (None if amount is None else Decimal(amount))


def test_a_derived_amount_follows_a_new_price_and_an_entered_one_stays():
    derived = line(price="5", quantity="2", amount="10")
    assert complete_line(line(price="6", quantity="2", amount="10"), derived).amount == 12
    assert complete_line(line(price="6", quantity="2", amount="11"), derived).amount == 11
    entered = line(price="5", quantity="2", amount="9")
    assert complete_line(line(price="6", quantity="2", amount="9"), entered).amount == 9
    assert complete_line(line(price=None, quantity="2", amount="10"), derived).amount is None


@pytest.fixture
def crm():
    crm = make_crm()
    put(crm, Customer(id="a", name="A"))
    put(crm, Purchase(id="p", customer="a", at=DAY), Purchase(id="q", customer="a", at=DAY, amount=Decimal(7)))
    return crm


def amount(crm, key):
    return stored(crm, "purchase")[key].get("amount")


def change(crm, key, **columns):
    with crm.unit() as unit:
        unit.edit(unit.get(PurchaseLine, key), **columns)


def test_a_purchase_without_an_amount_follows_its_lines(crm):
    put(crm, PurchaseLine(id="l", purchase="p", amount=Decimal("2.5")), PurchaseLine(purchase="p", amount=Decimal(1)))
    assert amount(crm, "p") == "3.5"
    change(crm, "l", amount=Decimal(4))
    assert amount(crm, "p") == "5"
    with crm.unit() as unit:
        unit.remove(PurchaseLine, "l")
    assert amount(crm, "p") == "1"


def test_a_purchase_is_unknown_while_one_of_its_lines_is_and_when_the_last_is_gone(crm):
    put(crm, PurchaseLine(id="l", purchase="p", amount=Decimal(2)))
    put(crm, PurchaseLine(id="m", purchase="p"))
    assert amount(crm, "p") is None
    with crm.unit() as unit:
        unit.remove(PurchaseLine, "m")
    assert amount(crm, "p") == "2"
    with crm.unit() as unit:
        unit.remove(PurchaseLine, "l")
    assert amount(crm, "p") is None


def test_a_purchase_with_an_amount_of_its_own_keeps_it(crm):
    put(crm, PurchaseLine(id="l", purchase="q", amount=Decimal(2)))
    assert amount(crm, "q") == "7"
    version = stored(crm, "purchase")["q"]["version"]
    change(crm, "l", product="tea")
    assert stored(crm, "purchase")["q"]["version"] == version


def test_a_line_that_moves_changes_both_purchases(crm):
    put(crm, Purchase(id="r", customer="a", at=DAY))
    put(crm, PurchaseLine(id="l", purchase="p", amount=Decimal(2)))
    change(crm, "l", purchase="r")
    assert (amount(crm, "p"), amount(crm, "r")) == (None, "2")


def test_lines_of_a_purchase_that_is_not_there_change_nothing(crm):
    with crm.store.write() as transaction:
        transaction.put("purchase_line", "l", {"purchase": "gone", "amount": "1"})
        assert list(complete_purchases(transaction, {("purchase_line", "l"): None})) == []
        assert list(complete_purchases(transaction, {("purchase", "p"): None})) == []
