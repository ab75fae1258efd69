"""What is sold: insurance products, and the benefits that each of them promises."""

from datetime import date
from decimal import Decimal
from typing import Final

from crmcore import DATE, INTEGER, MONEY, TEXT, Choices, Record, column, decimal, record

LINES: Final = Choices(
    ("life", "medical", "accident", "motor", "home", "property", "liability", "travel", "other"),
    zh=("寿险", "医疗险", "意外险", "车险", "家财险", "财产险", "责任险", "旅行险", "其他"),
)
"""The lines of business (险种大类)."""

SHARE: Final = decimal(6)
"""A share of 1: 0.15 is 15 %."""


@record("insurance_product", label={"en": "Insurance product", "zh": "保险产品"})
class Product(Record):
    """A product with its periods and rates; the shares are of 1.

    Every default is ours. ``cooling_off_days`` and the reinstatement period are usual practice and differ by law.
    """

    name: str = column(TEXT, required=True, label={"en": "Product name", "zh": "产品名称"})
    line: str = column(TEXT, required=True, choices=LINES, label={"en": "Line", "zh": "险种"})
    term_months: int = column(INTEGER, default=12, label={"en": "Term in months", "zh": "保险期间（月）"})
    grace_days: int = column(INTEGER, default=30, label={"en": "Days of grace", "zh": "宽限期天数"})
    cooling_off_days: int = column(INTEGER, default=15, label={"en": "Cooling-off days", "zh": "犹豫期天数"})
    renewal_days: int = column(
        INTEGER, default=14, label={"en": "Days before expiry to renew from", "zh": "续保提前天数"}
    )
    reinstatement_days: int = column(INTEGER, default=730, label={"en": "Days to reinstate within", "zh": "复效期天数"})
    surrender_charge: Decimal = column(
        SHARE, default=Decimal(0), label={"en": "Surrender charge, share", "zh": "退保费用比例"}
    )
    commission_rate: Decimal = column(
        SHARE, default=Decimal(0), label={"en": "Commission rate, first term", "zh": "首期佣金率"}
    )
    renewal_commission_rate: Decimal = column(
        SHARE, default=Decimal(0), label={"en": "Commission rate, renewals", "zh": "续期佣金率"}
    )
    valid_from: date | None = column(DATE, default=None, label={"en": "Sold from", "zh": "开售日期"})
    valid_until: date | None = column(DATE, default=None, label={"en": "Sold until", "zh": "停售日期"})


@record("benefit", label={"en": "Benefit", "zh": "保障责任"})
class Benefit(Record):
    """What a product pays for, and its limits; an empty limit is none.

    The deductible is borne by the insured on each claim, then ``coinsurance``, a share of the rest.
    """

    product: str = column(TEXT, required=True, refers_to=Product, label={"en": "Product", "zh": "产品"})
    name: str = column(TEXT, required=True, label={"en": "Benefit name", "zh": "责任名称"})
    waiting_days: int = column(INTEGER, default=0, label={"en": "Waiting period in days", "zh": "等待期天数"})
    deductible: Decimal | None = column(MONEY, default=None, label={"en": "Deductible", "zh": "免赔额"})
    coinsurance: Decimal = column(
        SHARE, default=Decimal(0), label={"en": "Co-insurance, share borne by the insured", "zh": "自付比例"}
    )
    claim_limit: Decimal | None = column(MONEY, default=None, label={"en": "Limit of a claim", "zh": "单次限额"})
    term_limit: Decimal | None = column(MONEY, default=None, label={"en": "Limit of a policy term", "zh": "期间限额"})
    term_claims: int | None = column(
        INTEGER, default=None, label={"en": "Claims in a policy term", "zh": "期间赔付次数上限"}
    )
    exclusions: str | None = column(TEXT, default=None, label={"en": "Exclusions", "zh": "除外责任"})


RECORDS: Final[tuple[type[Record], ...]] = (Product, Benefit)
