"""What is known of a policyholder on a day: cover, premiums, claims, and what they come to."""

from typing import Any, Final

from crmcore import (
    Metric,
    Predicate,
    Term,
    choose,
    count,
    days_since,
    days_until,
    earliest,
    largest,
    last,
    latest,
    rows,
    total,
)

from .claims import Claim, ClaimPayment
from .policies import Party, Policy
from .premiums import Premium, PremiumPayment
from .settings import late_days

policy, of_household = rows(Policy, by="holder"), rows(Policy, by="household")
as_party, of_member = rows(Party, by="customer"), rows(Party, by="household")
premium, payment = rows(Premium), rows(PremiumPayment)
claim, claim_payment = rows(Claim, by="holder"), rows(ClaimPayment)


def is_issued(one: Any) -> Predicate:
    """Hold for a policy that was issued by the day, be it a row or what a row refers to."""
    return (days_since(one.issued_on) >= 0).or_else(False)


def is_over(one: Any) -> Predicate:
    """Hold for a policy that ended before its time."""
    return (days_since(one.ended_on) >= 0).or_else(False)


def is_in_force(one: Any) -> Predicate:
    """Hold for a policy that covers the day."""
    began = (days_since(one.starts) >= 0).or_else(False)
    lasts = (days_until(one.ends) >= 0).or_else(False)
    return is_issued(one) & began & lasts & ~is_over(one)


is_open_due = ~(days_since(premium.settled_on) >= 0).or_else(False) & (days_since(premium.due) > 0)
is_unpaid = is_in_force(policy) & (days_since(policy.paid_until) > 0) & (policy.paid_until < policy.ends)
is_to_renew = (
    is_in_force(policy)
    & ~(days_since(policy.renewed_on) >= 0).or_else(False)
    & (days_until(policy.ends) <= policy.product.renewal_days)
)
is_orphan = is_in_force(policy) & (~policy.agent.is_known() | (days_since(policy.agent.left_on) >= 0).or_else(False))
is_late = days_since(premium.due) - days_since(premium.settled_on) > late_days
in_a_year = payment.on.within(days=365)
in_three_years = payment.on.within(days=1095)


def _metric(name: str, term: Term, texts: tuple[str, str, str, str], unit: str = "") -> Metric:
    """Return a metric with its label and doc in English and Chinese."""
    en, zh, doc_en, doc_zh = texts
    return Metric(f"insurance.{name}", term, unit=unit, label={"en": en, "zh": zh}, doc={"en": doc_en, "zh": doc_zh})


