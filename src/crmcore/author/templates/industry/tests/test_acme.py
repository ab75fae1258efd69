"""What is recorded and refused, who needs care, what is shown and done."""

from datetime import timedelta
from decimal import Decimal

import pytest
from crmcore.testing import AS_OF, Conformance, given, placed

import crm_acme
from crm_acme.care import care
from crm_acme.records import Case, Contract


class TestConformance(Conformance):
    """What `crm plugin check` asks of every plugin."""

    plugin = crm_acme
    tier = "gold"


def contract(days_left, **columns):
    """Return a contract of customer c1 that ends in so many days."""
    ends = None if days_left is None else AS_OF + timedelta(days=days_left)
    return Contract(id="k1", customer="c1", begins=AS_OF - timedelta(days=300), ends=ends, **columns)


def case(days_ago):
    """Return a case on that contract."""
    return Case(contract="k1", opened=AS_OF - timedelta(days=days_ago))


@pytest.mark.parametrize(
    ("facts", "segment"),
    [
        (given(), "no_contract"),
        (given(records=[contract(-1)]), "ended"),
        (given(records=[contract(0)]), "renewal"),
        (given(records=[contract(60)]), "renewal"),
        (given(records=[contract(61)]), "steady"),
        (given(records=[contract(None)]), "steady"),  # without an end
        (given(records=[contract(200), case(1), case(2), case(89)]), "at_risk"),
        (given(records=[contract(200), case(1), case(2), case(90)]), "steady"),
        (given({"acme.satisfaction": "low"}, records=[contract(30)]), "at_risk"),
        (given({"acme.satisfaction": "high"}, records=[contract(30)]), "renewal"),
    ],
)
def test_care(facts, segment):
    assert placed(care, facts) == segment


@pytest.fixture
def trial(crm_with):
    made = crm_with(crm_acme, as_of=AS_OF)
    made.customer("c1", given(), name="Ada")
    made.customer("c2", given(), name="Bo")
    made.add(contract(30, plan="full", fee=Decimal(500)))
    made.classify()
    return made


def test_a_contract_cannot_end_before_it_begins(trial):
    dates = "--begins 2026-02-01 --ends 2026-01-31"
    trial.run(f"acme_contract add --customer c2 {dates}").assert_fails("on or after")


def test_a_case_belongs_to_a_contract(trial):
    trial.run("acme_case add --contract k1 --opened 2026-01-01").assert_ok()
    trial.run("acme_case add --contract k2 --opened 2026-01-01").assert_fails("k2")


def test_the_view_shows_who_is_due(trial):
    shown = trial.run("view acme.renewals --format json").assert_ok().json
    assert [(row["name"], row["acme.care"]) for row in shown] == [("Ada", "renewal")]


def test_the_report_adds_up_running_contracts(trial):
    trial.add(Contract(customer="c2", begins=AS_OF - timedelta(days=9), ends=AS_OF - timedelta(days=1), fee=Decimal(7)))
    row = trial.run("report acme.plans --format jsonl").assert_ok().jsonl[-1]
    assert (row["plan"], row["contracts"], float(row["fees"])) == ("full", 1, 500)


def test_each_renewal_becomes_one_task(trial):
    assert "nothing was written" in trial.run("acme --dry-run").assert_ok().err
    assert trial.run("acme").assert_ok().out == "c1\tAda\n"
    assert trial.run("acme").assert_ok().out == ""
    tasks = trial.run("task list --columns title --format json").assert_ok().json
    assert tasks == [{"title": "Offer Ada a renewal"}]
