"""Leads: where they come from, whether they pass the filter, and whether they buy."""

from decimal import Decimal

from crm_lifecycle.facts import customer, has_bought, interest
from crm_lifecycle.status import status

from crmcore import Customer, Field, Predicate, Scheme, Segment, Setting

from .strength import HIGHEST, LOWEST, strength

SOCIAL = (
    *("social", "wechat", "weibo", "douyin", "tiktok", "xiaohongshu", "rednote", "bilibili", "facebook", "instagram"),
    *("linkedin", "twitter", "youtube", "社交", "微信", "微博", "抖音", "快手", "小红书", "朋友圈"),
)
ADVERTISEMENT = ("advert", "广告", "推广", "google ads", "banner", "billboard")
REFERRAL = ("referral", "referred", "recommend", "word of mouth", "friend", "推荐", "介绍", "口碑")


def _has(words: tuple[str, ...]) -> Predicate:
    """Hold where the customer's source has one of these words in it."""
    first, *others = (customer.source.contains(word) for word in words)
    found: Predicate = first
    for each in others:
        found |= each
    return found


qualified = Field(
    "intent.qualified",
    bool,
    on=Customer,
    soft=True,
    label={"en": "Worth pursuing", "zh": "值得跟进"},
    doc={"en": "Whether somebody has found the lead worth pursuing.", "zh": "该线索是否经判断值得跟进。"},
)
qualified_from = Setting(
    "intent.qualified_from",
    Decimal(3),
    least=LOWEST,
    greatest=HIGHEST,
    label={"en": "Strength of qualified leads", "zh": "合格线索意向强度"},
    doc={
        "en": "Strength of intent from which a lead passes the filter by itself. Our default.",
        "zh": "意向强度达到此值的线索自动通过过滤。默认值由本插件给出。",
    },
)

# A person who is entered as referrer is as good as the word; "friends' circle" is a place, not a friend.
is_referral = customer.referred_by.is_known() | (_has(REFERRAL) & ~_has(SOCIAL))

source = Scheme(
    "intent.source",
    Segment(
        "referral",
        when=is_referral,
        label={"en": "Friend's recommendation", "zh": "朋友推荐"},
        doc={
            "en": "Was recommended to us by somebody: has a referrer, or its source says so.",
            "zh": "经他人推荐而来：有推荐人，或来源注明推荐。",
        },
    ),
    Segment(
        "social_media",
        when=_has(SOCIAL),
        label={"en": "Social media", "zh": "社交媒体"},
        doc={"en": "Its source names social media or one of the platforms.", "zh": "来源为社交媒体或其平台。"},
    ),
    Segment(
        "advertisement",
        when=_has(ADVERTISEMENT),
        label={"en": "Advertisement", "zh": "广告"},
        doc={"en": "Its source names an advertisement.", "zh": "来源为广告或推广。"},
    ),
    Segment(
        "other",
        label={"en": "Other source", "zh": "其他来源"},
        doc={"en": "Its source is known and none of these.", "zh": "来源已知，但不属于上述途径。"},
    ),
    label={"en": "Lead source", "zh": "线索来源"},
    doc={
        "en": "How the customer came to us, by the core's source and referrer. The source names the first three as "
        "examples; which words mean them is ours.",
        "zh": "按客户资料中的来源与推荐人判断其来源途径。来源文章以前三种为例，对应的用词由本插件规定。",
    },
)

lead = Scheme(
    "intent.lead",
    Segment(
        "converted",
        when=has_bought,
        label={"en": "Converted", "zh": "已转化"},
        doc={"en": "Has bought; now after-sales service looks after it.", "zh": "已成交，转入售后服务管理。"},
    ),
    Segment(
        "filtered_out",
        when=qualified.is_(False).or_else(False)
        | interest.is_(False).or_else(False)
        | status.is_("non_customer").or_else(False),
        label={"en": "Filtered out", "zh": "已过滤"},
        doc={
            "en": "Somebody has entered that it is not worth pursuing, has no interest, or cannot or will not buy.",
            "zh": "已录入不值得跟进、无兴趣，或不能、无意购买。",
        },
    ),
    Segment(
        "qualified",
        when=qualified.is_(True).or_else(False) | (strength >= qualified_from).or_else(False),
        label={"en": "Qualified lead", "zh": "合格线索"},
        doc={
            "en": "Passed the filter: found worth pursuing, or its intent is strong enough.",
            "zh": "通过过滤：经判断值得跟进，或意向强度足够。",
        },
    ),
    Segment(
        "new",
        label={"en": "New lead", "zh": "新线索"},
        doc={"en": "Nobody has filtered it yet.", "zh": "尚未过滤。"},
    ),
    label={"en": "Lead", "zh": "线索阶段"},
    doc={
        "en": "Each customer as a lead: where it stands between source, filter and conversion.",
        "zh": "从线索来源、线索过滤到线索转换，客户所处的阶段。",
    },
)

FIELDS = (qualified,)
SETTINGS = (qualified_from,)
