"""Policies, the people on them, who sells them, and everything that happened to them."""

from datetime import date
from decimal import Decimal
from typing import Final

from crmcore import DATE, INTEGER, MONEY, TEXT, Choices, Customer, Record, column, record

from .products import SHARE, Product

CHANNELS: Final = Choices(
    ("agent", "broker", "bank", "online", "direct"), zh=("代理人", "经纪人", "银行", "网络", "直销")
)
ROLES: Final = Choices(("insured", "beneficiary", "payer", "claimant"), zh=("被保险人", "受益人", "缴费人", "索赔人"))
STATES: Final = Choices(
    ("quoted", "accepted", "postponed", "declined", "withdrawn", "in_force", "lapsed", "surrendered", "expired"),
    zh=("报价", "承保", "延期", "拒保", "撤单", "有效", "失效", "退保", "满期"),
)
"""The states of a policy; `machines` says which follows which."""


@record("insurance_agent", label={"en": "Agent", "zh": "业务员"})
class Agent(Record):
    """A producer: an agent, broker, bank branch or shop that sells policies and looks after them."""

    name: str = column(TEXT, required=True, label={"en": "Agent name", "zh": "业务员姓名"})
    branch: str | None = column(TEXT, default=None, label={"en": "Branch", "zh": "机构"})
    channel: str | None = column(TEXT, default=None, choices=CHANNELS, label={"en": "Channel", "zh": "渠道"})
    left_on: date | None = column(DATE, default=None, label={"en": "Left on", "zh": "离职日期"})


@record(
    "policy",
    links={"holder": "holder", "household": "holder.parent"},
    dated_by="applied_on",
    label={"en": "Policy", "zh": "保单"},
)
class Policy(Record):
    """A quote, and what became of it. Its id is the policy number.

    ``holder.parent`` is the household. Cover lasts from ``starts`` to ``ends``, both included, unless it ended before:
    ``ended_on`` is the first day without cover. ``paid_until`` is the last day that premiums pay for. ``premium`` is that
    of a whole term, and is paid in so many ``instalments``. A renewal is a policy of its own, with its ``previous`` one, which was ``renewed_on`` a day.
    """

    holder: str = column(TEXT, required=True, refers_to=Customer, label={"en": "Holder", "zh": "投保人"})
    product: str = column(TEXT, required=True, refers_to=Product, label={"en": "Product", "zh": "产品"})
    state: str = column(TEXT, default="quoted", choices=STATES, label={"en": "Policy state", "zh": "保单状态"})
    applied_on: date = column(DATE, required=True, label={"en": "Applied on", "zh": "投保日期"})
    sum_insured: Decimal | None = column(MONEY, default=None, label={"en": "Sum insured", "zh": "保额"})
    premium: Decimal | None = column(MONEY, default=None, label={"en": "Premium of the term", "zh": "期间保费"})
    loading: Decimal = column(SHARE, default=Decimal(0), label={"en": "Loading, share", "zh": "加费比例"})
    instalments: int = column(INTEGER, default=1, label={"en": "Instalments", "zh": "分期数"})
    issued_on: date | None = column(DATE, default=None, label={"en": "Issued on", "zh": "承保日期"})
    starts: date | None = column(DATE, default=None, label={"en": "Starts", "zh": "起保日期"})
    ends: date | None = column(DATE, default=None, label={"en": "Ends", "zh": "满期日期"})
    paid_until: date | None = column(DATE, default=None, label={"en": "Paid until", "zh": "保费缴至"})
    ended_on: date | None = column(DATE, default=None, label={"en": "Ended on", "zh": "终止日期"})
    renewed_on: date | None = column(DATE, default=None, label={"en": "Renewed on", "zh": "续保日期"})
    previous: str | None = column(TEXT, default=None, refers_to="self", label={"en": "Renews", "zh": "原保单"})
    agent: str | None = column(TEXT, default=None, refers_to=Agent, label={"en": "Agent", "zh": "业务员"})
    channel: str | None = column(TEXT, default=None, choices=CHANNELS, label={"en": "Channel", "zh": "渠道"})
    branch: str | None = column(TEXT, default=None, label={"en": "Branch", "zh": "机构"})


@record(
    "policy_party",
    links={"customer": "customer", "household": "customer.parent"},
    label={"en": "Policy party", "zh": "保单关系人"},
)
class Party(Record):
    """A customer's part in a policy besides holding it; shares are of 1 and belong to beneficiaries."""

    policy: str = column(TEXT, required=True, refers_to=Policy, label={"en": "Policy", "zh": "保单"})
    customer: str = column(TEXT, required=True, refers_to=Customer, label={"en": "Customer", "zh": "客户"})
    kind: str = column(TEXT, required=True, choices=ROLES, label={"en": "Role", "zh": "角色"})
    share: Decimal | None = column(SHARE, default=None, label={"en": "Share", "zh": "受益份额"})
    rank: int | None = column(INTEGER, default=None, label={"en": "Order", "zh": "受益顺序"})
    relationship: str | None = column(
        TEXT, default=None, label={"en": "Relationship to the holder", "zh": "与投保人关系"}
    )


@record(
    "policy_event",
    links={"holder": "policy.holder"},
    dated_by="on",
    label={"en": "Policy event", "zh": "保单变更"},
)
class PolicyEvent(Record):
    """A step in a policy's life: a quote, a decision, an endorsement, a lapse. Its states are those before and after.

    ``counts_from`` is the day from which it counts where that is another one: a lapse is noticed after the days of grace.
    """

    policy: str = column(TEXT, required=True, refers_to=Policy, label={"en": "Policy", "zh": "保单"})
    on: date = column(DATE, required=True, label={"en": "On", "zh": "日期"})
    action: str = column(TEXT, required=True, label={"en": "Action", "zh": "操作"})
    before: str | None = column(TEXT, default=None, choices=STATES, label={"en": "State before", "zh": "原状态"})
    after: str = column(TEXT, required=True, choices=STATES, label={"en": "State after", "zh": "新状态"})
    counts_from: date | None = column(DATE, default=None, label={"en": "Counts from", "zh": "生效日期"})
    reason: str | None = column(TEXT, default=None, label={"en": "Reason", "zh": "原因"})
    amount: Decimal | None = column(
        MONEY, default=None, label={"en": "Change of premium, or refund", "zh": "保费变动或退费"}
    )


RECORDS: Final[tuple[type[Record], ...]] = (Agent, Policy, Party, PolicyEvent)
