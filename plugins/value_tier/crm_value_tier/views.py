"""Tables of the best customers and of what each class brings."""

from crmcore import View

from .contribution import contribution
from .medal import medal
from .metrics import (
    last_purchase,
    margin_12m,
    profit_12m,
    purchases,
    purchases_12m,
    share_12m,
    spend,
    spend_12m,
)
from .population import buying
from .rfm import frequency_score, monetary_score, recency_score, rfm
from .size import abc, size
from .vip import vip

top = View(
    "value_tier.top",
    ("id", "name", spend_12m, share_12m, purchases_12m, last_purchase, vip, contribution, medal, size, abc, rfm),
    where=buying,
    sort="-value_tier.spend_12m",
    limit=20,
    bar="value_tier.spend_12m",
    label={"en": "Top customers by spend", "zh": "消费额最高的客户"},
    doc={
        "en": "The customers who spent most in the last 12 months, with their tiers.",
        "zh": "近12个月消费额最高的客户及其价值分级。",
    },
)
by_abc = View(
    "value_tier.by_abc",
    (),
    group=abc,
    sums=(spend_12m,),
    bar="value_tier.spend_12m",
    label={"en": "Customers and revenue per ABC class", "zh": "各ABC类的客户数与收入"},
    doc={
        "en": "How many customers each class has, and what they spent in the last 12 months.",
        "zh": "各类的客户数及其近12个月消费额。",
    },
)
by_rfm = View(
    "value_tier.by_rfm",
    (),
    group=rfm,
    sums=(spend, purchases),
    bar="value_tier.spend",
    label={"en": "Customers and revenue per RFM segment", "zh": "各RFM分群的客户数与收入"},
    doc={
        "en": "How many customers each segment has, what they spent and how often they bought, over all time.",
        "zh": "各分群的客户数、累计消费额与购买次数。",
    },
)
win_back = View(
    "value_tier.win_back",
    ("id", "name", "owner", last_purchase, spend, recency_score, frequency_score, monetary_score, rfm),
    where=rfm.is_("cannot_lose") | rfm.is_("at_risk"),
    sort="-value_tier.spend",
    bar="value_tier.spend",
    label={"en": "Good customers who stay away", "zh": "久未购买的好客户"},
    doc={
        "en": "Those who used to buy often or spend much and have not bought lately, largest first.",
        "zh": "过去买得勤或花得多而久未购买的客户，按累计消费额排列。",
    },
)
losses = View(
    "value_tier.losses",
    ("id", "name", spend_12m, profit_12m, margin_12m, vip, contribution),
    where=profit_12m < 0,
    sort="value_tier.profit_12m",
    bar="value_tier.profit_12m",
    label={"en": "Customers who cost money", "zh": "利润为负的客户"},
    doc={
        "en": "Customers whose known costs of the last 12 months exceed what they paid, largest loss first.",
        "zh": "近12个月已知成本高于付款的客户，亏损大者在前。",
    },
)

VIEWS = (top, by_abc, by_rfm, win_back, losses)
