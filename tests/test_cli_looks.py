"""Columns as people read them: labels of whatever they reach, money wherever an amount is divided or multiplied."""

import pytest
from cli_kit import PLUGIN, Shop, new_shop

from crmcore.cli.cells import Look, said

MORE = """

from crmcore import count

bought = count(rows(Purchase))
basket = Metric("shop.basket", spend / bought, label={"en": "Basket", "zh": "客单价"})
twofold = Metric("shop.twofold", basket * 2)
ratio = Metric("shop.ratio", twofold / basket)
rich = Scheme("shop.rich", Segment("rich", when=basket >= 500, label={"en": "Rich"}), Segment("poor"))


@hookimpl
def crm_metrics():
    return [basket, twofold, ratio]


@hookimpl
def crm_schemes():
    return [tier, recent, rich]
"""


@pytest.fixture
def shop(tmp_path, monkeypatch):
    made = new_shop(tmp_path, monkeypatch, plugin=PLUGIN + MORE)
    made.stock()
    made.fine("purchase", "add", "--id", "p9", "--customer", "c1", "--at", "2024-06-01", "--amount", "1400")
    made.fine("classify", "--as-of", "2024-06-02")
    return made


def header(shop: Shop, *arguments: str):
    return shop.fine(*arguments, "--format", "md").out.splitlines()[0].strip("| ").split(" | ")


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", ["Customer name", "Customer tier", "Customer spend", "Created by", "Purchase"]),
        ("zh", ["客户名称", "客户等级", "客户消费额", "创建者", "购买记录"]),
    ],
)
def test_what_is_reached_through_references_is_headed_by_labels(shop: Shop, language, expected):
    names = "customer.name,customer.shop.tier,customer.shop.spend,created.actor"
    assert header(shop, "--lang", language, "purchase", "list", "--columns", names) == expected[:4]
    assert header(shop, "--lang", language, "purchase_line", "list", "--columns", "purchase") == expected[4:]


def test_parts_of_placements_and_what_is_kept_of_records_have_labels(shop: Shop):
    names = "shop.tier.since,shop.tier.missing,version,changed"
    assert header(shop, "customer", "list", "--columns", names) == [
        "Tier: since",
        "Tier: missing",
        "Version",
        "Changed",
    ]
    assert header(shop, "--lang", "zh", "customer", "list", "--columns", names) == [
        "等级：起始",
        "等级：缺少",
        "版本",
        "修改时间",
    ]


def test_names_of_data_stay_names(shop: Shop):
    csv = shop.fine("purchase", "list", "--columns", "customer.name,created.actor", "--format", "csv").out
    assert csv.splitlines()[0] == "customer.name,created.actor"


def test_divided_money_is_shown_in_the_currencys_digits_and_given_exactly_as_data(shop: Shop):
    asked = ("customer", "list", "--where", "id=c1", "--columns", "shop.basket,shop.twofold,shop.ratio")
    assert shop.fine(*asked, "--format", "md").out.splitlines()[-1] == "| 750.13 | 1,500.26 | 2 |"
    assert shop.fine(*asked, "--format", "json").json == [
        {"shop.basket": 750.1275, "shop.twofold": 1500.255, "shop.ratio": 2.0}
    ]


def test_divided_money_is_explained_as_money(shop: Shop):
    told = shop.fine("explain", "c1", "shop.rich").out
    assert "Rich: basket >= 500 EUR" in told
    assert "750.13 EUR against 500 EUR; 250.13 EUR above" in told


@pytest.mark.parametrize(
    ("number", "shown"),
    [(0.0, "0"), (-0.00001, "0"), (0.25, "0.25"), (1000.0, "1,000"), (1 / 3, "0.3333"), (10.5, "10.5")],
)
def test_ratios_are_shown_without_zeros_that_say_nothing(number, shown):
    assert said(number, "share", Look()) == shown
