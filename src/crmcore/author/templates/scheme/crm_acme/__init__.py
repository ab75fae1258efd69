"""Acme: sorts customers by what they spend, and notices who stays away."""

from decimal import Decimal

from crmcore import Metric, Purchase, Scheme, Segment, Setting, days_since, hookimpl, latest, rows, total

purchase = rows(Purchase)

# Each company may set its own: in crm.toml under [settings.acme], then by
# `crm config apply`. A default that nobody prescribes says so: "our default".
key_spend = Setting(
    "acme.key_spend",
    Decimal(10_000),
    least=0,
    label={"en": "Spend of key customers", "zh": "重点客户消费额"},
    doc={
        "en": "Smallest 12-month spend of a key customer, in the company's currency. Our default.",
        "zh": "重点客户近12个月的最低消费额，以公司货币计。默认值由本插件给出。",
    },
)
quiet_days = Setting(
    "acme.quiet_days",
    180,
    unit="days",
    least=1,
    label={"en": "Days until a customer is quiet", "zh": "多少天未购买算沉寂"},
    doc={
        "en": "Who bought longer ago than this is quiet. Our default.",
        "zh": "距上次购买超过此天数的客户视为沉寂。默认值由本插件给出。",
    },
)

# What is known of each customer on the day of the question.
spend = Metric(
    "acme.spend_12m",
    total(purchase.amount, where=purchase.at.within(days=365)),
    label={"en": "Spend in 12 months", "zh": "近12个月消费额"},
    doc={"en": "What was paid in the last 365 days; returns lower it.", "zh": "近365天的消费总额，退货从中扣除。"},
)
last_purchase = Metric(
    "acme.last_purchase",
    latest(purchase.at),
    label={"en": "Last purchase", "zh": "最近购买"},
    doc={"en": "The day of the last purchase; unknown before the first.", "zh": "最近一次购买的日期；未购买则未知。"},
)

# The segments are asked in this order, and the first whose rule holds is the answer.
tier = Scheme(
    "acme.tier",
    Segment(
        "key",
        when=spend >= key_spend,
        label={"en": "Key customer", "zh": "重点客户"},
        doc={"en": "Spends so much that losing them would hurt.", "zh": "消费额高，流失会影响业绩。"},
    ),
    Segment(
        "quiet",
        # Without a purchase the days are unknown, and an unknown rule means "cannot tell" for the whole scheme.
        # or_else() says what counts instead.
        when=(days_since(last_purchase) > quiet_days).or_else(False),
        label={"en": "Quiet customer", "zh": "沉寂客户"},
        doc={"en": "Has bought before, but not lately.", "zh": "曾经购买，近来没有。"},
        treatment={"en": "Ask what has changed.", "zh": "询问发生了什么变化。"},
    ),
    Segment(
        "active",
        when=last_purchase.is_known(),
        label={"en": "Active customer", "zh": "活跃客户"},
        doc={"en": "Buys, though less than a key customer.", "zh": "近来有购买，但不及重点客户。"},
    ),
    # The last segment has no rule, so that everybody has a place.
    Segment(
        "prospect",
        label={"en": "Prospect", "zh": "潜在客户"},
        doc={"en": "Has not bought yet.", "zh": "尚未购买。"},
    ),
    label={"en": "Acme tier", "zh": "Acme 客户分级"},
    doc={"en": "How much a customer buys, and how recently.", "zh": "按消费额与最近购买时间划分。"},
)


@hookimpl
def crm_schemes() -> list[Scheme]:
    """Add the scheme; its metrics and settings are found by walking the rules."""
    return [tier]
