from datetime import date, timedelta

import crm_needs as plugin
import pytest
from crm_needs import views
from crm_needs.facts import Topic
from crm_needs.need import need
from crm_needs.requirement import requirement

from crmcore import Interaction
from crmcore.testing import AS_OF, Conformance, given, missing, placed, valued


class TestConformance(Conformance):
    plugin = plugin
    tier = "gold"


def talking(*topics, days=10, **stated):
    """Return a customer with conversations on some topics, and perhaps a stated need or requirement."""
    return given(
        {f"needs.stated_{name}": value for name, value in stated.items()},
        records=[
            Interaction(customer="", at=AS_OF - timedelta(days), fields={} if name is None else {"needs.topic": name})
            for name in topics
        ],
    )


# --- need: basic, functional, experience --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (talking(need="basic"), "basic"),
        (talking(need="functional"), "functional"),
        (talking(need="experience"), "experience"),
        (talking(), None),
        (talking("price"), None),
        (talking("price", "price"), "basic"),
        (talking("price", "practicality"), "basic"),
        (talking("quality", "quality"), "basic"),
        (talking("performance", "parameters"), "functional"),
        (talking("design", "interface"), "experience"),
        (talking("convenience", "convenience"), "experience"),
        (talking("price", "price", "design"), "basic"),
        (talking("price", "price", "design", "interface"), None),
        (talking("price", "price", "design", "interface", "convenience"), "experience"),
        (talking("price", "design", "parameters"), None),
        (talking("price", "design", "parameters", "performance"), "functional"),
        (talking("after_sales", "after_sales", "service_experience", "technical_support"), None),
        (talking(None, None, None), None),
        (talking("price", "price", None, need="experience"), "experience"),
        (talking("design", "design", need="basic"), "basic"),
        (talking("price", "price", days=364), "basic"),
        (talking("price", "price", days=365), None),
        (talking("price", "price", days=-1), None),
    ],
    ids=str,
)
def test_need(facts, expected):
    assert placed(need, facts) == expected


# --- requirement: product, service, integrated --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (talking(requirement="product"), "product"),
        (talking(requirement="service"), "service"),
        (talking(requirement="integrated"), "integrated"),
        (talking(), None),
        (talking("quality"), None),
        (talking("quality", "quality"), "product"),
        (talking("performance", "parameters"), "product"),
        (talking("after_sales"), None),
        (talking("after_sales", "service_experience"), "service"),
        (talking("quality", "quality", "after_sales"), "product"),
        (talking("quality", "after_sales", "after_sales"), "service"),
        (talking("quality", "quality", "after_sales", "after_sales"), None),
        (talking("quality", "after_sales", "technical_support"), "integrated"),
        (talking("technical_support", "technical_support"), None),
        (talking("quality", "quality", "technical_support"), "product"),
        (talking("after_sales", "after_sales", "technical_support"), "service"),
        (talking("quality", "after_sales", "technical_support", requirement="product"), "product"),
        (talking("price", "price", "design", "convenience"), None),
        (talking("quality", "after_sales", "technical_support", days=364), "integrated"),
        (talking("quality", "after_sales", "technical_support", days=365), None),
    ],
    ids=str,
)
def test_requirement(facts, expected):
    assert placed(requirement, facts) == expected


# --- both ---------------------------------------------------------------------------------------------------------


def test_where_nothing_tells_it_is_the_statement_that_is_missing():
    assert missing(need, talking()) == ("needs.stated_need",)
    assert missing(requirement, talking("price", "price")) == ("needs.stated_requirement",)


def test_the_two_meanings_of_customer_need_stay_apart():
    on_quality = talking("quality", "quality")
    assert (placed(need, on_quality), placed(requirement, on_quality)) == ("basic", "product")
    stated = talking(need="experience")
    assert (placed(need, stated), placed(requirement, stated)) == ("experience", None)


def test_a_statement_counts_from_its_day():
    facts = given({"needs.stated_need": (date(2025, 6, 1), "basic")})
    assert placed(need, facts) == "basic"
    assert placed(need, facts, as_of=date(2025, 5, 31)) is None


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"needs.least_mentions": 1}, ("experience", None)),
        ({"needs.least_mentions": 4}, (None, None)),
        ({"needs.topic_days": 10}, (None, None)),
        ({"needs.topic_days": 11}, ("experience", None)),
    ],
    ids=str,
)
def test_settings_say_how_much_talk_tells_a_need(settings, expected):
    facts = talking("design", "interface", "convenience")
    assert tuple(placed(scheme, facts, settings=settings) for scheme in (need, requirement)) == expected


def test_an_integrated_solution_needs_as_much_talk_as_anything_else():
    facts = talking("quality", "after_sales", "technical_support")
    assert placed(requirement, facts, settings={"needs.least_mentions": 3}) == "integrated"
    assert placed(requirement, facts, settings={"needs.least_mentions": 4}) is None


@pytest.mark.parametrize("topic", Topic, ids=lambda topic: topic.value)
def test_every_topic_tells_something(topic):
    facts = talking(topic.value, topic.value)
    told = [placed(scheme, facts) for scheme in (need, requirement)]
    wanted = talking("quality", "after_sales", topic.value)
    assert any(told) or placed(requirement, wanted) == "integrated"


# --- what is shown ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "listed"),
    [
        (talking(), True),
        (talking(need="basic"), True),
        (talking(need="basic", requirement="product"), False),
        (talking("quality", "quality"), False),
        (talking("quality", "quality", "design", "interface"), True),
    ],
    ids=str,
)
def test_whoever_has_an_open_need_is_to_be_asked(facts, listed):
    assert valued(views.to_ask.where, facts) is listed


def test_a_conversation_is_entered_with_its_topic_and_counted(crm_with):
    trial = crm_with(plugin, as_of=AS_OF)
    trial.customer("ada", given())
    for topic in ("price", "practicality", "design"):
        trial.run(f"interaction add --customer ada --at 2025-12-30 --set needs.topic={topic}").assert_ok()
    trial.run("interaction add --customer ada --at 2025-12-30 --set needs.topic=weather").assert_fails("price", code=1)
    trial.classify()
    assert trial.segment("ada", need) == "basic"
    rows = trial.run("view needs.topics --format json").assert_ok().json
    assert {(row["needs.topic"], row["count"]) for row in rows} == {("price", 1), ("practicality", 1), ("design", 1)}
    (row,) = trial.run("view needs.overview --format json").json
    assert (row["needs.stated_need"], row["needs.derived_need"]) == (None, "basic")
    assert 'need, stated or from conversations is "basic"' in trial.run("explain ada needs.need").assert_ok().out


# --- what every declaration promises ------------------------------------------------------------------------------


def test_each_segment_has_the_treatment_that_its_source_states():
    playbooks = plugin.crm_playbooks()
    found = {(each.scheme.name, each.segment) for each in playbooks}
    assert found == {(scheme.name, each.name) for scheme in (need, requirement) for each in scheme.segments}
    assert {each.treatment.languages for each in playbooks} == {("en", "zh")}


@pytest.mark.parametrize("setting", plugin.crm_settings(), ids=lambda setting: setting.name)
def test_every_setting_says_that_its_default_is_ours(setting):
    assert "Our default" in setting.doc("en")
    assert "默认值由本插件给出" in setting.doc("zh")


def test_statements_are_kept_with_source_and_date():
    soft = {field.name for field in plugin.crm_fields() if field.soft}
    assert soft == {"needs.stated_need", "needs.stated_requirement"}
