from datetime import timedelta
from decimal import Decimal

import crm_intent as plugin
import crm_lifecycle
import pytest
from crm_intent.grade import PLAYBOOKS, grade
from crm_intent.leads import lead, source
from crm_intent.strength import strength, talks

from crmcore import Interaction
from crmcore.testing import AS_OF, Conformance, given, missing, placed, valued


class TestConformance(Conformance):
    plugin = plugin
    tier = "gold"
    beside = (crm_lifecycle,)


def judged(*talked, **said):
    """Return a customer with talks, days ago and intent of each, and facts that were entered."""
    records = [
        Interaction(
            customer="", at=AS_OF - timedelta(days=ago), fields={} if points is None else {"intent.talk": points}
        )
        for ago, points in talked
    ]
    return given({f"intent.{name}": value for name, value in said.items()}, records=records)


# --- strength -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (judged((5, 4)), 4),
        (judged((5, 5), (4, 2)), 3.5),
        (judged((89, 5), (4, None)), 5),
        (judged((90, 5)), None),
        (judged((4, None)), None),
        (judged(environment=5), 5),
        (judged(habits=2, environment=5), 3.5),
        (judged((5, 4), habits=1), 3.25),
        (judged((5, 5), habits=1, environment=1), 3.4),
        (given(), None),
    ],
    ids=str,
)
def test_strength_is_the_weighted_average_of_what_is_known(facts, expected):
    assert valued(strength, facts) == expected


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"intent.talk_weight": 0}, 1),
        ({"intent.talk_weight": 1}, 3),
        ({"intent.habits_weight": 0}, 5),
        ({"intent.talk_days": 5}, 1),
        ({"intent.talk_weight": 0, "intent.habits_weight": 0}, None),
    ],
    ids=str,
)
def test_a_company_weighs_what_it_trusts(settings, expected):
    assert valued(strength, judged((5, 5), habits=1), settings=settings) == expected


def test_talks_without_a_judgement_are_left_out():
    assert valued(talks, judged((5, 5), (4, None), (3, 4))) == 4.5


# --- grades -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (judged((5, 4)), "A"),
        (judged((5, 5), (4, 4), (3, 4), (2, 3), (1, 3)), "B"),
        (judged((5, 3)), "B"),
        (judged((5, 3), (4, 2)), "C"),
        (judged((5, 2)), "C"),
        (judged((5, 2), (4, 1)), "D"),
        (judged((5, 1)), "D"),
        (judged((5, 4), environment=3), "B"),
        (judged(environment=4), "A"),
        (judged((90, 5)), None),
        (given(purchases=[(3, 10)]), None),
    ],
    ids=str,
)
def test_grade(facts, expected):
    assert placed(grade, facts) == expected


def test_who_was_never_judged_has_no_grade_and_it_is_said_what_is_missing():
    assert missing(grade, given()) == ("intent.strength",)


@pytest.mark.parametrize(("letter", "points"), [("a", 5), ("b", 4), ("c", 3)])
def test_the_cuts_are_settings(letter, points):
    cut = {f"intent.{letter}_from": Decimal(points)}
    assert placed(grade, judged((5, points - 1))) == letter.upper()
    assert placed(grade, judged((5, points - 1)), settings=cut) == chr(ord(letter.upper()) + 1)


def test_each_grade_has_its_own_plan_of_return_visits():
    assert [each.segment for each in PLAYBOOKS] == ["A", "B", "C", "D"]
    assert [each.cadence.default for each in PLAYBOOKS] == [7, 14, 30, 90]
    for each in PLAYBOOKS:
        assert each.scheme is grade
        assert set(each.treatment.languages) == {"en", "zh"}


# --- lead sources -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (given(source="Social media"), "social_media"),
        (given(source="WeChat group"), "social_media"),
        (given(source="微信朋友圈"), "social_media"),
        (given(source="小红书推荐页"), "social_media"),
        (given(source="Advertisement"), "advertisement"),
        (given(source="户外广告"), "advertisement"),
        (given(source="Google Ads"), "advertisement"),
        (given(source="recommended by a friend"), "referral"),
        (given(source="朋友介绍"), "referral"),
        (given(source="trade fair"), "other"),
        (given(), None),
    ],
    ids=str,
)
def test_source(facts, expected):
    assert placed(source, facts) == expected


