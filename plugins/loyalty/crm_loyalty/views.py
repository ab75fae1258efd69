"""Who shows which mark of loyalty, and how many customers are how loyal."""

from crm_lifecycle.facts import spend_12m
from crm_satisfaction.level import score

from crmcore import View

from .loyalty import loyalty
from .marks import directed, marks, referral, referrals, related, repeat, trading_days, trusts

shown_marks = View(
    "loyalty.marks_shown",
    ("id", "name", "owner", loyalty, marks, directed, repeat, related, referral, trading_days, score, trusts),
    sort="-loyalty.trading_days",
    label={"en": "Marks of loyalty per customer", "zh": "各客户的忠诚特征"},
    doc={
        "en": "Each customer with the four marks and what else loyalty takes, longest trading time first.",
        "zh": "各客户的四个特征及其他忠诚条件，交易时间长者在前。",
    },
)
by_loyalty = View(
    "loyalty.by_loyalty",
    (),
    group=loyalty,
    sums=(spend_12m, referrals),
    bar="lifecycle.spend_12m",
    label={"en": "Customers and revenue by loyalty", "zh": "各忠诚度的客户数与收入"},
    doc={
        "en": "How many customers are how loyal, what they spent in 12 months and whom they brought.",
        "zh": "各类客户数、近12个月消费额与推荐客户数。",
    },
)

VIEWS = (shown_marks, by_loyalty)
