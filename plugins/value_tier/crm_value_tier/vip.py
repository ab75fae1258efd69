"""VIP, key and ordinary customers: by their share of the company's sales, then by frequency, spend and margin."""

from decimal import Decimal

from crmcore import Scheme, Segment, Setting, quantile

from .metrics import margin_12m, purchases_12m, share_12m, spend_12m
from .population import above_median_purchases, above_median_spend, buying

vip_share = Setting(
    "value_tier.vip_share",
    Decimal("0.05"),
    least=0,
    greatest=1,
    label={"en": "Share of sales that makes a VIP", "zh": "贵宾客户销售额占比"},
    doc={
        "en": "Smallest share of the company's 12-month sales for a VIP. Our default; companies with very many small "
        "customers will want less.",
        "zh": "贵宾客户占公司近12个月销售额的最低比例。默认值由本插件给出；小客户很多的公司应调低。",
    },
)
key_frequency = Setting(
    "value_tier.key_frequency",
    Decimal("0.75"),
    least=0,
    greatest=1,
    label={"en": "Frequency of key customers (quantile)", "zh": "重要客户购买频率分位"},
    doc={
        "en": "Quantile of 12-month purchases, among buying customers, from which frequency is high. Our default.",
        "zh": "近12个月购买次数在有消费客户中达到此分位即为高频。默认值由本插件给出。",
    },
)
key_spend = Setting(
    "value_tier.key_spend",
    Decimal("0.75"),
    least=0,
    greatest=1,
    label={"en": "Spend of key customers (quantile)", "zh": "重要客户消费额分位"},
    doc={
        "en": "Quantile of 12-month spend, among buying customers, from which spend is large. Our default.",
        "zh": "近12个月消费额在有消费客户中达到此分位即为高额。默认值由本插件给出。",
    },
)
key_margin = Setting(
    "value_tier.key_margin",
    Decimal("0.1"),
    least=-1,
    greatest=1,
    label={"en": "Profit margin of key customers", "zh": "重要客户利润率"},
    doc={
        "en": "Smallest 12-month profit margin of a key customer. Our default. Where no cost is recorded the margin is "
        "unknown, and frequency and spend decide alone.",
        "zh": "重要客户近12个月的最低利润率。默认值由本插件给出。未记录成本时利润率未知，仅看频率与消费额。",
    },
)

frequent = (purchases_12m >= quantile(purchases_12m, key_frequency, among=buying)) & above_median_purchases
spends_much = (spend_12m >= quantile(spend_12m, key_spend, among=buying)) & above_median_spend

vip = Scheme(
    "value_tier.vip",
    Segment(
        "vip",
        when=buying & (share_12m >= vip_share),
        label={"en": "VIP customer", "zh": "贵宾客户"},
        doc={
            "en": "Accounts for a very high share of all that the company sells and contributes most to its sales; "
            "there are very few.",
            "zh": "消费额在公司销售总额中占比很高、贡献最大的极少数客户。",
        },
    ),
    Segment(
        "key",
        # Many companies record no costs. To leave all of their customers unplaced would help nobody, so an unknown
        # margin is not held against anyone; explanations say that it was taken for granted.
        when=buying & frequent & spends_much & (margin_12m >= key_margin).or_else(True),
        label={"en": "Key customer", "zh": "重要客户"},
        doc={
            "en": "Not a VIP, but buys often, spends much and leaves a good margin, so that the company's results feel it.",
            "zh": "贵宾客户之外，购买频率高、消费额大、利润率高，对公司业绩有一定影响的客户。",
        },
    ),
    Segment(
        "ordinary",
        label={"en": "Ordinary customer", "zh": "普通客户"},
        doc={
            "en": "Spends little and brings little profit, sometimes a loss; there are very many.",
            "zh": "个体消费不多、利润不高，有时利润为负，人数众多的客户。",
        },
    ),
    label={"en": "VIP, key, ordinary", "zh": "贵宾、重要、普通客户"},
    doc={
        "en": "By what the customer is worth to the company. A key customer is one who is not already a VIP.",
        "zh": "按客户对企业的价值大小划分；重要客户不含贵宾客户。",
    },
)

SETTINGS = (vip_share, key_frequency, key_spend, key_margin)
