"""A policy from the quote to its end: which steps there are, what they bill and pay back, and which are refused."""

from datetime import date
from decimal import Decimal

import pytest
from crm_industry_insurance.machines import CLAIM, POLICY
from crm_industry_insurance.money import instalments, months_later, rounded, share_of_days
from insurer_kit import insurer, issued, listed, shown


@pytest.fixture
def trial(crm_with):
    return insurer(crm_with)


# --- from quote to cover ----------------------------------------------------------------------------------------------


def test_a_quote_is_accepted_with_a_loading_and_issued_and_its_premium_billed_in_quarters(trial):
    trial.run(
        "policy quote --id P1 --holder ada --product motor --premium 1000 --instalments 4 --sum-insured 20000 --branch "
        "south --party insured=bo --party beneficiary=home:0.5"
    ).assert_ok()
    assert listed(trial, "policy_party", "customer,kind,share") == [
        ("bo", "insured", None),
        ("home", "beneficiary", "0.5"),
    ]
    trial.run("policy underwrite P1 --decision accept --loading 0.25 --reason 'young driver'").assert_ok()
    told = trial.run("policy issue P1 --starts 2026-01-31").assert_ok()
    assert told.err == "crm: policy P1 is in force from 2026-01-31 until 2027-01-30\n"
    assert listed(trial, "premium", "due,amount") == [
        ("2026-01-31", "312.5"),
        ("2026-04-30", "312.5"),
        ("2026-07-31", "312.5"),
        ("2026-10-31", "312.5"),
    ]
    assert [
        (action, before, after) for action, before, after in listed(trial, "policy_event", "action,before,after")
    ] == [
        ("quote", None, "quoted"),
        ("accept", "quoted", "accepted"),
        ("issue", "accepted", "in_force"),
    ]


def test_a_quote_needs_no_number(trial):
    made = trial.run("policy quote --holder ada --product motor --premium 10").assert_ok().out.strip()
    assert shown(trial, "policy", made)["state"] == "quoted"


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("policy issue P1", "policy P1 is quoted: issue needs one that is accepted"),
        ("policy endorse P1 --premium 5", "Possible now: accept, postpone, decline, withdraw, reassign"),
        ("policy renew P1", "policy P1 is quoted: renew needs one that is in_force or expired"),
        ("policy surrender P1", "policy P1 is quoted: surrender needs one that is in_force"),
        ("policy reinstate P1", "policy P1 is quoted: reinstate needs one that is lapsed"),
        ("premium pay P1 --amount 5", "policy P1 has 0 open, so 5 cannot be taken in"),
        ("policy withdraw P1 --on 2025-12-31", "policy P1 was changed on 2026-01-01, after 2025-12-31"),
        ("policy edit P1 --state in_force", "from quoted it goes only to accepted, postponed, declined, withdrawn"),
        ("policy edit P1 --state accepted", "its history ends with quoted"),
    ],
)
def test_a_step_that_a_quote_cannot_take_is_refused_with_what_is_possible(trial, command, why):
    trial.run("policy quote --id P1 --holder ada --product motor --premium 10").assert_ok()
    before = shown(trial, "policy", "P1")
    trial.run(command).assert_fails(why)
    assert shown(trial, "policy", "P1") == before


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("policy quote --holder ada --product nothing --premium 5", "there is no insurance_product with id 'nothing'"),
        ("policy quote --holder nobody --product motor --premium 5", "nobody"),
        ("policy quote --holder ada --product motor --premium x", "'x' is no number"),
        ("policy quote --holder ada --product motor --premium NaN", "no finite number"),
        ("policy quote --holder ada --product motor --premium=-5", "not negative"),
        ("policy quote --holder ada --product motor --premium 5 --party owner=bo", "is not ROLE=CUSTOMER[:SHARE]"),
        (
            "policy quote --holder ada --product motor --premium 5 --party insured=bo:half",
            "is not ROLE=CUSTOMER[:SHARE]",
        ),
        ("policy quote --holder ada --product motor --premium 5 --on 1.1.2026", "'1.1.2026' is no date"),
        (
            "policy quote --holder ada --product motor --premium 5 --party beneficiary=bo:0.7 --party beneficiary=cy:0.4",
            "have 1.1 together, more than 1",
        ),
    ],
)
def test_a_quote_that_cannot_be_is_refused(trial, command, why):
    assert why in trial.run(command).err
    assert listed(trial, "policy", "id") == []


