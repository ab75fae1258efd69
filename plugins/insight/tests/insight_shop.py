"""A shop with two schemes, a playbook and a few customers, for the tests of the commands."""

from datetime import timedelta
from decimal import Decimal
from types import ModuleType

from crmcore import (
    Customer,
    Field,
    Metric,
    Playbook,
    Purchase,
    Scheme,
    Segment,
    Setting,
    TaskTemplate,
    count,
    days_since,
    hookimpl,
    latest,
    rows,
    total,
)
from crmcore.testing import AS_OF, given

purchase = rows(Purchase)
key_spend = Setting("shop.key_spend", Decimal(100), least=0)
visit_days = Setting("shop.visit_days", 10, least=1)
spend = Metric("shop.spend", total(purchase.amount), label={"en": "Spend in all", "zh": "总消费"})
chairs = Field("shop.chairs", int, on=Customer, label={"en": "Chairs", "zh": "椅数"})
tier = Scheme(
    "shop.tier",
    Segment("key", when=spend >= key_spend, label={"en": "Key account", "zh": "重点"}),
    Segment("small", when=count(purchase) > 0, label={"en": "Small account", "zh": "小客户"}),
    Segment("none", label={"en": "Never bought", "zh": "未购买"}),
    label={"en": "Tier", "zh": "等级"},
)
size = Scheme(
    "shop.size",
    Segment("large", when=chairs >= 5, label={"en": "Large shop", "zh": "大店"}),
    Segment("normal", label={"en": "Normal shop", "zh": "普通店"}),
    label={"en": "Size", "zh": "规模"},
)
rest = Scheme(
    "shop.rest",
    Segment("awake", when=days_since(latest(purchase.at)) <= 30, label={"en": "Awake", "zh": "活跃"}),
    Segment("asleep", label={"en": "Asleep", "zh": "沉睡"}),
    label={"en": "Rest", "zh": "状态"},
)
care = Playbook(
    "shop.care",
    tier,
    "small",
    TaskTemplate("call", {"en": "Call them", "zh": "致电"}, due=3),
    cadence=visit_days,
    label={"en": "Care", "zh": "关怀"},
)


hidden = Scheme("shop.hidden", *tier.segments, label={"en": "Hidden", "zh": "保密"}, privacy="sensitive")
asking = Scheme(
    "shop.asking",
    Segment("yes", when=hidden.is_("key"), label={"en": "Yes", "zh": "是"}),
    Segment("no", label={"en": "No", "zh": "否"}),
    label={"en": "Asking", "zh": "询问"},
)


def module(*more):
    """Return the shop as a plugin, with more schemes if some are given."""
    made = ModuleType("crm_shop")
    for kind, values in {"fields": [chairs], "schemes": [tier, size, rest, *more], "playbooks": [care]}.items():
        made.__dict__[f"crm_{kind}"] = hookimpl(_hook(f"crm_{kind}", values))
    return made


def _hook(name, values):
    def hook():
        return values

    hook.__name__ = name
    return hook


def fill(trial):
    """Enter five customers: one key account, two small ones, two that never bought."""
    trial.customer("c1", given({"shop.chairs": 9}, purchases=[(100, 300), (10, 100)]), name="Ada")
    trial.customer("c2", given({"shop.chairs": 2}, purchases=[(50, 60)]), name="Bo")
    trial.customer("c3", given(purchases=[(5, 40)]), name="Cy")
    trial.customer("c4", given({"shop.chairs": 5}), name="Di")
    trial.customer("c5", given(), name="Eve")


def day(ago):
    """Return a day so many days before that of the tests."""
    return AS_OF - timedelta(days=ago)
