"""Money of policies: instalments that fall due, what was paid, and what agents get of it."""

from datetime import date
from decimal import Decimal
from typing import Final

from crmcore import DATE, MONEY, TEXT, Choices, Customer, Record, column, record

from .policies import Agent, Policy
from .products import SHARE, Product

METHODS: Final = Choices(
    ("cash", "transfer", "card", "direct_debit", "alipay", "wechat", "other"),
    zh=("现金", "转账", "银行卡", "代扣", "支付宝", "微信", "其他"),
)


@record("premium", links={"holder": "policy.holder"}, dated_by="due", label={"en": "Premium due", "zh": "应收保费"})
class Premium(Record):
    """An instalment: what is due for the days from then on, up to the next one.

    ``settled_on`` is the day on which payments reached the amount; until then it is open.
    """

    policy: str = column(TEXT, required=True, refers_to=Policy, label={"en": "Policy", "zh": "保单"})
    due: date = column(DATE, required=True, label={"en": "Due", "zh": "应缴日期"})
    amount: Decimal = column(MONEY, required=True, label={"en": "Premium due", "zh": "应缴保费"})
    settled_on: date | None = column(DATE, default=None, label={"en": "Settled on", "zh": "缴清日期"})


@record(
    "premium_payment",
    links={"holder": "policy.holder"},
    dated_by="on",
    label={"en": "Premium payment", "zh": "实收保费"},
)
class PremiumPayment(Record):
    """Money that came in for a policy, or went back where the amount is negative."""

    policy: str = column(TEXT, required=True, refers_to=Policy, label={"en": "Policy", "zh": "保单"})
    premium: str | None = column(TEXT, default=None, refers_to=Premium, label={"en": "Instalment", "zh": "应收单"})
    on: date = column(DATE, required=True, label={"en": "Paid on", "zh": "缴费日期"})
    amount: Decimal = column(MONEY, required=True, label={"en": "Amount paid", "zh": "缴费金额"})
    method: str | None = column(TEXT, default=None, choices=METHODS, label={"en": "Method", "zh": "缴费方式"})
    payer: str | None = column(TEXT, default=None, refers_to=Customer, label={"en": "Payer", "zh": "缴费人"})
    receipt: str | None = column(TEXT, default=None, label={"en": "Receipt", "zh": "收据号"})


@record("commission", links={"holder": "policy.holder"}, dated_by="on", label={"en": "Commission", "zh": "佣金"})
class Commission(Record):
    """What an agent earns by a payment; negative where the payment went back."""

    policy: str = column(TEXT, required=True, refers_to=Policy, label={"en": "Policy", "zh": "保单"})
    agent: str = column(TEXT, required=True, refers_to=Agent, label={"en": "Agent", "zh": "业务员"})
    on: date = column(DATE, required=True, label={"en": "On", "zh": "日期"})
    rate: Decimal = column(SHARE, required=True, label={"en": "Rate", "zh": "佣金率"})
    amount: Decimal = column(MONEY, required=True, label={"en": "Commission", "zh": "佣金金额"})


@record("insurance_expense", dated_by="on", label={"en": "Expense", "zh": "费用"})
class Expense(Record):
    """What a cost centre spent, per product and branch where it is known."""

    on: date = column(DATE, required=True, label={"en": "On", "zh": "日期"})
    amount: Decimal = column(MONEY, required=True, label={"en": "Expense", "zh": "费用金额"})
    kind: str = column(
        TEXT,
        required=True,
        choices=Choices(
            ("acquisition", "administration", "claims_handling", "reinsurance", "tax", "other"),
            zh=("获取费用", "管理费用", "理赔费用", "再保险", "税费", "其他"),
        ),
        label={"en": "Kind of expense", "zh": "费用类别"},
    )
    product: str | None = column(TEXT, default=None, refers_to=Product, label={"en": "Product", "zh": "产品"})
    branch: str | None = column(TEXT, default=None, label={"en": "Branch", "zh": "机构"})


RECORDS: Final[tuple[type[Record], ...]] = (Premium, PremiumPayment, Commission, Expense)
