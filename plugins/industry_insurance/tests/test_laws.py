"""Laws of the ledger and of histories, on generated histories; and every report beside a plain script."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from crm_industry_insurance.claims import Claim, ClaimEvent, ClaimPayment
from crm_industry_insurance.policies import Policy, PolicyEvent
from crm_industry_insurance.premiums import Commission, Premium, PremiumPayment
from insurer_histories import TODAY, Teller, told
from insurer_scripts import Script

from crmcore.desk.viewing import report_tables

SEEDS = (1, 2, 3)
_told = {}


@pytest.fixture(params=SEEDS)
def crm(request):
    """An insurer after a history, told once for all tests."""
    if request.param not in _told:
        _told[request.param] = told(request.param)
    return _told[request.param][0]


def kept(crm, record):
    return list(crm.state(TODAY).book.all(record))


def test_histories_are_full_of_things_that_happen(crm):
    done = {name for _, each in _told.values() for name in each}
    assert len(kept(crm, Policy)) > 10
    assert sum(one.previous is not None for one in kept(crm, Policy)) > 1
    assert {one.state for one in kept(crm, Policy)} >= {"in_force", "lapsed"}
    assert len({one.state for one in kept(crm, Claim)}) >= 3
    if len(_told) == len(SEEDS):
        assert done == {name for name in dir(Teller) if name.startswith("do_")}


def test_a_policys_history_is_a_path_of_its_states(crm):
    events = defaultdict(list)
    for event in kept(crm, PolicyEvent):
        events[event.policy].append(event)
    for policy in kept(crm, Policy):
        check_path([(one.on, one.before, one.after) for one in events[policy.id]], "quoted", policy.state)


def test_a_claims_history_is_a_path_of_its_states(crm):
    events = defaultdict(list)
    for event in kept(crm, ClaimEvent):
        events[event.claim].append(event)
    for claim in kept(crm, Claim):
        check_path([(one.on, one.before, one.after) for one in events[claim.id]], "opened", claim.state)


def check_path(steps, begins, ends):
    assert steps[0][1:] == (None, begins)
    assert steps[-1][2] == ends
    for (day, _, after), (later, before, _) in pairwise(steps):
        assert before == after
        assert later >= day


def test_money_in_is_money_out_and_balance_for_every_policy_and_period(crm):
    """The balance of the policies is that of the report on funds, less expenses; no unit is lost, none is counted twice."""
    balance = defaultdict(Decimal)
    policy_of = {claim.id: claim.policy for claim in kept(crm, Claim)}
    for one in kept(crm, PremiumPayment):
        balance[one.policy, one.on.year] += one.amount
    for one in kept(crm, ClaimPayment):
        balance[policy_of[one.claim], one.on.year] -= one.amount
    for one in kept(crm, Commission):
        balance[one.policy, one.on.year] -= one.amount
    (table,) = tables(crm, "funds")
    place = {one.id: (one.product, one.branch or "-") for one in kept(crm, Policy)}
    for row in table.rows:
        product, branch, year, came, back, claims, commission, expenses, left = row
        assert came == back + claims + commission + expenses + left
        own = sum(
            (sum_ for (key, when), sum_ in balance.items() if (*place[key], str(when)) == (product, branch, year)),
            Decimal(0),
        )
        assert left + expenses == own


def test_what_is_open_of_a_policy_is_what_is_due_less_what_was_paid_on_it(crm):
    paid = defaultdict(Decimal)
    for one in kept(crm, PremiumPayment):
        paid[one.premium] += one.amount
    for one in kept(crm, Premium):
        assert one.settled_on is None or paid[one.id] >= one.amount
        assert one.settled_on is not None or paid[one.id] < one.amount


def test_no_policy_pays_back_more_than_came_in(crm):
    paid = defaultdict(Decimal)
    for one in sorted(kept(crm, PremiumPayment), key=lambda one: one.on):
        paid[one.policy] += one.amount
    assert all(amount >= 0 for amount in paid.values())


def test_a_claim_never_pays_more_than_is_approved_and_a_closed_one_reserves_nothing(crm):
    paid = defaultdict(Decimal)
    for one in kept(crm, ClaimPayment):
        paid[one.claim] += one.amount
    for claim in kept(crm, Claim):
        assert (
            0 <= paid[claim.id] <= max(claim.approved or Decimal(0), paid[claim.id] if claim.state == "reopened" else 0)
        )
        assert claim.closed_on is None or claim.reserve == 0
        assert (claim.closed_on is not None) == (claim.state in {"paid", "rejected"})


def test_a_policy_in_force_is_paid_until_the_day_before_its_first_open_instalment(crm):
    for policy in kept(crm, Policy):
        if policy.state == "in_force":
            left = [one.due for one in kept(crm, Premium) if one.policy == policy.id and one.settled_on is None]
            assert policy.paid_until == (date.fromordinal(min(left).toordinal() - 1) if left else policy.ends)


# --- reports ----------------------------------------------------------------------------------------------------------

REPORTS = [
    name
    for name in vars(Script)
    if name not in {"covers", "days", "earned", "cost", "years", "place"} and name[0] != "_"
]


def tables(crm, name, as_of=TODAY):
    return report_tables(crm.state(as_of), crm.catalogue, crm.catalogue.report(f"insurance.{name}"))


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_is_what_a_plain_script_makes_of_the_same_records(crm, name):
    found = [[*table.rows] for table in tables(crm, name)]
    if name == "early_warning":
        found = [sorted(rows) for rows in found]
    wanted = getattr(Script(crm, TODAY), name)()
    assert [[*map(tuple, rows)] for rows in found] == wanted


def test_every_report_has_a_plain_script(crm):
    assert {f"insurance.{name}" for name in REPORTS} == {
        name for name in crm.catalogue.names("report") if name.startswith("insurance.")
    }


def test_the_comparison_notices_a_wrong_figure(crm):
    script = Script(crm, TODAY)
    script.payments = script.payments[1:]
    assert script.funds() != [[*table.rows] for table in tables(crm, "funds")]
