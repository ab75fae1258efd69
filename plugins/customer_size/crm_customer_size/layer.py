"""Layers: a pyramid of customers by what they bring, few at the top and many at the base."""

from decimal import Decimal

from crm_value_tier.metrics import spend_12m

from crmcore import Scheme, Segment, Setting, quantile

buying = spend_12m > 0


def _share(name: str, default: str, label: dict[str, str], layers: dict[str, str]) -> Setting:
    doc = {
        "en": f"Quantile of 12-month spend, among buying customers, from which a customer is in the {layers['en']}. "
        "Our default.",
        "zh": f"近12个月消费额在有消费客户中达到此分位即属{layers['zh']}。默认值由本插件给出。",
    }
    return Setting(f"customer_size.{name}", Decimal(default), least=0, greatest=1, label=label, doc=doc)


top_quantile = _share(
    "top_quantile", "0.99", {"en": "Top layer (quantile)", "zh": "顶层分位"}, {"en": "top layer", "zh": "顶层"}
)
upper_quantile = _share(
    "upper_quantile", "0.95", {"en": "Upper layer (quantile)", "zh": "上层分位"}, {"en": "upper layer", "zh": "上层"}
)
middle_quantile = _share(
    "middle_quantile", "0.8", {"en": "Middle layer (quantile)", "zh": "中层分位"}, {"en": "middle layer", "zh": "中层"}
)

layer = Scheme(
    "customer_size.layer",
    Segment(
        "top",
        when=buying & (spend_12m >= quantile(spend_12m, top_quantile, among=buying)),
        label={"en": "Top layer", "zh": "顶层客户"},
        doc={"en": "The very few who bring most; one in a hundred.", "zh": "贡献最多的极少数客户，约占1%。"},
    ),
    Segment(
        "upper",
        when=buying & (spend_12m >= quantile(spend_12m, upper_quantile, among=buying)),
        label={"en": "Upper layer", "zh": "上层客户"},
        doc={"en": "The next few; four in a hundred.", "zh": "其次的少数客户，约占4%。"},
    ),
    Segment(
        "middle",
        when=buying & (spend_12m >= quantile(spend_12m, middle_quantile, among=buying)),
        label={"en": "Middle layer", "zh": "中层客户"},
        doc={"en": "Fifteen in a hundred.", "zh": "约占15%的客户。"},
    ),
    Segment(
        "base",
        when=buying,
        label={"en": "Base layer", "zh": "底层客户"},
        doc={"en": "The many others who bought in the last 12 months.", "zh": "近12个月有消费的其余多数客户。"},
    ),
    Segment(
        "inactive",
        label={"en": "Not buying", "zh": "无消费客户"},
        doc={"en": "Brought nothing in the last 12 months.", "zh": "近12个月没有带来收入。"},
    ),
    label={"en": "Layer", "zh": "客户分层"},
    doc={
        "en": "Layers differ in what they are worth to the company, hence in how they are looked after. The source names "
        "no layers; these are ours, at 1, 5 and 20 % of the buying customers.",
        "zh": "不同层次的客户对企业的价值不同，管理方式也不同。来源未列层次，本插件按有消费客户的1%、5%、20%划分。",
    },
)

SETTINGS = (top_quantile, upper_quantile, middle_quantile)
