"""A claim from the report to its closing: what a benefit pays, and which steps are refused."""

from datetime import date
from decimal import Decimal

import pytest
from attrs import evolve
from crm_industry_insurance.adjudication import Before, Case, assess
from crm_industry_insurance.claims import Claim, ClaimItem
from crm_industry_insurance.policies import Policy
from crm_industry_insurance.products import Benefit
from insurer_kit import insurer, issued, listed, shown

IN_FORCE = Policy(
    holder="ada",
    product="motor",
    applied_on=date(2025, 12, 1),
    issued_on=date(2025, 12, 1),
    starts=date(2026, 1, 1),
    ends=date(2026, 12, 31),
    state="in_force",
)
PLAIN = Benefit(product="motor", name="Collision")


def judged(
    claimed="1000", on=date(2026, 6, 1), *, policy=IN_FORCE, before=None, items=(), insured=None, facts=None, **benefit
):
    """Return what is approved of a claim, and why not more."""
    case = Claim(policy="P1", occurred_on=on, reported_on=on, claimed=Decimal(claimed), insured=insured)
    lines = tuple(
        ClaimItem(claim="", code=code, claimed=Decimal(amount), rejection=reason) for code, amount, reason in items
    )
    found = assess(Case(policy, evolve(PLAIN, **benefit), case, lines, before or Before(), **(facts or {})))
    return found.approved, [name for name, _ in found.deductions]


@pytest.mark.parametrize(
    ("facts", "approved", "reasons"),
    [
        ({}, 1000, []),
        ({"deductible": Decimal(300)}, 700, ["deductible"]),
        ({"deductible": Decimal(1000)}, 0, ["below_deductible"]),
        ({"deductible": Decimal(1500)}, 0, ["below_deductible"]),
        ({"coinsurance": Decimal("0.2")}, 800, ["coinsurance"]),
        ({"deductible": Decimal(300), "coinsurance": Decimal("0.1")}, 630, ["deductible", "coinsurance"]),
        ({"claim_limit": Decimal(400)}, 400, ["ceiling"]),
        ({"term_limit": Decimal(600), "before": Before(1, Decimal(500))}, 100, ["ceiling"]),
        ({"term_limit": Decimal(600), "before": Before(1, Decimal(700))}, 0, ["ceiling"]),
        ({"policy": evolve(IN_FORCE, sum_insured=Decimal(800))}, 800, ["ceiling"]),
        ({"policy": evolve(IN_FORCE, sum_insured=Decimal(800)), "claim_limit": Decimal(500)}, 500, ["ceiling"]),
        ({"policy": evolve(IN_FORCE, sum_insured=Decimal(1000))}, 1000, []),
        ({"term_claims": 2, "before": Before(1, Decimal(5))}, 1000, []),
        ({"term_claims": 2, "before": Before(2, Decimal(5))}, 0, ["frequency"]),
        ({"waiting_days": 30, "on": date(2026, 1, 30)}, 0, ["waiting_period"]),
        ({"waiting_days": 30, "on": date(2026, 1, 31)}, 1000, []),
        (
            {"waiting_days": 30, "on": date(2026, 1, 2), "policy": evolve(IN_FORCE, previous="P0")},
            0,
            ["waiting_period"],
        ),
        ({"waiting_days": 30, "on": date(2026, 1, 2), "facts": {"has_waited": True}}, 1000, []),
        ({"facts": {"grace_ends": date(2026, 5, 31)}}, 0, ["no_coverage"]),
        ({"facts": {"grace_ends": date(2026, 6, 1)}}, 1000, []),
        ({"facts": {"gaps": ((date(2026, 6, 1), date(2026, 6, 2)),)}}, 0, ["no_coverage"]),
        ({"facts": {"gaps": ((date(2026, 5, 1), date(2026, 6, 1)),)}}, 1000, []),
        ({"insured": "bo", "facts": {"people": frozenset({"ada"})}}, 0, ["not_insured"]),
        ({"insured": "ada", "facts": {"people": frozenset({"ada"})}}, 1000, []),
        ({"on": date(2025, 12, 31)}, 0, ["no_coverage"]),
        ({"on": date(2026, 12, 31)}, 1000, []),
        ({"on": date(2027, 1, 1)}, 0, ["no_coverage"]),
        ({"policy": evolve(IN_FORCE, ended_on=date(2026, 6, 1))}, 0, ["no_coverage"]),
        ({"policy": evolve(IN_FORCE, ended_on=date(2026, 6, 2))}, 1000, []),
        ({"policy": evolve(IN_FORCE, issued_on=None)}, 0, ["no_coverage"]),
        ({"product": "home"}, 0, ["no_product"]),
        ({"items": [("a", "600", None), ("b", "400", "quantity")]}, 600, []),
    ],
    ids=str,
)
def test_what_a_benefit_pays(facts, approved, reasons):
    assert judged(**facts) == (Decimal(approved), reasons)


