"""High, medium and low influence: what a customer's choice and opinion weigh with others."""

from crmcore import Choices, Customer, Field, Metric, Scheme, Segment, Setting, count, rows

reputation = Field(
    "customer_size.reputation",
    str,
    on=Customer,
    soft=True,
    choices=Choices(("high", "some", "little"), zh=("知名", "一般", "较低")),
    label={"en": "Reputation in its field", "zh": "行业知名度"},
    doc={
        "en": "How well known it is in its industry, or among those who might buy.",
        "zh": "在行业内或潜在买家中的知名度与影响力。",
    },
)
high_referrals = Setting(
    "customer_size.high_referrals",
    5,
    least=1,
    unit="customers",
    label={"en": "Referred customers, high influence", "zh": "高影响力的推荐客户数"},
    doc={
        "en": "Who brought us so many customers has high influence, whatever its reputation. Our default.",
        "zh": "推荐客户达到此数即为高影响力，不论知名度如何。默认值由本插件给出。",
    },
)
some_referrals = Setting(
    "customer_size.some_referrals",
    2,
    least=1,
    unit="customers",
    label={"en": "Referred customers, medium influence", "zh": "中等影响力的推荐客户数"},
    doc={
        "en": "Who brought us so many customers has medium influence at least. Our default.",
        "zh": "推荐客户达到此数至少为中等影响力。默认值由本插件给出。",
    },
)
referrals = Metric(
    "customer_size.referrals",
    count(rows(Customer, by="referred_by")),
    unit="customers",
    label={"en": "Referred customers", "zh": "推荐的客户数"},
    doc={"en": "Customers who came by its recommendation.", "zh": "经其推荐而来的客户数。"},
)

influence = Scheme(
    "customer_size.influence",
    Segment(
        "high",
        when=(referrals >= high_referrals) | reputation.is_("high"),
        label={"en": "High-influence customer", "zh": "高影响力客户"},
        doc={
            "en": "Well known in its industry; its choice and opinion weigh heavily with others.",
            "zh": "在行业内知名度与影响力较高，其选择和评价对其他客户有很大参考价值。",
        },
    ),
    Segment(
        "medium",
        when=(referrals >= some_referrals) | reputation.is_("some"),
        label={"en": "Medium-influence customer", "zh": "中等影响力客户"},
        doc={
            "en": "Of some reputation; its choice and opinion count for part of the customers.",
            "zh": "有一定知名度，其选择和评价对部分客户有参考价值。",
        },
    ),
    Segment(
        "low",
        label={"en": "Low-influence customer", "zh": "低影响力客户"},
        doc={
            "en": "Little known; its choice and opinion are of little account to others.",
            "zh": "知名度与影响力较低，其选择和评价对其他客户参考价值较小。",
        },
    ),
    label={"en": "Market influence", "zh": "客户影响力"},
    doc={
        "en": "By reputation, which somebody enters, and by the customers who came by its recommendation.",
        "zh": "按录入的行业知名度，以及经其推荐而来的客户数。",
    },
)

FIELDS = (reputation,)
METRICS = (referrals,)
SETTINGS = (high_referrals, some_referrals)
