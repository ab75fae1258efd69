"""What a policyholder has paid and cost: premiums, claims, loss ratios and value."""

from typing import Final

from crmcore import count, rows, total

from .claims import Claim, ClaimPayment
from .declared import metric
from .premiums import PremiumPayment

payment, claim, claim_payment = rows(PremiumPayment), rows(Claim, by="holder"), rows(ClaimPayment)
in_a_year = payment.on.within(days=365)
in_three_years = payment.on.within(days=1095)

premium_12m = metric(
    "premium_12m",
    total(payment.amount, where=in_a_year),
    ("Premium paid in a year", "年实收保费", "Paid in 12 months, less refunds.", "近12个月实收保费，扣除退费。"),
)
claims_12m = metric(
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
reserves = metric(
    "reserves",
    total(claim.reserve),
    ("Reserves", "未决准备金", "What open claims are still expected to cost.", "未决赔案预计仍需支付的金额。"),
)
incurred_12m = metric(
    "incurred_12m",
    total(claim_payment.amount, where=claim_payment.on.within(days=365)) + reserves,
    (
        "Claims incurred in a year",
        "年赔款",
        "Paid for claims in 12 months, and what is reserved now.",
        "近12个月已付赔款与当前未决准备金之和。",
    ),
)
loss_ratio_12m = metric(
    "loss_ratio_12m",
    incurred_12m / premium_12m,
    (
        "Loss ratio, 12 months",
        "12个月赔付率",
        "Claims over premiums of 12 months; unknown without premium.",
        "近12个月赔款与实收保费之比；无保费则未知。",
    ),
)
claims_36m = metric(
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
loss_ratio_36m = metric(
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
value = metric(
    "value_12m",
    premium_12m - incurred_12m,
    (
        "Value in a year",
        "年客户价值",
        "Premium x (1 - loss ratio), which is premium less claims, of 12 months.",
        "保费×（1－赔付率），即近12个月保费减赔款。",
    ),
)

METRICS: Final = (premium_12m, claims_12m, reserves, incurred_12m, loss_ratio_12m, claims_36m, loss_ratio_36m, value)