def test_without_a_benefit_cover_alone_decides():
    case = Claim(policy="P1", occurred_on=date(2026, 2, 1), reported_on=date(2026, 2, 1), claimed=Decimal(5))
    assert assess(Case(IN_FORCE, None, case)).approved == 5
    found = assess(Case(evolve(IN_FORCE, sum_insured=Decimal(3)), None, case))
    assert (found.approved, found.deductions) == (3, (("ceiling", Decimal(2)),))


@pytest.fixture
def trial(crm_with):
    made = insurer(crm_with)
    issued(made, more="--party insured=bo")
    made.run("premium pay P1 --amount 1200 --on 2026-01-01").assert_ok()
    return made


def test_a_loss_after_the_days_of_grace_is_not_covered_whether_the_policy_was_lapsed_or_not(crm_with):
    trial = insurer(crm_with)
    issued(trial)
    opened(trial, "C1", on="2026-01-30", more="")
    opened(trial, "C2", on="2026-02-15")
    assert trial.run("claim assess C1 --on 2026-02-15").assert_ok().err == "crm: claim C1: 2000 approved\n"
    assert "0 approved; to close it: crm claim reject C2 --reason no_coverage" in (
        trial.run("claim assess C2 --on 2026-02-15").assert_ok().err
    )


def test_a_loss_between_lapse_and_reinstatement_is_not_covered_and_one_after_it_is(crm_with):
    trial = insurer(crm_with)
    issued(trial)
    trial.run("policy sweep --on 2026-02-20").assert_ok()
    trial.run("premium pay P1 --amount 1200 --on 2026-03-01").assert_ok()
    trial.run("policy reinstate P1 --on 2026-03-01").assert_ok()
    assert listed(trial, "policy_event", "action,on,counts_from")[-2:] == [
        ("lapse", "2026-02-20", "2026-01-31"),
        ("reinstate", "2026-03-01", None),
    ]
    for key, on, approved in (("C1", "2026-01-31", "0"), ("C2", "2026-02-28", "0"), ("C3", "2026-03-01", "1530.00")):
        opened(trial, key, on=on)
        assert f"claim {key}: {approved} approved" in trial.run(f"claim assess {key} --on 2026-03-05").assert_ok().err


def test_what_was_approved_is_not_paid_once_cover_turns_out_to_be_missing(trial):
    opened(trial)
    trial.run("claim assess C1 --on 2026-03-02").assert_ok()
    with trial.crm.unit("a cheque that was returned") as unit:
        unit.edit(unit.get(Policy, "P1"), paid_until=date(2026, 1, 5))
    ran = trial.run("claim pay C1 --on 2026-03-03").assert_fails("did not cover 2026-03-01")
    assert "--approve to pay all the same" in ran.err
    trial.run("claim assess C1 --approve 700 --on 2026-03-03").assert_ok()
    trial.run("claim pay C1 --on 2026-03-03").assert_ok()


def test_who_is_not_on_the_policy_is_not_insured(trial):
    for key, who, more in (("C1", "cy", "not_insured"), ("C2", "bo", ""), ("C3", "ada", "")):
        opened(trial, key, more=f"--benefit collision --insured {who}")
        assert more in trial.run(f"claim assess {key} --on 2026-03-02").assert_ok().err
    assert [row[1] for row in listed(trial, "claim", "id,approved")] == ["0", "1530", "1530"]


def opened(trial, key="C1", claimed="2000", on="2026-03-01", more="--benefit collision"):
    trial.run(f"claim open P1 --id {key} --occurred-on {on} --claimed {claimed} {more} --on {on}").assert_ok()
    return key


def test_a_claim_is_opened_with_items_assessed_paid_in_parts_and_closed(trial):
    trial.run(
        "claim open P1 --id C1 --occurred-on 2026-03-01 --item bumper=1500 --item towing=500 --benefit collision "
        "--insured bo --cause collision --account A9 --on 2026-03-02"
    ).assert_ok()
    assert shown(trial, "claim", "C1")["reserve"] == "2000"
    told = trial.run("claim assess C1 --adjuster Kim --on 2026-03-05").assert_ok()
    assert told.out == "deductible\t300\ncoinsurance\t170.00\n"
    assert told.err == "crm: claim C1: 1530.00 approved\n"
    assert listed(trial, "claim_item", "id,code,approved") == [
        ("C1-i001", "bumper", "1147.5"),
        ("C1-i002", "towing", "382.5"),
    ]
    trial.run("claim pay C1 --amount 1000 --payee Garage --method transfer --on 2026-03-06").assert_ok()
    claim = shown(trial, "claim", "C1")
    assert (claim["state"], claim["reserve"], claim["closed_on"], claim["adjuster"]) == ("assessed", "530", None, "Kim")
    trial.run("claim pay C1 --amount 531 --on 2026-03-07").assert_fails("has 530.00 left to pay, so 531")
    trial.run("claim pay C1 --on 2026-03-08").assert_ok()
    claim = shown(trial, "claim", "C1")
    assert (claim["state"], claim["reserve"], claim["closed_on"]) == ("paid", "0", "2026-03-08")
    assert listed(trial, "claim_event", "action,before,after,reserve") == [
        ("open", None, "opened", "2000"),
        ("assess", "opened", "assessed", "1530"),
        ("part_pay", "assessed", "assessed", "530"),
        ("pay", "assessed", "paid", "0"),
    ]