policies_in_force = _metric(
    "policies_in_force",
    count(policy, where=is_in_force(policy)),
    (
        "Policies in force",
        "有效保单数",
        "Policies that it holds and that cover the day.",
        "其作为投保人且当日有效的保单数。",
    ),
    "policies",
)
premium_in_force = _metric(
    "premium_in_force",
    total(policy.premium, where=is_in_force(policy)),
    ("Premium in force", "有效保单保费", "Premiums of a term of the policies in force.", "有效保单的期间保费合计。"),
)
sum_insured = _metric(
    "sum_insured",
    total(policy.sum_insured, where=is_in_force(policy)),
    ("Sum insured", "有效保额", "Sums insured of the policies in force.", "有效保单的保额合计。"),
)
policies_issued = _metric(
    "policies_issued",
    count(policy, where=is_issued(policy)),
    (
        "Policies issued",
        "累计承保数",
        "Policies that were ever issued to it, renewals included.",
        "累计承保的保单数，含续保。",
    ),
    "policies",
)
policies_to_begin = _metric(
    "policies_to_begin",
    count(policy, where=is_issued(policy) & (days_until(policy.starts) > 0) & ~is_over(policy)),
    (
        "Policies to begin",
        "待生效保单数",
        "Policies that are issued and whose cover has not begun.",
        "已承保而尚未生效的保单数。",
    ),
    "policies",
)
quotes = _metric(
    "quotes",
    count(policy, where=~is_issued(policy) & ~is_over(policy)),
    (
        "Open quotes",
        "待承保数",
        "Quotes that are neither issued nor declined nor withdrawn.",
        "尚未承保、拒保或撤回的投保单数。",
    ),
    "quotes",
)
first_issued = _metric(
    "first_issued",
    earliest(policy.issued_on),
    ("First issued", "首次承保日期", "The day on which its first policy was issued.", "首份保单的承保日期。"),
)
covered_until = _metric(
    "covered_until",
    latest(policy.ends, where=is_in_force(policy)),
    ("Covered until", "保障截止", "The last day of its policies in force.", "有效保单的最晚满期日期。"),
)
next_expiry = _metric(
    "next_expiry",
    earliest(policy.ends, where=is_in_force(policy) & ~policy.renewed_on.is_known()),
    (
        "Next expiry",
        "最近满期日",
        "When the next policy that is not renewed ends.",
        "最早满期且尚未续保的保单的满期日期。",
    ),
)
to_renew = _metric(
    "to_renew",
    count(policy, where=is_to_renew),
    (
        "Policies to renew",
        "待续保数",
        "Policies in their renewal period that are not renewed.",
        "已进入续保期而尚未续保的保单数。",
    ),
    "policies",
)
in_grace = _metric(
    "in_grace",
    count(policy, where=is_unpaid),
    (
        "Policies unpaid",
        "欠费保单数",
        "Policies in force whose premium is overdue: they live by grace.",
        "保费逾期、处于宽限期的有效保单数。",
    ),
    "policies",
)
days_overdue = _metric(
    "days_overdue",
    largest(days_since(policy.paid_until), where=is_unpaid),
    (
        "Days overdue",
        "欠费天数",
        "Days since the day up to which the worst policy is paid.",
        "欠费最久的保单自缴费截止日起的天数。",
    ),
    "days",
)
overdue = _metric(
    "overdue",
    total(premium.amount, where=is_open_due),
    ("Premium overdue", "逾期保费", "Instalments that were due and are not settled.", "已到期而未缴清的应收保费。"),
)
late_payments_12m = _metric(
    "late_payments_12m",
    count(premium, where=premium.due.within(days=365) & is_late),
    (
        "Late payments in a year",
        "年逾期缴费次数",
        "Instalments of 12 months that were settled late.",
        "近12个月逾期缴清的分期数。",
    ),
    "payments",
)
orphans = _metric(
    "orphans",
    count(policy, where=is_orphan),
    (
        "Orphan policies",
        "孤儿单数",
        "Policies in force without an agent, or whose agent has left.",
        "无业务员或业务员已离职的有效保单数。",
    ),
    "policies",
)
lapsed = _metric(
    "lapsed",
    count(policy, where=is_over(policy) & policy.state.is_("lapsed")),
    ("Lapsed policies", "失效保单数", "Policies that ended for want of premium.", "因欠费而失效的保单数。"),
    "policies",
)
surrendered = _metric(
    "surrendered",
    count(policy, where=is_over(policy) & policy.state.is_("surrendered")),
    ("Surrendered policies", "退保数", "Policies that it ended itself.", "退保的保单数。"),
    "policies",
)
ended = _metric(
    "ended",
    latest(policy.ended_on, where=is_issued(policy)),
    ("Last cover ended", "最近终止日期", "When its last policy ended.", "最近一份保单的终止日期。"),
)
premium_12m = _metric(
    "premium_12m",
    total(payment.amount, where=in_a_year),
    ("Premium paid in a year", "年实收保费", "Paid in 12 months, less refunds.", "近12个月实收保费，扣除退费。"),
)
claims_12m = _metric(
    "claims_12m",
    count(claim, where=claim.occurred_on.within(days=365)),
    (
        "Claims in a year",
        "年出险次数",
        "Claims that occurred in 12 months and are reported.",
        "近12个月出险且已报案的赔案数。",
    ),
    "claims",
)
reserves = _metric(
    "reserves",
    total(claim.reserve),
    ("Reserves", "未决准备金", "What open claims are still expected to cost.", "未决赔案预计仍需支付的金额。"),
)
incurred_12m = _metric(
    "incurred_12m",
    total(claim_payment.amount, where=claim_payment.on.within(days=365)) + reserves,
    (
        "Claims incurred in a year",
        "年赔款",
        "Paid for claims in 12 months, and what is reserved now.",
        "近12个月已付赔款与当前未决准备金之和。",
    ),
)
loss_ratio_12m = _metric(
    "loss_ratio_12m",
    incurred_12m / premium_12m,
    (
        "Loss ratio, 12 months",
        "12个月赔付率",
        "Claims over premiums of 12 months; unknown without premium.",
        "近12个月赔款与实收保费之比；无保费则未知。",
    ),
)
claims_36m = _metric(
    "claims_36m",
    count(claim, where=claim.occurred_on.within(days=1095)),
    (
        "Claims in three years",
        "三年出险次数",
        "Claims that occurred in 36 months and are reported.",
        "近36个月出险且已报案的赔案数。",
    ),
    "claims",
)
loss_ratio_36m = _metric(
    "loss_ratio_36m",
    (total(claim_payment.amount, where=claim_payment.on.within(days=1095)) + reserves)
    / total(payment.amount, where=in_three_years),
    (
        "Loss ratio, 36 months",
        "36个月赔付率",
        "Claims over premiums of 36 months; unknown without premium.",
        "近36个月赔款与实收保费之比；无保费则未知。",
    ),
)
value = _metric(
    "value_12m",
    premium_12m - incurred_12m,
    (
        "Value in a year",
        "年客户价值",
        "Premium x (1 - loss ratio), which is premium less claims, of 12 months.",
        "保费×（1－赔付率），即近12个月保费减赔款。",
    ),
)
loading = _metric(
    "loading",
    largest(policy.loading, where=is_in_force(policy)),
    ("Highest loading", "最高加费比例", "The highest loading on a policy in force.", "有效保单中的最高加费比例。"),
    "share",
)
channel = _metric(
    "last_channel",
    last(policy.channel, where=is_issued(policy)),
    ("Last channel", "最近渠道", "The channel of the policy that it applied for last.", "最近一份承保保单的销售渠道。"),
)


