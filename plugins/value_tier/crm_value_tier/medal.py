"""Gold, silver and bronze: by what a customer has spent and how often, over all time."""

from decimal import Decimal

from crmcore import Scheme, Segment, Setting

from .metrics import purchases, spend

gold_spend = Setting(
    "value_tier.gold_spend",
    Decimal(10_000),
    least=0,
    label={"en": "Spend for gold", "zh": "金牌消费额"},
    doc={
        "en": "Spend over all time that gold needs, in the company's currency. Our default; it depends on what you sell.",
        "zh": "金牌所需累计消费额，以公司本位币计。默认值由本插件给出，应随行业调整。",
    },
)
gold_purchases = Setting(
    "value_tier.gold_purchases",
    10,
    least=0,
    unit="purchases",
    label={"en": "Purchases for gold", "zh": "金牌购买次数"},
    doc={
        "en": "Purchases over all time that gold needs as well. Our default.",
        "zh": "金牌同时所需的累计购买次数。默认值由本插件给出。",
    },
)
silver_spend = Setting(
    "value_tier.silver_spend",
    Decimal(1_000),
    least=0,
    label={"en": "Spend for silver", "zh": "银牌消费额"},
    doc={
        "en": "Spend over all time that silver needs, in the company's currency. Our default.",
        "zh": "银牌所需累计消费额，以公司本位币计。默认值由本插件给出。",
    },
)
silver_purchases = Setting(
    "value_tier.silver_purchases",
    3,
    least=0,
    unit="purchases",
    label={"en": "Purchases for silver", "zh": "银牌购买次数"},
    doc={
        "en": "Purchases over all time that silver needs as well. Our default.",
        "zh": "银牌同时所需的累计购买次数。默认值由本插件给出。",
    },
)

REWARDS = {
    "en": "Reward customers according to their level, each level differently.",
    "zh": "按客户级别给予不同的回馈。",
}

medal = Scheme(
    "value_tier.medal",
    Segment(
        "gold",
        when=(spend >= gold_spend) & (purchases >= gold_purchases),
        label={"en": "Gold customer", "zh": "金牌客户"},
        doc={"en": "Has spent most and bought most often.", "zh": "历史消费金额最高且次数最多的一级。"},
        treatment=REWARDS,
    ),
    Segment(
        "silver",
        when=(spend >= silver_spend) & (purchases >= silver_purchases),
        label={"en": "Silver customer", "zh": "银牌客户"},
        doc={"en": "The level between: enough in amount and in number.", "zh": "金额与次数均达到中间一级。"},
        treatment=REWARDS,
    ),
    Segment(
        "bronze",
        label={"en": "Bronze customer", "zh": "铜牌客户"},
        doc={
            "en": "The entry level, where everybody begins; a large amount in few purchases stays here too.",
            "zh": "起始级别，人人由此开始；金额大而次数少者也在此级。",
        },
        treatment=REWARDS,
    ),
    label={"en": "Medal", "zh": "金银铜牌"},
    doc={
        "en": "By spend and number of purchases together, over all time. That gold is the highest is our reading.",
        "zh": "按历史消费金额与消费次数共同划分；以金牌为最高是本插件的理解。",
    },
)

SETTINGS = (gold_spend, gold_purchases, silver_spend, silver_purchases)
