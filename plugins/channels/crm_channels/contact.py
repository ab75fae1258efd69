"""By which channel a customer spoke with us last, and which kind of call centre took it."""

from crmcore import Metric, Scheme, Segment, last

from .facts import WAYS, CallCentre, call_centre, interaction, names_any

LABELS = {
    "call_centre": {"en": "Call centre", "zh": "呼叫中心"},
    "fax": {"en": "Fax", "zh": "传真"},
    "e_mail": {"en": "E-mail", "zh": "电子邮件"},
    "telephone": {"en": "Telephone", "zh": "电话"},
    "visit": {"en": "Visit", "zh": "登门造访"},
    "social_media": {"en": "Social media", "zh": "社交媒体"},
    "letter": {"en": "Letter", "zh": "信件"},
    "internet": {"en": "Internet", "zh": "互联网"},
}
CENTRES = {
    CallCentre.IN_HOUSE: {"en": "In-house call centre", "zh": "内部呼叫中心"},
    CallCentre.OUTSOURCED: {"en": "Outsourced call centre", "zh": "外包呼叫中心"},
    CallCentre.VIRTUAL: {"en": "Virtual call centre", "zh": "虚拟呼叫中心"},
    CallCentre.CLOUD: {"en": "Cloud call centre", "zh": "云呼叫中心"},
    CallCentre.MULTI_CHANNEL: {"en": "Multi-channel call centre", "zh": "多通道呼叫中心"},
}

last_channel = Metric(
    "channels.last_channel",
    last(interaction.channel, where=interaction.direction.is_("in")),
    label={"en": "Last channel of contact", "zh": "最近联系渠道"},
    doc={"en": "The channel of the customer's latest contact with us.", "zh": "客户最近一次联系本企业所用的渠道。"},
)
last_centre = Metric(
    "channels.last_centre",
    last(call_centre, where=call_centre.is_known()),
    label={"en": "Last kind of call centre", "zh": "最近受理的呼叫中心类型"},
    doc={"en": "The kind of call centre that took the latest call.", "zh": "最近一次来电由哪类呼叫中心受理。"},
)

contact = Scheme(
    "channels.contact",
    *(Segment(way, when=names_any(last_channel, words), label=LABELS[way]) for way, words in WAYS.items()),
    Segment(
        "other",
        label={"en": "Other way", "zh": "其他方式"},
        doc={"en": "Its channel is known and none of these.", "zh": "渠道已知，但不属于上述方式。"},
    ),
    label={"en": "Channel of contact", "zh": "联系渠道"},
    doc={
        "en": "How the customer last spoke with us. The source names the ways; which words mean them is ours.",
        "zh": "客户最近一次与本企业联系的方式。方式由来源列出，对应的用词由本插件规定。",
    },
)

*_CENTRES, _LAST = CENTRES
centre = Scheme(
    "channels.centre",
    *(Segment(kind.value, when=last_centre.is_(kind), label=CENTRES[kind]) for kind in _CENTRES),
    Segment(_LAST.value, label=CENTRES[_LAST]),
    label={"en": "Call centre", "zh": "呼叫中心"},
    doc={
        "en": "Which of the source's five kinds of call centre took the customer's latest call.",
        "zh": "客户最近一次来电由来源所列五类呼叫中心中的哪一类受理。",
    },
)

METRICS = (last_channel, last_centre)
