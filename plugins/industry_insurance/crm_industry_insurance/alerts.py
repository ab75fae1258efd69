"""Risk alerts: an indicator that passed its threshold, with a level, an owner and an end."""

from datetime import date
from decimal import Decimal
from typing import Final

from crmcore import DATE, TEXT, Choices, Customer, Record, column, decimal, record

LEVELS: Final = Choices(("blue", "yellow", "orange", "red"), zh=("蓝色", "黄色", "橙色", "红色"))
"""From mild to grave: four colours, as is usual practice."""

INDICATORS: Final = Choices(
    (
        "loss_ratio",
        "claim_frequency",
        "early_claim",
        "shared_account",
        "large_claim",
        "overdue_premium",
        "accumulation",
        "other",
    ),
    zh=("赔付率", "出险频率", "早期出险", "共用账户", "大额赔案", "保费逾期", "风险累积", "其他"),
)
MEASURE: Final = decimal(4)


@record("alert", links={"customer": "customer"}, dated_by="opened_on", label={"en": "Risk alert", "zh": "风险预警"})
class Alert(Record):
    """A warning about a customer, or about a product, account or region that ``subject`` names.

    Value and threshold are in the indicator's own measure: a ratio, a number, days or an amount.
    """

    indicator: str = column(TEXT, required=True, choices=INDICATORS, label={"en": "Indicator", "zh": "预警指标"})
    subject: str = column(TEXT, required=True, label={"en": "Subject", "zh": "预警对象"})
    customer: str | None = column(TEXT, default=None, refers_to=Customer, label={"en": "Customer", "zh": "客户"})
    level: str = column(TEXT, required=True, choices=LEVELS, label={"en": "Alert level", "zh": "预警级别"})
    value: Decimal | None = column(MEASURE, default=None, label={"en": "Value", "zh": "指标值"})
    threshold: Decimal | None = column(MEASURE, default=None, label={"en": "Threshold", "zh": "阈值"})
    opened_on: date = column(DATE, required=True, label={"en": "Opened on", "zh": "预警日期"})
    owner: str | None = column(TEXT, default=None, label={"en": "Owner", "zh": "负责人"})
    action: str | None = column(TEXT, default=None, label={"en": "Action taken", "zh": "处理措施"})
    closed_on: date | None = column(DATE, default=None, label={"en": "Closed on", "zh": "解除日期"})


RECORDS: Final[tuple[type[Record], ...]] = (Alert,)
