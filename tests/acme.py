"""What a small company declares, in the tests of how rules read."""

from decimal import Decimal

from vocabulary import chairs, purchase

from crmcore.grammar.declare import Metric, Scheme, Segment, Setting
from crmcore.grammar.terms import days_since, latest, total
from crmcore.speech.wording import Reader

ENGLISH = Reader("en", "EUR")
CHINESE = Reader("zh", "CNY")

key_spend = Setting("acme.key_spend", Decimal(250_000))
window = Setting("acme.window", 90, unit="days")
share = Setting("acme.share", Decimal("0.8"))
spend = Metric(
    "acme.spend",
    total(purchase.amount, where=purchase.at.within(days=365)),
    label={"en": "Spend in 12 months", "zh": "年消费额"},
)
bought = Metric("acme.last_purchase", latest(purchase.at))
tier = Scheme(
    "acme.tier",
    Segment("key", when=(spend >= key_spend) | (chairs >= 40), label={"en": "Key account", "zh": "重点客户"}),
    Segment("growing", when=spend >= 50_000),
    Segment("sleeping", when=(days_since(bought) > 365).or_else(False)),
    Segment("standard"),
    label={"en": "Customer tier", "zh": "客户分级"},
)
web = purchase.channel.is_("web")
recent = purchase.at.within(days=30)
