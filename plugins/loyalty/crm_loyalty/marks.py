"""The four marks by which loyal purchase is known: directed, repeated, related and referring; and what else loyalty needs."""

from collections.abc import Iterable

from crm_lifecycle.facts import is_purchase, purchase, purchases
from crm_lifecycle.position import repeat_purchases

from crmcore import (
    Customer,
    Field,
    Metric,
    Predicate,
    PurchaseLine,
    Setting,
    Term,
    choose,
    count,
    days_since,
    distinct,
    earliest,
    latest,
    rows,
)

buys_elsewhere = Field(
    "loyalty.buys_elsewhere",
    bool,
    on=Customer,
    soft=True,
    label={"en": "Buys elsewhere too", "zh": "与其他企业有交易"},
    doc={
        "en": "Whether it also buys from others what it could buy from us.",
        "zh": "是否同时向其他企业购买本企业也能提供的产品或服务。",
    },
)
trusts = Field(
    "loyalty.trusts",
    bool,
    on=Customer,
    soft=True,
    label={"en": "Trusts us", "zh": "信任本企业"},
    doc={"en": "Whether it trusts the company.", "zh": "是否信任本企业。"},
)

related_categories = Setting(
    "loyalty.related_categories",
    2,
    least=2,
    unit="categories",
    label={"en": "Categories of related purchase", "zh": "相关性购买的品类数"},
    doc={
        "en": "Fewest product categories of a customer whose purchases are related. Our default.",
        "zh": "购买过至少多少个品类视为相关性购买。默认值由本插件给出。",
    },
)
referrals_needed = Setting(
    "loyalty.referrals_needed",
    1,
    least=1,
    unit="customers",
    label={"en": "Referrals of a referring customer", "zh": "推荐性购买的推荐数"},
    doc={
        "en": "Fewest customers whom a customer has brought to us by recommending us. Our default.",
        "zh": "至少推荐来多少位客户视为推荐性购买。默认值由本插件给出。",
    },
)

line = rows(PurchaseLine)
referred = rows(Customer, by="referred_by")
# The lines of a return belong to what was bought before.
is_bought = (line.purchase.amount >= 0).or_else(True)

referrals = Metric(
    "loyalty.referrals",
    count(referred),
    unit="customers",
    label={"en": "Referrals", "zh": "推荐客户数"},
    doc={"en": "Customers who name this one as their referrer.", "zh": "以该客户为推荐人的客户数。"},
)
# Where no line says what was bought, how many categories there are is unknown, not none.
categories = Metric(
    "loyalty.categories",
    choose(
        (purchases <= 0, 0),
        (count(line.category, where=is_bought) > 0, distinct(line.category, where=is_bought)),
    ),
    unit="categories",
    label={"en": "Categories bought", "zh": "购买品类数"},
    doc={
        "en": "In how many product categories the customer has bought; unknown where no purchase names one.",
        "zh": "购买过的产品品类数；购买明细均无品类时为未知。",
    },
)
trading_days = Metric(
    "loyalty.trading_days",
    days_since(earliest(purchase.at, where=is_purchase)) - days_since(latest(purchase.at, where=is_purchase)),
    unit="days",
    label={"en": "Trading time", "zh": "交易时间"},
    doc={"en": "Days from the first purchase to the last.", "zh": "首次购买至最近一次购买的天数。"},
)

is_directed = buys_elsewhere.is_(False)
is_repeat = purchases >= repeat_purchases
is_related = categories >= related_categories
is_referring = referrals >= referrals_needed
MARKS = (is_directed, is_repeat, is_related, is_referring)


def _flag(rule: Predicate) -> Term:
    return choose((rule, True), otherwise=False)


directed = Metric(
    "loyalty.directed",
    _flag(is_directed),
    label={"en": "Directed purchase", "zh": "指向性购买"},
    doc={
        "en": "First mark of loyalty: buys from us and from nobody else, as somebody has entered.",
        "zh": "忠诚特征之一：只向本企业购买，须已录入。",
    },
)
repeat = Metric(
    "loyalty.repeat",
    _flag(is_repeat),
    label={"en": "Repeat purchase", "zh": "重复性购买"},
    doc={
        "en": "Second mark of loyalty: has bought as often as `lifecycle.repeat_purchases` says.",
        "zh": "忠诚特征之二：购买次数达到 lifecycle.repeat_purchases。",
    },
)
related = Metric(
    "loyalty.related",
    _flag(is_related),
    label={"en": "Related purchase", "zh": "相关性购买"},
    doc={
        "en": "Third mark of loyalty: buys in several product categories.",
        "zh": "忠诚特征之三：购买多个相关品类。",
    },
)
referral = Metric(
    "loyalty.referral",
    _flag(is_referring),
    label={"en": "Referral purchase", "zh": "推荐性购买"},
    doc={
        "en": "Fourth mark of loyalty: others buy because it recommends us.",
        "zh": "忠诚特征之四：推荐他人购买。",
    },
)


def _number(rules: Iterable[Predicate]) -> Term:
    first, *others = (choose((rule, 1), otherwise=0) for rule in rules)
    found: Term = first
    for each in others:
        found += each
    return found


marks = Metric(
    "loyalty.marks",
    _number(MARKS),
    unit="marks",
    label={"en": "Marks of loyalty", "zh": "忠诚特征数"},
    doc={
        "en": "How many of the four marks the customer shows; unknown as long as one of them is.",
        "zh": "四个忠诚特征中具备几个；任一未知则未知。",
    },
)
marks_at_least = Metric(
    "loyalty.marks_at_least",
    _number(mark.or_else(False) for mark in MARKS),
    unit="marks",
    label={"en": "Marks of loyalty, at least", "zh": "至少具备的忠诚特征数"},
    doc={
        "en": "How many marks are known to be shown.",
        "zh": "已知具备的特征数。",
    },
)
marks_at_most = Metric(
    "loyalty.marks_at_most",
    _number(mark.or_else(True) for mark in MARKS),
    unit="marks",
    label={"en": "Marks of loyalty, at most", "zh": "至多具备的忠诚特征数"},
    doc={
        "en": "How many marks there would be if all that are unknown were shown.",
        "zh": "若未知的特征全部具备，共有几个。",
    },
)

FIELDS = (buys_elsewhere, trusts)
SETTINGS = (related_categories, referrals_needed)
METRICS = (
    directed,
    repeat,
    related,
    referral,
    marks,
    marks_at_least,
    marks_at_most,
    referrals,
    categories,
    trading_days,
)
