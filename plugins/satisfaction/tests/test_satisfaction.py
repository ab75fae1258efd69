from datetime import date, timedelta
from decimal import Decimal

import crm_satisfaction as plugin
import pytest
from crm_satisfaction.level import latest_score, mean_score, open_complaints, satisfaction, score
from crm_satisfaction.records import SCALES, Complaint, Survey
from crm_satisfaction.views import net_promoters

from crmcore.testing import AS_OF, Conformance, given, missing, placed, valued


class TestConformance(Conformance):
    plugin = plugin
    tier = "gold"


def day(ago):
    return AS_OF - timedelta(days=ago)


def answered(*answers):
    """Return a customer with survey answers: days ago, score, and a scale other than 1-5."""
    return given(records=[answer(*each) for each in answers])


def answer(ago, points, scale="1-5", kind=None):
    return Survey(customer="", on=day(ago), score=Decimal(str(points)), scale=scale, kind=kind)


def complained(ago, settled=None):
    return Complaint(customer="", on=day(ago), subject="Late", settled_on=None if settled is None else day(settled))


# --- scores -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scale", SCALES)
def test_every_scale_goes_from_0_to_1(scale):
    low, high = scale.split("-")
    assert valued(score, answered((5, low, scale))) == 0
    assert valued(score, answered((5, high, scale))) == 1


@pytest.mark.parametrize(
    ("points", "scale", "share"),
    [(3, "1-5", 0.5), (2, "1-3", 0.5), (4, "1-7", 0.5), (5, "0-10", 0.5), (40, "0-100", 0.4)],
)
def test_answers_on_different_scales_are_comparable(points, scale, share):
    assert valued(score, answered((5, points, scale))) == share


def test_average_and_latest_look_at_the_answers_that_still_count():
    facts = answered((365, 1), (364, 5), (9, 1))
    assert valued(mean_score, facts) == 0.5
    assert valued(latest_score, facts) == 0
    assert valued(score, facts) == 0.5
    assert valued(score, facts, settings={"satisfaction.basis": "latest"}) == 0
    assert valued(mean_score, facts, settings={"satisfaction.valid_days": 9}) is None


def test_a_complaint_is_open_until_the_day_on_which_it_is_settled():
    facts = given(records=[complained(30, settled=10)])
    assert [valued(open_complaints, facts, as_of=day(ago)) for ago in (31, 30, 11, 10, 0)] == [0, 1, 1, 0, 0]


# --- levels -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (answered((5, "3.4")), "satisfied"),
        (answered((5, "3.39")), "dissatisfied"),
        (answered((5, 5), (4, 1)), "dissatisfied"),
        (answered((5, 4), (4, 3)), "satisfied"),
        (answered((364, 5)), "satisfied"),
        (answered((365, 5)), None),
        (given(), None),
        (given(purchases=[(10, 50)]), None),
        (given(records=[complained(3)]), "dissatisfied"),
        (given(records=[complained(3, settled=3)]), None),
        (given(records=[complained(3), answer(1, 5)]), "dissatisfied"),
        (given(records=[complained(3, settled=0), answer(1, 5)]), "satisfied"),
        (given(records=[complained(3, settled=-1), answer(1, 5)]), "dissatisfied"),
    ],
    ids=str,
)
def test_level(facts, expected):
    assert placed(satisfaction, facts) == expected


def test_where_nobody_asked_the_score_is_missing():
    assert missing(satisfaction, given()) == ("satisfaction.mean_score",)
    assert missing(satisfaction, given(), settings={"satisfaction.basis": "latest"}) == ("satisfaction.latest_score",)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"satisfaction.satisfied_from": Decimal("0.8")}, "dissatisfied"),
        ({"satisfaction.basis": "latest"}, "dissatisfied"),
        ({"satisfaction.valid_days": 9}, "dissatisfied"),
        ({"satisfaction.complaints_allowed": 1}, "satisfied"),
        ({}, "satisfied"),
    ],
    ids=str,
)
def test_settings_move_customers(settings, expected):
    facts = [answer(90, 5), answer(5, 3)]
    if "satisfaction.complaints_allowed" in settings:
        facts = [*facts, complained(3)]
    assert placed(satisfaction, given(records=facts), settings=settings) == expected


# --- what is entered, and what is shown ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("points", "scale", "fits"),
    [
        (0, "1-5", False),
        (1, "1-5", True),
        (5, "1-5", True),
        ("5.1", "1-5", False),
        (0, "0-10", True),
        (11, "0-10", False),
    ],
)
def test_a_score_must_lie_on_its_scale(crm_with, points, scale, fits):
    trial = crm_with(plugin)
    trial.customer("c1")
    ran = trial.run(f"survey add --customer c1 --on 2025-12-01 --score {points} --scale {scale}")
    if fits:
        ran.assert_ok()
    else:
        ran.assert_fails("outside its scale")


def test_a_complaint_is_not_settled_before_it_was_made(crm_with):
    trial = crm_with(plugin)
    trial.customer("c1")
    ran = trial.run("complaint add --customer c1 --on 2025-12-02 --subject Late --settled-on 2025-12-01")
    ran.assert_fails("on or after its own date")


