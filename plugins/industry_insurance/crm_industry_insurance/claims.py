"""Claims: what happened, what was claimed, approved and paid, and every step in between."""

from datetime import date
from decimal import Decimal
from typing import Final

from crmcore import DATE, INTEGER, MONEY, TEXT, Choices, Customer, Record, column, record

from .policies import Policy
from .premiums import METHODS
from .products import Benefit

STATES: Final = Choices(
    ("opened", "assessed", "paid", "rejected", "reopened"), zh=("已立案", "已理算", "已赔付", "已拒赔", "重新立案")
)
"""The states of a claim; `machines` says which follows which."""

REJECTIONS: Final = Choices(
    (
        *("no_coverage", "no_product", "not_insured", "waiting_period", "target_date", "frequency"),
        *("ceiling", "below_deductible", "coinsurance", "excluded", "invalid_item", "not_in_price_list"),
        *("category_limitation", "care_type", "quantity", "max_admissions", "max_visits", "max_consultations"),
        *("max_surgeries", "max_deliveries", "max_antenatal", "no_documents", "fraud", "other"),
    ),
    zh=(
        *("未承保", "无此产品", "非被保险人", "等待期内", "不在目标日期", "超过次数"),
        *("超过限额", "低于免赔额", "共付比例", "除外责任", "无效项目", "不在价目表"),
        *("类别受限", "就诊类型不符", "超过数量", "超过住院次数", "超过门诊次数", "超过会诊次数"),
        *("超过手术次数", "超过分娩次数", "超过产检次数", "缺少单证", "欺诈", "其他"),
    ),
)
"""Why a claim or an item is not paid: the codes of openIMIS under plain names, and a few of ours."""


@record(
    "claim",
    links={"holder": "policy.holder", "insured": "insured"},
    dated_by="reported_on",
    label={"en": "Claim", "zh": "赔案"},
)
class Claim(Record):
    """A demand under a policy. It costs what was paid so far, and ``reserve``: what is still expected to be paid."""

    policy: str = column(TEXT, required=True, refers_to=Policy, label={"en": "Policy", "zh": "保单"})
    benefit: str | None = column(TEXT, default=None, refers_to=Benefit, label={"en": "Benefit", "zh": "保障责任"})
    insured: str | None = column(TEXT, default=None, refers_to=Customer, label={"en": "Insured", "zh": "被保险人"})
    state: str = column(TEXT, default="opened", choices=STATES, label={"en": "Claim state", "zh": "赔案状态"})
    occurred_on: date = column(DATE, required=True, label={"en": "Occurred on", "zh": "出险日期"})
    reported_on: date = column(DATE, required=True, label={"en": "Reported on", "zh": "报案日期"})
    closed_on: date | None = column(DATE, default=None, label={"en": "Closed on", "zh": "结案日期"})
    cause: str | None = column(TEXT, default=None, label={"en": "Cause of loss", "zh": "出险原因"})
    claimed: Decimal | None = column(MONEY, default=None, label={"en": "Claimed", "zh": "申报金额"})
    approved: Decimal | None = column(MONEY, default=None, label={"en": "Approved", "zh": "核定金额"})
    reserve: Decimal = column(MONEY, default=Decimal(0), label={"en": "Reserve", "zh": "未决准备金"})
    rejection: str | None = column(TEXT, default=None, choices=REJECTIONS, label={"en": "Rejection", "zh": "拒赔原因"})
    adjuster: str | None = column(TEXT, default=None, label={"en": "Adjuster", "zh": "理算员"})
    account: str | None = column(TEXT, default=None, label={"en": "Account to pay to", "zh": "收款账户"})


@record("claim_item", links={"holder": "claim.policy.holder"}, label={"en": "Claim item", "zh": "赔案明细"})
class ClaimItem(Record):
    """A line of a claim: what was asked and approved, with a reason where nothing was."""

    claim: str = column(TEXT, required=True, refers_to=Claim, label={"en": "Claim", "zh": "赔案"})
    code: str = column(TEXT, required=True, label={"en": "Item", "zh": "项目"})
    quantity: int = column(INTEGER, default=1, label={"en": "Quantity", "zh": "数量"})
    claimed: Decimal = column(MONEY, required=True, label={"en": "Claimed", "zh": "申报金额"})
    approved: Decimal | None = column(MONEY, default=None, label={"en": "Approved", "zh": "核定金额"})
    rejection: str | None = column(TEXT, default=None, choices=REJECTIONS, label={"en": "Rejection", "zh": "拒赔原因"})


@record(
    "claim_event",
    links={"holder": "claim.policy.holder"},
    dated_by="on",
    label={"en": "Claim event", "zh": "赔案进度"},
)
class ClaimEvent(Record):
    """A step in a claim's life, with the reserve after it."""

    claim: str = column(TEXT, required=True, refers_to=Claim, label={"en": "Claim", "zh": "赔案"})
    on: date = column(DATE, required=True, label={"en": "On", "zh": "日期"})
    action: str = column(TEXT, required=True, label={"en": "Action", "zh": "操作"})
    before: str | None = column(TEXT, default=None, choices=STATES, label={"en": "State before", "zh": "原状态"})
    after: str = column(TEXT, required=True, choices=STATES, label={"en": "State after", "zh": "新状态"})
    reason: str | None = column(TEXT, default=None, label={"en": "Reason", "zh": "原因"})
    reserve: Decimal | None = column(MONEY, default=None, label={"en": "Reserve", "zh": "未决准备金"})


@record(
    "claim_payment",
    links={"holder": "claim.policy.holder"},
    dated_by="on",
    label={"en": "Claim payment", "zh": "赔款"},
)
class ClaimPayment(Record):
    """Money that went out for a claim, or came back where the amount is negative."""

    claim: str = column(TEXT, required=True, refers_to=Claim, label={"en": "Claim", "zh": "赔案"})
    on: date = column(DATE, required=True, label={"en": "Paid on", "zh": "赔付日期"})
    amount: Decimal = column(MONEY, required=True, label={"en": "Claim paid", "zh": "赔款金额"})
    payee: str | None = column(TEXT, default=None, label={"en": "Payee", "zh": "收款人"})
    method: str | None = column(TEXT, default=None, choices=METHODS, label={"en": "Method", "zh": "支付方式"})


RECORDS: Final[tuple[type[Record], ...]] = (Claim, ClaimItem, ClaimEvent, ClaimPayment)
