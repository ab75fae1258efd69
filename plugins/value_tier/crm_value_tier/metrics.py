"""What a customer is worth in numbers: how much, how often, how lately, and with what profit."""

from crmcore import Metric, Purchase, count, days_since, latest, population_total, rows, total

purchase = rows(Purchase)

# A return is recorded with a negative amount: it lowers spend and profit, but nobody comes back to the shop to be
# counted as a buyer. A purchase whose amount was not recorded was still made.
is_purchase = (purchase.amount >= 0).or_else(True)
in_12m = purchase.at.within(days=365)

spend = Metric(
    "value_tier.spend",
    total(purchase.amount),
    label={"en": "Spend", "zh": "累计消费额"},
    doc={"en": "All purchases, less returns.", "zh": "全部购买金额，已减退货。"},
)
spend_12m = Metric(
    "value_tier.spend_12m",
    total(purchase.amount, where=in_12m),
    label={"en": "Spend, 12 months", "zh": "近12个月消费额"},
    doc={"en": "Purchases of the last 365 days, less returns.", "zh": "最近365天的购买金额，已减退货。"},
)
purchases = Metric(
    "value_tier.purchases",
    count(purchase, where=is_purchase),
    unit="purchases",
    label={"en": "Purchases", "zh": "累计购买次数"},
    doc={"en": "How often the customer bought; returns do not count.", "zh": "购买次数，退货不计。"},
)
purchases_12m = Metric(
    "value_tier.purchases_12m",
    count(purchase, where=is_purchase & in_12m),
    unit="purchases",
    label={"en": "Purchases, 12 months", "zh": "近12个月购买次数"},
    doc={
        "en": "How often the customer bought in the last 365 days; returns do not count.",
        "zh": "最近365天的购买次数，退货不计。",
    },
)
last_purchase = Metric(
    "value_tier.last_purchase",
    latest(purchase.at, where=is_purchase),
    label={"en": "Last purchase", "zh": "最近购买日期"},
    doc={"en": "When the customer last bought; a return is no purchase.", "zh": "最近一次购买的日期，退货不算购买。"},
)
recency = Metric(
    "value_tier.recency",
    days_since(last_purchase),
    unit="days",
    label={"en": "Days since the last purchase", "zh": "距最近购买天数"},
)
profit = Metric(
    "value_tier.profit",
    total(purchase.amount - purchase.cost),
    label={"en": "Profit", "zh": "累计利润"},
    doc={
        "en": "Amount less cost, with its sign, over the purchases whose cost is known; unknown where none is.",
        "zh": "金额减成本，可为负；只计成本已知的购买，全部未知时为未知。",
    },
)
profit_12m = Metric(
    "value_tier.profit_12m",
    total(purchase.amount - purchase.cost, where=in_12m),
    label={"en": "Profit, 12 months", "zh": "近12个月利润"},
    doc={
        "en": "As profit, over the last 365 days.",
        "zh": "同累计利润，限最近365天。",
    },
)
# The revenue side of the margin must come from the same purchases as its profit, or a customer with few recorded costs
# would look like one with a thin margin.
margin_12m = Metric(
    "value_tier.margin_12m",
    profit_12m / total(purchase.amount, where=in_12m & purchase.cost.is_known()),
    label={"en": "Profit margin, 12 months", "zh": "近12个月利润率"},
    doc={
        "en": "Profit as a share of the revenue of the purchases whose cost is known; 0.2 is 20 %.",
        "zh": "利润占成本已知的购买金额之比；0.2即20%。",
    },
)
share_12m = Metric(
    "value_tier.share_12m",
    spend_12m / population_total(spend_12m),
    label={"en": "Share of the company's sales, 12 months", "zh": "近12个月占公司销售额比例"},
    doc={
        "en": "The customer's spend as a share of what all customers spent; 0.05 is 5 %.",
        "zh": "该客户消费额占全部客户消费额之比；0.05即5%。",
    },
)

METRICS = (
    spend,
    spend_12m,
    purchases,
    purchases_12m,
    last_purchase,
    recency,
    profit,
    profit_12m,
    margin_12m,
    share_12m,
)
