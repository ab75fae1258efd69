import csv
import gzip
from decimal import Decimal
from itertools import permutations
from pathlib import Path

import crm_behaviour as plugin
import crm_lifecycle
import pytest
from crm_behaviour.associations import Association, Least, associations, suggestions
from crm_behaviour.purchases import broad_categories, categories
from crm_behaviour.schemes import breadth, frequency, method
from hypothesis import given as generated
from hypothesis import strategies as st

from crmcore import Purchase, PurchaseLine
from crmcore.testing import AS_OF, Conformance, given, missing, placed, valued

ROOT = Path(__file__).parents[3]


class TestConformance(Conformance):
    plugin = plugin
    tier = "gold"
    beside = (crm_lifecycle,)


def bought(*lines, amount=10):
    """Return a customer with one purchase of such lines."""
    return given(records=[Purchase(id="p", customer="", at=AS_OF, amount=amount), *lines])


def line(category=None, **more):
    numbers = {name: Decimal(str(value)) for name, value in more.items()}
    return PurchaseLine(purchase="p", category=category, **numbers)


def of(*names):
    return bought(*(line(name) for name in names))


# --- schemes ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (given(), "not_bought"),
        (bought(line("a"), amount=-10), "not_bought"),
        (of("a"), "specialist"),
        (of("a", "A", None), "specialist"),
        (of("a", "b"), "selective"),
        (of(*"abcd"), "selective"),
        (of(*"abcde"), "broad"),
        (of(None), None),
        (given(purchases=[(5, 10)]), None),
    ],
    ids=str,
)
def test_breadth(facts, expected):
    assert placed(breadth, facts) == expected


def test_without_categories_it_says_so():
    assert missing(breadth, given(purchases=[(5, 10)])) == ("behaviour.categories",)


def test_what_came_back_is_no_category_and_the_companys_own_setting_decides():
    returned = [Purchase(id="q", customer="", at=AS_OF, amount=-1), PurchaseLine(purchase="q", category="z")]
    facts = given(records=[*of("a", "b").records, *returned])
    assert valued(categories, facts) == 2
    assert placed(breadth, facts, settings={broad_categories: 2}) == "broad"


def times(number, ago=5):
    return given(purchases=[(ago, 10)] * number)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (given(), "not_bought"),
        (times(12), "often"),
        (times(11), "regular"),
        (times(4), "regular"),
        (times(3), "occasional"),
        (times(1, 364), "occasional"),
        (times(1, 365), "resting"),
        (given(purchases=[(400, 10), (5, -10)]), "resting"),
    ],
    ids=str,
)
def test_frequency(facts, expected):
    assert placed(frequency, facts) == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (given(), "not_bought"),
        (bought(line(quantity=1, discount=0.1), line(quantity=1)), "bargain"),
        (bought(line(quantity=1, discount=0.1), line(quantity=1), line(quantity=1, discount=0)), "ordinary"),
        (bought(line(quantity=24)), "bulk"),
        (bought(line(quantity=23.99)), "ordinary"),
        (bought(line(quantity=47), line(quantity=1)), "bulk"),
        (bought(line(quantity=47), line()), "bulk"),
        (bought(line(quantity=99, discount=0.5)), "bargain"),
        (bought(line()), None),
        (given(purchases=[(5, 10)]), None),
    ],
    ids=str,
)
def test_purchase_method(facts, expected):
    assert placed(method, facts) == expected


# --- related products ---------------------------------------------------------------------------------------------


def counted(baskets, least):
    """Return all rules by counting every pair in every basket."""
    sets = [set(basket) for basket in baskets if basket]
    found = []
    for one, other in permutations(sorted(set().union(*sets)), 2):
        with_one = sum(one in each for each in sets)
        with_other = sum(other in each for each in sets)
        both = sum(one in each and other in each for each in sets)
        if both:
            rule = Association(
                one, other, both, both / len(sets), both / with_one, both * len(sets) / (with_one * with_other)
            )
            if rule.together >= least.together and rule.confidence >= least.confidence and rule.lift >= least.lift:
                found.append(rule)
    return sorted(found, key=lambda rule: (-rule.lift, -rule.confidence, rule.bought, rule.related))


def test_the_figures_of_one_rule():
    first, second = associations([{"bread", "butter"}, {"bread"}, {"milk"}, {"bread", "butter"}], Least())
    assert first == Association("butter", "bread", 2, 0.5, 1.0, 4 / 3)
    assert second == Association("bread", "butter", 2, 0.5, 2 / 3, 4 / 3)


BASKETS = st.lists(st.frozensets(st.sampled_from("abcdef")))
LEASTS = st.builds(Least, st.integers(1, 4), st.floats(0, 1), st.floats(0, 3))


@generated(BASKETS, LEASTS)
def test_rules_are_those_that_counting_every_pair_finds(baskets, least):
    assert list(associations(baskets, least)) == counted(baskets, least)


