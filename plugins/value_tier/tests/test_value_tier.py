from datetime import timedelta
from decimal import Decimal

import crm_value_tier as plugin
import pytest
from crm_value_tier import report, rfm
from crm_value_tier.contribution import contribution, level
from crm_value_tier.medal import medal
from crm_value_tier.metrics import margin_12m, profit, purchases, share_12m, spend
from crm_value_tier.playbooks import PLAYBOOKS
from crm_value_tier.playbooks import SETTINGS as DAYS
from crm_value_tier.size import abc, size
from crm_value_tier.vip import vip

from crmcore import Table
from crmcore.testing import Conformance, given, missing, placed, valued


class TestConformance(Conformance):
    plugin = plugin
    tier = "gold"


def bought(*purchases):
    """Return a customer with purchases: days ago, amount and perhaps cost of each."""
    return given(purchases=purchases)


def crowd(number, *purchases):
    return [bought(*purchases)] * number


def each(ask, thing, company, **settings):
    """Ask the same of every customer of a company, name by name."""
    named = {f"value_tier.{name}": value for name, value in settings.items()}
    return {
        name: ask(thing, facts, *(other for other in company.values() if other is not facts), settings=named)
        for name, facts in company.items()
    }


def segments(scheme, company, **settings):
    return each(placed, scheme, company, **settings)


def spenders(*amounts):
    return {str(amount): bought((10, amount)) for amount in amounts}


TEN = spenders(10, 20, 30, 40, 50, 60, 70, 80, 90, 100)


# --- what is counted ----------------------------------------------------------------------------------------------


def test_a_return_lowers_spend_and_is_no_purchase():
    facts = bought((30, 100), (20, 50), (10, -30))
    assert valued(spend, facts) == Decimal(120)
    assert valued(purchases, facts) == 2


def test_a_purchase_without_a_recorded_amount_was_still_made():
    assert valued(purchases, bought((30, None), (20, 50))) == 2


@pytest.mark.parametrize(
    ("given_purchases", "expected"),
    [
        ([(10, 100, 60)], 40),
        ([(10, 100, 160)], -60),
        ([(10, 100, 60), (9, 500)], 40),
        ([(10, 100)], None),
        ([], 0),
    ],
    ids=["gain", "loss", "one cost of two known", "no cost known", "nothing bought"],
)
def test_profit_is_signed_and_unknown_only_where_no_cost_is_known(given_purchases, expected):
    assert valued(profit, bought(*given_purchases)) == expected


def test_the_margin_compares_profit_with_the_revenue_of_the_same_purchases():
    assert valued(margin_12m, bought((10, 100, 75), (9, 900))) == 0.25


def test_the_share_is_of_what_all_customers_spent_in_twelve_months():
    company = {"a": bought((10, 30), (364, 45), (365, 1000)), "b": bought((5, 40), (4, -15))}
    assert each(valued, share_12m, company) == {"a": 0.75, "b": 0.25}


# --- VIP, key, ordinary -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given_purchases", "expected"),
    [
        ([(10, 50)], "vip"),
        ([(10, 49)], "ordinary"),
        ([(365, 50)], "ordinary"),
        ([(10, 40), (9, 40), (8, -30)], "vip"),
        ([(10, 50, 500)], "vip"),
        ([(10, None)], None),
        ([(10, -50)], "ordinary"),
        ([], "ordinary"),
    ],
    ids=["5 %", "just under", "a year ago", "5 % net of returns", "at a loss", "no amount", "only returns", "nothing"],
)
def test_a_vip_brings_a_twentieth_of_the_companys_sales(given_purchases, expected):
    assert placed(vip, bought(*given_purchases), *crowd(95, (10, 10))) == expected


