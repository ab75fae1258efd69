"""Who waits for an answer, and how many customers buy and speak by which channel."""

from crm_lifecycle.facts import spend_12m

from crmcore import View

from .contact import contact
from .sales import kinds, sales_channel
from .service import answer_days, requests, service, settled_share, waiting

unanswered = View(
    "channels.unanswered",
    ("id", "name", "owner", "phone", contact, waiting, requests, answer_days),
    where=service.is_("waiting"),
    sort="-channels.waiting",
    label={"en": "Who waits for an answer", "zh": "等待答复的客户"},
    doc={
        "en": "Customers whose requests wait too long, most requests first.",
        "zh": "请求逾期未答复的客户，多者在前。",
    },
)
by_sales_channel = View(
    "channels.by_sales_channel",
    (),
    group=sales_channel,
    sums=(spend_12m,),
    bar="lifecycle.spend_12m",
    label={"en": "Customers and revenue by sales channel", "zh": "各销售渠道的客户数与收入"},
    doc={"en": "Customers per sales channel and their spend of 12 months.", "zh": "各渠道的客户数与近12个月消费额。"},
)
by_contact = View(
    "channels.by_contact",
    (),
    group=contact,
    sums=(requests,),
    bar="count",
    label={"en": "Customers by channel of contact", "zh": "各联系渠道的客户数"},
    doc={"en": "How customers last spoke with us, and their requests.", "zh": "客户最近的联系方式及其请求数。"},
)
answered = View(
    "channels.answered",
    ("id", "name", sales_channel, kinds, contact, service, requests, answer_days, settled_share),
    where=requests > 0,
    sort="-channels.answer_days",
    label={"en": "How customers are answered", "zh": "各客户的响应情况"},
    doc={"en": "Whoever has asked something lately, slowest answers first.", "zh": "近期有请求的客户，响应慢者在前。"},
)

VIEWS = (unanswered, by_sales_channel, by_contact, answered)
