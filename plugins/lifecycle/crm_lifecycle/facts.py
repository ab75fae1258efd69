"""What the lifecycle schemes look at: purchases, our own approaches, and what salespeople have learnt.

A fact that nobody has entered is unknown, which is not the same as "no". Each scheme says with ``or_else`` what it makes
of an unknown fact, so that explanations show it.
"""

from crmcore import (
    Customer,
    Field,
    Interaction,
    Metric,
    Purchase,
    Setting,
    count,
    days_since,
    latest,
    rows,
    total,
)

interest = Field(
    "lifecycle.interest",
    bool,
    on=Customer,
    soft=True,
    label={"en": "Shows interest", "zh": "有兴趣"},
    doc={"en": "Whether it shows interest in what we sell.", "zh": "是否对本企业的产品或服务表现出兴趣。"},
)
has_motive = Field(
    "lifecycle.has_motive",
    bool,
    on=Customer,
    soft=True,
    label={"en": "Has a motive to buy", "zh": "有购买动机"},
    doc={"en": "Whether it has a need or wish that our products meet.", "zh": "是否有需求或欲望，因而有购买动机。"},
)
can_pay = Field(
    "lifecycle.can_pay",
    bool,
    on=Customer,
    soft=True,
    label={"en": "Can pay", "zh": "有支付能力"},
    doc={"en": "Whether it is able to pay for what we sell.", "zh": "是否有能力支付本企业的产品或服务。"},
)
cannot_buy = Field(
    "lifecycle.cannot_buy",
    bool,
    on=Customer,
    soft=True,
    label={"en": "Cannot possibly buy", "zh": "不可能购买"},
    doc={
        "en": "Whether it can never become a buyer, for whatever reason: law, place, or what it does.",
        "zh": "是否因法律、地域或业务性质等任何原因而不可能购买。",
    },
)
targeted = Field(
    "lifecycle.targeted",
    bool,
    on=Customer,
    soft=True,
    label={"en": "Chosen as a target", "zh": "列为目标"},
    doc={"en": "Whether we have decided to win it as a customer.", "zh": "本企业是否决定将其开发为客户。"},
)

lost_days = Setting(
    "lifecycle.lost_days",
    365,
    least=1,
    unit="days",
    label={"en": "Days until a customer is lost", "zh": "视为流失的天数"},
    doc={
        "en": "Days without a purchase after which a customer no longer counts as buying. Our default; it should be a "
        "few times the usual interval between purchases.",
        "zh": "多少天未购买即不再视为购买中的客户。默认值由本插件给出，宜为通常购买间隔的数倍。",
    },
)
sleeping_days = Setting(
    "lifecycle.sleeping_days",
    270,
    least=1,
    unit="days",
    label={"en": "Days until a customer is sleeping", "zh": "视为沉睡的天数"},
    doc={
        "en": "Days without a purchase after which the view `lifecycle.sleeping` lists a customer. Our default.",
        "zh": "多少天未购买即列入视图 lifecycle.sleeping。默认值由本插件给出。",
    },
)
contact_days = Setting(
    "lifecycle.contact_days",
    180,
    least=1,
    unit="days",
    label={"en": "Days for which an approach counts", "zh": "主动联系的有效天数"},
    doc={
        "en": "For how many days after we have contacted a party we count as trying to win it. Our default.",
        "zh": "主动联系后多少天内视为正在开发该对象。默认值由本插件给出。",
    },
)

purchase = rows(Purchase)
interaction = rows(Interaction)
customer = rows(Customer)

# A return has a negative amount; who brings something back has not bought again. A purchase whose amount was not
# recorded was still made.
is_purchase = (purchase.amount >= 0).or_else(True)

purchases = Metric(
    "lifecycle.purchases",
    count(purchase, where=is_purchase),
    unit="purchases",
    label={"en": "Purchases", "zh": "累计购买次数"},
    doc={"en": "How often the customer bought; returns do not count.", "zh": "购买次数，退货不计。"},
)
spend = Metric(
    "lifecycle.spend",
    total(purchase.amount),
    label={"en": "Spend", "zh": "累计消费额"},
    doc={"en": "All purchases, less returns.", "zh": "全部购买金额，已减退货。"},
)
spend_12m = Metric(
    "lifecycle.spend_12m",
    total(purchase.amount, where=purchase.at.within(days=365)),
    label={"en": "Spend, 12 months", "zh": "近12个月消费额"},
    doc={"en": "Purchases of the last 365 days, less returns.", "zh": "最近365天的购买金额，已减退货。"},
)
last_purchase = Metric(
    "lifecycle.last_purchase",
    latest(purchase.at, where=is_purchase),
    label={"en": "Last purchase", "zh": "最近购买日期"},
    doc={"en": "When the customer last bought; a return is no purchase.", "zh": "最近一次购买的日期，退货不算购买。"},
)
days_quiet = Metric(
    "lifecycle.days_quiet",
    days_since(last_purchase),
    unit="days",
    label={"en": "Days since the last purchase", "zh": "距最近购买天数"},
)
approaches = Metric(
    "lifecycle.approaches",
    count(interaction, where=interaction.direction.is_("out") & interaction.at.within(days=contact_days)),
    unit="approaches",
    label={"en": "Approaches", "zh": "主动联系次数"},
    doc={
        "en": "How often we contacted the customer within the days set by `lifecycle.contact_days`.",
        "zh": "在 lifecycle.contact_days 所设天数内本企业主动联系的次数。",
    },
)

has_bought = purchases > 0
still_buying = has_bought & (days_quiet <= lost_days)

FIELDS = (interest, has_motive, can_pay, cannot_buy, targeted)
METRICS = (purchases, spend, spend_12m, last_purchase, days_quiet, approaches)
SETTINGS = (lost_days, sleeping_days, contact_days)
