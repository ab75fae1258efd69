from datetime import date, timedelta

import crm_lifecycle as plugin
import pytest
from crm_lifecycle import facts as ours
from crm_lifecycle import views
from crm_lifecycle.playbooks import PLAYBOOKS
from crm_lifecycle.playbooks import SETTINGS as DAYS
from crm_lifecycle.position import buyer, position, role
from crm_lifecycle.stage import stage
from crm_lifecycle.status import status

from crmcore.testing import Conformance, given, missing, placed, valued


class TestConformance(Conformance):
    plugin = plugin
    tier = "gold"


def known(**said):
    """Return a customer of whom salespeople have entered facts, by their short names."""
    return bought(**said)


def bought(*purchases, **said):
    """Return a customer with purchases, days ago and amount of each, and facts that were entered."""
    return given({f"lifecycle.{name}": value for name, value in said.items()}, purchases=purchases)


NEVER = given()
ONCE = bought((30, 100))
LONG_AGO = bought((366, 100))
NOT_INTERESTED = known(interest=False)


# --- status -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (bought((0, 10)), "actual"),
        (bought((365, 10)), "actual"),
        (bought((366, 10)), "lost"),
        (bought((400, 10), (5, -10)), "lost"),
        (bought((400, 10), (5, None)), "actual"),
        (bought((400, 10), targeted=True), "lost"),
        (bought((10, 10), cannot_buy=True), "actual"),
        (NEVER, "potential"),
        (known(has_motive=True, can_pay=True), "potential"),
        (known(has_motive=False), "non_customer"),
        (known(can_pay=False), "non_customer"),
        (known(cannot_buy=True), "non_customer"),
        (known(cannot_buy=True, targeted=True), "non_customer"),
        (known(cannot_buy=False), "potential"),
        (known(targeted=True), "target"),
        (known(targeted=True, has_motive=False), "target"),
        (known(targeted=True, can_pay=False), "non_customer"),
        (known(targeted=False), "potential"),
        (given(interactions=[(179, "out")]), "target"),
        (given(interactions=[(180, "out")]), "potential"),
        (given(interactions=[(3, "in")]), "potential"),
        (given({"lifecycle.has_motive": False}, interactions=[(5, "out")]), "non_customer"),
        (bought((3, -10)), "potential"),
    ],
    ids=str,
)
def test_status(facts, expected):
    assert placed(status, facts) == expected


def test_a_fact_counts_from_the_day_on_which_it_was_stated():
    facts = known(cannot_buy=(date(2024, 1, 1), True))
    assert placed(status, facts) == "non_customer"
    assert placed(status, facts, as_of=date(2023, 12, 31)) == "potential"


# --- stage --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (NEVER, "potential"),
        (known(interest=True), "potential"),
        (NOT_INTERESTED, "not_interested"),
        (bought((9, 10), interest=False), "first_time"),
        (ONCE, "first_time"),
        (bought((30, 100), (20, 100)), "first_time"),
        (bought((30, 100), (20, 100), (10, 100)), "loyal"),
        (bought((30, 100), (20, 100), (10, -100)), "first_time"),
        (bought((30, 1), (20, 1), (10, 1)), "first_time"),
        (bought((30, None), (20, None), (10, None)), "loyal"),
        (bought((900, 100), (800, 100), (366, 100)), "churned"),
        (bought((900, 100), (800, 100), (365, 100)), "loyal"),
        (LONG_AGO, "churned"),
    ],
    ids=str,
)
def test_stage(facts, expected):
    assert placed(stage, facts, *[bought((50, 90))] * 8) == expected


def test_where_all_spend_alike_number_alone_makes_loyal_customers():
    assert placed(stage, *[bought(*[(9, 10)] * 3)] * 3) == "loyal"


# --- position, purchase behaviour, role ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (NEVER, "potential"),
        (NOT_INTERESTED, "not_interested"),
        (ONCE, "existing"),
        (LONG_AGO, "past"),
        (given(purchases=[(30, 100)], kind="partner"), "partner"),
        (given(kind="partner"), "partner"),
        (given(purchases=[(30, 100)], kind="organization"), "existing"),
    ],
    ids=str,
)
def test_position(facts, expected):
    assert placed(position, facts) == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (NEVER, "potential"),
        (NOT_INTERESTED, "potential"),
        (ONCE, "new"),
        (LONG_AGO, "new"),
        (bought((900, 1), (800, 1)), "repeat"),
        (bought((9, 50), (8, -50)), "new"),
        (bought((8, -50)), "potential"),
    ],
    ids=str,
)
def test_purchase_behaviour(facts, expected):
    assert placed(buyer, facts) == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (NEVER, "prospect"),
        (ONCE, "existing"),
        (LONG_AGO, "existing"),
        (bought(*[(9, 40)] * 3), "loyal"),
        (bought(*[(9, 1)] * 3), "existing"),
        (bought((9, 500)), "key"),
        (bought(*[(9, 500)] * 3), "key"),
        (bought(*[(366, 500)] * 3), "existing"),
        (bought((9, 500), (8, -500)), "existing"),
    ],
    ids=str,
)
def test_role(facts, expected):
    assert placed(role, facts, *[bought((50, 90))] * 10, *[bought((50, 400))] * 9) == expected