def test_a_product_is_sold_only_while_it_is_valid(trial):
    trial.run("insurance_product edit motor --valid-until 2025-12-31").assert_ok()
    trial.run("policy quote --holder ada --product motor --premium 5").assert_fails(
        "until 2025-12-31, not on 2026-01-01"
    )


@pytest.mark.parametrize(("decision", "state"), [("decline", "declined"), ("postpone", "postponed")])
def test_a_quote_may_be_declined_or_postponed(trial, decision, state):
    trial.run("policy quote --id P1 --holder ada --product motor --premium 10").assert_ok()
    trial.run(f"policy underwrite P1 --decision {decision}").assert_ok()
    assert shown(trial, "policy", "P1")["state"] == state
    done = trial.run("policy withdraw P1 --reason 'no answer'")
    assert (done.code == 0) == (state == "postponed")


def test_a_dry_run_writes_nothing(trial):
    trial.run("policy quote --id P1 --holder ada --product motor --premium 10 --dry-run").assert_ok()
    assert listed(trial, "policy", "id") == []


# --- premiums ---------------------------------------------------------------------------------------------------------


def test_payments_go_to_the_oldest_instalment_and_earn_commission(trial):
    issued(trial, more="--instalments 4")
    told = trial.run("premium pay P1 --amount 350 --method card --payer bo --receipt R1 --on 2026-01-10").assert_ok()
    assert told.err == "crm: 350 taken in for policy P1, 2 instalments; paid until 2026-03-31\n"
    assert listed(trial, "premium_payment", "premium,amount,method,payer,receipt") == [
        ("P1-p001", "300", "card", "bo", "R1"),
        ("P1-p002", "50", "card", "bo", "R1"),
    ]
    assert listed(trial, "commission", "agent,rate,amount") == [("max", "0.1", "30"), ("max", "0.1", "5")]
    assert listed(trial, "premium", "settled_on") == [("2026-01-10",), (None,), (None,), (None,)]
    trial.run("premium pay P1 --amount 850 --on 2026-02-01").assert_ok()
    assert shown(trial, "policy", "P1")["paid_until"] == "2026-12-31"
    trial.run("premium pay P1 --amount 1").assert_fails("has 0 open")


@pytest.mark.parametrize("amount", ["0", "-5", "1200.01"])
def test_an_amount_that_is_not_open_is_not_taken_in(trial, amount):
    issued(trial)
    trial.run(f"premium pay P1 --amount={amount}").assert_fails("has 1200.00 open")


# --- in force ---------------------------------------------------------------------------------------------------------


def test_an_endorsement_bills_the_difference_for_the_rest_of_the_term(trial):
    issued(trial)
    trial.run("premium pay P1 --amount 1200").assert_ok()
    trial.run("policy endorse P1 --premium 1565 --sum-insured 30000 --reason 'second car' --on 2026-07-02").assert_ok()
    assert listed(trial, "premium", "due,amount", "settled_on=") == [("2026-07-02", "183")]
    assert shown(trial, "policy", "P1")["paid_until"] == "2026-07-01"
    assert shown(trial, "policy_event", "P1-e004")["amount"] == "183"


def test_a_lower_premium_is_taken_off_what_is_open_and_then_paid_back(trial):
    issued(trial, more="--instalments 2")
    trial.run("premium pay P1 --amount 600").assert_ok()
    trial.run("policy endorse P1 --premium 200 --branch east --on 2026-01-01").assert_ok()
    assert listed(trial, "premium", "amount,settled_on") == [("600", "2026-01-01"), ("0", "2026-01-01")]
    assert listed(trial, "premium_payment", "amount") == [("600",), ("-400",)]
    assert listed(trial, "commission", "amount") == [("60",), ("-40",)]


def test_an_endorsement_says_what_it_changes(trial):
    issued(trial)
    trial.run("policy endorse P1 --reason 'nothing'").assert_fails("nothing to change", code=2)


