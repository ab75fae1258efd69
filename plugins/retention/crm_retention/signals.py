"""The signals that a customer may be leaving: each is a reason for a churn warning.

A signal that cannot be told, for want of surveys or of a second purchase, is none: a warning needs evidence.
"""

from decimal import Decimal

from crm_lifecycle.facts import days_quiet, interaction, is_purchase, purchase, purchases
from crm_satisfaction.level import is_open, satisfied_from, score
from crm_satisfaction.records import complaint

from crmcore import Metric, Predicate, Setting, Term, choose, count, days_since, earliest, latest, total

late_factor = Setting(
    "retention.late_factor",
    Decimal("1.5"),
    least=1,
    label={"en": "Usual gaps until a customer is late", "zh": "视为逾期的间隔倍数"},
    doc={
        "en": "How many usual gaps between its purchases may pass until a customer is late. Our default.",
        "zh": "距最近购买超过通常间隔的多少倍视为逾期。默认值由本插件给出。",
    },
)
late_days = Setting(
    "retention.late_days",
    30,
    least=0,
    unit="days",
    label={"en": "Days within which nobody is late", "zh": "不视为逾期的天数"},
    doc={
        "en": "Who bought within so many days is not late, however short its usual gap. Our default.",
        "zh": "在此天数内买过的客户，间隔再短也不算逾期。默认值由本插件给出。",
    },
)
trend_days = Setting(
    "retention.trend_days",
    180,
    least=1,
    unit="days",
    label={"en": "Period for spend", "zh": "消费对比期"},
    doc={
        "en": "Spend of the last so many days is compared with that of as many before. Our default.",
        "zh": "将最近若干天的消费与之前同样天数相比。默认值由本插件给出。",
    },
)
falling_to = Setting(
    "retention.falling_to",
    Decimal("0.5"),
    least=0,
    greatest=1,
    label={"en": "Falling spend", "zh": "消费下降界限"},
    doc={
        "en": "Spend is falling if it is less than this share of that of the period before. Our default.",
        "zh": "消费低于上一期的此比例即为下降。默认值由本插件给出。",
    },
)
complaint_days = Setting(
    "retention.complaint_days",
    90,
    least=1,
    unit="days",
    label={"en": "Days for which a complaint warns", "zh": "投诉预警天数"},
    doc={
        "en": "A complaint warns for so many days, and for as long as it is open. Our default.",
        "zh": "投诉在此天数内或未解决期间均作预警。默认值由本插件给出。",
    },
)
contact_days = Setting(
    "retention.contact_days",
    120,
    least=1,
    unit="days",
    label={"en": "Days until contact is missing", "zh": "视为失联的天数"},
    doc={
        "en": "Days without any contact, by us or by the customer, that are a signal. Our default.",
        "zh": "双方多少天没有联系视为信号。默认值由本插件给出。",
    },
)

usual_gap = Metric(
    "retention.usual_gap",
    (days_since(earliest(purchase.at, where=is_purchase)) - days_quiet) / (purchases - 1),
    unit="days",
    label={"en": "Usual gap between purchases", "zh": "通常购买间隔"},
    doc={
        "en": "Days from the first to the last purchase, per gap between them; unknown before the second purchase.",
        "zh": "首次至最近一次购买的天数除以间隔数；第二次购买前未知。",
    },
)
spend_now = Metric(
    "retention.spend_now",
    total(purchase.amount, where=purchase.at.within(days=trend_days)),
    label={"en": "Spend, this period", "zh": "本期消费额"},
    doc={
        "en": "Of the last days, as many as `retention.trend_days` says.",
        "zh": "最近 retention.trend_days 天的消费额。",
    },
)
spend_before = Metric(
    "retention.spend_before",
    total(purchase.amount, where=purchase.at.within(days=trend_days, ending=trend_days)),
    label={"en": "Spend, period before", "zh": "上期消费额"},
    doc={"en": "Of as many days before those.", "zh": "再之前同样天数的消费额。"},
)
complaints = Metric(
    "retention.complaints",
    count(complaint, where=is_open | complaint.on.within(days=complaint_days)),
    unit="complaints",
    label={"en": "Complaints, open or recent", "zh": "未决或近期投诉"},
    doc={"en": "Complaints that are open or were made lately.", "zh": "尚未解决或近期提出的投诉数。"},
)
days_without_contact = Metric(
    "retention.days_without_contact",
    days_since(latest(interaction.at)),
    unit="days",
    label={"en": "Days without contact", "zh": "未联系天数"},
    doc={"en": "Days since the last contact in either direction.", "zh": "距最近一次双方联系的天数。"},
)

# Several purchases on one day show no rhythm. And who buys once a year has not stopped because a half-year without a
# purchase follows one with.
has_rhythm = usual_gap > 0
is_late = has_rhythm & (days_quiet > usual_gap * late_factor) & (days_quiet > late_days)
is_falling = has_rhythm & (usual_gap <= trend_days) & (spend_before > 0) & (spend_now < spend_before * falling_to)
is_complaining = complaints > 0
is_dissatisfied = score < satisfied_from
is_without_contact = days_without_contact > contact_days


def _signal(name: str, rule: Predicate, label: dict[str, str], doc: dict[str, str]) -> Metric:
    return Metric(f"retention.{name}", choose((rule, True), otherwise=False), label=label, doc=doc)


late = _signal(
    "late",
    is_late,
    {"en": "Late", "zh": "逾期未购"},
    {"en": "Has not bought for longer than its usual gap.", "zh": "超过通常间隔仍未购买。"},
)
falling = _signal(
    "falling",
    is_falling,
    {"en": "Falling spend", "zh": "消费下降"},
    {
        "en": "Spends clearly less than in the period before, although it usually buys within a period.",
        "zh": "通常每期都会购买，而本期消费明显低于上期。",
    },
)
complaining = _signal(
    "complaining",
    is_complaining,
    {"en": "Complaints", "zh": "有投诉"},
    {"en": "Has complained lately, or waits for a complaint to be settled.", "zh": "近期投诉或投诉未解决。"},
)
dissatisfied = _signal(
    "dissatisfied",
    is_dissatisfied,
    {"en": "Low satisfaction", "zh": "满意度低"},
    {"en": "Answers surveys with low scores.", "zh": "调查评分低。"},
)
without_contact = _signal(
    "without_contact",
    is_without_contact,
    {"en": "No contact", "zh": "久未联系"},
    {"en": "Nobody has been in touch for long, after there was contact.", "zh": "曾有联系，而双方久未联系。"},
)


def _number(*rules: Predicate) -> Term:
    first, *others = (choose((rule.or_else(False), 1), otherwise=0) for rule in rules)
    found: Term = first
    for each in others:
        found += each
    return found


signals = Metric(
    "retention.signals",
    _number(is_late, is_falling, is_complaining, is_dissatisfied, is_without_contact),
    unit="signals",
    label={"en": "Warning signals", "zh": "预警信号数"},
    doc={
        "en": "How many of the five signals there are; one that cannot be told is none.",
        "zh": "五个信号中出现几个；无法判断者不计。",
    },
)

SETTINGS = (late_factor, late_days, trend_days, falling_to, complaint_days, contact_days)
SIGNALS = (late, falling, complaining, dissatisfied, without_contact)
METRICS = (*SIGNALS, signals, usual_gap, spend_now, spend_before, complaints, days_without_contact)
