"""Tables of the customers who weigh most on one side or another."""

from crm_value_tier.metrics import spend_12m
from crm_value_tier.size import size

from crmcore import View

from .closeness import closeness
from .complexity import complexity, deciders
from .composite import composite, growth_12m, score, tenure
from .influence import influence, referrals
from .layer import layer

sides = View(
    "customer_size.sides",
    ("id", "name", size, composite, complexity, influence, closeness, score),
    sort="-customer_size.score",
    label={"en": "Size on five sides", "zh": "客户大小五个方面"},
    doc={
        "en": "Every customer by amount, composite size, complexity, influence and closeness, highest score first.",
        "zh": "每位客户的交易额大小、综合大小、业务复杂度、影响力与关系紧密程度，得分高者在前。",
    },
)
by_layer = View(
    "customer_size.by_layer",
    (),
    group=layer,
    sums=(spend_12m,),
    bar="value_tier.spend_12m",
    label={"en": "Customers and revenue per layer", "zh": "各层客户数与收入"},
    doc={
        "en": "How many customers each layer has, and what they spent in the last 12 months.",
        "zh": "各层的客户数及其近12个月消费额。",
    },
)
value_and_potential = View(
    "customer_size.value_and_potential",
    ("id", "name", spend_12m, growth_12m, tenure, composite),
    where=spend_12m > 0,
    sort="-customer_size.growth_12m",
    label={"en": "Value and potential", "zh": "价值与潜力"},
    doc={
        "en": "What customers spend, and how that grows, fastest growth first.",
        "zh": "客户的消费额及其增长，增长快者在前。",
    },
)
advocates = View(
    "customer_size.advocates",
    ("id", "name", "owner", referrals, deciders, influence),
    where=(referrals > 0) | influence.is_("high").or_else(False),
    sort="-customer_size.referrals",
    label={"en": "Customers who bring others", "zh": "带来其他客户的客户"},
    doc={
        "en": "Customers of high influence and those by whose recommendation others came.",
        "zh": "高影响力客户，以及推荐过其他客户的客户。",
    },
)

VIEWS = (sides, by_layer, value_and_potential, advocates)
