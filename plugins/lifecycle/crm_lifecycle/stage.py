"""Stage of the customer lifecycle, by number and amount of purchases: potential, first-time, loyal, churned."""

from decimal import Decimal

from crmcore import Scheme, Segment, Setting, quantile

from .facts import has_bought, interest, purchases, spend, still_buying

loyal_purchases = Setting(
    "lifecycle.loyal_purchases",
    3,
    least=2,
    unit="purchases",
    label={"en": "Purchases of loyal customers", "zh": "忠诚客户购买次数"},
    doc={
        "en": "Fewest purchases of a loyal customer. Our default.",
        "zh": "忠诚客户的最少购买次数。默认值由本插件给出。",
    },
)
loyal_spend = Setting(
    "lifecycle.loyal_spend",
    Decimal("0.1"),
    least=0,
    greatest=1,
    label={"en": "Spend of loyal customers (quantile)", "zh": "忠诚客户消费额分位"},
    doc={
        "en": "Quantile of spend, among all who have bought, that a loyal customer reaches. Our default.",
        "zh": "忠诚客户的累计消费额在买过的客户中须达到的分位。默认值由本插件给出。",
    },
)

# Purchases without recorded amounts are judged by their number alone.
is_loyal = (
    still_buying
    & (purchases >= loyal_purchases)
    & (spend >= quantile(spend, loyal_spend, among=has_bought)).or_else(True)
)
# "May be interested": until somebody has entered that there is no interest.
may_be_interested = interest.is_(True).or_else(True)

stage = Scheme(
    "lifecycle.stage",
    Segment(
        "loyal",
        when=is_loyal,
        label={"en": "Loyal customer", "zh": "忠诚客户"},
        doc={
            "en": "Has bought several times and is loyal; an important source of revenue who recommends us to others.",
            "zh": "多次购买且忠诚度较高，是重要收入来源，并以口碑带来新客户。",
        },
        treatment={
            "en": "Keep them loyal with membership, a reward programme and personal service.",
            "zh": "以会员制度、奖励计划和个性化服务维持其忠诚。",
        },
    ),
    Segment(
        "first_time",
        when=still_buying,
        label={"en": "First-time customer", "zh": "初次客户"},
        doc={
            "en": "Has begun to buy. Who buys again stays here until purchases and spend make a loyal customer.",
            "zh": "刚开始购买；再次购买者在次数与金额达到忠诚标准前仍属此阶段。",
        },
        treatment={
            "en": "Good after-sales service and support, so that the experience makes them loyal.",
            "zh": "提供优质售后服务与支持，以良好体验使其成为忠诚客户。",
        },
    ),
    Segment(
        "churned",
        when=has_bought,
        label={"en": "Churned customer", "zh": "流失客户"},
        doc={
            "en": "Has bought before and, for whatever reason, no longer does.",
            "zh": "曾经购买，因各种原因不再购买。",
        },
        treatment={
            "en": "Find out why they left and win them back: win-back mail, exclusive offers.",
            "zh": "分析流失原因并设法挽回，如发送挽回邮件、提供专属优惠。",
        },
    ),
    Segment(
        "potential",
        when=may_be_interested,
        label={"en": "Potential customer", "zh": "潜在客户"},
        doc={
            "en": "Has not bought yet and shows some interest, which we take for granted until the contrary is entered.",
            "zh": "尚未购买而有一定兴趣；除非录入相反信息，默认有兴趣。",
        },
        treatment={
            "en": "Draw their attention with advertising, marketing and social media; attractive product information, "
            "offers and promotions should bring the first purchase.",
            "zh": "以广告、市场活动和社交媒体吸引关注，以产品信息、优惠和促销促成首次购买。",
        },
    ),
    # Ours: the four stages of the source leave open where somebody belongs who has not bought and is not interested.
    Segment(
        "not_interested",
        label={"en": "Not interested", "zh": "无兴趣"},
        doc={
            "en": "Has not bought, and somebody has entered that there is no interest. The source has no such stage.",
            "zh": "未曾购买，且已录入其无兴趣。来源未设此阶段，由本插件补充。",
        },
    ),
    label={"en": "Lifecycle stage", "zh": "生命周期阶段"},
    doc={
        "en": "By the stage of the relationship, judged by number and amount of purchases.",
        "zh": "按购买次数与购买金额判断客户所处的生命周期阶段。",
    },
)

SETTINGS = (loyal_purchases, loyal_spend)
