"""Northwind Traders: how one wholesaler of food sorts, and looks after, its customers."""

from decimal import Decimal

from crmcore import (
    Customer,
    Field,
    Metric,
    Purchase,
    PurchaseLine,
    Scheme,
    Segment,
    Setting,
    View,
    days_since,
    distinct,
    hookimpl,
    latest,
    rows,
    total,
)

purchase, line = rows(Purchase), rows(PurchaseLine)

cold_room = Field("northwind.cold_room", bool, on=Customer, label={"en": "Has a cold room", "zh": "有冷库"})
key_spend = Setting("northwind.key_spend", Decimal(20_000), doc="Spend in 12 months that makes a key account")

spend = Metric(
    "northwind.spend_12m",
    total(purchase.amount, where=purchase.at.within(days=365)),
    label={"en": "spend in 12 months", "zh": "近12个月消费额"},
)
last = Metric("northwind.last_order", latest(purchase.at), label={"en": "last order", "zh": "最近订单"})
categories = Metric(
    "northwind.categories", distinct(line.category), label={"en": "categories bought", "zh": "购买品类数"}
)

tier = Scheme(
    "northwind.tier",
    Segment("key", when=spend >= key_spend, label={"en": "Key account", "zh": "重点客户"}),
    Segment("sleeping", when=(days_since(last) > 120).or_else(True), label={"en": "Sleeping", "zh": "休眠客户"}),
    Segment("full_range", when=categories >= 7, label={"en": "Full range", "zh": "全品类客户"}),
    Segment("standard", label={"en": "Standard", "zh": "普通客户"}),
    label={"en": "Northwind's own tiers", "zh": "北风公司客户等级"},
)

calls = View(
    "northwind.calls",
    columns=("id", "name", "phone", "owner", last, spend),
    where=tier.is_("sleeping") & (spend >= 5_000),
    sort="-northwind.spend_12m",
    label={"en": "Sleeping, but worth a call", "zh": "值得回访的休眠客户"},
)


@hookimpl
def crm_fields():
    return [cold_room]


@hookimpl
def crm_schemes():
    return [tier]


@hookimpl
def crm_views():
    return [calls]
