"""Where patients stand, case by case; and what is done for them."""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

import pytest
from crm_industry_medical import aftercare, care, playbooks, visiting
from crm_industry_medical.charging import Bill, BillLine, Payment
from crm_industry_medical.encounters import Diagnosis, Encounter
from crm_industry_medical.followup import FollowUp
from crm_industry_medical.inpatient import Admission, Bed
from crm_industry_medical.patients import HealthCoverage

from crmcore.testing import AS_OF, given, missing, placed


def ago(days):
    return AS_OF - timedelta(days=days)


def visit(days, kind="outpatient", state="finished"):
    return Encounter(id=f"e{days}{kind}", customer="", kind=kind, begins=ago(days), state=state)


def diagnosis(began, ended=None):
    """Return an encounter and what was found in it."""
    found = Encounter(id="e", customer="", kind="outpatient", begins=ago(9000), state="finished")
    ends = None if ended is None else ago(ended)
    return found, Diagnosis(encounter="e", code="I10", name="Hypertension", begins=ago(began), ends=ends)


def cover(kind, begins=None, ends=None):
    since, until = (None if day is None else ago(day) for day in (begins, ends))
    return HealthCoverage(customer="", kind=kind, payer="x", begins=since, ends=until)


def stay(days, reached=()):
    """Return a discharge so many days ago, and the days on which the patient was reached."""
    home = Admission(id="a", customer="", at=ago(days + 5), state="discharged", discharged_at=ago(days))
    return home, *(FollowUp(customer="", on=ago(day), result="reached") for day in reached)


def money(deposit, owed=0, used=0):
    """Return a stay that goes on, its deposit, an open bill, and what another bill took of the deposit."""
    yield Admission(id="a", customer="", at=ago(5))
    yield Payment(customer="", at=ago(5), purpose="deposit", method="cash", amount=Decimal(deposit), admission="a")
    for number, (state, amount) in enumerate((("open", owed), ("settled", used))):
        yield Bill(id=f"b{number}", customer="", at=ago(1), admission="a", state=state)
        yield BillLine(bill=f"b{number}", fee_item="bed", name="Bed", amount=Decimal(amount))
    if used:
        how = {"purpose": "bill", "method": "deposit", "bill": "b1", "admission": "a"}
        yield Payment(customer="", at=ago(1), amount=Decimal(used), **how)


DIED = {"medical.deceased_at": datetime.combine(ago(3), time(), UTC)}


@pytest.mark.parametrize(
    ("facts", "segment"),
    [
        (given(), "enquiry"),
        (given(records=[visit(3, state="planned"), visit(4, state="cancelled")]), "enquiry"),
        (given(records=[visit(0)]), "first_visit"),
        (given(records=[visit(365)]), "first_visit"),
        (given(records=[visit(366)]), "silent"),
        (given(records=[visit(1095)]), "silent"),
        (given(records=[visit(1096)]), "lost"),
        (given(records=[visit(10), visit(800)]), "returning"),
        (given(records=[visit(day) for day in range(10, 15)]), "returning"),
        (given(records=[visit(day) for day in range(10, 16)]), "long_term"),
        (given(records=[visit(day) for day in (1, 2, 3, 4, 5, 365)]), "returning"),
        (given(DIED, records=[visit(10)]), "deceased"),
    ],
)
def test_the_visit_stage_goes_from_enquiry_to_lost(facts, segment):
    assert placed(visiting.visit_stage, facts) == segment


@pytest.mark.parametrize(
    ("covers", "segment"),
    [
        ([], "self_pay"),
        ([cover("commercial")], "commercial"),
        ([cover("commercial"), cover("public")], "public"),
        ([cover("public", ends=1)], "self_pay"),
        ([cover("public", ends=0)], "public"),
        ([cover("public", begins=-1)], "self_pay"),
    ],
)
def test_the_payer_is_whose_coverage_is_in_force(covers, segment):
    assert placed(visiting.payer, given(records=covers)) == segment


@pytest.mark.parametrize(
    ("fields", "records", "segment"),
    [
        ({}, (), "none"),
        ({}, diagnosis(89), "none"),
        ({}, diagnosis(90), "unmanaged"),
        ({}, diagnosis(200, ended=0), "none"),
        ({"medical.programme": "enrolled"}, diagnosis(200), "enrolled"),
        ({"medical.programme": "stable"}, (), "stable"),
        ({"medical.programme": "left"}, diagnosis(200), "unmanaged"),
    ],
)
def test_chronic_disease_is_what_lasts_unless_a_programme_has_it(fields, records, segment):
    assert placed(care.chronic, given(fields, records=records)) == segment


