"""Generated customers come into every segment that somebody can reach, always the same ones for a seed."""

from datetime import date
from decimal import Decimal

import pytest

from crmcore import (
    Customer,
    Field,
    Interaction,
    Purchase,
    PurchaseLine,
    Scheme,
    Segment,
    Setting,
    count,
    days_since,
    distinct,
    last,
    latest,
    mean,
    nth_largest,
    pareto_cut,
    quantile,
    rows,
    total,
)
from crmcore.author.census import census

customer, purchase, line, call = rows(Customer), rows(Purchase), rows(PurchaseLine), rows(Interaction)
spend, number = total(purchase.amount), count(purchase)
level = Field("demo.level", str, on=Customer, choices=("low", "high"), soft=True)
seats = Field("demo.seats", int, on=Customer)
floor = Field("demo.floor", int, on=Purchase)
born = Field("demo.born", date, on=Customer)
key_spend = Setting("demo.key_spend", Decimal("123456.78"))
margin = total(purchase.amount - purchase.cost) / total(purchase.amount)

quiet = days_since(latest(purchase.at))
lately = count(purchase, where=purchase.at.within(days=90))
before = count(purchase, where=purchase.at.within(days=90, ending=90))
recent, former = (total(purchase.amount, where=purchase.at.within(days=365, ending=days)) for days in (0, 365))
worth = Scheme(
    "demo.worth",
    Segment("high", when=recent >= quantile(recent, Decimal("0.8"))),
    Segment("medium", when=recent >= quantile(recent, Decimal("0.4"))),
    Segment("low"),
)
life = Scheme("demo.life", Segment("active", when=quiet <= 90), Segment("cooling", when=quiet <= 365), Segment("gone"))
matrix = Scheme(
    "demo.matrix",
    Segment("star", when=worth.is_("high") & life.is_("active")),
    Segment("save", when=worth.is_("high") & life.is_("cooling")),
    Segment("nurture", when=worth.is_("medium") & life.is_("active")),
    Segment("rest"),
)
care = Scheme(
    "demo.care",
    Segment("call", when=matrix.is_("save") & (number >= 5)),
    Segment("invite", when=matrix.is_("nurture") & (spend / number >= 500) & (former > recent)),
    Segment("write", when=matrix.is_("rest") & worth.is_("medium") & life.is_("cooling") & (former > 0)),
    Segment("nothing"),
)
leaders = Scheme(
    "demo.leaders",
    Segment("top", when=recent >= nth_largest(recent, 3)),
    Segment("core", when=recent >= pareto_cut(recent, Decimal("0.8"))),
    Segment("others"),
)

REACHABLE = {
    "exactly a bound": spend.is_(key_spend),
    "a cent below a bound": (spend < 250) & (spend >= Decimal("249.99")),
    "many rows": number >= 12,
    "exactly so many rows with so much in all": number.is_(7) & (spend >= 70_000),
    "the last day of a window": days_since(latest(purchase.at)).is_(364),
    "nothing for a year, something before": (count(purchase, where=purchase.at.within(days=365)) < 1) & (number > 2),
    "a field with one choice and another field": level.is_("high") & (seats >= 40),
    "nothing is known": ~level.is_known() & ~seats.is_known() & number.is_(0),
    "a text among others": customer.province.starts_with("Jiang") & customer.tags.contains("vip"),
    "through a reference": count(line, where=line.purchase.channel.is_("web")) > 2,
    "a field of a row": last(floor).is_(3),
    "a ratio in between": (margin >= Decimal("0.2")) & (margin < Decimal("0.4")),
    "a mean and different things": (mean(purchase.amount) > 50) & (distinct(purchase.channel) >= 2),
    "the best tenth": (spend > 0) & (spend >= quantile(spend, Decimal("0.9"))),
    "answered calls": count(call, where=call.direction.is_("in") & call.responded_at.is_known()) >= 2,
    "an age in years": ((days_since(born) / Decimal("365.25")) >= 60) & ((days_since(born) / Decimal("365.25")) < 75),
    "losses": total(purchase.amount - purchase.cost) < -1000,
    "many different things": distinct(line.category) >= 7,
    "few rows of old age with much in all": (number < 2) & (spend >= 10_000) & quiet.between(30, 180),
    "as many before as now": (lately >= 3) & (lately <= 6) & (before >= 3) & (before <= 6),
}


@pytest.mark.parametrize("rule", REACHABLE.values(), ids=REACHABLE)
def test_somebody_comes_into_a_segment_that_can_be_reached(rule):
    made = Scheme("demo.tier", Segment("narrow", when=rule.or_else(False)), Segment("rest"))
    assert not census(made).meant


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("scheme", [matrix, care, leaders], ids=["of two schemes", "of the third order", "of cuts"])
def test_somebody_comes_into_every_segment_of_a_scheme_that_builds_on_others(scheme, seed):
    assert not census(scheme, seed=seed).meant


def test_a_segment_that_nobody_reaches_is_told_with_those_who_take_its_customers():
    made = Scheme(
        "demo.tier", Segment("all", when=spend * 2 >= 10), Segment("some", when=spend * 3 >= 15), Segment("rest")
    )
    found = census(made)
    assert set(found.meant) == {"some"}
    assert found.meant["some"] > 0
    assert found.takers["some"] == ("all",)


def test_a_rule_that_nobody_meets_has_no_takers():
    found = census(Scheme("demo.tier", Segment("none", when=(spend * 2 > 10) & (spend + spend < 10)), Segment("rest")))
    assert (found.meant, found.takers) == ({"none": 0}, {"none": ()})


def test_a_seed_repeats_the_customers():
    made = Scheme("demo.tier", Segment("narrow", when=(spend >= 100) & level.is_("high")), Segment("rest"))
    assert census(made) == census(made)
    assert census(made) != census(made, seed=2)


def test_rules_about_nothing_need_no_customers():
    found = census(Scheme("demo.tier", Segment("all")))
    assert found.placed["all"] == found.customers