def test_whoever_has_a_referrer_was_recommended():
    assert placed(source, given(id="c2", referred_by="c1"), given(id="c1")) == "referral"
    assert placed(source, given(id="c2", referred_by="c1", source="Weibo"), given(id="c1")) == "referral"
    assert missing(source, given()) == ("source",)


# --- leads --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (given(), "new"),
        (judged((5, 2)), "new"),
        (judged((5, 3), (4, 2)), "new"),
        (judged((5, 3)), "qualified"),
        (judged(qualified=True), "qualified"),
        (judged((5, 1), qualified=True), "qualified"),
        (judged(qualified=False), "filtered_out"),
        (judged((5, 5), qualified=False), "filtered_out"),
        (given({"lifecycle.interest": False}), "filtered_out"),
        (given({"lifecycle.interest": True}), "new"),
        (given({"lifecycle.can_pay": False}), "filtered_out"),
        (given({"intent.qualified": False}, purchases=[(900, 5)]), "converted"),
        (given(purchases=[(900, None)]), "converted"),
        (given(purchases=[(9, -5)]), "new"),
    ],
    ids=str,
)
def test_lead(facts, expected):
    assert placed(lead, facts) == expected


def test_the_filter_is_a_setting():
    assert placed(lead, judged((5, 3)), settings={"intent.qualified_from": 4}) == "new"


def test_conversion_is_counted_per_source(crm_with):
    trial = crm_with(crm_lifecycle, plugin)
    for number, facts in enumerate(
        (
            given(source="Weibo", purchases=[(5, 10)]),
            given({"intent.qualified": True}, source="wechat"),
            given(source="Facebook"),
            given({"intent.qualified": False}, source="Facebook"),
            given(source="广告"),
            given(),
        )
    ):
        trial.customer(f"c{number}", facts)
    trial.classify()
    (table,) = trial.run("report intent.conversion --format json").assert_ok().json
    assert {row["intent.source"]: tuple(row.values())[1:] for row in table["rows"]} == {
        "social_media": (4, 2, 1, 0.5, 0.5, 0.25),
        "advertisement": (1, 0, 0, 0, None, 0),
        None: (1, 0, 0, 0, None, 0),
    }


# --- what is entered, and what is shown ---------------------------------------------------------------------------


@pytest.mark.parametrize(("points", "fits"), [(0, False), (1, True), (5, True), (6, False)])
@pytest.mark.parametrize(
    "command",
    ["interaction add --customer c1 --at 2025-12-30 --set intent.talk={}", "customer edit c1 --set intent.habits={}"],
)
def test_intent_is_judged_from_1_to_5(crm_with, command, points, fits):
    trial = crm_with(crm_lifecycle, plugin)
    trial.customer("c1")
    ran = trial.run(command.format(points))
    if fits:
        ran.assert_ok()
    else:
        ran.assert_fails("from 1 to 5")


def test_a_talk_moves_the_customer_and_puts_it_on_the_list(crm_with):
    trial = crm_with(crm_lifecycle, plugin)
    trial.customer("c1", judged((9, 2)), name="Ada")
    trial.classify()
    assert trial.segment("c1", grade) == "C"
    trial.run("interaction add --customer c1 --at 2025-12-30 --set intent.talk=5").assert_ok()
    assert trial.segment("c1", grade) == "B"
    assert [row["name"] for row in trial.run("view intent.hot --format json").json] == ["Ada"]
    trial.run("purchase add --customer c1 --at 2025-12-31 --amount 5").assert_ok()
    assert trial.run("view intent.hot --format json").json == []


@pytest.mark.parametrize("setting", plugin.crm_settings(), ids=lambda setting: setting.name)
def test_every_setting_says_that_its_default_is_ours(setting):
    assert "Our default" in setting.doc("en")
    assert "默认值由本插件给出" in setting.doc("zh")
