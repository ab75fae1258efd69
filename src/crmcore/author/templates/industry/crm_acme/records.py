"""What is recorded: contracts, the cases on them, and how satisfied a customer is."""

import enum
from datetime import date
from decimal import Decimal

from crmcore import DATE, MONEY, TEXT, Customer, Field, Record, Rule, column, record, rows


# `links` says whose row it is, `dated_by` when it happened: before that day it does not exist.
@record(
    "acme_contract",
    links={"customer": "customer"},
    dated_by="begins",
    label={"en": "Acme contract", "zh": "Acme 合同"},
)
class Contract(Record):
    """What a customer has agreed to pay for each year."""

    customer: str = column(TEXT, required=True, refers_to=Customer, label={"en": "Customer", "zh": "客户"})
    begins: date = column(DATE, required=True, label={"en": "Begins", "zh": "开始日期"})
    ends: date | None = column(DATE, label={"en": "Ends", "zh": "结束日期"})
    plan: str | None = column(TEXT, choices=("basic", "full"), label={"en": "Plan", "zh": "方案"})
    fee: Decimal | None = column(MONEY, label={"en": "Yearly fee", "zh": "年费"})


# A case belongs to the customer of its contract: a link may follow references.
@record(
    "acme_case",
    links={"customer": "contract.customer"},
    dated_by="opened",
    label={"en": "Acme case", "zh": "Acme 工单"},
)
class Case(Record):
    """Something that a customer wants to have put right."""

    contract: str = column(TEXT, required=True, refers_to=Contract, label={"en": "Contract", "zh": "合同"})
    opened: date = column(DATE, required=True, label={"en": "Opened", "zh": "受理日期"})
    closed: date | None = column(DATE, label={"en": "Closed", "zh": "办结日期"})
    topic: str | None = column(TEXT, label={"en": "Topic", "zh": "主题"})


class Satisfaction(enum.Enum):
    """The choices of the field; the texts are what is stored and typed."""

    LOW = "low"
    FAIR = "fair"
    HIGH = "high"


# Somebody's judgement is "soft": it is kept with who said it and since when.
satisfaction = Field(
    "acme.satisfaction",
    Satisfaction,
    on=Customer,
    soft=True,
    label={"en": "Satisfaction", "zh": "满意度"},
    doc={"en": "How satisfied the customer is, as judged by a person.", "zh": "由经办人判断的客户满意度。"},
)

# A record for which a rule is false is refused. Unknown is not false: a contract may have no end.
ends_after_beginning = Rule(
    "acme.ends_after_beginning",
    Contract,
    rows(Contract).ends >= rows(Contract).begins,
    message={"en": "A contract ends on or after the day on which it begins", "zh": "合同结束日期不得早于开始日期"},
)