def test_settling_a_complaint_moves_the_customer_at_once(crm_with):
    trial = crm_with(plugin)
    trial.customer("c1", answered((5, 5)), name="Ada")
    trial.classify()
    assert trial.segment("c1", satisfaction) == "satisfied"
    trial.run("complaint add --id k1 --customer c1 --on 2025-12-31 --subject Late").assert_ok()
    assert trial.segment("c1", satisfaction) == "dissatisfied"
    assert [row["customer.name"] for row in trial.run("view satisfaction.complaints --format json").json] == ["Ada"]
    trial.run("complaint edit k1 --settled-on 2026-01-01").assert_ok()
    assert trial.segment("c1", satisfaction) == "satisfied"
    assert trial.run("view satisfaction.complaints --format json").json == []


def test_the_report_sums_up_each_kind_of_survey(crm_with):
    trial = crm_with(plugin)
    trial.customer("c1", answered((9, 10, "0-10", "nps"), (8, 9, "0-10", "nps"), (7, 6, "0-10", "nps"), (6, 3), (5, 5)))
    (table,) = trial.run("report satisfaction.surveys --format json").assert_ok().json
    assert [tuple(row.values()) for row in table["rows"]] == [
        (None, 2, 0.75, None),
        ("nps", 3, pytest.approx(25 / 30), pytest.approx(1 / 3)),
    ]


def test_net_promoters_are_those_asked_from_0_to_10():
    assert net_promoters([answer(1, 10, "0-10", "nps"), answer(1, 8, "0-10", "nps")]) == 0.5
    assert net_promoters([answer(1, 6, "0-10", "nps")]) == -1
    assert net_promoters([answer(1, 7, "0-10", "nps")]) == 0
    assert net_promoters([answer(1, 5, "1-5", "nps"), answer(1, 9, "0-10")]) is None


# --- feedback -----------------------------------------------------------------------------------------------------


@pytest.fixture
def told(crm_with):
    """Return a trial whose customer c1 has praised tea, in a category that asks for a product."""
    trial = crm_with(plugin)
    for key in ("c1", "c2"):
        trial.customer(key, given(purchases=[(5, 100)]), name=key.upper())
    trial.run("feedback_category add --id quality --name Quality --names-product yes").assert_ok()
    trial.run("feedback_category add --id delivery --name Delivery --names-purchase yes").assert_ok()
    trial.run(f"feedback add --id f1 {QUALITY} --product Tea").assert_ok()
    return trial


QUALITY = "--customer c1 --on 2026-01-01 --category quality --type praise --subject Fresh"
DELIVERY = "--customer c1 --on 2026-01-01 --category delivery --type criticism --subject Late"


def purchase_of(trial, customer):
    return next(row["id"] for row in trial.run("purchase list --format json").json if row["customer"] == customer)


def test_the_type_of_feedback_may_change_and_its_category_stays(told):
    told.run("feedback edit f1 --type suggestion").assert_ok()
    told.run("feedback edit f1 --category delivery --purchase " + purchase_of(told, "c1")).assert_fails("add it anew")
    assert told.run("feedback show f1 --format json").json["category"] == "quality"


def test_a_wrong_category_means_to_remove_feedback_and_to_add_it_anew(told):
    told.run("feedback remove f1").assert_ok()
    told.run(f"feedback add --id f1 {DELIVERY} --purchase {purchase_of(told, 'c1')}").assert_ok()


@pytest.mark.parametrize(("options", "named"), [(QUALITY, "product"), (DELIVERY, "purchase")])
def test_feedback_names_what_its_category_asks_for(told, options, named):
    told.run(f"feedback add {options}").assert_fails(f"names a {named}")


def test_feedback_is_on_a_purchase_of_its_own_customer(told):
    other = purchase_of(told, "c2")
    told.run(f"feedback add {DELIVERY} --purchase {other}").assert_fails("one of the customer c2")


def test_feedback_is_listed_and_counted_by_category_and_type(told):
    told.run(f"feedback add {QUALITY} --product Cup").assert_ok()
    listed = told.run("view satisfaction.feedback --format json").json
    assert [(row["customer.name"], row["category.name"]) for row in listed] == [("C1", "Quality")] * 2
    (table,) = told.run("report satisfaction.feedback_by_category --format json").json
    assert [tuple(row.values()) for row in table["rows"]] == [("Quality", "praise", 2)]
    assert "反馈分类" in told.run("--lang zh report satisfaction.feedback_by_category").out


# --- what holds for all -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("setting", plugin.crm_settings(), ids=lambda setting: setting.name)
def test_every_setting_says_that_its_default_is_ours(setting):
    assert "Our default" in setting.doc("en")
    assert "默认值由本插件给出" in setting.doc("zh")


def test_a_survey_in_the_future_is_not_known_yet():
    assert (
        placed(satisfaction, given(records=[Survey(customer="", on=date(2026, 1, 2), score=Decimal(5), scale="1-5")]))
        is None
    )
