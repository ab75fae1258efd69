from datetime import timedelta
from decimal import Decimal

import crm_lifecycle
import crm_retention as plugin
import crm_satisfaction
import pytest
from crm_retention import signals as ours
from crm_retention.playbooks import PLAYBOOKS
from crm_retention.silence import days_silent, silence
from crm_retention.warning import warning
from crm_satisfaction.records import Complaint, Survey

from crmcore import Interaction
from crmcore.testing import AS_OF, Conformance, given, placed, valued


class TestConformance(Conformance):
    plugin = plugin
    tier = "gold"
    beside = (crm_lifecycle, crm_satisfaction)


def day(ago):
    return AS_OF - timedelta(days=ago)


def bought(*purchases, **more):
    """Return a customer with purchases, days ago and amount of each."""
    return given(purchases=purchases, **more)


def every(gap, number, last=0, amount=10):
    """Return purchases at equal gaps, the last of them so many days ago."""
    return [(last + gap * index, amount) for index in reversed(range(number))]


def answered(score, ago=5):
    return Survey(customer="", on=day(ago), score=Decimal(score), scale="1-5")


def complained(ago, settled=None):
    return Complaint(customer="", on=day(ago), subject="Late", settled_on=None if settled is None else day(settled))


# --- silence ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (bought((180, 10)), "active"),
        (bought((181, 10)), "silent"),
        (bought((900, 10), (5, -10)), "active"),
        (bought((181, 10), interactions=[(180, "in")]), "active"),
        (bought((181, 10), interactions=[(181, "in")]), "silent"),
        (bought((181, 10), interactions=[(5, "out")]), "silent"),
        (bought((181, 10), interactions=[(5, None)]), "active"),
        (given(interactions=[(180, "in")]), "active"),
        (given(interactions=[(181, "in")]), "silent"),
        (given(interactions=[(181, "out")]), "unheard"),
        (given(), "unheard"),
    ],
    ids=str,
)
def test_silence(facts, expected):
    assert placed(silence, facts) == expected


@pytest.mark.parametrize(("answered_ago", "expected"), [(30, "active"), (-1, "silent"), (None, "silent")])
def test_an_answer_to_our_own_letter_breaks_the_silence(answered_ago, expected):
    moment = None if answered_ago is None else day(answered_ago)
    letter = Interaction(customer="", at=day(40), direction="out", responded_at=moment)
    assert placed(silence, bought((400, 10), records=[letter])) == expected


def test_silence_is_counted_from_what_came_last():
    assert valued(days_silent, bought((50, 10), interactions=[(20, "in")])) == 20
    assert valued(days_silent, bought((10, 10), interactions=[(20, "in"), (3, "out")])) == 10
    assert valued(days_silent, given()) is None


def test_a_company_says_when_silence_begins():
    assert placed(silence, bought((50, 10)), settings={"retention.silent_days": 49}) == "silent"


# --- the usual gap and the signals --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("purchases", "expected"),
    [
        ([(90, 1), (30, 1)], 60),
        ([(90, 1), (70, 1), (30, 1)], 30),
        ([(31, 1), (30, 1), (0, 1)], 15.5),
        ([(90, 1), (30, 1), (10, -1)], 60),
        ([(9, 1), (9, 1)], 0),
        ([(9, 1)], None),
        ([], None),
    ],
    ids=str,
)
def test_the_usual_gap_is_the_time_between_first_and_last_purchase_per_gap(purchases, expected):
    assert valued(ours.usual_gap, bought(*purchases)) == expected


@pytest.mark.parametrize(
    ("signal", "facts", "expected"),
    [
        (ours.late, bought(*every(40, 3, last=60)), False),
        (ours.late, bought(*every(40, 3, last=61)), True),
        (ours.late, bought(*every(4, 3, last=30)), False),
        (ours.late, bought(*every(4, 3, last=31)), True),
        (ours.late, bought((90, 1), (90, 1)), False),
        (ours.late, bought((90, 1)), None),
        (ours.falling, bought((190, 100), (9, 50)), False),
        (ours.falling, bought((190, 100), (11, 50)), False),
        (ours.falling, bought((190, 100), (11, "49.99")), True),
        (ours.falling, bought((359, 100), (179, 50)), False),
        (ours.falling, bought((359, 100), (180, 50)), True),
        (ours.falling, bought((359, 100), (200, 1)), True),
        (ours.falling, bought((360, 100), (359, 1), (9, 1)), False),
        (ours.falling, bought((360, 100), (9, 1)), False),
        (ours.falling, bought((190, -5), (9, 1), (5, 1)), False),
        (ours.falling, bought((190, 100), (190, 100)), False),
        (ours.falling, bought((190, 100)), None),
        (ours.complaining, given(records=[complained(200)]), True),
        (ours.complaining, given(records=[complained(200, settled=91)]), False),
        (ours.complaining, given(records=[complained(89, settled=80)]), True),
        (ours.complaining, given(records=[complained(90, settled=80)]), False),
        (ours.complaining, given(), False),
        (ours.dissatisfied, given(records=[answered("3.39")]), True),
        (ours.dissatisfied, given(records=[answered("3.4")]), False),
        (ours.dissatisfied, given(), None),
        (ours.without_contact, given(interactions=[(120, "out")]), False),
        (ours.without_contact, given(interactions=[(121, "in")]), True),
        (ours.without_contact, given(interactions=[(500, "in"), (3, "out")]), False),
        (ours.without_contact, given(), None),
    ],
    ids=str,
)
def test_signals(signal, facts, expected):
    assert valued(signal, facts) is expected


