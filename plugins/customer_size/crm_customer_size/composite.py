"""Large, medium and small customers by sales, profit, frequency and history together, with weights of the company's own."""

from decimal import Decimal

from crm_value_tier.metrics import is_purchase, profit_12m, purchase, purchases_12m, spend_12m

from crmcore import Metric, Scheme, Segment, Setting, Term, choose, days_since, earliest, quantile, total

# As in RFM, a value that equals a cut takes the lower score: where most have bought once, once is the lowest.
HIGHEST_FIRST = ((Decimal("0.8"), 5), (Decimal("0.6"), 4), (Decimal("0.4"), 3), (Decimal("0.2"), 2))

buying = spend_12m > 0


def _weight(factor: str, default: int, label: dict[str, str]) -> Setting:
    return Setting(
        f"customer_size.{factor}_weight",
        default,
        least=0,
        label=label,
        doc={
            "en": "What this factor counts in the composite score; 0 leaves it out. Our default.",
            "zh": "该因素在综合得分中的权重，0表示不计。默认值由本插件给出。",
        },
    )


sales_weight = _weight("sales", 4, {"en": "Weight of sales", "zh": "销售额权重"})
profit_weight = _weight("profit", 3, {"en": "Weight of profit", "zh": "利润贡献权重"})
frequency_weight = _weight("frequency", 2, {"en": "Weight of frequency", "zh": "购买频率权重"})
history_weight = _weight("history", 1, {"en": "Weight of co-operation history", "zh": "合作历史权重"})
large_score = Setting(
    "customer_size.large_score",
    Decimal(4),
    least=1,
    greatest=5,
    label={"en": "Score of large customers", "zh": "大型客户得分"},
    doc={
        "en": "Composite score, from 1 to 5, that makes a customer large. Our default.",
        "zh": "综合得分（1至5分）达到此值即为大型客户。默认值由本插件给出。",
    },
)
mid_score = Setting(
    "customer_size.mid_score",
    Decimal("2.5"),
    least=1,
    greatest=5,
    label={"en": "Score of medium customers", "zh": "中型客户得分"},
    doc={
        "en": "Composite score, from 1 to 5, that makes a customer medium. Our default.",
        "zh": "综合得分（1至5分）达到此值即为中型客户。默认值由本插件给出。",
    },
)

tenure = Metric(
    "customer_size.tenure",
    days_since(earliest(purchase.at, where=is_purchase)),
    unit="days",
    label={"en": "Days since the first purchase", "zh": "合作天数"},
    doc={"en": "How long it has been a customer.", "zh": "自首次购买起的天数。"},
)
growth_12m = Metric(
    "customer_size.growth_12m",
    spend_12m - total(purchase.amount, where=purchase.at.within(days=365, ending=365)),
    label={"en": "Growth of spend, 12 months", "zh": "近12个月消费增长"},
    doc={
        "en": "Spend of the last 365 days less that of the 365 days before: a sign of its potential.",
        "zh": "最近365天消费额减去再前365天消费额，可反映其潜力。",
    },
)


def _score(term: Term) -> Term:
    """Return 1 to 5 by the fifths of the customers who are buying."""
    return choose(*((term > quantile(term, q, among=buying), score) for q, score in HIGHEST_FIRST), otherwise=1)


FACTORS = (
    (_score(spend_12m), spend_12m, sales_weight),
    (_score(profit_12m), profit_12m, profit_weight),
    (_score(purchases_12m), purchases_12m, frequency_weight),
    (_score(tenure), tenure, history_weight),
)


def _if_known(term: Term, value: Term) -> Term:
    return choose((term.is_known(), value), otherwise=0)


# What is unknown, such as profit where no cost is recorded, is left out with its weight: it is neither good nor bad.
weighed = sum((_if_known(term, score * weight) for score, term, weight in FACTORS[1:]), FACTORS[0][0] * sales_weight)
weights = sum((_if_known(term, weight * 1) for _, term, weight in FACTORS[1:]), sales_weight * 1)

score = Metric(
    "customer_size.score",
    weighed / weights,
    label={"en": "Composite score", "zh": "综合得分"},
    doc={
        "en": "Scores of 1 to 5 for sales, profit, frequency and history, weighed; what is unknown is left out.",
        "zh": "销售额、利润贡献、购买频率与合作历史各1至5分，加权平均；未知者不计。",
    },
)

composite = Scheme(
    "customer_size.composite",
    Segment(
        "large",
        when=buying & (score >= large_score),
        label={"en": "Large customer (composite)", "zh": "大型客户（综合）"},
        doc={"en": "High on most factors.", "zh": "多数因素得分较高。"},
    ),
    Segment(
        "medium",
        when=buying & (score >= mid_score),
        label={"en": "Medium customer (composite)", "zh": "中型客户（综合）"},
        doc={"en": "In the middle, or high on one factor and low on another.", "zh": "得分居中，或各因素高低不一。"},
    ),
    Segment(
        "small",
        label={"en": "Small customer (composite)", "zh": "小型客户（综合）"},
        doc={
            "en": "Low on most factors, or bought nothing in the last 12 months.",
            "zh": "多数因素得分较低，或近12个月没有消费。",
        },
    ),
    label={"en": "Composite size", "zh": "客户大小综合分类"},
    doc={
        "en": "By sales, profit contribution, purchase frequency and co-operation history together. The factors are the "
        "source's; scores by fifths, weights and cuts are ours.",
        "zh": "综合销售额、利润贡献、购买频率与合作历史。因素出自来源；五分位评分、权重与分界由本插件给出。",
    },
)

METRICS = (tenure, growth_12m, score)
SETTINGS = (sales_weight, profit_weight, frequency_weight, history_weight, large_score, mid_score)
