"""By which sales channel a customer buys: online shop, physical store, telephone, or several of them."""

from crm_lifecycle.facts import is_purchase, purchase, purchases

from crmcore import Metric, Predicate, Scheme, Segment, Term, choose, count

from .facts import names_any

ONLINE = ("online", "web", "internet", "e-commerce", "ecommerce", "mobile", "网", "线上", "电商", "商城", "小程序")
STORE = ("store", "shop", "branch", "showroom", "counter", "实体", "门店", "店铺", "专柜", "线下")
TELEPHONE = ("phone", "call", "telesales", "电话")


def _bought(name: str, rule: Predicate, label: dict[str, str]) -> Metric:
    return Metric(f"channels.{name}", count(purchase, where=is_purchase & rule), unit="purchases", label=label)


# An online shop is no shop of bricks, and a phone order in a shop's own words no visit to it.
is_online = names_any(purchase.channel, ONLINE)
is_telephone = names_any(purchase.channel, TELEPHONE) & ~is_online
is_store = names_any(purchase.channel, STORE) & ~is_online & ~is_telephone
online = _bought("online", is_online, {"en": "Purchases online", "zh": "线上购买次数"})
telephone = _bought("telephone", is_telephone, {"en": "Purchases by telephone", "zh": "电话购买次数"})
store = _bought("store", is_store, {"en": "Purchases in stores", "zh": "门店购买次数"})
other = _bought(
    "other", ~is_online & ~is_store & ~is_telephone, {"en": "Purchases otherwise", "zh": "其他渠道购买次数"}
)
PARTS = (online, store, telephone, other)


def _number(parts: tuple[Metric, ...]) -> Term:
    first, *others = (choose((part > 0, 1), otherwise=0) for part in parts)
    found: Term = first
    for each in others:
        found += each
    return found


kinds = Metric(
    "channels.kinds",
    choose((count(purchase.channel, where=is_purchase) > 0, _number(PARTS))),
    unit="channels",
    label={"en": "Sales channels used", "zh": "使用的销售渠道数"},
    doc={
        "en": "How many kinds of channels the customer buys by; unknown where no purchase names one.",
        "zh": "客户通过几类渠道购买；购买记录均无渠道时为未知。",
    },
)

sales_channel = Scheme(
    "channels.sales_channel",
    Segment(
        "not_bought",
        when=purchases <= 0,
        label={"en": "Has not bought", "zh": "尚未购买"},
        doc={"en": "No purchase, so no channel. Our addition.", "zh": "无购买记录，故无渠道。由本插件补充。"},
    ),
    # Where no purchase names a channel this is unknown, and the walk ends.
    Segment(
        "several",
        when=kinds >= 2,
        label={"en": "Several channels", "zh": "多渠道"},
        doc={
            "en": "Buys by more than one kind of channel. Our addition.",
            "zh": "通过不止一类渠道购买。由本插件补充。",
        },
    ),
    Segment(
        "online",
        when=online > 0,
        label={"en": "Online shop", "zh": "线上商城"},
        doc={"en": "Buys online alone.", "zh": "只在线上购买。"},
    ),
    Segment(
        "store",
        when=store > 0,
        label={"en": "Physical store", "zh": "实体店"},
        doc={"en": "Buys in stores alone.", "zh": "只在实体店购买。"},
    ),
    Segment(
        "telephone",
        when=telephone > 0,
        label={"en": "Telephone sales", "zh": "电话销售"},
        doc={"en": "Buys by telephone alone.", "zh": "只通过电话购买。"},
    ),
    Segment(
        "other",
        label={"en": "Other channel", "zh": "其他渠道"},
        doc={"en": "Its purchases name a channel that is none of these.", "zh": "所记渠道不属于上述各类。"},
    ),
    label={"en": "Sales channel", "zh": "销售渠道"},
    doc={
        "en": "By which channel the customer buys, from the words of the purchases' channel. The source names the first "
        "three as examples; which words mean them is ours.",
        "zh": "按购买记录中的渠道判断。来源以线上商城、实体店、电话销售为例，对应的用词由本插件规定。",
    },
)

METRICS = (*PARTS, kinds)