@pytest.mark.parametrize(
    ("signal", "facts", "settings"),
    [
        (ours.late, bought(*every(40, 3, last=60)), {"retention.late_factor": Decimal("1.49")}),
        (ours.late, bought(*every(4, 3, last=30)), {"retention.late_days": 29}),
        (ours.falling, bought((190, 100), (11, 50)), {"retention.falling_to": Decimal("0.51")}),
        (ours.falling, bought((60, 100), (39, 10), (9, 1)), {"retention.trend_days": 30}),
        (ours.complaining, given(records=[complained(90, settled=80)]), {"retention.complaint_days": 91}),
        (ours.dissatisfied, given(records=[answered(4)]), {"satisfaction.satisfied_from": Decimal("0.8")}),
        (ours.without_contact, given(interactions=[(9, "out")]), {"retention.contact_days": 8}),
    ],
    ids=str,
)
def test_every_signal_has_a_setting_that_raises_it(signal, facts, settings):
    assert valued(signal, facts) is False
    assert valued(signal, facts, settings=settings) is True


# --- warnings -----------------------------------------------------------------------------------------------------

STEADY = every(40, 5, last=10)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (bought(*STEADY), "no_warning"),
        (bought((9, 10)), "no_warning"),
        (bought(*STEADY, records=[answered(2)]), "low"),
        (bought(*STEADY, records=[complained(5)]), "low"),
        (bought(*STEADY, interactions=[(121, "in")]), "low"),
        (bought(*every(40, 5, last=61)), "low"),
        (bought(*STEADY, records=[answered(2), complained(5)]), "medium"),
        (bought(*every(20, 5, last=100), interactions=[(121, "in")]), "medium"),
        (bought(*STEADY, records=[answered(2), complained(5)], interactions=[(121, "in")]), "high"),
        (bought(*every(40, 5, last=200), records=[complained(5)]), "high"),
        (bought(*every(40, 5, last=365), records=[answered(1), complained(5)]), "high"),
        (bought(*every(40, 5, last=366), records=[answered(1), complained(5)]), "not_buying"),
        (given(records=[complained(5)]), "not_buying"),
        (given(), "not_buying"),
    ],
    ids=str,
)
def test_warning(facts, expected):
    assert placed(warning, facts) == expected


def test_signals_that_cannot_be_told_are_no_evidence():
    assert valued(ours.signals, bought((9, 10))) == 0
    assert valued(ours.signals, bought((9, 10), records=[complained(5)])) == 1


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"retention.high_signals": 2}, "high"),
        ({"retention.medium_signals": 3, "retention.high_signals": 4}, "low"),
        ({"retention.medium_signals": 3, "retention.high_signals": 4, "retention.low_signals": 3}, "no_warning"),
        ({"lifecycle.lost_days": 9}, "not_buying"),
    ],
    ids=str,
)
def test_settings_move_customers(settings, expected):
    facts = bought(*STEADY, records=[answered(2), complained(5)])
    assert placed(warning, facts) == "medium"
    assert placed(warning, facts, settings=settings) == expected


# --- what is done, and what is shown ------------------------------------------------------------------------------


def test_there_is_a_playbook_for_silence_and_each_level_of_warning():
    assert [(each.scheme.name, each.segment) for each in PLAYBOOKS] == [
        ("retention.silence", "silent"),
        ("retention.warning", "high"),
        ("retention.warning", "medium"),
        ("retention.warning", "low"),
    ]
    for each in PLAYBOOKS:
        assert set(each.treatment.languages) == {"en", "zh"}
    assert [each.cadence.default for each in PLAYBOOKS] == [30, 7, 14, 30]


@pytest.fixture
def company(crm_with):
    trial = crm_with(crm_lifecycle, crm_satisfaction, plugin)
    trial.customer("c1", bought(*STEADY, records=[answered(2), complained(5)]), name="Ada")
    trial.customer("c2", bought(*every(40, 5, last=200), records=[complained(5)]), name="Bo")
    trial.customer("c3", bought(*STEADY), name="Cy")
    trial.customer("c4", bought((300, 10)), name="Di")
    trial.classify()
    return trial


def test_warnings_are_listed_with_their_reasons_most_signals_first(company):
    rows = company.run("view retention.warnings --format json").assert_ok().json
    named = [signal.name for signal in ours.SIGNALS]
    assert [(row["name"], row["retention.warning"]) for row in rows] == [("Bo", "high"), ("Ada", "medium")]
    assert [row[name] for row in rows for name in named] == [
        *(True, True, True, None, None),
        *(False, False, True, True, None),
    ]


def test_the_report_counts_reasons_per_level(company):
    (table,) = company.run("report retention.reasons --format json").assert_ok().json
    assert [tuple(row.values()) for row in table["rows"]] == [("high", 1, 1, 1, 1, 0, 0), ("medium", 1, 0, 0, 1, 1, 0)]


def test_silent_customers_are_listed(company):
    assert {row["name"] for row in company.run("view retention.silent --format json").json} == {"Bo", "Di"}


def test_time_alone_raises_a_warning(company):
    assert company.segment("c3", warning) == "no_warning"
    company.as_of = AS_OF + timedelta(days=50)
    company.classify()
    assert company.segment("c3", warning) == "no_warning"
    company.as_of = AS_OF + timedelta(days=51)
    company.classify()
    assert company.segment("c3", warning) == "low"


@pytest.mark.parametrize("setting", plugin.crm_settings(), ids=lambda setting: setting.name)
def test_every_setting_says_that_its_default_is_ours(setting):
    assert "Our default" in setting.doc("en")
    assert "默认值由本插件给出" in setting.doc("zh")