def test_a_claim_in_the_waiting_period_comes_to_nothing_and_is_rejected_with_its_code(trial):
    opened(trial, on="2026-01-20")
    told = trial.run("claim assess C1 --on 2026-01-21").assert_ok()
    assert "to close it: crm claim reject C1 --reason waiting_period" in told.err
    trial.run("claim pay C1 --on 2026-01-21").assert_fails("has 0 left to pay")
    trial.run("claim reject C1 --reason waiting_period --note 'begun on 1 January' --on 2026-01-22").assert_ok()
    claim = shown(trial, "claim", "C1")
    assert (claim["state"], claim["rejection"], claim["reserve"]) == ("rejected", "waiting_period", "0")
    trial.run("claim reject C1 --reason nonsense").assert_fails("nonsense", code=2)


def test_a_closed_claim_is_opened_again_and_what_came_back_is_noted(trial):
    opened(trial, more="")
    trial.run("claim assess C1 --approve 1500 --on 2026-03-02").assert_ok()
    trial.run("claim pay C1 --on 2026-03-03").assert_ok()
    trial.run("claim pay C1 --amount=-200 --on 2026-03-04").assert_ok()
    assert (shown(trial, "claim", "C1")["state"], shown(trial, "claim", "C1")["approved"]) == ("paid", "1300")
    trial.run("claim reopen C1 --reserve 400 --reason 'new invoice' --on 2026-03-05").assert_ok()
    assert (shown(trial, "claim", "C1")["state"], shown(trial, "claim", "C1")["closed_on"]) == ("reopened", None)
    trial.run("claim assess C1 --approve 1000 --on 2026-03-06").assert_fails("1300 was paid for claim C1")
    trial.run("claim assess C1 --approve 1700 --on 2026-03-06").assert_ok()
    trial.run("claim pay C1 --on 2026-03-07").assert_ok()
    assert listed(trial, "claim_payment", "amount") == [("1500",), ("-200",), ("400",)]


def test_limits_of_the_term_count_what_other_claims_have_used_up(trial):
    for number, approved in ((1, "5000"), (2, "1000"), (3, "0")):
        key = opened(trial, f"C{number}", "9000", f"2026-0{number + 2}-01")
        trial.run(f"claim assess {key} --on 2026-0{number + 2}-02").assert_ok()
        assert shown(trial, "claim", key)["approved"] == approved


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("claim pay C1", "claim C1 has 0 left to pay"),
        ("claim reopen C1 --reserve 5", "claim C1 is opened: reopen needs one that is paid or rejected"),
        ("claim assess C1 --approve 2001", "asks for 2000, so 2001 cannot be approved"),
        ("claim edit C1 --state paid", "from opened it goes only to assessed, rejected"),
        ("claim edit C1 --state rejected", "its history ends with opened"),
        ("claim edit C1 --closed-on 2026-02-01", "closed on or after that"),
    ],
)
def test_a_step_that_an_open_claim_cannot_take_is_refused(trial, command, why):
    opened(trial)
    before = shown(trial, "claim", "C1")
    trial.run(f"{command} {'' if 'edit' in command else '--on 2026-03-02'}").assert_fails(why)
    assert shown(trial, "claim", "C1") == before


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("--occurred-on 2026-02-01", "needs the amount that is claimed"),
        ("--occurred-on 2026-02-01 --claimed 5 --item a=4", "the items add up to 4, and 5 is claimed"),
        ("--occurred-on 2026-02-01 --item a", "--item 'a' is not CODE=AMOUNT"),
        ("--occurred-on 2026-02-01 --item a=x", "--item 'a=x' is not CODE=AMOUNT"),
        ("--occurred-on 2026-03-01 --claimed 5", "reported on or after the day on which it occurred"),
        ("--occurred-on 2026-02-01 --claimed 5 --benefit nothing", "there is no benefit with this id"),
        ("--occurred-on 2026-02-01 --claimed=-5", "needs the amount that is claimed"),
    ],
)
def test_a_claim_that_cannot_be_is_refused(trial, given, why):
    assert why in trial.run(f"claim open P1 {given} --on 2026-02-02").err
    assert listed(trial, "claim", "id") == []


def test_a_reserve_may_be_set_when_a_claim_is_opened(trial):
    told = trial.run("claim open P1 --id C1 --occurred-on 2026-02-01 --claimed 900 --reserve 700 --on 2026-02-01")
    assert told.assert_ok().err == "crm: claim C1 opened, reserve 700\n"
    told = trial.run("claim open P1 --id C2 --occurred-on 2026-02-01 --claimed 900 --reserve 0 --on 2026-02-01")
    assert told.assert_ok().err == "crm: claim C2 opened, reserve 0\n"
    assert shown(trial, "claim", "C1")["reserve"] == "700"
