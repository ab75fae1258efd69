"""How long data is kept: customers with whom nothing has happened for longer than the company may keep their data."""

from crmcore import Interaction, Metric, Purchase, Scheme, Segment, Setting, View, days_since, latest, rows

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

METRICS = (purchased, contacted)
SETTINGS = (keep_days,)
