"""How customers buy, and how many of each kind there are."""

from crm_lifecycle.facts import spend_12m

from crmcore import Scheme, View

from .purchases import categories, discounted_share, latest_category, mean_quantity, purchases_12m
from .schemes import breadth, frequency, method

bought = View(
    "behaviour.bought",
    (
        "id",
        "name",
        breadth,
        frequency,
        method,
        categories,
        latest_category,
        purchases_12m,
        discounted_share,
        mean_quantity,
    ),
    where=~breadth.is_("not_bought"),
    sort="-behaviour.categories",
    label={"en": "What customers buy and how", "zh": "客户购买特征"},
    doc={"en": "Each customer's purchases by features, broadest first.", "zh": "每位客户的购买特征，品类多者在前。"},
)


def _by(name: str, scheme: Scheme, label: dict[str, str]) -> View:
    return View(
        f"behaviour.by_{name}",
        (),
        group=scheme,
        sums=(spend_12m,),
        bar="lifecycle.spend_12m",
        label=label,
        doc={"en": "Customers and their spend of 12 months.", "zh": "客户数与近12个月消费额。"},
    )


VIEWS = (
    bought,
    _by("breadth", breadth, {"en": "Customers and revenue by breadth", "zh": "各购买广度的客户数与收入"}),
    _by("frequency", frequency, {"en": "Customers and revenue by frequency", "zh": "各消费行为的客户数与收入"}),
    _by("method", method, {"en": "Customers and revenue by purchase method", "zh": "各购买方式的客户数与收入"}),
)
