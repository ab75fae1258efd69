"""Telco: who may leave, by the contract that binds it and how long it has stayed."""

from crmcore import TEXT, Choices, Customer, Field, Metric, Purchase, Scheme, Segment, Setting, count, hookimpl, rows

CONTRACTS = Choices(("Month-to-month", "One year", "Two year"), zh=("按月", "一年", "两年"))
INTERNET = Choices(("DSL", "Fiber optic", "No"), zh=("DSL", "光纤", "无"))

contract = Field("telco.contract", TEXT, on=Customer, choices=CONTRACTS, label={"en": "Contract", "zh": "合同"})
internet = Field("telco.internet", TEXT, on=Customer, choices=INTERNET, label={"en": "Internet", "zh": "上网方式"})
payment = Field("telco.payment", TEXT, on=Customer, label={"en": "Payment method", "zh": "付款方式"})

new_months = Setting(
    "telco.new_months",
    12,
    least=1,
    unit="months",
    label={"en": "Months of a new customer", "zh": "新客户月数"},
    doc={
        "en": "Up to so many bills a customer is new. Our default.",
        "zh": "账单数不超过此数为新客户。默认值由本插件给出。",
    },
)
months = Metric("telco.months", count(rows(Purchase)), unit="months", label={"en": "Months", "zh": "在网月数"})

bound = Scheme(
    "telco.bound",
    Segment("by_month", when=contract.is_("Month-to-month"), label={"en": "By the month", "zh": "按月"}),
    Segment("one_year", when=contract.is_("One year"), label={"en": "For a year", "zh": "一年"}),
    Segment("two_years", label={"en": "For two years", "zh": "两年"}),
    label={"en": "How it is bound", "zh": "合同期限"},
)
risk = Scheme(
    "telco.risk",
    Segment(
        "high",
        when=contract.is_("Month-to-month") & internet.is_("Fiber optic") & (months <= new_months),
        label={"en": "High", "zh": "高"},
    ),
    Segment(
        "medium",
        when=contract.is_("Month-to-month") & (internet.is_("Fiber optic") | (months <= new_months)),
        label={"en": "Medium", "zh": "中"},
    ),
    Segment("low", label={"en": "Low", "zh": "低"}),
    label={"en": "Risk of leaving", "zh": "流失风险"},
)


@hookimpl
def crm_fields():
    return [contract, internet, payment]


@hookimpl
def crm_schemes():
    return [bound, risk]
