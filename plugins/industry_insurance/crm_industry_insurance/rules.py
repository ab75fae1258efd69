"""What must hold of single records, and of the beneficiaries of a policy together."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from crmcore import Breach, Constraint, Pending, Predicate, Record, Rule, rows

from .alerts import Alert
from .claims import Claim, ClaimItem
from .policies import Party, Policy
from .premiums import Commission, Expense, Premium
from .products import Benefit, Product

product, benefit, policy, party = rows(Product), rows(Benefit), rows(Policy, by="holder"), rows(Party, by="customer")
premium, expense, claim, alert = rows(Premium), rows(Expense), rows(Claim, by="holder"), rows(Alert)
commission, item = rows(Commission), rows(ClaimItem)


def _rule(name: str, on: type[Record], must: Predicate, en: str, zh: str) -> Rule:
    return Rule(f"insurance.{name}", on, must, {"en": en, "zh": zh})


RULES: Final = (
    _rule(
        "product_periods",
        Product,
        (product.term_months >= 1) & (product.grace_days >= 0) & (product.renewal_days >= 0),
        "A term has at least one month, and days are not negative",
        "保险期间至少一个月，天数不得为负",
    ),
    _rule(
        "product_rates",
        Product,
        product.commission_rate.between(0, 1)
        & product.renewal_commission_rate.between(0, 1)
        & product.surrender_charge.between(0, 1),
        "Rates and charges are shares from 0 to 1; 15 % is 0.15",
        "费率与费用比例应在0到1之间，15%写作0.15",
    ),
    _rule(
        "benefit_share",
        Benefit,
        benefit.coinsurance.between(0, 1) & (benefit.waiting_days >= 0),
        "Co-insurance is a share from 0 to 1, and a waiting period has no negative days",
        "自付比例应在0到1之间，等待期天数不得为负",
    ),
    _rule(
        "policy_term",
        Policy,
        policy.ends >= policy.starts,
        "A policy ends on or after the day on which it starts",
        "满期日期不得早于起保日期",
    ),
    _rule(
        "policy_worth",
        Policy,
        (policy.premium >= 0).or_else(True)
        & (policy.sum_insured >= 0).or_else(True)
        & policy.instalments.between(1, 12),
        "Premium and sum insured are not negative, and there are 1 to 12 instalments",
        "保费与保额不得为负，分期数为1至12",
    ),
    _rule(
        "party_share",
        Party,
        party.share.between(0, 1),
        "A beneficiary's share is from 0 to 1; one half is 0.5",
        "受益份额应在0到1之间，一半写作0.5",
    ),
    _rule("premium_due", Premium, premium.amount >= 0, "An instalment is not negative", "应缴保费不得为负"),
    _rule("commission_rate", Commission, commission.rate.between(0, 1), "A rate is from 0 to 1", "佣金率应在0到1之间"),
    _rule("expense_amount", Expense, expense.amount >= 0, "An expense is not negative", "费用金额不得为负"),
    _rule(
        "claim_dates",
        Claim,
        (claim.reported_on >= claim.occurred_on) & (claim.closed_on >= claim.reported_on).or_else(True),
        "A claim is reported on or after the day on which it occurred, and closed on or after that",
        "报案日期不得早于出险日期，结案日期不得早于报案日期",
    ),
    _rule(
        "claim_amounts",
        Claim,
        (claim.claimed >= 0).or_else(True) & (claim.approved >= 0).or_else(True) & (claim.reserve >= 0),
        "What is claimed, approved and reserved is not negative",
        "申报、核定与准备金额不得为负",
    ),
    _rule(
        "claim_item",
        ClaimItem,
        (item.claimed >= 0) & (item.quantity >= 1),
        "An item is claimed at 0 or more, for a quantity of 1 or more",
        "明细申报金额不得为负，数量至少为1",
    ),
    _rule(
        "alert_dates",
        Alert,
        alert.closed_on >= alert.opened_on,
        "An alert is closed on or after the day on which it was opened",
        "预警解除日期不得早于预警日期",
    ),
)


def shares(pending: Pending) -> Iterator[Breach]:
    """Yield each policy whose beneficiaries of one order have more than the whole together."""
    changed = [after for _, after in pending.changed(Party) if after and after.kind == "beneficiary" and after.share]
    for key in sorted({one.policy for one in changed}):
        found = [one for one in pending.all(Party, policy=key) if one.kind == "beneficiary"]
        for last in {one.rank: one for one in changed if one.policy == key}.values():
            whole = sum((one.share or Decimal(0) for one in found if one.rank == last.rank), Decimal(0))
            if whole > 1:
                yield Breach(
                    last,
                    {
                        "en": f"the beneficiaries of policy {key} have {whole} together, more than 1",
                        "zh": f"保单 {key} 各受益人份额合计为 {whole}，超过1",
                    },
                    "share",
                )


SHARES: Final = Constraint(
    "insurance.beneficiary_shares",
    Party,
    shares,
    {"en": "Beneficiaries of one order share at most the whole.", "zh": "同一顺序受益人的份额合计不超过1。"},
)
