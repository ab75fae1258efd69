"""Customers and revenue rolled up from districts to countries, and what each region buys by which channel."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from crm_lifecycle.facts import spend_12m

from crmcore import Chart, Choices, Purchase, Report, ReportContext, Setting, Table, View

from .region import located, region

LEVELS = ("country", "province", "city", "district")

depth = Setting(
    "geography.depth",
    "city",
    choices=Choices(LEVELS, zh=("国家", "省", "市", "区县")),
    label={"en": "Finest level of the roll-up", "zh": "汇总的最细层级"},
    doc={
        "en": "The level down to which the report `geography.rollup` goes. Our default.",
        "zh": "报表 geography.rollup 汇总到哪一级。默认值由本插件给出。",
    },
)

places = View(
    "geography.places",
    ("id", "name", "owner", *LEVELS, region, located),
    sort="geography.region",
    label={"en": "Where customers are", "zh": "客户所在地"},
    doc={"en": "Every customer with its place and region.", "zh": "每位客户的所在地与地区。"},
)
by_region = View(
    "geography.by_region",
    (),
    group=region,
    sums=(spend_12m,),
    bar="lifecycle.spend_12m",
    label={"en": "Customers and revenue by region", "zh": "各地区的客户数与收入"},
    doc={"en": "Customers per region and their spend of 12 months.", "zh": "各地区的客户数与近12个月消费额。"},
)


def _by(level: str, label: dict[str, str]) -> View:
    return View(
        f"geography.by_{level}",
        (),
        group=level,
        sums=(spend_12m,),
        bar="lifecycle.spend_12m",
        sort="-lifecycle.spend_12m",
        label=label,
        doc={
            "en": "Customers and their spend of 12 months, most revenue first.",
            "zh": "客户数与近12个月消费额，收入高者在前。",
        },
    )


by_country = _by("country", {"en": "Customers and revenue by country", "zh": "各国的客户数与收入"})
by_province = _by("province", {"en": "Customers and revenue by province", "zh": "各省的客户数与收入"})
by_city = _by("city", {"en": "Customers and revenue by city", "zh": "各市的客户数与收入"})

Path = tuple[str | None, ...]


def rolled_up(rows: Iterable[tuple[Path, Decimal | None]]) -> dict[Path, tuple[int, Decimal]]:
    """Return customers and revenue of each place; a customer counts in its place and in all that contain it.

    The empty path is everywhere. A place is written as it was first entered, a level that was left out above a known
    one is None.
    """
    found: dict[tuple[str, ...], tuple[Path, int, Decimal]] = {}
    for path, spent in rows:
        ends = max((at for at, name in enumerate(path, 1) if name), default=0)
        above: Path = ()
        for depth in range(ends + 1):
            place = (*above, path[depth - 1] or None) if depth else above
            key = tuple((each or "").casefold() for each in place)
            above, count, total = found.get(key, (place, 0, Decimal(0)))
            found[key] = (above, count + 1, total + (spent or 0))
    return {place: (count, total) for _, (place, count, total) in sorted(found.items())}


def _rollup(company: ReportContext) -> Iterator[Table]:
    levels = LEVELS[: LEVELS.index(company.setting(depth)) + 1]
    listed = company.table(View("geography.rollup", (*levels, spend_12m))).rows
    found = rolled_up((row[:-1], row[-1]) for row in listed)
    _, whole = found.get((), (0, Decimal(0)))
    rows = tuple(
        (
            len(path),
            *path,
            *[None] * (len(levels) - len(path)),
            count,
            total,
            float(total / whole) if whole > 0 else None,
        )
        for path, (count, total) in found.items()
    )
    yield Table(
        ("level", *levels, "customers", spend_12m.name, "share"),
        rows,
        "geography.rollup",
        label=rollup.label,
        labels={
            "level": {"en": "Level", "zh": "层级"},
            "customers": {"en": "Customers", "zh": "客户数"},
            "share": {"en": "Share of revenue", "zh": "收入占比"},
        },
        shares=("share",),
    )


def _sales_channels(company: ReportContext) -> Iterator[Table]:
    regions: dict[Any, Any] = dict(company.table(View("geography.regions", ("id", region))).rows)
    since = company.as_of - timedelta(days=365)
    found: dict[tuple[Any, str | None], tuple[int, Decimal]] = {}
    for each in company.rows(Purchase):
        day = each.at.astimezone(company.zone).date() if isinstance(each.at, datetime) else each.at
        if day > since and each.customer in regions:
            key = (regions[each.customer], each.channel)
            count, total = found.get(key, (0, Decimal(0)))
            found[key] = (count + 1, total + (each.amount or 0))
    order = [segment.name for segment in region.segments]
    rows = sorted(found.items(), key=lambda one: (order.index(one[0][0]) if one[0][0] else len(order), -one[1][1]))
    yield Table(
        (region.name, "channel", "purchases", "amount"),
        tuple((*key, *value) for key, value in rows),
        "geography.sales_channels",
        label=sales_channels.label,
        labels={"channel": {"en": "Channel", "zh": "渠道"}, "purchases": {"en": "Purchases", "zh": "购买次数"}},
        chart=Chart("bar", region, ("amount",), by="channel", stacked=True),
    )


rollup = Report(
    "geography.rollup",
    _rollup,
    label={"en": "Customers and revenue rolled up by place", "zh": "按地域逐级汇总"},
    doc={
        "en": "Everywhere (level 0), countries (1), their provinces (2), cities (3) and districts (4): customers and their spend "
        "of 12 months.",
        "zh": "逐级列出全部（0级）、国家（1级）、省（2级）、市（3级）、区县（4级）的客户数与近12个月消费额。",
    },
)
sales_channels = Report(
    "geography.sales_channels",
    _sales_channels,
    label={"en": "Sales channels by region", "zh": "各地区的销售渠道"},
    doc={
        "en": "What each region bought by which channel in 12 months, to choose a distribution channel by.",
        "zh": "各地区近12个月通过各渠道的购买，供选择分销渠道参考。",
    },
)

VIEWS = (places, by_region, by_country, by_province, by_city)
REPORTS = (rollup, sales_channels)
SETTINGS = (depth,)