@pytest.mark.parametrize(
    ("given_purchases", "expected"),
    [
        ([(10, 30)] * 5, "key"),
        ([(10, 30, 27)] * 5, "key"),
        ([(10, 30, 28)] * 5, "ordinary"),
        ([(10, 30, 40)] * 5, "ordinary"),
        ([(10, 30, 27), *[(9, 30)] * 4], "key"),
        ([(10, 150)], "ordinary"),
        ([(10, 2)] * 5, "ordinary"),
        ([(10, 30), (9, 30)], "key"),
    ],
    ids=[
        "often and much, no cost known",
        "margin of 10 %",
        "margin of 7 %",
        "at a loss",
        "margin of the known part",
        "much at once",
        "often and little",
        "twice, where others buy once",
    ],
)
def test_a_key_customer_buys_often_and_much_with_a_margin(given_purchases, expected):
    assert placed(vip, bought(*given_purchases), *crowd(400, (10, 10))) == expected


def test_a_vip_is_never_a_key_customer():
    company = (bought(*[(10, 100)] * 5), *crowd(50, (10, 10)))
    assert placed(vip, *company) == "vip"
    assert placed(vip, *company, settings={"value_tier.vip_share": Decimal("0.9")}) == "key"


def test_where_all_are_alike_nobody_stands_out():
    assert placed(vip, *crowd(30, (10, 10), (9, 10))) == "ordinary"
    assert placed(contribution, *crowd(30, (10, 10), (9, 10))) == "medium"


def test_frequency_stands_out_also_where_many_share_the_highest():
    often = crowd(41, *[(10, 10)] * 3)
    assert placed(vip, *often, *crowd(59, (10, 10)), settings={"value_tier.vip_share": Decimal("0.2")}) == "key"


@pytest.mark.parametrize(
    ("scheme", "expected"),
    [(vip, "vip"), (contribution, "medium"), (medal, "bronze"), (level, "high"), (size, "large"), (abc, "A")],
    ids=lambda value: getattr(value, "name", value),
)
def test_an_only_customer_is_compared_with_itself(scheme, expected):
    assert placed(scheme, bought((10, 100))) == expected


@pytest.mark.parametrize("scheme", plugin.crm_schemes(), ids=lambda scheme: scheme.name)
def test_before_the_first_purchase_everybody_has_the_lowest_answer(scheme):
    expected = "unscored" if scheme.name == "value_tier.rfm" else scheme.segments[-1].name
    assert placed(scheme, given(), given()) == expected


@pytest.mark.parametrize("scheme", plugin.crm_schemes(), ids=lambda scheme: scheme.name)
def test_somebody_who_only_returned_goods_has_an_answer(scheme):
    expected = "unscored" if scheme.name == "value_tier.rfm" else scheme.segments[-1].name
    assert placed(scheme, bought((5, -20)), *TEN.values()) == expected


# --- contribution and level ---------------------------------------------------------------------------------------


def test_contribution_follows_revenue_where_no_cost_is_known():
    found = segments(contribution, TEN)
    assert [name for name in found if found[name] == "high"] == ["90", "100"]
    assert [name for name in found if found[name] == "medium"] == ["50", "60", "70", "80"]
    assert [name for name in found if found[name] == "low"] == ["10", "20", "30", "40"]


