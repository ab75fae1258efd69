"""Silent customers: once they bought or spoke with us, and for a long time now neither."""

from crm_lifecycle.facts import interaction, purchase

from crmcore import Metric, Scheme, Segment, Setting, choose, days_since, latest, least

silent_days = Setting(
    "retention.silent_days",
    180,
    least=1,
    unit="days",
    label={"en": "Days until a customer is silent", "zh": "视为沉默的天数"},
    doc={
        "en": "Days without a purchase or a word from the customer until it counts as silent. Our default.",
        "zh": "多少天既无购买又无来往即视为沉默。默认值由本插件给出。",
    },
)

# Our own letters and calls break no silence; the customer's answer to one does.
is_answered = (days_since(interaction.responded_at) >= 0).or_else(False)
is_heard = ~interaction.direction.is_("out").or_else(False) | is_answered

_since_purchase = days_since(latest(purchase.at))
_since_word = days_since(latest(interaction.at, where=is_heard))

days_silent = Metric(
    "retention.days_silent",
    choose(
        (_since_purchase.is_known() & _since_word.is_known(), least(_since_purchase, _since_word)),
        (_since_purchase.is_known(), _since_purchase),
        otherwise=_since_word,
    ),
    unit="days",
    label={"en": "Days of silence", "zh": "沉默天数"},
    doc={
        "en": "Days since the customer last bought, returned something, or spoke with us; what we alone have sent does "
        "not count.",
        "zh": "距客户最近一次购买、退货或与本企业来往的天数；本企业单方面的联系不计。",
    },
)

silence = Scheme(
    "retention.silence",
    # Ours: who never said anything has not fallen silent.
    Segment(
        "unheard",
        when=~days_silent.is_known(),
        label={"en": "Never heard from", "zh": "从未来往"},
        doc={
            "en": "Has never bought nor spoken with us. The source has no such class.",
            "zh": "从未购买，也从未来往。来源未设此类，由本插件补充。",
        },
    ),
    Segment(
        "silent",
        when=days_silent > silent_days,
        label={"en": "Silent customer", "zh": "沉默客户"},
        doc={
            "en": "Was once in touch and no longer communicates or buys, often for lack of trust.",
            "zh": "曾有来往，如今不再沟通和购买，往往因为不够信任。",
        },
    ),
    Segment(
        "active",
        label={"en": "In touch", "zh": "有来往"},
        doc={"en": "Has bought or spoken with us lately.", "zh": "近期有购买或来往。"},
    ),
    label={"en": "Silence", "zh": "沉默情况"},
    doc={
        "en": "By how long nothing has been heard from the customer. The source's definition is cut off; days are ours.",
        "zh": "按多久没有客户的消息划分。来源的定义不完整，天数由本插件规定。",
    },
)

SETTINGS = (silent_days,)
METRICS = (days_silent,)
