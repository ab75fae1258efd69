from datetime import timedelta
from decimal import Decimal

import crm_lifecycle
import crm_loyalty as plugin
import crm_satisfaction
import pytest
from crm_loyalty import marks
from crm_loyalty.loyalty import loyalty
from crm_loyalty.playbooks import PLAYBOOKS
from crm_satisfaction.records import Survey

from crmcore import Purchase, PurchaseLine
from crmcore.testing import AS_OF, Conformance, given, missing, placed, valued


class TestConformance(Conformance):
    plugin = plugin
    tier = "gold"
    beside = (crm_lifecycle, crm_satisfaction)


REFERRED = given(referred_by="c1")


def customer(*purchases, score=5, categories=(), **said):
    """Return a customer with purchases, a survey answer of 1 to 5, categories bought, and facts that were entered."""
    records = [bought_in(number, name) for number, name in enumerate(categories)]
    bought = [Purchase(id=f"p{number}", customer="", at=AS_OF, amount=None) for number in range(len(categories))]
    if score:
        records.append(Survey(customer="", on=AS_OF, score=Decimal(str(score)), scale="1-5"))
    fields = {f"loyalty.{name}": value for name, value in said.items()}
    return given(fields, purchases=purchases, records=[*bought, *records])


def bought_in(number, category):
    return PurchaseLine(purchase=f"p{number}", category=category)


LONG = ((365, 10), (0, 10))
GOOD = {"buys_elsewhere": False, "trusts": True, "categories": ("a", "b")}


def loyal(*purchases, **changed):
    return customer(*(purchases or LONG), **{**GOOD, **changed})


# --- the four marks -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mark", "facts", "expected"),
    [
        (marks.directed, customer(buys_elsewhere=False), True),
        (marks.directed, customer(buys_elsewhere=True), False),
        (marks.directed, customer(), None),
        (marks.repeat, customer((9, 10), (5, 10)), True),
        (marks.repeat, customer((9, 10)), False),
        (marks.repeat, customer((9, 10), (5, -10)), False),
        (marks.related, customer(categories=("a", "b")), True),
        (marks.related, customer(categories=("a", "A")), False),
        (marks.related, customer(categories=("a", None)), False),
        (marks.related, customer(categories=(None,)), None),
        (marks.related, customer((9, 10)), None),
        (marks.related, customer(), False),
        (marks.referral, customer(), False),
    ],
    ids=str,
)
def test_marks(mark, facts, expected):
    assert valued(mark, facts) is expected


def test_whoever_brought_another_customer_refers():
    assert valued(marks.referral, given(), REFERRED) is True
    assert valued(marks.referral, given(), REFERRED, settings={"loyalty.referrals_needed": 2}) is False
    assert valued(marks.referrals, given(), REFERRED, REFERRED) == 2


def test_what_was_brought_back_is_no_related_purchase():
    back = Purchase(id="p9", customer="", at=AS_OF, amount=Decimal(-5))
    facts = given(purchases=[(9, 10)], records=[back, bought_in(9, "a")])
    assert valued(marks.categories, facts) is None


def test_the_number_of_marks_is_known_once_all_are():
    assert valued(marks.marks, loyal(), REFERRED) == 4
    assert valued(marks.marks, loyal(buys_elsewhere=True)) == 2
    assert valued(marks.marks, customer(*LONG, categories=("a", "b"))) is None


def test_trading_time_is_what_lies_between_first_and_last_purchase():
    assert valued(marks.trading_days, customer((100, 1), (30, 1), (20, -1))) == 70
    assert valued(marks.trading_days, customer((900, 1))) == 0
    assert valued(marks.trading_days, customer()) is None


# --- the scheme ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (loyal(), "loyal"),
        (loyal(score="4.2"), "loyal"),
        (loyal(score="4.19"), "established"),
        (loyal(trusts=False), "established"),
        (loyal(buys_elsewhere=True), "established"),
        (loyal(categories=("a",)), "established"),
        (loyal((364, 10), (0, 10)), "new"),
        (customer((365, 10), (730, 10), score=None, buys_elsewhere=True), "established"),
        (customer((366, 10), (900, 10), buys_elsewhere=True), "other"),
        (customer(*LONG, buys_elsewhere=True), "established"),
        (customer((0, 10)), "new"),
        (customer((365, 10)), "new"),
        (customer((366, 10)), "other"),
        (customer((366, 10), buys_elsewhere=True), "other"),
        (customer(), "prospect"),
        (given(), "prospect"),
        (given({"lifecycle.has_motive": True}), "prospect"),
        (given({"lifecycle.has_motive": False}), "other"),
        (given({"lifecycle.has_motive": False}, purchases=[(3, 5)]), "new"),
        (customer((3, -10)), "prospect"),
    ],
    ids=str,
)
def test_loyalty(facts, expected):
    assert placed(loyalty, facts, REFERRED) == expected


