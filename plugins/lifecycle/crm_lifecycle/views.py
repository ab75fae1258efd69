"""Tables for those who look after customers: who falls asleep, whom to win, and how many stand where."""

from crmcore import View

from .facts import (
    approaches,
    can_pay,
    days_quiet,
    has_bought,
    has_motive,
    interest,
    last_purchase,
    lost_days,
    purchases,
    sleeping_days,
    spend,
)
from .position import buyer, position, role
from .stage import stage
from .status import status

sleeping = View(
    "lifecycle.sleeping",
    ("id", "name", "owner", "phone", last_purchase, days_quiet, purchases, spend, role),
    where=has_bought & (days_quiet > sleeping_days) & (days_quiet <= lost_days),
    sort="-lifecycle.days_quiet",
    bar="lifecycle.days_quiet",
    label={"en": "About to be lost", "zh": "即将流失的客户"},
    doc={
        "en": "Customers who have not bought for a long time and will soon count as lost, longest silence first.",
        "zh": "久未购买、即将视为流失的客户，时间长者在前。",
    },
)
prospects = View(
    "lifecycle.prospects",
    ("id", "name", "owner", "source", status, interest, has_motive, can_pay, approaches),
    where=status.is_("target") | status.is_("potential"),
    sort="name",
    label={"en": "Whom to win", "zh": "待开发客户"},
    doc={
        "en": "Parties that have not bought and could, with what is known of them.",
        "zh": "尚未购买而可能购买者，及已知情况。",
    },
)
by_stage = View(
    "lifecycle.by_stage",
    (),
    group=stage,
    sums=(spend, purchases),
    bar="lifecycle.spend",
    label={"en": "Customers and revenue per stage", "zh": "各阶段的客户数与收入"},
    doc={
        "en": "How many customers are in each stage, what they spent and how often they bought, over all time.",
        "zh": "各生命周期阶段的客户数、累计消费额与购买次数。",
    },
)
overview = View(
    "lifecycle.overview",
    ("id", "name", status, stage, position, buyer, role, purchases, last_purchase, days_quiet),
    sort="name",
    label={"en": "Where everybody stands", "zh": "客户所处位置一览"},
    doc={
        "en": "Every customer with its answer in each lifecycle scheme.",
        "zh": "每位客户在各生命周期方案中所属的客户群。",
    },
)

VIEWS = (sleeping, prospects, by_stage, overview)
