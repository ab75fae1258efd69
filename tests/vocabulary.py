"""What the random expressions of `expressions` are made of: a record type, columns, fields, settings and constants."""

import enum
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache

from crmcore.entities import Record, column, record, type_of
from crmcore.grammar.declare import Field, Setting
from crmcore.grammar.expr import Column, Rows, Term
from crmcore.grammar.terms import rows
from crmcore.kinds import BOOLEAN, DATE, INSTANT, INTEGER, MONEY, RATIO, TEXT, TEXTS, Kind, decimal
from crmcore.records import CORE_RECORDS, Customer, Interaction, Purchase, PurchaseLine


@record(
    "policy",
    links={"holder": "holder", "insured": "insured"},
    dated_by="started",
    label={"en": "Policy", "zh": "保单"},
)
class Policy(Record):
    """Two links to a customer, plain dates, and columns of the kinds that the core's records lack."""

    holder: str | None = column(TEXT, refers_to=Customer, label={"en": "Holder", "zh": "投保人"})
    insured: str | None = column(TEXT, refers_to=Customer, label={"en": "Insured person", "zh": "被保险人"})
    started: date = column(DATE, required=True, label={"en": "Start", "zh": "起保日"})
    ended: date | None = column(DATE, label={"en": "End", "zh": "终止日"})
    years: int | None = column(INTEGER, label={"en": "Years", "zh": "年限"})
    premium: Decimal | None = column(MONEY, label={"en": "Premium", "zh": "保费"})
    rate: Decimal | None = column(decimal(2), label={"en": "Rate", "zh": "费率"})
    plan: str | None = column(TEXT, label={"en": "Plan", "zh": "险种"})
    riders: tuple[str, ...] = column(TEXTS, default=(), label={"en": "Riders", "zh": "附加险"})


RECORDS = (*CORE_RECORDS, Policy)

customer = rows(Customer)
purchase = rows(Purchase)
line = rows(PurchaseLine)
interaction = rows(Interaction)
held = rows(Policy, by="holder")
insured = rows(Policy, by="insured")
referred = rows(Customer, by="referred_by")
branch = rows(Customer, by="parent")

COLUMNS: tuple[Column, ...] = (
    *(customer.name, customer.province, customer.source, customer.tags, customer.archived_at),
    *(customer.parent, customer.parent.province, customer.parent.tags, customer.referred_by.parent.name),
    *(purchase.at, purchase.amount, purchase.cost, purchase.channel, purchase.original_amount, purchase.rate),
    *(purchase.customer.province, line.product, line.category, line.quantity, line.price, line.discount, line.amount),
    *(line.purchase.at, line.purchase.amount, line.purchase.channel, line.purchase.customer.tags),
    *(interaction.at, interaction.channel, interaction.direction, interaction.responded_at),
    *(held.started, held.ended, held.years, held.premium, held.rate, held.plan, held.riders),
    *(insured.ended, insured.years, insured.premium, insured.holder.province),
    *(referred.province, referred.tags, referred.archived_at, referred.parent.name, branch.source, branch.name),
)
SOURCES: tuple[Rows, ...] = (purchase, line, interaction, held, insured, referred, branch)


class Risk(enum.Enum):
    LOW = "low"
    HIGH = "high"


def named(english: str, chinese: str) -> dict[str, str]:
    return {"en": english, "zh": chinese}


chairs = Field("law.chairs", int, on=Customer, default=2, unit="chairs", label=named("Treatment chairs", "牙椅数"))
floor_area = Field("law.floor_area", Decimal, on=Customer, unit="m2", label=named("Floor area", "营业面积"))
credit = Field("law.credit", MONEY, on=Customer, label=named("Credit limit", "信用额度"))
risk = Field("law.risk", Risk, on=Customer, label=named("Risk", "风险"))
nickname = Field("law.nickname", str, on=Customer)
is_member = Field("law.is_member", bool, on=Customer, label=named("Member", "会员"))
renewal = Field("law.renewal", date, on=Customer, label=named("Renewal date", "续约日"))
seen_at = Field("law.seen_at", datetime, on=Customer, label=named("Last seen", "最近到访时间"))
mood = Field("law.mood", str, on=Customer, soft=True, label=named("Mood", "情绪"))
interests = Field("law.interests", TEXTS, on=Customer, label=named("Interests", "兴趣"))
weight = Field("law.weight", int, on=Purchase, unit="kg", label=named("Weight", "重量"))
margin = Field("law.margin", MONEY, on=Purchase, default=Decimal("1.5"), label=named("Margin", "毛利"))
is_gift = Field("law.is_gift", bool, on=Purchase, label=named("Gift", "礼品"))
grade = Field("law.grade", str, on=PurchaseLine)
rating = Field("law.rating", int, on=Interaction, label=named("Rating", "评分"))
callback = Field("law.callback", date, on=Interaction, label=named("Call back", "回访日"))
share_paid = Field("law.share_paid", decimal(2), on=Policy, default=Decimal("0.25"))

