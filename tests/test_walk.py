"""What an expression reaches, what it needs, and how its definition is written down."""

from datetime import date
from decimal import Decimal

import pytest
from vocabulary import (
    Policy,
    chairs,
    customer,
    held,
    is_member,
    key_spend,
    line,
    mood,
    purchase,
    share,
    vip_tag,
    window,
)

from crmcore import (
    Customer,
    Field,
    Metric,
    Needs,
    Purchase,
    Scheme,
    Segment,
    Setting,
    as_of,
    choose,
    count,
    needs_of,
    rows,
    total,
)
from crmcore.errors import RuleError
from crmcore.grammar.cuts import Cut, cuts_of
from crmcore.grammar.expr import Literal
from crmcore.grammar.terms import (
    band,
    days_since,
    greatest,
    last,
    latest,
    least,
    nth_largest,
    pareto_cut,
    population_mean,
    quantile,
)
from crmcore.grammar.walk import (
    canonical,
    canonical_scheme,
    children,
    fingerprint,
    is_constant,
    needs,
    reached,
    rules_of,
)

spend = Metric("t.spend", total(purchase.amount, where=purchase.channel.is_("web")))
tier = Scheme("t.tier", Segment("key", when=spend >= key_spend), Segment("other"))


def test_parts_come_before_wholes_and_each_comes_once():
    rule = (spend > 1) & (spend < key_spend) & ~(spend > 1)
    found = list(reached(rule))
    assert len(found) == len(set(found))
    for place, part in enumerate(found):
        assert set(children(part)) <= set(found[:place])
    assert found[-1] == rule


def test_a_walk_can_stay_outside_of_rows():
    assert purchase.channel in set(reached(spend))
    assert set(reached(spend, into_rows=False)) == {spend, spend.term}


def test_the_rules_of_a_scheme_belong_to_a_rule_that_asks_for_its_answer():
    rule = tier.is_("key") & is_member.is_(True)
    assert set(rules_of(tier)) == {spend >= key_spend}
    assert {spend, key_spend, purchase.amount, is_member} <= set(reached(rule))


@pytest.mark.parametrize("stranger", ["spend", 5, tier, purchase])
def test_what_is_no_node_cannot_be_walked(stranger):
    with pytest.raises(RuleError, match="no part of a rule"):
        children(stranger)


def test_needs_are_listed_by_kind_each_once():
    cut = quantile(spend, share)
    found = needs((spend >= cut) & tier.is_("key"), (chairs > 2) | (line.purchase.at.is_known().or_else(True)))
    assert found.metrics == (spend,)
    assert found.settings == (share, key_spend)
    assert found.schemes == (tier,)
    assert found.population == (cut,)
    assert found.fields == (chairs,)
    assert found.columns == (purchase.amount, purchase.channel, line.purchase.at)
    assert found.rows == (rows(Purchase), line)
    assert not found.uses_time


@pytest.mark.parametrize(
    "part", [days_since(latest(purchase.at)), purchase.at.within(days=3), purchase.at.in_year_of(as_of)]
)
def test_what_looks_at_the_date_uses_time(part):
    assert needs(part).uses_time


@pytest.mark.parametrize(
    ("term", "is_one"),
    [
        (key_spend, True),
        (1 - share, True),
        (least(share, Decimal("0.5")), True),
        (Metric("t.cut", quantile(spend, share)), True),
        (quantile(spend, share) * 2, True),
        (spend, False),
        (key_spend + chairs, False),
        (days_since(latest(purchase.at)), False),
        (choose((spend > 1, 2), otherwise=2), False),
        (greatest(share, spend / 2), False),
        (band(spend, [1]), False),
    ],
)
def test_a_constant_is_the_same_for_every_customer(term, is_one):
    assert is_constant(term) is is_one


def test_a_metric_is_what_it_computes_and_not_what_it_is_called():
    assert canonical(Metric("t.other", spend.term), {}) == canonical(spend, {})