def test_a_policy_is_sold_in_the_channel_and_branch_of_its_agent_unless_another_is_named(trial):
    quoted = "policy quote --holder ada --product motor --premium 900 --agent eve"
    trial.run(f"{quoted} --id P7").assert_ok()
    trial.run(f"{quoted} --id P8 --channel online --branch west").assert_ok()
    assert [
        (shown(trial, "policy", key)["channel"], shown(trial, "policy", key)["branch"]) for key in ("P7", "P8")
    ] == [
        ("agent", "north"),
        ("online", "west"),
    ]


@pytest.mark.parametrize("to", ["--to eve", ""], ids=["another agent", "the pool"])
def test_commission_is_given_back_by_the_agent_who_earned_it(trial, to):
    issued(trial)
    trial.run("premium pay P1 --amount 1200").assert_ok()
    trial.run(f"policy reassign max {to}").assert_ok()
    trial.run("policy surrender P1 --on 2026-01-10").assert_ok()
    assert listed(trial, "commission", "agent,amount") == [("max", "120"), ("max", "-120")]


def test_agents_who_shared_a_commission_give_it_back_by_their_parts(trial):
    issued(trial, more="--instalments 4")
    trial.run("premium pay P1 --amount 900").assert_ok()
    trial.run("policy reassign max --to eve").assert_ok()
    trial.run("premium pay P1 --amount 300").assert_ok()
    trial.run("policy surrender P1 --on 2026-01-10").assert_ok()
    assert sorted(listed(trial, "commission", "agent,amount")[-2:]) == [("eve", "-30"), ("max", "-90")]


def test_a_renewal_starts_the_day_after_with_the_same_people_and_the_lower_commission(trial):
    issued(trial, more="--party insured=bo")
    trial.run("premium pay P1 --amount 1200").assert_ok()
    trial.run("policy renew P1 --on 2026-12-01").assert_fails("from 2026-12-17 until 2027-01-30, not on 2026-12-01")
    trial.run("policy renew P1 --id P2 --premium 1300 --on 2026-12-20").assert_ok()
    new = shown(trial, "policy", "P2")
    assert (new["starts"], new["ends"], new["previous"], new["premium"]) == ("2027-01-01", "2027-12-31", "P1", "1300")
    assert shown(trial, "policy", "P1")["renewed_on"] == "2026-12-20"
    assert listed(trial, "policy_party", "policy,customer") == [("P1", "bo"), ("P2", "bo")]
    trial.run("policy renew P1 --on 2026-12-21").assert_fails("renewed already, by policy P2")
    trial.run("premium pay P2 --amount 1300 --on 2026-12-20").assert_ok()
    assert listed(trial, "commission", "rate,amount") == [("0.1", "120"), ("0.05", "65")]


def test_a_renewal_may_be_of_another_product_with_another_agent_and_never_goes_to_one_who_left(trial):
    issued(trial)
    issued(trial, "P3", "bo")
    trial.run("insurance_agent edit max --left-on 2026-06-30").assert_ok()
    trial.run("policy renew P1 --id P2 --product health --agent eve --on 2026-12-20").assert_ok()
    assert (shown(trial, "policy", "P2")["product"], shown(trial, "policy", "P2")["agent"]) == ("health", "eve")
    trial.run("policy renew P3 --id P4 --on 2026-12-20").assert_ok()
    assert shown(trial, "policy", "P4")["agent"] is None


def test_policies_of_an_agent_who_leaves_go_to_another_or_to_the_pool(trial):
    issued(trial)
    issued(trial, "P2", "bo")
    assert trial.run("policy reassign max --to eve").assert_ok().out == "P1\nP2\n"
    assert trial.run("policy reassign max").assert_ok().out == ""
    trial.run("policy reassign eve --to nobody").assert_fails("there is no insurance_agent", code=3)
    trial.run("policy reassign eve").assert_ok()
    trial.as_of = date(2026, 1, 2)
    assert [row["id"] for row in trial.run("view insurance.pool --format json").assert_ok().json] == ["P1", "P2"]


# --- the end ----------------------------------------------------------------------------------------------------------


