"""Which customers a commit touches: through links, through references that rules follow, before and after."""

from datetime import date
from decimal import Decimal

import pytest
from company_kit import make_crm, plugin, put

from crmcore import Customer, Purchase, PurchaseLine, Scheme, Segment, count, rows, total

lines = rows(PurchaseLine)
by_phone = count(lines, where=lines.purchase.channel.is_("phone")) > 0
phone = Scheme("shop.phone", Segment("yes", when=by_phone), Segment("no"))
branch = Scheme("shop.branch", Segment("roman", when=rows(Customer).parent.parent.city.is_("Rome")), Segment("other"))
rich = Scheme("shop.rich", Segment("yes", when=total(rows(Purchase).amount) >= 100), Segment("no"))


@pytest.fixture
def crm():
    crm = make_crm(plugin("shop", schemes=[phone, rich, branch]))
    put(crm, *(Customer(id=key, name=key) for key in ("a", "b")))
    put(
        crm,
        Purchase(id="p1", customer="a", at=date(2026, 1, 1), channel="web"),
        Purchase(id="p2", customer="b", at=date(2026, 1, 1), channel="web"),
        PurchaseLine(id="l1", purchase="p1", price=Decimal(60), quantity=Decimal(2)),
    )
    crm.classify(date(2026, 2, 1))
    return crm


def segments(crm, scheme):
    return {key: crm.timeline(key, scheme).current.segment for key in ("a", "b")}


def test_a_purchase_that_lines_refer_to_moves_its_customer(crm):
    with crm.unit() as unit:
        unit.edit(unit.get(Purchase, "p1"), channel="phone")
    assert segments(crm, "shop.phone") == {"a": "yes", "b": "no"}


def test_a_line_that_changes_hands_moves_both_customers(crm):
    assert segments(crm, "shop.rich") == {"a": "yes", "b": None}  # of an order without an amount nobody can tell
    with crm.unit() as unit:
        unit.edit(unit.get(PurchaseLine, "l1"), purchase="p2")
    assert segments(crm, "shop.rich") == {"a": None, "b": "yes"}


def test_a_purchase_that_changes_hands_moves_both_customers(crm):
    with crm.unit() as unit:
        unit.edit(unit.get(Purchase, "p1"), customer="b")
    assert segments(crm, "shop.rich") == {"a": "no", "b": "yes"}


def test_a_rule_that_follows_references_is_asked_again_for_every_customer_behind_them(crm):
    put(crm, PurchaseLine(id="l2", purchase="p2", price=Decimal(1), quantity=Decimal(1)))
    with crm.unit() as unit:
        for key in ("p1", "p2"):
            unit.edit(unit.get(Purchase, key), channel="phone")
    assert segments(crm, "shop.phone") == {"a": "yes", "b": "yes"}


def test_what_a_rule_reads_of_the_parents_parent_is_noticed(crm):
    with crm.unit() as unit:
        unit.add(Customer(id="c", name="c"))
        unit.edit(unit.get(Customer, "b"), parent="c")
        unit.edit(unit.get(Customer, "a"), parent="b")
    assert segments(crm, "shop.branch") == {"a": None, "b": None}
    with crm.unit() as unit:
        unit.edit(unit.get(Customer, "c"), city="Rome")
    assert segments(crm, "shop.branch") == {"a": "roman", "b": None}
