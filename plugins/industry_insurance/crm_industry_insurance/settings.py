"""The numbers that a company sets. The sources give none: every default is ours."""

from decimal import Decimal
from typing import Any, Final

from crmcore import Setting


def _setting(
    name: str, default: int | str, texts: tuple[str, str, str, str], *, unit: str = "", **bounds: Any
) -> Setting:
    """Return a setting with its label and doc in English and Chinese; a text stands for a decimal number."""
    en, zh, doc_en, doc_zh = texts
    value = Decimal(default) if isinstance(default, str) else default
    docs = {"en": f"{doc_en} Our default.", "zh": f"{doc_zh}默认值由本插件给出。"}
    return Setting(name, value, unit=unit, label={"en": en, "zh": zh}, doc=docs, **bounds)


# --- schemes ----------------------------------------------------------------------------------------------------------

new_days = _setting(
    "insurance.new_days",
    60,
    (
        "Days as a new policyholder",
        "新保天数",
        "A customer is new for so many days.",
        "首次承保后多少天内视为新保客户。",
    ),
    unit="days",
    least=0,
)
lost_days = _setting(
    "insurance.lost_days",
    730,
    (
        "Days until a former policyholder is lost",
        "视为流失的天数",
        "So many days after its last cover a customer counts as lost.",
        "最后保障终止后多少天视为流失。",
    ),
    unit="days",
    least=1,
)
top_share = _setting(
    "insurance.top_share",
    "0.8",
    (
        "Share of value of the best",
        "高价值占比",
        "The best customers bring this share of premium less claims.",
        "最佳客户合计占保费减赔款的此比例。",
    ),
    least=0,
    greatest=1,
)
claim_free_days = _setting(
    "insurance.claim_free_days",
    1095,
    (
        "Days without a claim of a preferred risk",
        "优选无赔款天数",
        "A preferred risk has been insured and had no claim for so many days.",
        "投保满此天数且其间无赔案者为优选。",
    ),
    unit="days",
    least=1,
)
bad_loss_ratio = _setting(
    "insurance.bad_loss_ratio",
    "1.0",
    (
        "Loss ratio of a substandard risk",
        "次标赔付率",
        "From this loss ratio over 36 months on, a risk is substandard.",
        "36个月赔付率达到此值者为次标。",
    ),
    least=0,
)
many_claims = _setting(
    "insurance.many_claims",
    3,
    (
        "Claims of a substandard risk",
        "次标赔案数",
        "From so many claims in 36 months on, a risk is substandard.",
        "36个月赔案达到此数者为次标。",
    ),
    unit="claims",
    least=1,
)
late_days = _setting(
    "insurance.late_days",
    7,
    (
        "Days until a payment is late",
        "逾期缴费天数",
        "A premium settled later than this is late.",
        "超过此天数缴清视为逾期。",
    ),
    unit="days",
    least=0,
)
late_payments = _setting(
    "insurance.late_payments",
    2,
    (
        "Late payments that are a sign",
        "逾期次数",
        "So many late payments in 12 months are a sign of lapse.",
        "12个月内逾期达到此次数视为脱保迹象。",
    ),
    unit="payments",
    least=1,
)
high_overdue_days = _setting(
    "insurance.high_overdue_days",
    15,
    (
        "Days overdue of high lapse risk",
        "高脱保风险欠费天数",
        "From so many days without premium on, the risk of lapse is high.",
        "欠费达到此天数者脱保风险高。",
    ),
    unit="days",
    least=1,
)

# --- alerts -----------------------------------------------------------------------------------------------------------