@pytest.mark.parametrize(
    ("records", "segment"),
    [
        ((), "low"),
        ([visit(3)], "low"),
        ([visit(3, "emergency")], "moderate"),
        ([visit(366, "emergency")], "low"),
        ([visit(3, "emergency"), visit(4, "inpatient"), visit(364, "emergency")], "high"),
    ],
)
def test_care_risk_counts_emergencies_and_stays_of_a_year(records, segment):
    assert placed(care.care_risk, given(records=records)) == segment


@pytest.mark.parametrize(
    ("records", "segment"),
    [
        ((), "none"),
        (stay(0), "on_track"),
        (stay(2), "on_track"),
        (stay(3), "due"),
        (stay(5), "due"),
        (stay(6), "overdue"),
        (stay(6, reached=[3]), "on_track"),
        (stay(7, reached=[4]), "due"),
        (stay(7, reached=[0]), "on_track"),
        (stay(10, reached=[4]), "overdue"),
        (stay(32, reached=[25]), "due"),
        (stay(32), "due"),
        (stay(33), "lost"),
        (stay(33, reached=[25]), "overdue"),
        (stay(40, reached=[5]), "on_track"),
        (stay(90), "lost"),
        (stay(91), "none"),
    ],
)
def test_follow_up_is_due_on_days_3_7_and_30(records, segment):
    assert placed(aftercare.follow_up_stage, given(records=records)) == segment


@pytest.mark.parametrize(
    ("facts", "segment"),
    [
        (given(), "none"),
        (given(records=[Admission(customer="", at=ago(1))]), "admitted"),
        (given(records=[Admission(customer="", at=ago(1), state="cancelled")]), "none"),
        (given(records=stay(90)), "discharged"),
        (given(records=stay(91)), "none"),
        (given(DIED, records=stay(3)), "deceased"),
    ],
)
def test_a_stay_goes_on_or_ended_lately(facts, segment):
    assert placed(aftercare.stay_stage, facts) == segment


@pytest.mark.parametrize(
    ("records", "segment"),
    [
        ((), "not_admitted"),
        (money(500), "enough"),
        (money(499), "low"),
        (money(900, owed=400), "enough"),
        (money(900, owed=401), "low"),
        (money(900, used=400), "enough"),
        (money(900, used=401), "low"),
    ],
)
def test_a_deposit_is_low_when_little_is_left_beyond_unpaid_bills(records, segment):
    assert placed(aftercare.deposit_level, given(records=records)) == segment


def test_every_patient_can_be_told():
    schemes = (*visiting.SCHEMES, *care.SCHEMES, *aftercare.SCHEMES)
    assert {one.name: missing(one, given()) for one in schemes} == {one.name: () for one in schemes}


def test_every_scheme_says_what_it_is_for_and_that_it_decides_nothing_about_care():
    for scheme in (*visiting.SCHEMES, *care.SCHEMES, *aftercare.SCHEMES):
        assert scheme.doc("en").startswith(("Administrative; it decides nothing", "Clinical; a hint for clinicians"))
        assert "不作为诊疗依据" in scheme.doc("zh")


def test_a_discharge_raises_three_calls_once_with_the_days_of_the_settings(crm_with):
    trial = crm_with("medical", as_of=AS_OF)
    trial.set("medical.second_follow_up_day", 10)
    trial.customer("ada", given(), name="Ada")
    trial.add(Bed(id="b1", ward="West"))
    trial.classify()
    admission = trial.run("ward admit ada --bed b1").assert_ok().out.strip()
    trial.classify()
    trial.run(f"ward discharge {admission}").assert_ok()
    for day in (0, 4, 8):
        trial.as_of = AS_OF + timedelta(days=day)
        trial.classify()
    listed = trial.run("task list --columns due,owner,title --sort due --format json").assert_ok().json
    calls = [one["due"] for one in listed if one["owner"] == "follow-up nurses" and "way" not in one["title"]]
    assert calls == [(AS_OF + timedelta(days=day)).isoformat() for day in (3, 10, 30)]


def test_playbooks_say_that_they_are_ours():
    for playbook in playbooks.PLAYBOOKS:
        assert "urs" in playbook.doc("en")
