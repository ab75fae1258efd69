from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import crm_value_tier as plugin
import pytest
from crm_value_tier import report, rfm
from crm_value_tier.contribution import contribution, level
from crm_value_tier.medal import medal
from crm_value_tier.metrics import margin_12m, profit, purchases, share_12m, spend
from crm_value_tier.size import abc, size
from crm_value_tier.vip import vip

from crmcore import Customer, Purchase, Table, rows
from crmcore.evaluation.evaluate import Evaluator, World
from crmcore.evaluation.facts import Case, Facts, Row
from crmcore.grammar.walk import needs, rules_of
from crmcore.work.fitting import fit, population_of, values_of

DAY = date(2024, 6, 30)


def asked(thing, company, settings):
    """Answer a scheme, or compute a metric, for every customer of a company: name -> [(days ago, amount, cost)]."""

    def case(name):
        bought = [
            Purchase(id=f"{name}{i:03}", customer=name, at=DAY - timedelta(days), amount=amount, cost=cost)
            for i, (days, amount, cost) in enumerate((*given, None)[:3] for given in company[name])
        ]
        found = {rows(Purchase): tuple(Row(each, each.at, (each.at, each.id)) for each in bought)}
        return Case(Facts(Customer(id=name, name=name), found), DAY)

    world = World(settings, {}, ZoneInfo("Europe/Berlin"))
    wanted = population_of((thing,)) if hasattr(thing, "segments") else needs(thing).population
    fitted = values_of(fit(world, wanted, [case(name) for name in company], DAY, 1))
    evaluator = Evaluator(World(settings, fitted, world.zone))
    ask = evaluator.answer if hasattr(thing, "segments") else evaluator.value
    return {name: ask(thing, case(name)) for name in company}


def segments(scheme, company, **settings):
    named = {f"value_tier.{name}": value for name, value in settings.items()}
    return {name: answer.segment for name, answer in asked(scheme, company, named).items()}


def crowd(number, *bought):
    return {f"one of many {i}": list(bought) for i in range(number)}


def spenders(*amounts):
    return {str(amount): [(10, amount)] for amount in amounts}


TEN = spenders(10, 20, 30, 40, 50, 60, 70, 80, 90, 100)


# --- what is counted ----------------------------------------------------------------------------------------------


def test_a_return_lowers_spend_and_is_no_purchase():
    company = {"x": [(30, 100), (20, 50), (10, -30)]}
    assert asked(spend, company, {}) == {"x": Decimal(120)}
    assert asked(purchases, company, {}) == {"x": 2}


def test_a_purchase_without_a_recorded_amount_was_still_made():
    assert asked(purchases, {"x": [(30, None), (20, 50)]}, {}) == {"x": 2}


@pytest.mark.parametrize(
    ("bought", "expected"),
    [
        ([(10, 100, 60)], 40),
        ([(10, 100, 160)], -60),
        ([(10, 100, 60), (9, 500)], 40),
        ([(10, 100)], None),
        ([], 0),
    ],
    ids=["gain", "loss", "one cost of two known", "no cost known", "nothing bought"],
)
def test_profit_is_signed_and_unknown_only_where_no_cost_is_known(bought, expected):
    assert asked(profit, {"x": bought}, {}) == {"x": expected}


def test_the_margin_compares_profit_with_the_revenue_of_the_same_purchases():
    assert asked(margin_12m, {"x": [(10, 100, 75), (9, 900)]}, {}) == {"x": 0.25}


def test_the_share_is_of_what_all_customers_spent_in_twelve_months():
    company = {"a": [(10, 30), (364, 45), (365, 1000)], "b": [(5, 40), (4, -15)]}
    assert asked(share_12m, company, {}) == {"a": 0.75, "b": 0.25}


# --- VIP, key, ordinary -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bought", "expected"),
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
def test_a_vip_brings_a_twentieth_of_the_companys_sales(bought, expected):
    assert segments(vip, {**crowd(95, (10, 10)), "x": bought})["x"] == expected


