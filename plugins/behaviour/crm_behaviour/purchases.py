"""What customers have bought and how: categories, frequency, discounts and quantities."""

from decimal import Decimal

from crm_lifecycle.facts import is_purchase, purchase, purchases

from crmcore import Metric, PurchaseLine, Setting, choose, count, distinct, last, mean, rows

line = rows(PurchaseLine)
# The lines of a return belong to what was bought before.
is_bought = (line.purchase.amount >= 0).or_else(True)
has_category = count(line.category, where=is_bought) > 0

selective_categories = Setting(
    "behaviour.selective_categories",
    2,
    least=2,
    unit="categories",
    label={"en": "Categories of selective customers", "zh": "选择型客户的品类数"},
    doc={
        "en": "Fewest product categories of a customer who is no specialist. Our default.",
        "zh": "至少购买多少个品类不再属于专一型。默认值由本插件给出。",
    },
)
broad_categories = Setting(
    "behaviour.broad_categories",
    5,
    least=2,
    unit="categories",
    label={"en": "Categories of broad customers", "zh": "广泛型客户的品类数"},
    doc={
        "en": "Fewest product categories of a customer who buys broadly. Our default.",
        "zh": "至少购买多少个品类属于广泛型。默认值由本插件给出。",
    },
)
often_purchases = Setting(
    "behaviour.often_purchases",
    12,
    least=1,
    unit="purchases",
    label={"en": "Purchases a year of frequent customers", "zh": "频繁购买的年次数"},
    doc={
        "en": "Fewest purchases in 365 days of a customer who buys often. Our default.",
        "zh": "365天内至少购买多少次为频繁购买。默认值由本插件给出。",
    },
)
regular_purchases = Setting(
    "behaviour.regular_purchases",
    4,
    least=1,
    unit="purchases",
    label={"en": "Purchases a year of regular customers", "zh": "经常购买的年次数"},
    doc={
        "en": "Fewest purchases in 365 days of a customer who buys regularly. Our default.",
        "zh": "365天内至少购买多少次为经常购买。默认值由本插件给出。",
    },
)
bargain_share = Setting(
    "behaviour.bargain_share",
    Decimal("0.5"),
    least=0,
    greatest=1,
    label={"en": "Discounted share of bargain hunters", "zh": "折扣型客户的折扣占比"},
    doc={
        "en": "Least share of discounted lines of a customer who waits for discounts. Our default.",
        "zh": "折扣商品行占比达到此值为折扣型。默认值由本插件给出。",
    },
)
bulk_quantity = Setting(
    "behaviour.bulk_quantity",
    Decimal(24),
    least=1,
    label={"en": "Quantity of bulk buyers", "zh": "批量型客户的每行数量"},
    doc={
        "en": "Least mean quantity per purchase line of a customer who buys in bulk. Our default.",
        "zh": "每个购买明细平均数量达到此值为批量型。默认值由本插件给出。",
    },
)

# Where no line says what was bought, how many categories there are is unknown, not none.
categories = Metric(
    "behaviour.categories",
    choose((has_category, distinct(line.category, where=is_bought))),
    unit="categories",
    label={"en": "Categories bought", "zh": "购买品类数"},
    doc={
        "en": "In how many product categories the customer has bought; unknown where no purchase names one.",
        "zh": "购买过的产品品类数；购买明细均无品类时为未知。",
    },
)
latest_category = Metric(
    "behaviour.latest_category",
    last(line.category, where=is_bought),
    label={"en": "Latest category", "zh": "最近购买品类"},
    doc={"en": "The category that was bought last.", "zh": "最近一次购买的品类。"},
)
purchases_12m = Metric(
    "behaviour.purchases_12m",
    count(purchase, where=is_purchase & purchase.at.within(days=365)),
    unit="purchases",
    label={"en": "Purchases, 12 months", "zh": "近12个月购买次数"},
    doc={"en": "Purchases of the last 365 days; returns do not count.", "zh": "最近365天的购买次数，退货不计。"},
)
discounted_share = Metric(
    "behaviour.discounted_share",
    count(line, where=is_bought & (line.discount > 0)) / count(line, where=is_bought),
    label={"en": "Discounted share", "zh": "折扣占比"},
    doc={
        "en": "Share of purchase lines with a discount, 0 to 1; a line without one entered has none.",
        "zh": "有折扣的购买明细占比（0至1）；未录入折扣视为无折扣。",
    },
)
mean_quantity = Metric(
    "behaviour.mean_quantity",
    mean(line.quantity, where=is_bought),
    label={"en": "Quantity per line", "zh": "每行平均数量"},
    doc={"en": "Mean quantity of the purchase lines that name one.", "zh": "有数量的购买明细的平均数量。"},
)

has_not_bought = purchases <= 0

METRICS = (categories, latest_category, purchases_12m, discounted_share, mean_quantity)
SETTINGS = (selective_categories, broad_categories, often_purchases, regular_purchases, bargain_share, bulk_quantity)