@pytest.mark.parametrize(
    ("facts", "unknown"),
    [
        (loyal(score=None), "satisfaction.mean_score"),
        (loyal(trusts=None), "loyalty.trusts"),
        (loyal(buys_elsewhere=None), "loyalty.buys_elsewhere"),
        (loyal(*LONG, categories=()), "loyalty.categories"),
    ],
    ids=str,
)
def test_where_one_fact_decides_and_nobody_has_entered_it_loyalty_cannot_be_told(facts, unknown):
    assert placed(loyalty, facts, REFERRED) is None
    assert missing(loyalty, facts, REFERRED) == (unknown,)


@pytest.mark.parametrize(
    "facts",
    [loyal(score=None), loyal(trusts=None), loyal(buys_elsewhere=None), customer(*LONG, score=None)],
    ids=str,
)
def test_who_lacks_a_mark_is_established_whatever_else_is_unknown(facts):
    assert placed(loyalty, facts) == "established"


@pytest.mark.parametrize(
    ("facts", "needed", "expected"),
    [
        (loyal(), 3, "loyal"),
        (loyal(buys_elsewhere=None), 2, "loyal"),
        (loyal(buys_elsewhere=None), 3, None),
        (loyal(buys_elsewhere=True), 3, "established"),
        (loyal(buys_elsewhere=True), 2, "loyal"),
    ],
    ids=str,
)
def test_a_company_may_ask_for_fewer_marks_and_then_an_unknown_one_matters_less(facts, needed, expected):
    assert placed(loyalty, facts, settings={"loyalty.marks_needed": needed}) == expected


@pytest.mark.parametrize(
    ("settings", "facts", "expected"),
    [
        ({"loyalty.established_days": 366}, loyal(), "new"),
        ({"loyalty.very_satisfied": Decimal("0.9")}, loyal(score="4.5"), "established"),
        ({"loyalty.related_categories": 3}, loyal(), "established"),
        ({"loyalty.referrals_needed": 2}, loyal(), "established"),
        ({"lifecycle.repeat_purchases": 5}, loyal(), "established"),
        ({"lifecycle.lost_days": 1}, loyal((400, 1), (2, 1), categories=()), "other"),
    ],
    ids=str,
)
def test_settings_move_customers(settings, facts, expected):
    assert placed(loyalty, facts, REFERRED, settings=settings) == expected


def test_a_fact_counts_from_the_day_on_which_it_was_stated():
    facts = customer((800, 10), (300, 10), score=None, buys_elsewhere=(AS_OF - timedelta(days=100), False))
    assert valued(marks.directed, facts) is True
    assert valued(marks.directed, facts, as_of=AS_OF - timedelta(days=101)) is None


# --- what is done -------------------------------------------------------------------------------------------------


def test_there_is_a_playbook_where_the_source_states_a_treatment_and_nowhere_else():
    assert {each.segment for each in PLAYBOOKS} == {"loyal", "prospect"}
    for each in PLAYBOOKS:
        assert each.scheme is loyalty
        assert set(each.treatment.languages) == {"en", "zh"}


@pytest.mark.parametrize("setting", plugin.crm_settings(), ids=lambda setting: setting.name)
def test_every_setting_says_that_its_default_is_ours(setting):
    assert "Our default" in setting.doc("en")
    assert "默认值由本插件给出" in setting.doc("zh")


def test_what_people_learn_moves_the_customer(crm_with):
    trial = crm_with(crm_lifecycle, crm_satisfaction, plugin)
    trial.customer("c1", customer(*LONG, categories=("a", "b")))
    trial.customer("c2", REFERRED)
    trial.classify()
    assert trial.segment("c1", loyalty) is None
    trial.run("customer edit c1 --set loyalty.buys_elsewhere=no --set loyalty.trusts=yes").assert_ok()
    assert trial.segment("c1", loyalty) == "loyal"
    trial.run("customer edit c2 --referred-by=").assert_ok()
    assert trial.segment("c1", loyalty) == "established"