@pytest.mark.parametrize(
    ("bought", "expected"),
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
def test_a_key_customer_buys_often_and_much_with_a_margin(bought, expected):
    assert segments(vip, {**crowd(400, (10, 10)), "x": bought})["x"] == expected


def test_a_vip_is_never_a_key_customer():
    company = {**crowd(50, (10, 10)), "x": [(10, 100)] * 5}
    assert segments(vip, company)["x"] == "vip"
    assert segments(vip, company, vip_share=Decimal("0.9"))["x"] == "key"


def test_where_all_are_alike_nobody_stands_out():
    assert set(segments(vip, crowd(30, (10, 10), (9, 10))).values()) == {"ordinary"}
    assert set(segments(contribution, crowd(30, (10, 10), (9, 10))).values()) == {"medium"}


def test_frequency_stands_out_also_where_many_share_the_highest():
    company = {**crowd(59, (10, 10)), **{f"often {i}": [(10, 10)] * 3 for i in range(41)}}
    assert segments(vip, company, vip_share=Decimal("0.2"))["often 1"] == "key"


@pytest.mark.parametrize(
    ("scheme", "expected"),
    [(vip, "vip"), (contribution, "medium"), (medal, "bronze"), (level, "high"), (size, "large"), (abc, "A")],
    ids=lambda value: getattr(value, "name", value),
)
def test_an_only_customer_is_compared_with_itself(scheme, expected):
    assert segments(scheme, {"x": [(10, 100)]}) == {"x": expected}


@pytest.mark.parametrize("scheme", plugin.crm_schemes(), ids=lambda scheme: scheme.name)
def test_before_the_first_purchase_everybody_has_the_lowest_answer(scheme):
    expected = "unscored" if scheme.name == "value_tier.rfm" else scheme.segments[-1].name
    assert segments(scheme, {"x": [], "y": []}) == {"x": expected, "y": expected}


@pytest.mark.parametrize("scheme", plugin.crm_schemes(), ids=lambda scheme: scheme.name)
def test_somebody_who_only_returned_goods_has_an_answer(scheme):
    expected = "unscored" if scheme.name == "value_tier.rfm" else scheme.segments[-1].name
    assert segments(scheme, {**TEN, "x": [(5, -20)]})["x"] == expected


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
    company = {name: [(10, amount, amount // 10)] for name, [(_, amount)] in TEN.items()}
    assert segments(contribution, {**company, "100": [(10, 100, cost)]})["100"] == expected


def test_the_two_levels_part_at_the_average_buying_customer():
    found = segments(level, {**spenders(10, 20, 60), "nobody": []})
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
    assert segments(medal, {"x": [(2000, amount)] * number}) == {"x": expected}


def test_returned_goods_cost_a_medal():
    assert segments(medal, {"x": [(9, 1000)] * 10 + [(3, -1)]}) == {"x": "silver"}


def test_a_company_sets_its_own_medals():
    assert segments(medal, {"x": [(9, 10)] * 2}, gold_spend=20, gold_purchases=2) == {"x": "gold"}


# --- size and ABC -------------------------------------------------------------------------------------------------


def test_size_follows_the_annual_amount_among_those_who_bought():
    found = segments(size, {**TEN, **{f"absent {i}": [(400, 5000)] for i in range(50)}})
    assert [name for name in found if found[name] == "large"] == ["100"]
    assert [name for name in found if found[name] == "medium"] == ["70", "80", "90"]
    assert found["60"] == found["absent 7"] == "small"


def test_customers_with_the_highest_amount_are_large_together():
    company = {**crowd(8, (10, 10)), "x": [(10, 90)], "y": [(10, 90)]}
    found = segments(size, company)
    assert found["x"] == found["y"] == "large"


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
    company = {f"{i}": [(10, amount)] for i, amount in enumerate(amounts)}
    assert "".join(segments(abc, company).values()) == expected


def test_abc_cannot_tell_where_returns_outweigh_all_sales():
    assert segments(abc, {"x": [(10, 20)], "y": [(10, -50)]}) == {"x": None, "y": "C"}


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
SCORED = {f"{days}": [(days, rank * 100), *[(days, 0)] * (number - 1)] for days, number, rank, _ in TWENTY}


def test_scores_part_the_buyers_in_fifths():
    company = {**SCORED, "prospect": []}
    for metric, best_first in (
        (rfm.recency_score, sorted(TWENTY)),
        (rfm.frequency_score, sorted(TWENTY, key=lambda row: -row[1])),
        (rfm.monetary_score, sorted(TWENTY, key=lambda row: -row[2])),
    ):
        scores = asked(metric, company, {})
        assert [scores[str(row[0])] for row in best_first] == [5] * 4 + [4] * 4 + [3] * 4 + [2] * 4 + [1] * 4


def test_rfm_names_every_combination_of_scores():
    found = segments(rfm.rfm, {**SCORED, "prospect": []})
    assert found == {**{f"{days}": name for days, _, _, name in TWENTY}, "prospect": "unscored"}
    assert set(found.values()) == {segment.name for segment in rfm.rfm.segments}


def test_where_most_have_bought_once_once_is_the_lowest_score():
    company = {**crowd(8, (10, 10)), "twice": [(10, 10)] * 2, "often": [(10, 10)] * 9}
    scores = asked(rfm.frequency_score, company, {})
    assert (scores["one of many 0"], scores["twice"], scores["often"]) == (1, 5, 5)
    assert asked(rfm.monetary_score, company, {})["one of many 0"] == 1
    assert asked(rfm.recency_score, company, {})["one of many 0"] == 5
    assert segments(rfm.rfm, company)["one of many 0"] == "new"


@pytest.mark.parametrize(("buyers", "expected"), [(4, "unscored"), (5, "new")])
def test_too_few_buyers_are_not_scored(buyers, expected):
    assert segments(rfm.rfm, {**crowd(buyers, (10, 10)), "prospect": []})["one of many 0"] == expected


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
DECLARED = (*plugin.crm_metrics(), *plugin.crm_settings(), *SCHEMES, *plugin.crm_views(), *plugin.crm_reports())


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


@pytest.mark.parametrize("setting", plugin.crm_settings(), ids=lambda setting: setting.name)
def test_every_setting_moves_a_scheme_and_says_that_its_default_is_ours(setting):
    assert setting in {found for scheme in SCHEMES for found in needs(*rules_of(scheme)).settings}
    assert "Our default" in setting.doc("en")
    assert "默认值由本插件给出" in setting.doc("zh")


def test_every_setting_and_metric_that_a_scheme_uses_is_listed():
    for scheme in SCHEMES:
        used = needs(*rules_of(scheme))
        assert set(used.settings) <= set(plugin.crm_settings())
        assert set(used.metrics) <= set(plugin.crm_metrics())