def test_who_does_not_pay_lapses_after_the_days_of_grace_and_is_reinstated_once_it_has_paid(trial):
    issued(trial, more="--instalments 2")
    trial.run("premium pay P1 --amount 600 --on 2026-01-05").assert_ok()
    assert trial.run("policy sweep --on 2026-07-30").assert_ok().out == ""
    assert trial.run("policy sweep --on 2026-08-01 --dry-run").assert_ok().out == "P1\tlapsed\n"
    assert trial.run("policy sweep --on 2026-08-01").assert_ok().out == "P1\tlapsed\n"
    assert shown(trial, "policy", "P1")["ended_on"] == "2026-07-31"
    trial.run("policy reinstate P1 --on 2026-09-01").assert_fails("has 1 instalments open that were due by 2026-09-01")
    trial.run("premium pay P1 --amount 600 --on 2026-09-01").assert_ok()
    trial.run("policy reinstate P1 --on 2027-01-01").assert_fails("could be reinstated until 2026-12-31")
    trial.run("policy reinstate P1 --reason 'paid' --on 2026-09-02").assert_ok()
    assert (shown(trial, "policy", "P1")["state"], shown(trial, "policy", "P1")["ended_on"]) == ("in_force", None)


def test_a_policy_that_is_paid_expires_after_its_term(trial):
    issued(trial)
    trial.run("premium pay P1 --amount 1200").assert_ok()
    assert trial.run("policy sweep --on 2026-12-31").assert_ok().out == ""
    assert trial.run("policy sweep --on 2027-02-15").assert_ok().out == "P1\texpired\n"
    assert shown(trial, "policy", "P1")["ended_on"] == "2027-01-01"


@pytest.mark.parametrize(
    ("on", "given", "back"),
    [
        ("2026-01-16", "", "1200"),  # within 15 cooling-off days
        ("2026-01-17", "", "1032.66"),  # 16 of 365 days used, less a tenth
        ("2026-07-02", "--refund 100 --reason moved", "100"),
        ("2026-12-31", "", "2.96"),
    ],
)
def test_a_surrender_pays_back_all_in_the_cooling_off_days_and_then_what_is_not_used_up(trial, on, given, back):
    issued(trial)
    trial.run("premium pay P1 --amount 1200").assert_ok()
    trial.run(f"policy surrender P1 --on {on} {given}").assert_ok()
    assert listed(trial, "premium_payment", "amount") == [("1200",), (f"-{back}",)]
    assert (shown(trial, "policy", "P1")["state"], shown(trial, "policy", "P1")["ended_on"]) == ("surrendered", on)


@pytest.mark.parametrize("is_paid", [True, False], ids=["paid as it was billed", "the second bill is not paid"])
def test_a_surrender_keeps_the_premium_of_each_day_as_endorsed_by_then(trial, is_paid):
    issued(trial, premium="1320")
    trial.run("premium pay P1 --amount 1320").assert_ok()
    trial.run("policy endorse P1 --premium 1560 --reason driver --on 2026-03-01").assert_ok()
    if is_paid:
        trial.run("premium pay P1 --amount 201.21 --on 2026-03-01").assert_ok()
    trial.run("policy endorse P1 --premium 1200 --reason driver --on 2026-06-01").assert_ok()
    trial.run("policy surrender P1 --on 2026-07-01").assert_ok()
    amounts = [Decimal(amount) for (amount,) in listed(trial, "premium_payment", "amount")]
    used = Decimal(59 * 1320 + 92 * 1560 + 30 * 1200) / 365
    assert -amounts[-1] == round((sum(amounts[:-1]) - used) * Decimal("0.9"), 2)


def test_what_is_open_of_a_surrendered_policy_is_no_longer_due(trial):
    issued(trial, more="--instalments 2")
    trial.run("policy surrender P1 --on 2026-02-01").assert_ok()
    assert listed(trial, "premium", "amount,settled_on") == [("0", "2026-02-01"), ("0", "2026-02-01")]
    assert listed(trial, "premium_payment", "amount") == []