def test_where_nobody_spent_anything_nobody_has_the_key_role():
    assert placed(role, bought((9, 500), (8, -500))) == "existing"


# --- all schemes --------------------------------------------------------------------------------------------------

SCHEMES = plugin.crm_schemes()


def test_potential_customers_are_not_the_same_everywhere():
    cannot_pay = known(can_pay=False)
    for scheme, poor, unwilling in (
        (status, "non_customer", "potential"),
        (stage, "potential", "not_interested"),
        (position, "potential", "not_interested"),
        (buyer, "potential", "potential"),
    ):
        assert placed(scheme, cannot_pay) == poor
        assert placed(scheme, NOT_INTERESTED) == unwilling


def test_one_setting_says_everywhere_when_a_customer_is_lost():
    for scheme, now, then in (
        (status, "actual", "lost"),
        (stage, "first_time", "churned"),
        (position, "existing", "past"),
    ):
        assert placed(scheme, ONCE) == now
        assert placed(scheme, ONCE, settings={"lifecycle.lost_days": 29}) == then


@pytest.mark.parametrize(
    ("scheme", "settings", "expected"),
    [
        (stage, {"lifecycle.loyal_purchases": 2}, "loyal"),
        (stage, {"lifecycle.loyal_purchases": 2, "lifecycle.loyal_spend": 1}, "first_time"),
        (buyer, {"lifecycle.repeat_purchases": 3}, "new"),
        (role, {"lifecycle.key_spend": 0}, "key"),
    ],
    ids=str,
)
def test_settings_move_customers(scheme, settings, expected):
    others = [*[bought((5, 150))] * 3, bought((5, 500))]
    assert placed(scheme, bought((20, 100), (10, 100)), *others, settings=settings) == expected


def test_purchases_without_amounts_leave_only_the_role_of_key_customer_open():
    company = (bought((5, None)), ONCE)
    assert [scheme.name for scheme in SCHEMES if placed(scheme, *company) is None] == ["lifecycle.role"]
    assert missing(role, *company) == ("lifecycle.spend_12m",)


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
def test_an_only_customer_has_an_answer(scheme):
    assert placed(scheme, ONCE) in {"actual", "first_time", "existing", "new", "key"}


@pytest.mark.parametrize(("days", "listed"), [(270, False), (271, True), (365, True), (366, False)])
def test_sleeping_customers_are_listed_before_they_are_lost(days, listed):
    assert valued(views.sleeping.where, bought((days, 10))) is listed


def test_who_never_bought_is_not_sleeping():
    assert valued(views.sleeping.where, NEVER) is False


# --- what every declaration promises ------------------------------------------------------------------------------

DECLARED = (
    *plugin.crm_fields(),
    *plugin.crm_metrics(),
    *plugin.crm_settings(),
    *SCHEMES,
    *plugin.crm_views(),
    *PLAYBOOKS,
)


@pytest.mark.parametrize("declared", DECLARED, ids=lambda declared: declared.name)
def test_everything_is_named_after_the_plugin_and_labelled_in_english_and_chinese(declared):
    assert declared.name.startswith("lifecycle.")
    assert set(declared.label.languages) == {"en", "zh"}
    assert set(declared.doc.languages) in ({"en", "zh"}, set())


def test_names_are_unique():
    names = [declared.name for declared in DECLARED]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
def test_every_segment_is_labelled_and_explained_and_the_last_takes_everybody(scheme):
    assert scheme.segments[-1].when is None
    for each in scheme.segments:
        assert set(each.label.languages) == set(each.doc.languages) == {"en", "zh"}


