from datetime import date, timedelta
from decimal import Decimal

import crm_reputation as plugin
import pytest
from crm_reputation.facts import ShopRating, score
from crm_reputation.grade import grade

from crmcore.testing import AS_OF, Conformance, given, missing, placed, valued


class TestConformance(Conformance):
    plugin = plugin
    tier = "gold"


def rated(*stars, times=20, first=200, shown=None, latest=5):
    """Return a shop that was rated so many times, the first time so many days ago, each time with the same stars."""
    quality, response, after_sales = (None if each is None else Decimal(str(each)) for each in stars)
    days = [first, *[latest] * (times - 1)]
    records = [
        ShopRating(
            customer="",
            on=AS_OF - timedelta(each),
            quality=quality,
            response=response,
            after_sales=after_sales,
        )
        for each in days[:times]
    ]
    return given({} if shown is None else {"reputation.shown_grade": shown}, records=records)


NEVER = given()


# --- grade --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (rated(5, 5, 5), "crown"),
        (rated("4.7", "4.7", "4.7"), "crown"),
        (rated("4.69", "4.7", "4.7"), "diamond"),
        (rated(5, 5, "4.1"), "crown"),
        (rated(5, 5, "4.0"), "diamond"),
        (rated("4.3", "4.3", "4.3"), "diamond"),
        (rated("4.3", "4.3", "4.29"), "ungraded"),
        (rated(1, 1, 1), "ungraded"),
        (rated(5, 5, 5, times=19), "ungraded"),
        (rated(5, 5, 5, first=180), "crown"),
        (rated(5, 5, 5, first=179), "ungraded"),
        (rated(5, 5, 5, times=21, first=365), "crown"),
        (rated(5, 5, 5, times=20, first=365), "ungraded"),
        (rated(5, 5, 5, times=20, first=364), "crown"),
        (rated(5, 5, 5, first=800, latest=365), "ungraded"),
        (NEVER, "ungraded"),
        (given(purchases=[(9, 100)]), "ungraded"),
        (rated(5, 5, None), None),
        (rated(None, None, None), None),
        (rated(5, 5, None, times=19), "ungraded"),
        (rated(5, 5, 5, shown="diamond"), "diamond"),
        (rated(5, 5, 5, shown="none"), "ungraded"),
        (rated(1, 1, 1, shown="crown"), "crown"),
        (rated(5, 5, None, shown="diamond"), "diamond"),
        (given({"reputation.shown_grade": "crown"}), "crown"),
    ],
    ids=str,
)
def test_grade(facts, expected):
    assert placed(grade, facts) == expected


@pytest.mark.parametrize(
    ("stars", "expected"),
    [
        ((5, 5, None), ("reputation.after_sales",)),
        ((5, None, 5), ("reputation.response",)),
        ((None, 5, 5), ("reputation.quality",)),
        ((None, None, 5), ("reputation.quality", "reputation.response")),
        ((5, 5, 5), ()),
    ],
    ids=str,
)
def test_the_dimension_that_nobody_has_rated_is_named(stars, expected):
    assert missing(grade, rated(*stars)) == expected


def test_only_ratings_of_the_period_count():
    good, bad = (
        [ShopRating(customer="", on=AS_OF - timedelta(days), quality=n, response=n, after_sales=n)] * 20
        for days, n in ((10, Decimal(5)), (365, Decimal(1)))
    )
    facts = given(records=[*good, *bad])
    assert valued(score, facts) == 5
    assert valued(score, facts, settings={"reputation.period_days": 366}) == 3
    assert placed(grade, facts) == "crown"
    assert placed(grade, facts, settings={"reputation.period_days": 366}) == "ungraded"


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, "diamond"),
        ({"reputation.crown_score": "4.5"}, "crown"),
        ({"reputation.diamond_score": "4.6"}, "ungraded"),
        ({"reputation.quality_weight": 3}, "crown"),
        ({"reputation.response_weight": 0}, "diamond"),
        ({"reputation.after_sales_weight": 0}, "crown"),
        ({"reputation.least_ratings": 21}, "ungraded"),
        ({"reputation.long_term_days": 201}, "ungraded"),
        ({"reputation.period_days": 200}, "ungraded"),
    ],
    ids=str,
)
def test_settings_move_shops(settings, expected):
    # 13.5 of 15: 4.5 with equal weights
    assert placed(grade, rated(5, "4.75", "3.75"), settings=settings) == expected


def test_without_any_weight_there_is_no_score():
    weights = {f"reputation.{name}_weight": 0 for name in ("quality", "response", "after_sales")}
    assert placed(grade, rated(5, 5, 5), settings=weights) is None
    assert missing(grade, rated(5, 5, 5), settings=weights) == ("reputation.score",)


def test_a_grade_that_the_platform_shows_counts_from_the_day_it_was_seen():
    facts = given({"reputation.shown_grade": (date(2025, 6, 1), "crown")})
    assert placed(grade, facts) == "crown"
    assert placed(grade, facts, as_of=date(2025, 5, 31)) == "ungraded"


# --- what is entered and shown ------------------------------------------------------------------------------------


@pytest.fixture
def market(crm_with):
    trial = crm_with(plugin, as_of=AS_OF)
    trial.customer("tea", rated(5, 5, 4), name="Tea")
    trial.customer("silk", rated(4, 4, 4), name="Silk")
    trial.customer("ada", NEVER, name="Ada")
    trial.classify()
    return trial


@pytest.mark.parametrize(("stars", "code"), [("1", 0), ("5", 0), ("4.25", 0), ("0.99", 1), ("5.01", 1)])
def test_ratings_go_from_one_to_five(market, stars, code):
    for dimension in ("quality", "response", "after_sales"):
        ran = market.run(f"shop_rating add --customer tea --on 2025-12-01 --{dimension} {stars}")
        assert ran.code == code, ran.err
        assert ("from 1 to 5" in ran.err) is bool(code)


def test_shops_are_listed_with_their_scores_and_others_are_not(market):
    rows = market.run("view reputation.shops --format json").json
    assert [(row["name"], row["reputation.grade"]) for row in rows] == [("Tea", "diamond"), ("Silk", "ungraded")]
    grades = market.run("view reputation.by_grade --format json").json
    assert {(row["reputation.grade"], row["count"]) for row in grades} == {("diamond", 1), ("ungraded", 1)}


def test_ratings_are_averaged_by_quarter(market):
    market.run("shop_rating add --customer tea --on 2024-03-31 --quality 1").assert_ok()
    market.run("shop_rating add --customer tea --on 2024-04-01 --response 2").assert_ok()
    out = market.run("report reputation.quarters --format csv").assert_ok().out.splitlines()
    assert out[:3] == ["quarter,ratings,quality,response,after_sales", "2024-Q1,1,1.0,,", "2024-Q2,1,,2.0,"]
    assert out[3:] == ["2025-Q2,2,4.5,4.5,4.0", "2025-Q4,38,4.5,4.5,4.0"]


# --- what every declaration promises ------------------------------------------------------------------------------


def test_the_source_states_no_treatment_and_none_is_invented():
    assert not hasattr(plugin, "crm_playbooks")


@pytest.mark.parametrize("setting", plugin.crm_settings(), ids=lambda setting: setting.name)
def test_every_setting_says_that_its_default_is_ours(setting):
    assert "Our default" in setting.doc("en")
    assert "默认值由本插件给出" in setting.doc("zh")