def test_a_setting_counts_with_the_value_that_it_has():
    assert canonical(spend >= key_spend, {}) == canonical(spend >= key_spend, {"law.key_spend": Decimal("250.50")})
    assert canonical(spend >= key_spend, {}) != canonical(spend >= key_spend, {"law.key_spend": Decimal(251)})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Literal(Decimal("1.0")), Literal(Decimal(1))),
        (Literal(Decimal("1E+2")), Literal(Decimal(100))),
        (spend.is_in(1, 2), spend.is_in(Decimal("1.00"), 2.0)),
    ],
)
def test_equal_numbers_are_written_alike(one, other):
    assert one == other
    assert canonical(one, {}) == canonical(other, {})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (is_member.is_(True), chairs.is_(1)),
        (Literal(True), Literal(Decimal(1))),
        (Literal("1"), Literal(Decimal(1))),
        (Literal("2024-01-01"), Literal(date(2024, 1, 1))),
        (customer.name.is_in("a", "b"), customer.name.is_in("a','b")),
        (customer.name.is_in("a", "b"), customer.name.is_in("a,str:b")),
        (count(purchase), count(held)),
        (count(held), count(rows(Policy, by="insured"))),
        (count(purchase), count(purchase.amount)),
        (total(purchase.amount), total(purchase.cost)),
        (quantile(spend, share), pareto_cut(spend, share)),
        (quantile(spend, share), quantile(spend, share, among=spend > 0)),
        ((spend > 1).or_else(True), (spend > 1).or_else(False)),
        (mood.is_known(), Field("law.mood", str, on=Customer).is_known()),
        (chairs > 1, Field("law.chairs", int, on=Customer, default=3) > 1),
        (Field("t.rate", Decimal, on=Customer) > 1, Field("t.rate", int, on=Customer) > 1),
        (last(purchase.channel).is_(vip_tag), last(purchase.channel).is_("vip")),
        (purchase.at.within(days=window), purchase.at.within(days=window, ending=1)),
        (tier.is_("key"), tier.is_("other")),
    ],
)
def test_what_differs_is_written_differently(one, other):
    assert one != other
    assert canonical(one, {}) != canonical(other, {})


def test_a_scheme_is_its_rules_in_their_order():
    swapped = Scheme("t.tier", Segment("other", when=spend >= key_spend), Segment("key"))
    renamed = Scheme("t.tiers", *tier.segments, label={"en": "Tiers"}, doc="Something")
    assert canonical_scheme(swapped, {}) != canonical_scheme(tier, {})
    assert canonical_scheme(renamed, {}) == canonical_scheme(tier, {})


def test_a_fingerprint_is_short_and_stable():
    assert fingerprint("total(purchase.amount)") == fingerprint("total(purchase.amount)")
    assert len(fingerprint("total(purchase.amount)")) == 20
    assert fingerprint("a") != fingerprint("b")


def test_a_setting_of_any_kind_is_written():
    day = Setting("t.day", date(2024, 1, 1))
    assert canonical(latest(purchase.at) > day, {}) != canonical(latest(purchase.at) > day, {"t.day": date(2024, 1, 2)})
    assert canonical(day, {}).endswith("date:2024-01-01")


def test_what_a_scheme_needs_includes_what_other_schemes_need():
    found = needs_of(Scheme("t.of", Segment("a", when=tier.is_("key")), Segment("b")))
    assert isinstance(found, Needs)
    assert (found.settings, found.schemes) == ((key_spend,), (tier,))


def test_cuts_are_the_numbers_of_a_customer_beside_the_settings_that_they_are_compared_with():
    few, many, level = Setting("t.few", 1), Setting("t.many", 5), Setting("t.level", "gold")
    bands = Metric("t.bands", band(count(purchase), (few, many, 9)))
    scheme = Scheme(
        "t.cut",
        Segment("a", when=(spend >= key_spend) & (bands >= 2)),
        Segment("b", when=(few < spend) | customer.city.is_(level) | (few < many)),
        Segment("c", when=count(purchase, where=purchase.amount > key_spend) > 0),
    )
    assert cuts_of(scheme) == (
        Cut(spend, key_spend),
        Cut(bands.term.term, few),
        Cut(bands.term.term, many),
        Cut(spend, few),
    )


def test_a_population_value_and_a_multiple_of_another_number_cut_as_well():
    share, factor, place = (
        Setting("t.share", Decimal("0.8")),
        Setting("t.factor", Decimal("1.5")),
        Setting("t.place", 3),
    )
    buyers, other = spend > 0, Metric("t.other", total(purchase.amount))
    best = Metric("t.best", quantile(spend, share, among=buyers))
    scheme = Scheme(
        "t.cut",
        Segment("a", when=(spend >= best) | (spend >= pareto_cut(spend, share)) | (spend >= nth_largest(spend, place))),
        Segment("b", when=(other > factor * spend) | (other >= population_mean(other) * factor)),
        Segment("c", when=(other >= quantile(spend, share)) | (spend + factor > 2)),
    )
    assert cuts_of(scheme) == (
        Cut(spend, share, "quantile", buyers),
        Cut(spend, share, "pareto_cut"),
        Cut(spend, place, "nth_largest"),
        Cut(other / spend, factor),
        Cut(other / population_mean(other), factor),
    )
