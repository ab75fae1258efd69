"""Large, medium and small customers by annual amount, and A, B, C by cumulative share."""

from decimal import Decimal

from crmcore import Scheme, Segment, Setting, pareto_cut, quantile

from .metrics import spend_12m
from .population import buying

large_quantile = Setting(
    "value_tier.large_quantile",
    Decimal("0.9"),
    least=0,
    greatest=1,
    label={"en": "Large customers (quantile)", "zh": "大客户分位"},
    doc={
        "en": "Quantile of the annual amount, among buying customers, that makes a customer large. Our default.",
        "zh": "年度交易额在有消费客户中达到此分位即为大客户。默认值由本插件给出。",
    },
)
mid_quantile = Setting(
    "value_tier.mid_quantile",
    Decimal("0.6"),
    least=0,
    greatest=1,
    label={"en": "Medium customers (quantile)", "zh": "中客户分位"},
    doc={
        "en": "Quantile of the annual amount, among buying customers, that makes a customer medium. Our default.",
        "zh": "年度交易额在有消费客户中达到此分位即为中客户。默认值由本插件给出。",
    },
)
a_share = Setting(
    "value_tier.a_share",
    Decimal("0.8"),
    least=0,
    greatest=1,
    label={"en": "Cumulative share of class A", "zh": "A类累计占比"},
    doc={
        "en": "Share of sales that the A customers bring together. Our default: the usual 80 %.",
        "zh": "A类客户合计占销售额的比例。默认值由本插件给出：通行的80%。",
    },
)
b_share = Setting(
    "value_tier.b_share",
    Decimal("0.95"),
    least=0,
    greatest=1,
    label={"en": "Cumulative share of classes A and B", "zh": "A、B类累计占比"},
    doc={
        "en": "Share of sales that the A and B customers bring together. Our default: the usual 95 %.",
        "zh": "A、B两类客户合计占销售额的比例。默认值由本插件给出：通行的95%。",
    },
)

STANDARD_SERVICE = {
    "en": "Serve them by a standard process and an automated CRM.",
    "zh": "以标准化服务流程和自动化CRM系统管理。",
}
FITTED_SERVICE = {
    "en": "Allot resources by class, with personal and fitting service.",
    "zh": "按类别优化资源配置，提供个性化、有针对性的服务。",
}

# A rolling year, not the calendar's: on 2 January the latter would make everybody small.
size = Scheme(
    "value_tier.size",
    Segment(
        "large",
        when=buying & (spend_12m >= quantile(spend_12m, large_quantile, among=buying)),
        label={"en": "Large customer", "zh": "大客户"},
        doc={
            "en": "Among the highest annual amounts; these customers usually bring most of the revenue.",
            "zh": "年度交易额最高的客户，通常贡献最多收入。",
        },
        treatment={
            "en": "Personal service and made-to-measure solutions from a dedicated team of experienced sales and "
            "account managers, who speak with them regularly about needs and feedback.",
            "zh": "由经验丰富的销售与客户经理组成专门团队，提供个性化服务和定制方案，定期沟通需求与反馈。",
        },
    ),
    Segment(
        "medium",
        when=buying & (spend_12m >= quantile(spend_12m, mid_quantile, among=buying)),
        label={"en": "Medium customer", "zh": "中客户"},
        doc={
            "en": "A lower annual amount, yet an important part of the revenue.",
            "zh": "年度交易额较低，但仍是重要收入来源。",
        },
        treatment=STANDARD_SERVICE,
    ),
    Segment(
        "small",
        label={"en": "Small customer", "zh": "小客户"},
        doc={
            "en": "A low annual amount; there are many, and together they matter.",
            "zh": "年度交易额低、数量多，合计仍属重要收入来源。",
        },
        treatment=STANDARD_SERVICE,
    ),
    label={"en": "Size by annual amount", "zh": "按年度交易额的大小"},
    doc={
        "en": "By the amount of the last 12 months, compared with the other buying customers.",
        "zh": "按近12个月交易额，与其他有消费客户比较划分。",
    },
)

# If returns outweigh all sales, shares of the total mean nothing: the cuts are unknown and so are the classes.
abc = Scheme(
    "value_tier.abc",
    Segment(
        "A",
        when=buying & (spend_12m >= pareto_cut(spend_12m, a_share)),
        label={"en": "Class A", "zh": "A类客户"},
        doc={
            "en": "The few who together bring the first 80 % of sales; the share is a setting.",
            "zh": "合计贡献销售额前80%的少数客户；比例可设。",
        },
        treatment=FITTED_SERVICE,
    ),
    Segment(
        "B",
        when=buying & (spend_12m >= pareto_cut(spend_12m, b_share)),
        label={"en": "Class B", "zh": "B类客户"},
        doc={
            "en": "Those who, after class A, bring sales to 95 %; the share is a setting.",
            "zh": "在A类之后使累计销售额达到95%的客户；比例可设。",
        },
        treatment=FITTED_SERVICE,
    ),
    Segment(
        "C",
        label={"en": "Class C", "zh": "C类客户"},
        doc={
            "en": "The many who bring the rest, and those who bought nothing in the last 12 months.",
            "zh": "贡献其余销售额的多数客户，以及近12个月无消费者。",
        },
        treatment=FITTED_SERVICE,
    ),
    label={"en": "ABC class", "zh": "ABC分类"},
    doc={
        "en": "By cumulative share of 12-month sales, largest customers first; equal customers share a class.",
        "zh": "按近12个月销售额由大到小的累计占比划分；金额相同者同类。",
    },
)

SETTINGS = (large_quantile, mid_quantile, a_share, b_share)
