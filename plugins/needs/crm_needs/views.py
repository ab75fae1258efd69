"""What customers need and talk about, and whom to ask."""

from crmcore import Interaction, View

from .facts import basics, experience, functions, product, service, stated_need, stated_requirement, support, topic
from .need import derived_need, found_need, need
from .requirement import derived_requirement, found_requirement, requirement

overview = View(
    "needs.overview",
    ("id", "name", need, stated_need, derived_need, requirement, stated_requirement, derived_requirement),
    sort="name",
    label={"en": "Needs", "zh": "客户需求一览"},
    doc={
        "en": "What each customer needs, in both senses, and whether it was stated or follows from conversations.",
        "zh": "每位客户在两种意义上的需求，以及是录入的还是由沟通推断的。",
    },
)
to_ask = View(
    "needs.to_ask",
    ("id", "name", "owner", need, requirement, basics, functions, experience, product, service, support),
    where=~(found_need.is_known() & found_requirement.is_known()),
    sort="name",
    label={"en": "Whom to ask what they need", "zh": "需求待了解的客户"},
    doc={
        "en": "Customers of whom a need was neither stated nor follows from conversations.",
        "zh": "需求既未录入、也无法由沟通推断的客户。",
    },
)
topics = View(
    "needs.topics",
    (),
    on=Interaction,
    where=topic.is_known(),
    group=topic,
    bar="count",
    sort="-count",
    label={"en": "What customers talk about", "zh": "客户所谈话题"},
    doc={
        "en": "How many conversations there were on each topic, over all time.",
        "zh": "各话题的沟通次数，取全部历史。",
    },
)

VIEWS = (overview, to_ask, topics)
