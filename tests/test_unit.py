"""Units of work: what hangs on a record, amounts that follow others, and checks that no change slips past."""

from datetime import date
from decimal import Decimal

import pytest
from company_kit import make_crm, plugin, put, stored

from crmcore import Customer, Metric, Purchase, PurchaseLine, Setting, rows, total
from crmcore.errors import Invalid, StillReferenced


@pytest.fixture
def crm():
    crm = make_crm()
    put(crm, *(Customer(id=key, name=key) for key in ("a", "b")))
    put(
        crm,
        Purchase(id="p1", customer="a", at=date(2026, 1, 1)),
        Purchase(id="p2", customer="b", at=date(2026, 1, 1)),
        PurchaseLine(id="l1", purchase="p1", price=Decimal(60), quantity=Decimal(2)),
    )
    return crm


def test_removing_is_refused_while_records_hang_on_it_and_cascade_takes_them_all(crm):
    with pytest.raises(StillReferenced, match="1 purchase"), crm.unit() as unit:
        unit.remove(Customer, "a")
    with pytest.raises(StillReferenced, match="1 purchase_line"), crm.unit() as unit:
        unit.remove(Purchase, "p1")
    with pytest.raises(StillReferenced, match="1 purchase_line"), crm.unit() as unit:
        unit.delete("purchase", "p1")
    with crm.unit() as unit:
        unit.remove(Customer, "a", cascade=True)
    assert stored(crm, "purchase").keys() == {"p2"}
    assert stored(crm, "purchase_line") == {}
    assert crm.state().customer("a").archived_at == date(2026, 11, 21)
    crm.undo(crm.store.read().commit)
    assert stored(crm, "purchase").keys() == {"p1", "p2"}
    assert stored(crm, "purchase_line").keys() == {"l1"}


def test_an_unknown_amount_of_a_line_stays_unknown_until_price_and_quantity_are_known(crm):
    put(crm, PurchaseLine(id="l2", purchase="p2", price=Decimal(5)))
    assert stored(crm, "purchase")["p2"].get("amount") is None
    with crm.unit() as unit:
        unit.edit(unit.get(PurchaseLine, "l2"), quantity=Decimal(30))
    assert stored(crm, "purchase")["p2"]["amount"] == "150"


def test_an_amount_that_was_entered_stays_whatever_the_price(crm):
    put(crm, PurchaseLine(id="l3", purchase="p2", price=Decimal(5), quantity=Decimal(2), amount=Decimal(9)))
    with crm.unit() as unit:
        unit.edit(unit.get(PurchaseLine, "l3"), price=Decimal(50))
    assert stored(crm, "purchase_line")["l3"]["amount"] == "9"
    with crm.unit() as unit:
        unit.edit(unit.get(PurchaseLine, "l1"), amount=Decimal(1))
    assert stored(crm, "purchase_line")["l1"]["amount"] == "1"


def in_two_steps(crm, first, second):
    with crm.unit() as unit:
        first(unit)
        assert unit.problems() == {}
        second(unit)


def buy(customer):
    return lambda unit: unit.add(Purchase(customer=customer, at=date(2026, 1, 1)))


def test_looking_for_problems_early_does_not_let_later_ones_through(crm):
    with pytest.raises(Invalid, match="nobody"):
        in_two_steps(crm, buy("a"), buy("nobody"))
    with pytest.raises(StillReferenced):
        in_two_steps(crm, buy("b"), lambda unit: unit.delete("customer", "a"))
    with pytest.raises(Invalid, match="z"):
        in_two_steps(
            crm,
            lambda unit: (unit.add(Customer(id="z", name="Zoe")), buy("z")(unit)),
            lambda unit: unit.discard(("customer", "z")),
        )
    assert len(stored(crm, "purchase")) == 2


def test_a_discarded_change_leaves_no_trace(crm):
    before = crm.store.read().commit
    with crm.unit() as unit:
        unit.add(Customer(id="z", name="Zoe"))
        unit.edit(unit.get(Customer, "a"), name="Eve")
        unit.keep("note", "n1", {"text": "x"})
        for place in tuple(unit.before):
            unit.discard(place)
    assert crm.store.read().commit == before
    assert crm.state().customer("a").name == "a"


def test_a_document_that_is_no_record_is_logged_and_undone_with_the_rest(crm):
    with crm.unit() as unit:
        unit.keep("note", "n1", {"text": "x"})
    assert stored(crm, "note") == {"n1": {"text": "x"}}
    crm.undo(crm.store.read().commit)
    assert stored(crm, "note") == {}


def test_a_setting_that_is_undone_stands_as_it_was_so_that_applying_it_again_changes_nothing():
    floor = Setting("shop.floor", Decimal(10))
    paid = Metric("shop.paid", total(rows(Purchase).amount, where=rows(Purchase).amount >= floor))
    crm = make_crm(plugin("shop", metrics=[paid]))
    crm.apply_settings({"shop.floor": 20})
    crm.apply_settings({"shop.floor": 30})
    crm.undo(crm.store.read().commit)
    assert stored(crm, "setting") == {"shop.floor": {"value": "20"}}
    assert crm.apply_settings({"shop.floor": Decimal("20.00")}) == {}
