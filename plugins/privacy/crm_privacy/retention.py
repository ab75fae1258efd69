"""How long data is kept: customers with whom nothing has happened for longer than the company may keep their data."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from crmcore import (
    Crm,
    Interaction,
    Metric,
    Purchase,
    Scheme,
    Segment,
    Setting,
    View,
    belongings_of,
    days_since,
    latest,
    rows,
)
from crmcore.engines import type_of

keep_days = Setting(
    "privacy.keep_days",
    3650,
    least=1,
    unit="days",
    label={"en": "Days for which data is kept", "zh": "数据保存天数"},
    doc={
        "en": "Days after the last purchase or contact for which personal data is kept. Laws differ; ten years is ours.",
        "zh": "最后一次购买或来往之后个人数据的保存天数。各地法律不同，默认十年由本插件给出。",
    },
)

_purchase = latest(rows(Purchase).at)
_contact = latest(rows(Interaction).at)

purchased = Metric(
    "privacy.days_since_purchase",
    days_since(_purchase),
    unit="days",
    label={"en": "Days since the last purchase", "zh": "距最近购买天数"},
    doc={"en": "Unknown for customers who never bought.", "zh": "从未购买的客户无此数。"},
)
contacted = Metric(
    "privacy.days_since_contact",
    days_since(_contact),
    unit="days",
    label={"en": "Days since the last contact", "zh": "距最近来往天数"},
    doc={
        "en": "In either direction; unknown where nothing is recorded.",
        "zh": "不论由哪一方发起；没有记录时无此数。",
    },
)

_is_old_purchase = (purchased > keep_days).or_else(True)
_is_old_contact = (contacted > keep_days).or_else(True)

retention = Scheme(
    "privacy.retention",
    Segment(
        "no_activity",
        when=~purchased.is_known() & ~contacted.is_known(),
        label={"en": "Nothing recorded", "zh": "无任何记录"},
        doc={
            "en": "No purchase and no contact: nothing says since when the data is kept. Decide by hand.",
            "zh": "既无购买也无来往，无从判断保存起点，须人工决定。",
        },
    ),
    Segment(
        "due",
        when=_is_old_purchase & _is_old_contact,
        label={"en": "Due for erasure", "zh": "应予删除"},
        doc={
            "en": "The last purchase and the last contact are longer ago than data may be kept.",
            "zh": "最近一次购买和来往均已超过保存期限。",
        },
    ),
    Segment(
        "kept",
        label={"en": "Kept", "zh": "保存期内"},
        doc={"en": "Something happened within the time for which data is kept.", "zh": "保存期限内有活动。"},
    ),
    label={"en": "Retention of data", "zh": "数据保存"},
    doc={
        "en": "Whose personal data has been kept for long enough. The sources say nothing of it; the rule is ours.",
        "zh": "谁的个人数据已满保存期限。来源未提及，规则由本插件规定。",
    },
)

due = View(
    "privacy.due",
    ("id", "name", "kind", purchased, contacted),
    where=retention.is_("due"),
    label={"en": "Due for erasure", "zh": "应予删除的客户"},
    doc={
        "en": "Customers whose data has been kept for long enough; those erased already are among them.",
        "zh": "数据已满保存期限的客户，已删除者也在其中。",
    },
)


def due_of(crm: Crm, customers: Sequence[str]) -> Iterator[str]:
    """Yield whose data is due for erasure today: nothing dated that belongs to them is younger than data may be kept.

    The scheme knows purchases and contacts; records of any other type keep a customer too.
    """
    found, keep = crm.evaluate(()), crm.setting(keep_days)
    days = [found.values(metric, customers) for metric in METRICS]
    first = (found.as_of - timedelta(days=keep)).isoformat() if keep < found.as_of.toordinal() else ""
    for customer in customers:
        known = [each[customer] for each in days if each[customer] is not None]
        if known and min(known) > keep and max(_dates(crm, customer), default="") < first:
            yield customer


def _dates(crm: Crm, customer: str) -> Iterator[str]:
    """Yield the dates of all records of a customer that have one of their own."""
    reader = crm.store.read()
    for table, key in belongings_of(crm, customer):
        path = type_of(crm.classes[table]).dated_by if table in crm.classes else ()
        document = reader.get(table, key) if len(path) == 1 else None
        if document is not None and document.get(path[0]) is not None:
            yield str(document[path[0]])


METRICS = (purchased, contacted)
SETTINGS = (keep_days,)
