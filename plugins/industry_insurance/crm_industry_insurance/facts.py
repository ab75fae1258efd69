"""What is known of a policyholder's policies on a day: which are in force, due, unpaid, unattended or over."""

from typing import Any, Final

from crmcore import (
    Predicate,
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

from .declared import metric
from .policies import Policy
from .premiums import Premium
from .settings import late_days

policy = rows(Policy, by="holder")
premium = rows(Premium)


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


policies_in_force = metric(
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
premium_in_force = metric(
    "premium_in_force",
    total(policy.premium, where=is_in_force(policy)),
    ("Premium in force", "有效保单保费", "Premiums of a term of the policies in force.", "有效保单的期间保费合计。"),
)
sum_insured = metric(
    "sum_insured",
    total(policy.sum_insured, where=is_in_force(policy)),
    ("Sum insured", "有效保额", "Sums insured of the policies in force.", "有效保单的保额合计。"),
)
policies_issued = metric(
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
policies_to_begin = metric(
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
quotes = metric(
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
first_issued = metric(
    "first_issued",
    earliest(policy.issued_on),
    ("First issued", "首次承保日期", "The day on which its first policy was issued.", "首份保单的承保日期。"),
)
covered_until = metric(
    "covered_until",
    latest(policy.ends, where=is_in_force(policy)),
    ("Covered until", "保障截止", "The last day of its policies in force.", "有效保单的最晚满期日期。"),
)
next_expiry = metric(
    "next_expiry",
    earliest(policy.ends, where=is_in_force(policy) & ~policy.renewed_on.is_known()),
    (
        "Next expiry",
        "最近满期日",
        "When the next policy that is not renewed ends.",
        "最早满期且尚未续保的保单的满期日期。",
    ),
)
to_renew = metric(
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
in_grace = metric(
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
days_overdue = metric(
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
overdue = metric(
    "overdue",
    total(premium.amount, where=is_open_due),
    ("Premium overdue", "逾期保费", "Instalments that were due and are not settled.", "已到期而未缴清的应收保费。"),
)
late_payments_12m = metric(
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
orphans = metric(
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
lapsed = metric(
    "lapsed",
    count(policy, where=is_over(policy) & policy.state.is_("lapsed")),
    ("Lapsed policies", "失效保单数", "Policies that ended for want of premium.", "因欠费而失效的保单数。"),
    "policies",
)
surrendered = metric(
    "surrendered",
    count(policy, where=is_over(policy) & policy.state.is_("surrendered")),
    ("Surrendered policies", "退保数", "Policies that it ended itself.", "退保的保单数。"),
    "policies",
)
ended = metric(
    "ended",
    latest(policy.ended_on, where=is_issued(policy)),
    ("Last cover ended", "最近终止日期", "When its last policy ended.", "最近一份保单的终止日期。"),
)
loading = metric(
    "loading",
    largest(policy.loading, where=is_in_force(policy)),
    ("Highest loading", "最高加费比例", "The highest loading on a policy in force.", "有效保单中的最高加费比例。"),
    "share",
)
channel = metric(
    "last_channel",
    last(policy.channel, where=is_issued(policy)),
    ("Last channel", "最近渠道", "The channel of the policy that it applied for last.", "最近一份承保保单的销售渠道。"),
)


METRICS: Final = (
    policies_in_force,
    premium_in_force,
    sum_insured,
    policies_issued,
    policies_to_begin,
    quotes,
    first_issued,
    covered_until,
    next_expiry,
    to_renew,
    in_grace,
    days_overdue,
    overdue,
    late_payments_12m,
    orphans,
    lapsed,
    surrendered,
    ended,
    loading,
    channel,
)