FIELDS = (
    *(chairs, floor_area, credit, risk, nickname, is_member, renewal, seen_at, mood, interests),
    *(weight, margin, is_gift, grade, rating, callback, share_paid),
)

min_count = Setting("law.min_count", 3)
window = Setting("law.window", 30, unit="days", least=1)
lag = Setting("law.lag", 0, unit="days", least=0)
top = Setting("law.top", 2, least=1)
key_spend = Setting("law.key_spend", Decimal("250.5"), label=named("Spend of a key account", "重点客户消费额"))
factor = Setting("law.factor", Decimal("0.5"))
share = Setting("law.share", Decimal("0.8"), least=0, greatest=1)
vip_tag = Setting("law.vip_tag", "vip")
launch = Setting("law.launch", date(2023, 11, 5))
strict = Setting("law.strict", True)

SETTINGS = (min_count, window, lag, top, key_spend, factor, share, vip_tag, launch, strict)
WHOLE_SETTINGS = (min_count, window, top)
NUMBER_SETTINGS = (*WHOLE_SETTINGS, key_spend, factor, share)

WORDS = ("web", "Web", "shop", "Straße", "STRASSE", "江苏", "vip", "we", "low", "in")
"""Texts that meet in comparisons: case, folding, beginnings, Chinese."""

WHOLE = (0, 1, 2, 3, 5, 30, 100, 365, -1)
AMOUNTS = tuple(map(Decimal, ("0", "0.01", "1", "99.99", "100", "100.01", "250.5", "-20", "-0.01", "50000")))
"""Numbers of at most two digits after the point, so that they fit beside money and every decimal."""

AS_OF_DAYS = (date(2024, 7, 15), date(2024, 2, 29), date(2024, 1, 1), date(2023, 12, 31))
DAYS = tuple(day + timedelta(days=shift) for day in AS_OF_DAYS for shift in (0, -1, 1, -30, -365, -366))

DECIMAL = decimal(6)
"""Stands for decimals of every scale."""
EXACT = (INTEGER, MONEY, DECIMAL)
NUMERIC = (*EXACT, RATIO)
TIMES = (DATE, INSTANT)
KINDS = (*NUMERIC, TEXT, TEXTS, BOOLEAN, *TIMES)
"""The kinds of values, besides NUMBER: the kind of constants and of what is computed from them."""


def constants(kind: Kind) -> tuple[object, ...]:
    """Return the constants and settings of a kind other than a number's."""
    known = {"text": (*WORDS, vip_tag), "boolean": (True, False, strict), "date": (*DAYS, launch)}
    return known.get(kind.name, ())


@cache
def stored(kind: Kind, source: Rows | None) -> tuple[Term, ...]:
    """Return the columns and fields of a kind that a rule on a source's rows, or on the customer, can speak of."""
    found = customer if source is None else source
    columns = (each for each in COLUMNS if each.source_rows == found)
    fields = (field for field in FIELDS if field.on is found.record_class)
    return tuple(term for term in (*columns, *fields) if term.result_kind().name == kind.name)


@cache
def available(source: Rows | None) -> tuple[Kind, ...]:
    """Return the kinds that a source has stored, and ratio where there are exact numbers to divide."""
    found = [kind for kind in KINDS if stored(kind, source)]
    return (*found, RATIO) if set(found) & set(EXACT) else tuple(found)


@cache
def anchors(kind: Kind, source: Rows) -> tuple[Term, ...]:
    """Return what tells an aggregate which rows it is over: columns, or fields where only one link leads there."""
    single = source in {purchase, line, interaction}
    return tuple(term for term in stored(kind, source) if single or isinstance(term, Column))


@cache
def anchored(source: Rows) -> tuple[Kind, ...]:
    """Return the kinds of which there can be aggregates over a source."""
    found = [kind for kind in KINDS if anchors(kind, source)]
    return (*found, RATIO) if set(found) & set(EXACT) else tuple(found)


def is_dated(source: Rows) -> bool:
    """Whether a source's rows have a date, so that one is the last."""
    return bool(type_of(source.record_class).dated_by)