def _covers(*lines: str) -> Term:
    """Return whether policies in force cover a customer, or anybody in a household, in a line; in any without lines."""
    held = tuple(count(one, where=_in(one, lines)) for one in (policy, of_household))
    insured = tuple(count(one, where=one.kind.is_("insured") & _in(one.policy, lines)) for one in (as_party, of_member))
    return choose((held[0] + held[1] + insured[0] + insured[1] > 0, True), otherwise=False)


def _in(one: Any, lines: tuple[str, ...]) -> Predicate:
    return is_in_force(one) & one.product.line.is_in(*lines) if lines else is_in_force(one)


covered = _metric(
    "covered",
    _covers(),
    (
        "Covered",
        "有保障",
        "Holds, or is insured by, a policy in force; for a household, one of its members.",
        "持有有效保单或为其被保险人；家庭则任一成员即可。",
    ),
)
covered_medical = _metric(
    "covered_medical",
    _covers("medical"),
    ("Medical cover", "有医疗保障", "The same, for medical insurance.", "同上，限医疗险。"),
)
covered_accident = _metric(
    "covered_accident",
    _covers("accident"),
    ("Accident cover", "有意外保障", "The same, for accident insurance.", "同上，限意外险。"),
)

METRICS: Final = (
    *(
        policies_in_force,
        premium_in_force,
        sum_insured,
        policies_issued,
        policies_to_begin,
        quotes,
        first_issued,
        covered_until,
    ),
    *(next_expiry, to_renew, in_grace, days_overdue, overdue, late_payments_12m, orphans, lapsed, surrendered, ended),
    *(premium_12m, claims_12m, reserves, incurred_12m, loss_ratio_12m, claims_36m, loss_ratio_36m, value, loading),
    *(channel, covered, covered_medical, covered_accident),
)
