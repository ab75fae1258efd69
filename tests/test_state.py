"""One state of a company's data, ready to be asked."""

from datetime import date
from decimal import Decimal

import pytest
from company_kit import make_crm, plugin, put

from crmcore import Customer, Purchase, Scheme, Segment, Setting, days_since, latest, rows, total
from crmcore.errors import NotFound

DAY = date(2026, 6, 15)
purchase = rows(Purchase)
limit = Setting("shop.limit", 30)
PACE = Scheme("shop.pace", Segment("quiet", when=days_since(latest(purchase.at)) > limit), Segment("awake"))


@pytest.fixture
def crm():
    crm = make_crm(plugin("shop", schemes=[PACE]), currency="JPY")
    put(crm, Customer(id="a", name="A"))
    put(crm, Purchase(customer="a", at=date(2026, 6, 5), amount=Decimal(8)))
    crm.classify(DAY)
    return crm


def test_a_customer_is_found_or_said_to_be_missing(crm):
    assert crm.state().customer("a").name == "A"
    with pytest.raises(NotFound, match="there is no customer with id 'b'"):
        crm.state().customer("b")


def test_a_state_looks_at_its_day(crm):
    state = crm.state()
    assert state.evaluator.value(total(purchase.amount), state.case(state.customer("a"))) == 8
    before = crm.state(date(2026, 6, 1))
    assert before.evaluator.value(total(purchase.amount), before.case(before.customer("a"))) == 0
    assert state.evaluator is state.evaluator


def test_an_explanation_holds_evaluation_placement_and_the_next_date(crm):
    state = crm.state()
    found = state.explained(PACE, state.customer("a"))
    assert (found.explanation.segment, found.stored.segment) == ("awake", "awake")
    assert found.review_on == found.stored.review_on == date(2026, 7, 6)
    later = crm.state(date(2026, 8, 1))
    found = later.explained(PACE, later.customer("a"))
    assert (found.explanation.segment, found.stored.segment, found.review_on) == ("quiet", "awake", None)


def test_who_listens_hears_of_currency_and_settings(crm):
    crm.apply_settings({"shop.limit": 40})
    listener = crm.state().listener("zh")
    assert (listener.language, listener.currency, listener.currency_digits) == ("zh", "JPY", 0)
    assert listener.setting(limit) == 40
