"""What channels are called, and what is entered of a request besides the core's columns."""

import enum
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from crmcore import Choices, Field, Interaction, Predicate, Rule, Term, rows

WAYS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "call_centre": ("call centre", "call center", "call-center", "hotline", "呼叫中心", "热线"),
        "fax": ("fax", "传真"),
        "e_mail": ("mail", "邮件", "邮箱"),
        "telephone": ("phone", "call", "电话"),
        "visit": ("visit", "meeting", "in person", "face to face", "拜访", "来访", "面谈", "上门"),
        "social_media": ("social", "wechat", "weibo", "whatsapp", "facebook", "微信", "微博", "社交"),
        "letter": ("letter", "post", "信件", "信函"),
        "internet": ("web", "internet", "online", "chat", "site", "网", "在线"),
    }
)
"""Words by which the ways in which customers speak with a company are known; the first that fits counts."""


class CallCentre(enum.Enum):
    """The five kinds of call centres."""

    IN_HOUSE = "in_house"
    OUTSOURCED = "outsourced"
    VIRTUAL = "virtual"
    CLOUD = "cloud"
    MULTI_CHANNEL = "multi_channel"


call_centre = Field(
    "channels.call_centre",
    CallCentre,
    on=Interaction,
    choices=Choices(CallCentre, zh=("自建", "外包", "虚拟", "云", "多渠道")),
    label={"en": "Kind of call centre", "zh": "呼叫中心类型"},
    doc={
        "en": "Which kind of call centre took the call: in_house, outsourced, virtual, cloud or multi_channel.",
        "zh": "由哪类呼叫中心受理：in_house 内部、outsourced 外包、virtual 虚拟、cloud 云、multi_channel 多通道。",
    },
)
settled = Field(
    "channels.settled",
    bool,
    on=Interaction,
    label={"en": "Settled at once", "zh": "一次解决"},
    doc={
        "en": "Whether this one contact settled what the customer wanted.",
        "zh": "客户的诉求是否在本次接触中即获解决。",
    },
)

interaction = rows(Interaction)

answered_later = Rule(
    "channels.answered_later",
    Interaction,
    interaction.responded_at >= interaction.at,
    message={"en": "A request is answered after it was made", "zh": "响应时间不得早于互动时间"},
)

FIELDS = (call_centre, settled)
RULES = (answered_later,)


def way_of(channel: str | None) -> str | None:
    """Return the way of speaking that a channel's text names, or "other"; None where there is no text."""
    if not channel:
        return None
    text = channel.casefold()
    return next((way for way, words in WAYS.items() if any(word in text for word in words)), "other")


def names_any(text: Term, words: tuple[str, ...]) -> Predicate:
    """Hold where a text has one of the words in it."""
    first, *others = (text.contains(word) for word in words)
    found: Predicate = first
    for each in others:
        found |= each
    return found
