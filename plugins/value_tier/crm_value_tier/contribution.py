"""High, medium and low value: by what a customer contributes in revenue and profit."""

from decimal import Decimal

from crmcore import Scheme, Segment, Setting, population_mean, quantile

from .metrics import profit_12m, spend_12m
from .population import above_median_profit, above_median_spend, buying

high_quantile = Setting(
    "value_tier.high_quantile",
    Decimal("0.8"),
    least=0,
    greatest=1,
    label={"en": "High contribution (quantile)", "zh": "高价值分位"},
    doc={
        "en": "Quantile of 12-month revenue and of profit, among buying customers, that makes a contribution high. "
        "Our default.",
        "zh": "近12个月消费额与利润在有消费客户中达到此分位即为高价值。默认值由本插件给出。",
    },
)
medium_quantile = Setting(
    "value_tier.medium_quantile",
    Decimal("0.4"),
    least=0,
    greatest=1,
    label={"en": "Medium contribution (quantile)", "zh": "中价值分位"},
    doc={
        "en": "Quantile of 12-month revenue, among buying customers, that makes a contribution medium. Our default.",
        "zh": "近12个月消费额在有消费客户中达到此分位即为中价值。默认值由本插件给出。",
    },
)
level_factor = Setting(
    "value_tier.level_factor",
    Decimal(1),
    least=0,
    label={"en": "High value, in average customers", "zh": "高价值相当于平均客户的倍数"},
    doc={
        "en": "How many times the 12-month spend of the average buying customer makes a customer high-value. "
        "Our default.",
        "zh": "近12个月消费额达到有消费客户平均值的多少倍即为高价值。默认值由本插件给出。",
    },
)

high_revenue = (spend_12m >= quantile(spend_12m, high_quantile, among=buying)) & above_median_spend
high_profit = (profit_12m >= quantile(profit_12m, high_quantile, among=buying)) & above_median_profit
medium_revenue = spend_12m >= quantile(spend_12m, medium_quantile, among=buying)

contribution = Scheme(
    "value_tier.contribution",
    Segment(
        "high",
        # Where no cost is recorded, profit is unknown for all and revenue decides alone.
        when=buying & high_revenue & high_profit.or_else(True),
        label={"en": "High-value customer", "zh": "高价值客户"},
        doc={
            "en": "Brings much revenue and profit; as a rule buys often, in large amounts, and is loyal.",
            "zh": "带来较高收入与利润；通常购买频繁、金额大、忠诚度高。",
        },
        treatment={
            "en": "Give them most attention: first-rate products and service, exclusive offers, personal service.",
            "zh": "重点关注，提供优质产品与服务、专属优惠和个性化服务。",
        },
    ),
    Segment(
        "medium",
        when=buying & medium_revenue & (profit_12m > 0).or_else(True),
        label={"en": "Medium-value customer", "zh": "中价值客户"},
        doc={
            "en": "Brings a medium revenue and profit; buys at medium frequency and in medium amounts.",
            "zh": "带来中等收入与利润；购买频率与金额居中。",
        },
        treatment={
            "en": "Encourage them, by active marketing and good relations, to buy more often and more.",
            "zh": "以主动营销和关系维护，激励其提高购买频率与金额。",
        },
    ),
    Segment(
        "low",
        label={"en": "Low-value customer", "zh": "低价值客户"},
        doc={
            "en": "Brings little revenue or profit; buys seldom and in small amounts.",
            "zh": "带来的收入或利润较低；购买少、金额小。",
        },
        treatment={
            "en": "Make the products more attractive to them and try targeted offers to raise their value.",
            "zh": "增强产品吸引力，以有针对性的优惠尝试提升其价值。",
        },
    ),
    label={"en": "Contribution", "zh": "贡献度"},
    doc={
        "en": "By contribution: revenue and signed profit of the last 12 months, compared with other buying customers.",
        "zh": "按贡献度划分：近12个月的收入与利润（可为负），与其他有消费客户比较。",
    },
)

level = Scheme(
    "value_tier.level",
    Segment(
        "high",
        when=buying & (spend_12m >= level_factor * population_mean(spend_12m, among=buying)),
        label={"en": "High-value customer", "zh": "高价值客户"},
        doc={
            "en": "The source defines neither level; we call high what an average buying customer spends, or more.",
            "zh": "来源未作定义；本插件以不低于有消费客户的平均消费额者为高价值。",
        },
    ),
    Segment(
        "low",
        label={"en": "Low-value customer", "zh": "低价值客户"},
        doc={"en": "Everybody else.", "zh": "其余客户。"},
    ),
    label={"en": "Value level", "zh": "价值高低"},
    doc={"en": "Two levels of value, by spend of the last 12 months.", "zh": "按近12个月消费额分高低两级。"},
)

SETTINGS = (high_quantile, medium_quantile, level_factor)
