"""How many customers each segment has, what they bring, and why others cannot be told."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from company_kit import make_crm, plugin, put

from crmcore import (
    Customer,
    Field,
    Metric,
    Purchase,
    Scheme,
    Segment,
    Setting,
    days_since,
    latest,
    pareto_cut,
    rows,
    total,
)
from crmcore.desk.segments import coverage, due_per_day, segment_table
from crmcore.errors import UnknownName

DAY = date(2026, 6, 30)
bought = rows(Purchase)
floor_area = Field("shop.floor_area", int, on=Customer)
rating = Field("shop.rating", int, on=Customer)
spend = Metric("shop.spend", total(bought.amount))
abc = Scheme("shop.abc", Segment("A", when=spend >= pareto_cut(spend, Decimal("0.8"))), Segment("C"))
space = Scheme(
    "shop.space",
    Segment("big", when=(floor_area > 100) & (rating > 3)),
    Segment("empty", when=floor_area > 900),
    Segment("small"),
)
quiet = Scheme(
    "shop.quiet", Segment("lost", when=days_since(latest(bought.at)) > Setting("shop.days", 60)), Segment("busy")
)
SHOP = plugin("shop", fields=[floor_area, rating], schemes=[abc, space, quiet])
FACTS = {
    "c4": {"shop.rating": 1},
    "c1": {"shop.floor_area": 500, "shop.rating": 4},
    "c2": {"shop.floor_area": 500},
    "c3": {},
}


@pytest.fixture
def crm():
    crm = make_crm(SHOP, zone="Asia/Shanghai")
    put(crm, *(Customer(id=key, name=key, fields=fields) for key, fields in FACTS.items()))
    put(
        crm,
        Customer(id="old", name="Old", archived_at=date(2026, 1, 1), fields=FACTS["c1"]),
        Purchase(customer="old", at=date(2025, 1, 1), amount=Decimal(5000)),
        Purchase(customer="c1", at=date(2026, 6, 1), amount=Decimal("700.000001")),
        Purchase(customer="c1", at=datetime(2026, 6, 30, 15, 59, tzinfo=UTC), amount=Decimal("0.000001")),
        Purchase(customer="c1", at=datetime(2026, 6, 30, 16, 0, tzinfo=UTC), amount=Decimal(9000)),  # already July
        Purchase(customer="c2", at=date(2026, 5, 2), amount=Decimal(200)),
        Purchase(customer="c2", at=date(2026, 5, 3)),
        Purchase(customer="c3", at=date(2026, 4, 1), amount=Decimal(-20)),
    )
    crm.classify(DAY)
    return crm


def test_every_segment_is_counted_with_its_share_and_revenue(crm):
    table = segment_table(crm.state(), crm.catalogue, ("shop.abc", "shop.space"))
    assert table.columns == ("scheme", "segment", "customers", "share", "revenue")
    assert table.rows == (
        ("shop.abc", "A", 2, 0.5, Decimal("900.000002")),
        ("shop.abc", "C", 2, 0.5, Decimal(-20)),
        ("shop.space", "big", 1, 0.25, Decimal("700.000002")),
        ("shop.space", "empty", 0, 0.0, Decimal(0)),
        ("shop.space", "small", 0, 0.0, Decimal(0)),
        ("shop.space", None, 3, 0.75, Decimal(180)),
    )


def test_all_schemes_are_counted_unless_some_are_named(crm):
    schemes = dict.fromkeys(row[0] for row in segment_table(crm.state(), crm.catalogue).rows)
    assert tuple(schemes) == ("shop.abc", "shop.quiet", "shop.space")
    with pytest.raises(UnknownName, match=r"did you mean 'shop\.abc'"):
        segment_table(crm.state(), crm.catalogue, ("shop.abd",))


def test_before_the_first_classification_nobody_is_in_a_segment():
    crm = make_crm(SHOP)
    put(crm, Customer(id="c1", name="Ada"))
    assert segment_table(crm.state(), crm.catalogue, ("shop.abc",)).rows == (
        ("shop.abc", "A", 0, None, Decimal(0)),
        ("shop.abc", "C", 0, None, Decimal(0)),
    )


def test_as_of_an_earlier_day_the_rules_are_asked_with_the_stored_population_values(crm):
    earlier = crm.state(date(2026, 5, 2))
    assert segment_table(earlier, crm.catalogue, ("shop.abc", "shop.quiet")).rows == (
        ("shop.abc", "A", 1, 0.25, Decimal(200)),
        ("shop.abc", "C", 3, 0.75, Decimal(-20)),
        ("shop.quiet", "lost", 0, 0.0, Decimal(0)),
        ("shop.quiet", "busy", 2, 0.5, Decimal(180)),
        ("shop.quiet", None, 2, 0.5, Decimal(0)),
    )
    assert segment_table(crm.state(DAY), crm.catalogue).rows == segment_table(crm.state(), crm.catalogue).rows


def test_a_segment_that_the_rules_no_longer_have_is_still_shown_for_those_who_are_in_it(crm):
    renamed = Scheme("shop.abc", Segment("top", when=spend > 1), Segment("C"))
    later = make_crm(plugin("shop", schemes=[renamed]))
    later.store = crm.store
    assert [row[1:3] for row in segment_table(later.state(), later.catalogue).rows] == [("top", 0), ("C", 2), ("A", 2)]


def test_those_who_cannot_be_told_always_stand_last(crm):
    smaller = Scheme("shop.quiet", Segment("busy"))
    later = make_crm(plugin("shop", schemes=[smaller]))
    later.store = crm.store
    put(later, Customer(id="c0", name="First of all"))
    assert [row[1:3] for row in segment_table(later.state(), later.catalogue).rows] == [
        ("busy", 2),
        ("lost", 1),
        (None, 1),
    ]


def test_coverage_says_how_many_customers_each_missing_value_keeps_unplaced(crm):
    # c2 lacks a rating, c3 both, c4 the floor area alone, and its rating makes the first rule false
    assert coverage(crm.state(), space).rows == (
        ("shop.space", "shop.floor_area", 2),
        ("shop.space", "shop.rating", 2),
    )
    assert coverage(crm.state(), abc).rows == ()


def test_coverage_as_of_another_day_is_computed(crm):
    assert coverage(crm.state(date(2026, 4, 30)), quiet).rows == (("shop.quiet", "latest(purchase.at)", 3),)


def test_reviews_are_counted_per_day_and_overdue_ones_on_the_first(crm):
    table = due_per_day(crm.state(), [quiet], 70)
    assert table.columns == ("date", "due")
    assert [day for day, _ in table.rows] == [DAY + timedelta(days=step) for step in range(70)]
    assert {day: due for day, due in table.rows if due} == {date(2026, 7, 1): 1, date(2026, 7, 3): 1}
    with crm.store.write() as work:
        company = work.get("company", "company")
        work.put("company", "company", {**company, "book_date": "2026-07-02"})
        work.commit_as(next(iter(crm.store.log())))
    assert due_per_day(crm.state(), [quiet], 2).rows == ((date(2026, 7, 2), 1), (date(2026, 7, 3), 1))