@pytest.mark.parametrize(("bound", "found"), [(Least(2), 2), (Least(3), 0)])
def test_the_fewest_baskets_count_themselves(bound, found):
    assert len(associations([{"a", "b"}, {"a", "b"}], bound)) == found


def northwind():
    with (ROOT / "examples/northwind/orders.csv").open(encoding="utf-8") as file:
        buyer = {row["order_id"]: row["customer_id"] for row in csv.DictReader(file)}
    baskets = {}
    with (ROOT / "examples/northwind/order_lines.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            baskets.setdefault(buyer[row["order_id"]], set()).add(row["product_id"])
    return baskets.values()


def superstore():
    baskets = {}
    with gzip.open(ROOT / "tests/data/superstore/superstore.csv.gz", "rt", encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            baskets.setdefault(row["Order ID"], set()).add(row["Sub-Category"])
    return baskets.values()


@pytest.mark.parametrize(("baskets", "rules"), [(northwind, 5786), (superstore, 272)])
def test_real_purchases_give_the_rules_that_counting_every_pair_finds(baskets, rules):
    found = associations(baskets(), Least())
    assert list(found) == counted(baskets(), Least())
    assert len(found) == rules


def test_who_has_one_is_suggested_the_other():
    rules = associations([{"a", "b"}, {"a", "b"}, {"a", "c"}, {"b", "c"}], Least())
    assert [(one.related, one.bought) for one in suggestions({"a"}, rules, 3)] == [("b", "a"), ("c", "a")]
    assert [one.related for one in suggestions({"a"}, rules, 1)] == ["b"]
    assert suggestions({"a", "b", "c"}, rules, 3) == ()
    assert suggestions((), rules, 3) == ()


def test_of_several_reasons_the_best_is_given():
    rules = [Association("a", "x", 5, 0.1, 0.4, 2.0), Association("b", "x", 5, 0.1, 0.6, 1.5)]
    assert suggestions({"a", "b"}, rules, 3) == (rules[1],)


@pytest.fixture
def shop(crm_with):
    """Return a company where five customers have bought tea and cups, one tea alone, and four milk."""
    trial = crm_with(crm_lifecycle, plugin)
    for number in range(10):
        key = f"c{number}"
        goods = ("tea", "cups") if number < 5 else ("tea",) if number == 5 else ("milk",)
        lines = [PurchaseLine(purchase=key, product=name, category="goods", quantity=1) for name in goods]
        trial.customer(
            key, given(records=[Purchase(id=key, customer="", at=AS_OF, amount=1), *lines], name=f"N{number}")
        )
    trial.classify()
    return trial


def test_related_products_in_the_report(shop):
    (table,) = shop.run("report behaviour.related --format json").assert_ok().json
    assert [tuple(row.values()) for row in table["rows"]] == [
        ("cups", "tea", 5, 0.5, 1, "1.67"),
        ("tea", "cups", 5, 0.5, pytest.approx(5 / 6), "1.67"),
    ]
    shop.set("behaviour.least_together", 6)
    (table,) = shop.run("report behaviour.related --format json").assert_ok().json
    assert table["rows"] == []


def test_suggestions_for_everybody_and_for_one(shop):
    (table,) = shop.run("report behaviour.suggestions --format json").assert_ok().json
    assert [tuple(row.values())[:5] for row in table["rows"]] == [("c5", "N5", None, "cups", "tea")]
    (table,) = shop.run("suggest c5 --format json").assert_ok().json
    assert [(row["suggestion"], row["because_of"], row["lift"]) for row in table["rows"]] == [("cups", "tea", "1.67")]
    (table,) = shop.run("suggest c0 --format json").assert_ok().json
    assert table["rows"] == []
    shop.run("suggest nobody").assert_fails("nobody", code=3)


def test_by_purchase_instead_of_customer_and_by_category(shop):
    shop.set("behaviour.basket", "purchase")
    shop.add(Purchase(id="more", customer="c6", at=AS_OF, amount=1), PurchaseLine(purchase="more", product="tea"))
    (table,) = shop.run("report behaviour.related --format json").assert_ok().json
    assert table["rows"][0]["support"] == pytest.approx(5 / 11)
    shop.set("behaviour.related_by", "category")
    (table,) = shop.run("report behaviour.related --format json").assert_ok().json
    assert table["rows"] == []


def test_the_view_shows_who_buys_what(shop):
    rows = shop.run("view behaviour.bought --format json").assert_ok().json
    assert (len(rows), rows[0]["behaviour.breadth"]) == (10, "specialist")
    (row,) = shop.run("view behaviour.by_frequency --format json").assert_ok().json
    assert (row["behaviour.frequency"], row["count"]) == ("occasional", 10)


@pytest.mark.parametrize("setting", plugin.crm_settings(), ids=lambda setting: setting.name)
def test_every_setting_says_that_its_default_is_ours(setting):
    assert "Our default" in setting.doc("en")
    assert "默认值由本插件给出" in setting.doc("zh")