@pytest.mark.parametrize(
    ("cost", "expected"),
    [(10, "high"), (28, "high"), (29, "medium"), (99, "medium"), (100, "low"), (130, "low"), (None, "high")],
)
def test_high_revenue_without_profit_is_no_high_contribution(cost, expected):
    # everybody else leaves 90 % of what they pay, 9 to 81; the cut lies between the third and the second largest profit
    others = [bought((10, amount, amount // 10)) for amount in range(10, 100, 10)]
    assert placed(contribution, bought((10, 100, cost)), *others) == expected


def test_the_two_levels_part_at_the_average_buying_customer():
    found = segments(level, {**spenders(10, 20, 60), "nobody": given()})
    assert found == {"10": "low", "20": "low", "60": "high", "nobody": "low"}
    assert segments(level, spenders(10, 30, 20))["20"] == "high"
    assert segments(level, spenders(10, 30, 20), level_factor=Decimal("1.5"))["20"] == "low"


# --- medals -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "amount", "expected"),
    [
        (10, 1000, "gold"),
        (9, 2000, "silver"),
        (11, 900, "silver"),
        (3, 400, "silver"),
        (2, 50_000, "bronze"),
        (100, 9, "bronze"),
        (3, Decimal("333.34"), "silver"),
        (3, Decimal("333.33"), "bronze"),
    ],
)
def test_medals_need_amount_and_number_of_purchases_over_all_time(number, amount, expected):
    assert placed(medal, bought(*[(2000, amount)] * number)) == expected


def test_returned_goods_cost_a_medal():
    assert placed(medal, bought(*[(9, 1000)] * 10, (3, -1))) == "silver"


def test_a_company_sets_its_own_medals():
    settings = {"value_tier.gold_spend": 20, "value_tier.gold_purchases": 2}
    assert placed(medal, bought((9, 10), (9, 10)), settings=settings) == "gold"


# --- size and ABC -------------------------------------------------------------------------------------------------


def test_size_follows_the_annual_amount_among_those_who_bought():
    found = segments(size, {**TEN, **{f"absent {i}": bought((400, 5000)) for i in range(50)}})
    assert [name for name in found if found[name] == "large"] == ["100"]
    assert [name for name in found if found[name] == "medium"] == ["70", "80", "90"]
    assert found["60"] == found["absent 7"] == "small"


def test_customers_with_the_highest_amount_are_large_together():
    assert placed(size, bought((10, 90)), bought((10, 90)), *crowd(8, (10, 10))) == "large"


@pytest.mark.parametrize(
    ("amounts", "expected"),
    [
        ((900, 60, 30, 10), "ABCC"),
        ((50, 30, 10, 10), "AABB"),
        ((40, 20, 20, 10, 10), "AAABB"),
        ((80, 15, 5), "ABC"),
        ((79, 16, 5), "AAC"),
        ((25, 25, 25, 25), "AAAA"),
        ((100, 0), "AC"),
        ((100, 10, -10), "ACC"),
    ],
)
def test_abc_follows_the_cumulative_share_and_ties_stay_together(amounts, expected):
    company = {f"{i}": bought((10, amount)) for i, amount in enumerate(amounts)}
    assert "".join(segments(abc, company).values()) == expected


def test_abc_cannot_tell_where_returns_outweigh_all_sales():
    assert segments(abc, {"x": bought((10, 20)), "y": bought((10, -50))}) == {"x": None, "y": "C"}


def test_abc_shares_are_settings():
    assert segments(abc, spenders(50, 30, 15, 5), a_share=Decimal("0.5"), b_share=Decimal("0.8")) == {
        "50": "A",
        "30": "B",
        "15": "C",
        "5": "C",
    }


# --- RFM ----------------------------------------------------------------------------------------------------------

# twenty customers, all different in each of the three: last purchase (days ago), number of purchases, rank by spend
TWENTY = [
    (10, 20, 20, "champions"),
    (50, 16, 16, "champions"),
    (90, 19, 1, "loyal"),
    (20, 18, 12, "loyal"),
    (30, 1, 10, "new"),
    (60, 2, 19, "new"),
    (40, 5, 11, "promising"),
    (70, 8, 14, "promising"),
    (80, 9, 15, "potential_loyalist"),
    (130, 17, 17, "cannot_lose"),
    (200, 13, 13, "cannot_lose"),
    (140, 10, 4, "at_risk"),
    (170, 12, 9, "at_risk"),
    (190, 14, 8, "at_risk"),
    (160, 15, 6, "at_risk"),
    (100, 11, 7, "need_attention"),
    (110, 4, 18, "need_attention"),
    (120, 6, 5, "about_to_sleep"),
    (150, 7, 2, "about_to_sleep"),
    (180, 3, 3, "lost"),
]
SCORED = {f"{days}": bought((days, rank * 100), *[(days, 0)] * (number - 1)) for days, number, rank, _ in TWENTY}


def test_scores_part_the_buyers_in_fifths():
    company = {**SCORED, "prospect": given()}
    for metric, best_first in (
        (rfm.recency_score, sorted(TWENTY)),
        (rfm.frequency_score, sorted(TWENTY, key=lambda row: -row[1])),
        (rfm.monetary_score, sorted(TWENTY, key=lambda row: -row[2])),
    ):
        scores = each(valued, metric, company)
        assert [scores[str(row[0])] for row in best_first] == [5] * 4 + [4] * 4 + [3] * 4 + [2] * 4 + [1] * 4


def test_rfm_names_every_combination_of_scores():
    found = segments(rfm.rfm, {**SCORED, "prospect": given()})
    assert found == {**{f"{days}": name for days, _, _, name in TWENTY}, "prospect": "unscored"}
    assert set(found.values()) == {segment.name for segment in rfm.rfm.segments}


def test_where_most_have_bought_once_once_is_the_lowest_score():
    company = {"twice": bought(*[(10, 10)] * 2), "often": bought(*[(10, 10)] * 9)}
    company |= {f"once {i}": bought((10, 10)) for i in range(8)}
    scores = each(valued, rfm.frequency_score, company)
    assert (scores["once 0"], scores["twice"], scores["often"]) == (1, 5, 5)
    assert each(valued, rfm.monetary_score, company)["once 0"] == 1
    assert each(valued, rfm.recency_score, company)["once 0"] == 5
    assert segments(rfm.rfm, company)["once 0"] == "new"


@pytest.mark.parametrize(("buyers", "expected"), [(4, "unscored"), (5, "new")])
def test_too_few_buyers_are_not_scored(buyers, expected):
    assert placed(rfm.rfm, *crowd(buyers, (10, 10)), given()) == expected


@pytest.mark.parametrize(
    ("scheme", "purchases", "fact"),
    [
        (vip, 1, "spend_12m"),
        (contribution, 1, "spend_12m"),
        (level, 1, "spend_12m"),
        (size, 1, "spend_12m"),
        (abc, 1, "spend_12m"),
        (medal, 10, "spend"),
        (medal, 3, "spend"),
        (rfm.rfm, 9, "spend"),
    ],
    ids=str,
)
def test_where_no_amount_is_known_and_spend_decides_nobody_can_tell(scheme, purchases, fact):
    facts = bought(*[(5, None)] * purchases)
    assert placed(scheme, facts, *TEN.values()) is None
    assert missing(scheme, facts, *TEN.values()) == (f"value_tier.{fact}",)


# --- the report ---------------------------------------------------------------------------------------------------


def test_the_report_gives_each_segment_its_share_of_customers_and_revenue():
    class Books:
        def table(self, view):
            rows = (("A", 1, Decimal(90)), ("B", 3, Decimal(30)), (None, 1, None))
            return Table((view.group.name, "count", *(each.name for each in view.sums)), rows, view.name)

    made = {table.title: table for table in report.tiers(Books())}
    assert list(made) == [scheme.name for scheme in plugin.crm_schemes()]
    found = made["value_tier.abc"]
    assert found.columns[0] == "value_tier.abc"
    assert found.rows == (
        ("A", 1, 0.2, Decimal(90), 0.75),
        ("B", 3, 0.6, Decimal(30), 0.25),
        (None, 1, 0.2, None, None),
    )


def test_there_is_no_share_of_a_revenue_that_is_not_positive():
    counted = Table(("", "", ""), (("C", 2, Decimal(-5)),))
    assert report.with_shares(counted, abc).rows == (("C", 2, 1.0, Decimal(-5), None),)
    assert report.with_shares(Table(("", "", ""), ()), abc).rows == ()


# --- what every declaration promises ------------------------------------------------------------------------------

SCHEMES = plugin.crm_schemes()
DECLARED = (
    *plugin.crm_metrics(),
    *plugin.crm_settings(),
    *SCHEMES,
    *plugin.crm_views(),
    *plugin.crm_reports(),
    *PLAYBOOKS,
)


@pytest.mark.parametrize("declared", DECLARED, ids=lambda declared: declared.name)
def test_everything_is_named_after_the_plugin_and_labelled_in_english_and_chinese(declared):
    assert declared.name.startswith("value_tier.")
    assert set(declared.label.languages) == {"en", "zh"}
    assert set(declared.doc.languages) in ({"en", "zh"}, set())


def test_names_are_unique():
    names = [declared.name for declared in DECLARED]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
def test_every_segment_is_labelled_and_explained_and_the_last_takes_everybody(scheme):
    assert scheme.segments[-1].when is None
    for segment in scheme.segments:
        assert set(segment.label.languages) == set(segment.doc.languages) == {"en", "zh"}


def test_treatments_stand_only_where_the_sources_state_them():
    treated = {scheme.name for scheme in SCHEMES if any(segment.treatment.languages for segment in scheme.segments)}
    assert treated == {"value_tier.contribution", "value_tier.medal", "value_tier.size", "value_tier.abc"}
    for scheme in SCHEMES:
        assert len({segment.treatment.languages for segment in scheme.segments}) == 1


def test_there_is_a_playbook_for_every_segment_whose_treatment_is_stated_and_for_no_other():
    treated = {(scheme.name, one.name) for scheme in SCHEMES for one in scheme.segments if one.treatment.languages}
    assert {(each.scheme.name, each.segment) for each in PLAYBOOKS} == treated
    for each in PLAYBOOKS:
        for text in (each.service, each.offers):
            assert set(text.languages) in ({"en", "zh"}, set())


def test_large_customers_are_spoken_with_regularly(crm_with):
    trial = crm_with(plugin)
    trial.set("value_tier.large_visit_days", 14)
    for number in range(10):
        trial.customer(f"c{number}", bought((20, 10 * number + 10)))
    trial.classify()
    tasks = trial.run("task list --columns customer,playbook,due --format json").json
    due = str(trial.as_of + timedelta(days=14))
    assert tasks == [{"customer": "c9", "playbook": "value_tier.large", "due": due}]


@pytest.mark.parametrize("setting", plugin.crm_settings(), ids=lambda setting: setting.name)
def test_every_setting_says_that_its_default_is_ours(setting):
    assert "Our default" in setting.doc("en")
    assert "默认值由本插件给出" in setting.doc("zh")


OTHER_VALUES = {
    "vip_share": "0.001",
    "key_frequency": "0.99",
    "key_spend": "0.1",
    "key_margin": "0.9",
    "high_quantile": "0.95",
    "medium_quantile": "0.1",
    "level_factor": "0.1",
    "gold_spend": 20,
    "gold_purchases": 2,
    "silver_spend": 20,
    "silver_purchases": 1,
    "large_quantile": "0.5",
    "mid_quantile": "0.1",
    "a_share": "0.99",
    "b_share": "0.99",
    "high_score": 5,
    "middle_score": 2,
    "least_buyers": 50,
}


def test_every_setting_moves_somebody(crm_with):
    trial = crm_with(plugin)
    for days, number, rank, _ in TWENTY:  # one of them spends more than all others together
        first = (days, 1_000_000 if rank == len(TWENTY) else 40 * rank * rank, 10 * rank * rank)
        trial.customer(str(days), bought(first, *[(days, 30)] * (number - 1)))
    trial.classify()
    idle = []
    for setting in (one for one in plugin.crm_settings() if one not in DAYS):
        trial.set(setting, OTHER_VALUES[setting.name.removeprefix("value_tier.")])
        if not trial.classify().moves:
            idle.append(setting.name)
        trial.set(setting, setting.default)
        trial.classify()
    assert idle == []


def test_everything_that_a_scheme_uses_is_listed(crm_with):
    shown = crm_with(plugin).run("plugin show value_tier --format json").assert_ok().json["adds"]
    assert {one["name"] for one in shown} == {declared.name for declared in DECLARED}