def test_no_more_is_paid_back_than_was_paid_and_nothing_while_a_claim_is_open(trial):
    issued(trial)
    trial.run("policy surrender P1 --refund 1").assert_fails("0 was paid for policy P1, so 1 cannot be paid back")
    trial.run("claim open P1 --id C1 --occurred-on 2026-02-01 --claimed 10 --on 2026-02-01").assert_ok()
    trial.run("policy surrender P1 --on 2026-02-02").assert_fails("claims that are not closed: C1")


STEPS = (
    "policy underwrite P0 --decision accept --dry-run",
    "policy withdraw P0 --dry-run",
    "policy issue P9 --dry-run",
    "policy endorse P1 --premium 1300 --dry-run",
    "policy renew P1 --on 2026-12-20 --dry-run",
    "policy surrender P5 --reason moved --on 2026-02-15 --dry-run",
    "policy reassign max --on 2026-02-15 --dry-run",
    "policy reinstate PL --on 2026-03-01 --dry-run",
    "premium pay P1 --amount 5 --dry-run",
    "claim open P1 --occurred-on 2026-01-01 --claimed 5 --dry-run",
    "claim assess C1 --on 2026-02-02 --dry-run",
    "claim pay C2 --on 2026-02-03 --dry-run",
    "claim reject C1 --reason fraud --on 2026-02-02 --dry-run",
    "claim reopen C3 --reserve 5 --on 2026-02-04 --dry-run",
)


def test_every_step_can_be_tried_without_writing(trial):
    for line in (
        "policy quote --id P0 --holder cy --product motor --premium 10",
        "policy quote --id P9 --holder cy --product motor --premium 10",
        "policy underwrite P9 --decision accept",
    ):
        trial.run(line).assert_ok()
    for key in ("P1", "P5", "PL"):
        issued(trial, key, more="--instalments 4" if key == "P1" else "")
    for line in (
        "premium pay P1 --amount 300",
        "premium pay P5 --amount 1200",
        "policy sweep --on 2026-02-10",
        "premium pay PL --amount 1200 --on 2026-02-12",
        "claim open P1 --id C1 --occurred-on 2026-02-01 --claimed 5 --on 2026-02-01",
        "claim open PL --id C2 --occurred-on 2026-01-20 --claimed 5 --on 2026-02-01",
        "claim open PL --id C3 --occurred-on 2026-02-01 --claimed 5 --on 2026-02-01",
        "claim assess C2 --on 2026-02-02",
        "claim reject C3 --reason other --on 2026-02-02",
    ):
        trial.run(line).assert_ok()
    before = trial.crm.store.read().commit
    for line in STEPS:
        assert "nothing was written" in trial.run(line).assert_ok().err
    assert trial.crm.store.read().commit == before


def test_a_premium_of_nothing_is_settled_at_once(trial):
    issued(trial, premium="0")
    assert shown(trial, "policy", "P1")["paid_until"] == "2026-12-31"


# --- what it is made of -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("machine", [POLICY, CLAIM], ids=lambda machine: machine.noun)
def test_every_state_is_reached_and_every_step_starts_somewhere(machine):
    reached = {machine.states[0]}
    for _ in machine.states:
        reached |= {after for state in reached for after in machine.following()[state]}
    assert reached == set(machine.states)
    assert all(set(step.sources) <= set(machine.states) for step in machine.steps)


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
    ],
)
def test_months_are_counted_to_the_same_day_or_the_last_of_the_month(day, months, later):
    assert months_later(day, months) == later


def test_instalments_add_up_to_the_premium():
    parts = instalments(date(2026, 1, 1), 12, 3, Decimal("100.00"), 2)
    assert [amount for _, amount in parts] == [Decimal("33.34"), Decimal("33.33"), Decimal("33.33")]
    assert [due for due, _ in parts] == [date(2026, 1, 1), date(2026, 5, 1), date(2026, 9, 1)]


def test_amounts_are_rounded_half_to_even_and_shares_count_both_days():
    assert rounded(Decimal("0.125"), 2) == Decimal("0.12")
    assert rounded(Decimal("0.135"), 2) == Decimal("0.14")
    assert share_of_days(date(2026, 1, 1), date(2026, 1, 1), date(2026, 1, 1), date(2026, 1, 4)) == Decimal("0.25")