alert_loss_ratio = _setting(
    "insurance.alert_loss_ratio",
    "0.8",
    (
        "Loss ratio that alerts",
        "赔付率预警线",
        "Claims over premiums of 12 months from which a customer or product alerts.",
        "客户或产品12个月赔付率达到此值即预警。",
    ),
    least=0,
)
alert_claims = _setting(
    "insurance.alert_claims",
    3,
    (
        "Claims that alert",
        "出险频度预警线",
        "So many claims of a customer in 12 months alert.",
        "客户12个月出险达到此次数即预警。",
    ),
    unit="claims",
    least=1,
)
early_claim_days = _setting(
    "insurance.early_claim_days",
    30,
    (
        "Days after the start that alert",
        "早期出险天数",
        "A claim within so many days of a first term alerts.",
        "首期起保后此天数内出险即预警。",
    ),
    unit="days",
    least=0,
)
shared_account_claimants = _setting(
    "insurance.shared_account_claimants",
    2,
    (
        "Policyholders with one account",
        "同一账户投保人数",
        "So many policyholders whose claims name one account alert.",
        "多个投保人的赔案使用同一账户即预警。",
    ),
    unit="customers",
    least=2,
)
large_claim = _setting(
    "insurance.large_claim",
    50_000,
    ("Large claim", "大额赔案", "A claim of this amount alerts.", "赔案达到此金额即预警。"),
    unit="base currency",
    least=1,
)
alert_overdue_days = _setting(
    "insurance.alert_overdue_days",
    10,
    (
        "Days overdue that alert",
        "欠费预警天数",
        "So many days without premium alert.",
        "欠费达到此天数即预警。",
    ),
    unit="days",
    least=1,
)
accumulation = _setting(
    "insurance.accumulation",
    10_000_000,
    (
        "Sum insured of a region",
        "区域累积保额",
        "A province whose policies in force are insured for this amount alerts.",
        "同一省份有效保单累积保额达到此金额即预警。",
    ),
    unit="base currency",
    least=1,
)
alert_quiet_days = _setting(
    "insurance.alert_quiet_days",
    90,
    (
        "Days of rest after an alert",
        "预警静默天数",
        "A closed alert is not raised again for so many days, unless it is graver.",
        "预警解除后此天数内不再重复预警，除非级别更高。",
    ),
    unit="days",
    least=0,
)
yellow_factor = _setting(
    "insurance.yellow_factor",
    "1.25",
    (
        "Times the threshold of a yellow alert",
        "黄色预警倍数",
        "From so many times the threshold on, an alert is yellow.",
        "指标达到阈值的此倍数为黄色预警。",
    ),
    least=1,
)
orange_factor = _setting(
    "insurance.orange_factor",
    "1.5",
    (
        "Times the threshold of a orange alert",
        "橙色预警倍数",
        "From so many times the threshold on, an alert is orange.",
        "指标达到阈值的此倍数为橙色预警。",
    ),
    least=1,
)
red_factor = _setting(
    "insurance.red_factor",
    "2",
    (
        "Times the threshold of a red alert",
        "红色预警倍数",
        "From so many times the threshold on, an alert is red.",
        "指标达到阈值的此倍数为红色预警。",
    ),
    least=1,
)

# --- playbooks --------------------------------------------------------------------------------------------------------

callback_days = _setting(
    "insurance.callback_days",
    10,
    (
        "Days until the call to a new policyholder",
        "新单回访天数",
        "A new policyholder is called within so many days, so within the usual cooling-off period.",
        "在犹豫期内、承保后此天数内回访新投保人。",
    ),
    unit="days",
    least=0,
)
care_days = _setting(
    "insurance.care_days",
    90,
    (
        "Days between visits to the best",
        "高价值客户回访间隔",
        "The best customers are visited every so many days.",
        "最佳客户每隔此天数回访一次。",
    ),
    unit="days",
    least=1,
)

SETTINGS: Final = (
    *(new_days, lost_days, top_share, claim_free_days, bad_loss_ratio, many_claims, late_days, late_payments),
    *(high_overdue_days, alert_loss_ratio, alert_claims, early_claim_days, shared_account_claimants, large_claim),
    *(
        alert_overdue_days,
        accumulation,
        alert_quiet_days,
        yellow_factor,
        orange_factor,
        red_factor,
        callback_days,
        care_days,
    ),
)
