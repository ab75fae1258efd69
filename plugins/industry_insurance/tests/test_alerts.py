"""What alerts, how gravely, and what becomes of an alert."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from crm_industry_insurance.alert_work import level_of
from crm_industry_insurance.alerts import LEVELS
from insurer_kit import insurer, issued, listed


@pytest.fixture
def trial(crm_with):
    made = insurer(crm_with)
    issued(made)
    made.run("premium pay P1 --amount 1200 --on 2026-01-02").assert_ok()
    return made


def claimed(trial, key, amount, on, more=""):
    trial.run(f"claim open P1 --id {key} --occurred-on {on} --claimed {amount} {more} --on {on}").assert_ok()


def scanned(trial, on):
    """Return what a scan raises or changes: level, indicator, subject."""
    lines = trial.run(f"alert scan --on {on}").assert_ok().out.splitlines()
    return [tuple(line.split("\t")[:3]) for line in lines]


def test_a_high_loss_ratio_of_customer_and_product_alerts_by_how_far_it_is_past_the_threshold(trial):
    claimed(trial, "C1", "1600", "2026-04-01")
    assert scanned(trial, "2026-04-02") == [
        ("orange", "loss_ratio", "customer ada"),
        ("orange", "loss_ratio", "product motor"),
    ]
    assert listed(trial, "alert", "indicator,customer,value,threshold,owner,opened_on", "customer=ada") == [
        ("loss_ratio", "ada", "1.3333", "0.8", "Eve", "2026-04-02")
    ]


def test_a_claim_soon_after_the_start_and_a_large_one_alert_once(trial):
    claimed(trial, "C1", "60000", "2026-01-10")
    found = scanned(trial, "2026-01-11")
    assert ("blue", "large_claim", "claim C1") in found
    assert ("red", "early_claim", "claim C1") in found
    for (key,) in listed(trial, "alert", "id"):
        trial.run(f"alert close {key} --action 'looked into' --on 2026-01-12").assert_ok()
    again = scanned(trial, "2026-12-01")
    assert not [one for one in again if one[1] in {"large_claim", "early_claim"}]


def test_many_claims_alert(trial):
    for number in range(3):
        claimed(trial, f"C{number}", "1", f"2026-03-0{number + 1}")
    assert ("blue", "claim_frequency", "customer ada") in scanned(trial, "2026-03-10")


def test_one_account_for_two_policyholders_alerts(trial):
    issued(trial, "P2", "cy")
    claimed(trial, "C1", "1", "2026-03-01", "--account A9")
    assert "shared_account" not in {indicator for _, indicator, _ in scanned(trial, "2026-03-02")}
    trial.run("claim open P2 --occurred-on 2026-03-01 --claimed 1 --account A9 --on 2026-03-01").assert_ok()
    assert ("blue", "shared_account", "account A9") in scanned(trial, "2026-03-02")


def test_an_overdue_premium_alerts_and_grows_graver(trial):
    issued(trial, "P2", "cy")
    assert scanned(trial, "2026-01-09") == []
    assert scanned(trial, "2026-01-11") == [("blue", "overdue_premium", "customer cy")]
    assert scanned(trial, "2026-01-11") == []
    assert scanned(trial, "2026-01-21") == [("red", "overdue_premium", "customer cy")]
    assert listed(trial, "alert", "level,value,opened_on") == [("red", "21", "2026-01-11")]


def test_sums_insured_add_up_in_a_region(trial):
    issued(trial, "P2", "bo", more="--sum-insured 6000000")
    issued(trial, "P3", "ada", more="--sum-insured 4000000")
    assert ("blue", "accumulation", "region Bavaria") in scanned(trial, "2026-01-02")


def test_a_closed_alert_rests_unless_it_grows_graver(trial):
    claimed(trial, "C1", "1000", "2026-04-01")
    scanned(trial, "2026-04-02")
    for (key,) in listed(trial, "alert", "id"):
        trial.run(f"alert close {key} --action 'premium to be raised' --on 2026-04-03").assert_ok()
        trial.run(f"alert close {key} --action again").assert_fails("was closed on 2026-04-03: premium to be raised")
    assert scanned(trial, "2026-04-04") == []
    assert scanned(trial, "2026-07-02") == [
        ("blue", "loss_ratio", "customer ada"),
        ("blue", "loss_ratio", "product motor"),
    ]
    claimed(trial, "C2", "1500", "2026-07-03")
    assert {level for level, *_ in scanned(trial, "2026-07-04")} == {"red"}


def test_dry_runs_write_nothing(trial):
    claimed(trial, "C1", "1000", "2026-04-01")
    told = trial.run("alert scan --on 2026-04-02 --dry-run").assert_ok()
    assert told.err == "crm: 2 alerts (dry run: nothing was written)\n"
    assert listed(trial, "alert", "id") == []
    scanned(trial, "2026-04-02")
    key = listed(trial, "alert", "id")[0][0]
    trial.run(f"alert close {key} --action x --on 2026-04-03 --dry-run").assert_ok()
    assert listed(trial, "alert", "closed_on") == [(None,), (None,)]
    trial.run(f"alert close {key} --action x --on 2026-04-01").assert_fails("closed on or after the day")


@pytest.mark.parametrize(
    ("gravity", "level"),
    [("1", "blue"), ("1.24", "blue"), ("1.25", "yellow"), ("1.5", "orange"), ("2", "red"), ("9", "red")],
)
def test_levels(trial, gravity, level):
    assert level_of(Fraction(Decimal(gravity)), trial.crm.state()) == level
    assert level in LEVELS


def test_a_company_sets_its_own_thresholds(trial):
    trial.set("insurance.large_claim", 100)
    claimed(trial, "C1", "150", "2026-04-01")
    assert scanned(trial, "2026-04-02") == [("orange", "large_claim", "claim C1")]


def test_the_boards_show_what_is_open(trial):
    claimed(trial, "C1", "1600", "2026-04-01")
    scanned(trial, "2026-04-02")
    trial.as_of = date(2026, 4, 3)
    board = trial.run("view insurance.risk_board --format json").assert_ok().json
    assert [row["subject"] for row in board] == ["customer ada", "product motor"]
    rows = trial.run("report insurance.early_warning --format json").assert_ok().json[0]["rows"]
    assert rows == [{"level": "orange", "indicator": "loss_ratio", "alerts": 2, "oldest": "2026-04-02"}]