def test_treatments_stand_only_where_the_sources_state_them():
    treated = {
        scheme.name.removeprefix("lifecycle."): {each.name for each in scheme.segments if each.treatment.languages}
        for scheme in SCHEMES
    }
    assert treated == {
        "status": {"target"},
        "stage": {"potential", "first_time", "loyal", "churned"},
        "position": {"potential", "existing", "past"},
        "buyer": set(),
        "role": set(),
    }
    languages = {each.treatment.languages for scheme in SCHEMES for each in scheme.segments}
    assert languages == {("en", "zh"), ()}


@pytest.mark.parametrize("setting", plugin.crm_settings(), ids=lambda setting: setting.name)
def test_every_setting_says_that_its_default_is_ours(setting):
    assert "Our default" in setting.doc("en")
    assert "默认值由本插件给出" in setting.doc("zh")


OTHER_VALUES = {
    "lost_days": 20,
    "sleeping_days": 20,
    "contact_days": 2,
    "loyal_purchases": 2,
    "loyal_spend": 0,
    "repeat_purchases": 3,
    "key_spend": "0.1",
}


def test_every_setting_moves_somebody_or_changes_who_is_listed(crm_with):
    trial = crm_with(plugin)
    for number, facts in enumerate(
        (
            ONCE,
            bought((20, 100), (10, 100)),
            bought((20, 90), (10, 1), (5, 1)),
            bought((5, 500)),
            given(interactions=[(5, "out")]),
        )
    ):
        trial.customer(f"c{number}", facts)
    trial.classify()
    usual, idle = trial.run("view lifecycle.sleeping --format json").json, []
    for setting in (one for one in plugin.crm_settings() if one not in DAYS):
        trial.set(setting, OTHER_VALUES[setting.name.removeprefix("lifecycle.")])
        if not trial.classify().moves and trial.run("view lifecycle.sleeping --format json").json == usual:
            idle.append(setting.name)
        trial.set(setting, setting.default)
        trial.classify()
    assert idle == []


SOFT = {"interest": False, "has_motive": False, "can_pay": False, "cannot_buy": True, "targeted": True}


@pytest.mark.parametrize("field", plugin.crm_fields(), ids=lambda field: field.name)
def test_what_salespeople_learn_is_kept_with_source_and_date_and_used(field):
    assert field.soft
    facts = given({field: SOFT[field.name.removeprefix("lifecycle.")]})
    assert [placed(scheme, facts) for scheme in SCHEMES] != [placed(scheme, NEVER) for scheme in SCHEMES]


def test_there_is_a_playbook_for_every_segment_whose_treatment_is_stated_and_for_no_other():
    treated = {(scheme.name, one.name) for scheme in SCHEMES for one in scheme.segments if one.treatment.languages}
    assert {(each.scheme.name, each.segment) for each in PLAYBOOKS} == treated
    for each in PLAYBOOKS:
        for text in (each.service, each.offers, *(task.title for task in each.tasks)):
            assert set(text.languages) in ({"en", "zh"}, set())


def test_who_stops_buying_is_asked_why_and_won_back(crm_with):
    trial = crm_with(plugin)
    trial.set("lifecycle.ask_days", 3)
    trial.set("lifecycle.win_back_days", 5)
    trial.customer("c1", bought((364, 10)))
    trial.classify()
    assert trial.run("task list --format json").json == []
    trial.as_of += timedelta(days=2)
    trial.classify()
    tasks = trial.run("task list --columns title,due --sort due --format json").json
    due = [str(trial.as_of + timedelta(days=days)) for days in (3, 5)]
    assert [task["due"] for task in tasks] == due
    assert [task["title"] for task in tasks] == ["Find out why they stopped buying", "Send a win-back mail or an offer"]


def test_everything_that_a_scheme_uses_is_listed(crm_with):
    shown = crm_with(plugin).run("plugin show lifecycle --format json").assert_ok().json["adds"]
    assert {one["name"] for one in shown} == {declared.name for declared in DECLARED}


@pytest.mark.parametrize(
    "facts",
    [NEVER, ONCE, LONG_AGO, bought((400, 10), (5, -10)), bought((30, None), (20, 50)), bought((364, 1), (365, 2))],
    ids=str,
)
@pytest.mark.parametrize(
    ("name", "theirs"),
    [("purchases", "purchases"), ("spend", "spend"), ("spend_12m", "spend_12m"), ("days_quiet", "recency")],
)
def test_metrics_that_value_tier_has_as_well_are_the_same(name, theirs, facts):
    value_tier = pytest.importorskip("crm_value_tier.metrics")
    assert valued(getattr(ours, name), facts) == valued(getattr(value_tier, theirs), facts)
