"""Position in time, purchase behaviour, and role: three simple ways to say who a customer is."""

from decimal import Decimal

from crmcore import Scheme, Segment, Setting, quantile

from .facts import customer, has_bought, purchases, spend_12m, still_buying
from .stage import is_loyal, may_be_interested

repeat_purchases = Setting(
    "lifecycle.repeat_purchases",
    2,
    least=2,
    unit="purchases",
    label={"en": "Purchases of repeat buyers", "zh": "重复购买次数"},
    doc={
        "en": "Fewest purchases of a repeat buyer. Our default.",
        "zh": "重复购买客户的最少购买次数。默认值由本插件给出。",
    },
)
key_spend = Setting(
    "lifecycle.key_spend",
    Decimal("0.9"),
    least=0,
    greatest=1,
    label={"en": "Spend of key customers (quantile)", "zh": "重要客户消费额分位"},
    doc={
        "en": "Quantile of 12-month spend, among customers who spent, that makes the role of key customer. Our default.",
        "zh": "近12个月消费额在有消费客户中达到此分位即为重要客户角色。默认值由本插件给出。",
    },
)

position = Scheme(
    "lifecycle.position",
    # Who is entered as a partner is one, also if it buys now and then.
    Segment(
        "partner",
        when=customer.kind.is_("partner").or_else(False),
        label={"en": "Partner", "zh": "合作伙伴"},
        doc={
            "en": "Works together with us; one of the parties with whom the company has relations.",
            "zh": "与企业合作，亦属企业的关系人。",
        },
    ),
    Segment(
        "existing",
        when=still_buying,
        label={"en": "Existing customer", "zh": "现有客户"},
        doc={
            "en": "Has bought and still does; the main source of income.",
            "zh": "已购买且仍在购买，是企业的主要收入来源。",
        },
        treatment={
            "en": "Collect purchase records and feedback and respond in time; look in them for product problems to mend.",
            "zh": "收集购买记录与反馈，及时响应需求，并从中发现、改进产品问题。",
        },
    ),
    Segment(
        "past",
        when=has_bought,
        label={"en": "Past customer", "zh": "过去的客户"},
        doc={"en": "Has bought before and has stopped.", "zh": "曾经购买，现已停止。"},
        treatment={
            "en": "Find out why they stopped, put it right, and try to win them back.",
            "zh": "找出停止购买的原因并采取措施，争取使其重新成为现有客户。",
        },
    ),
    Segment(
        "potential",
        when=may_be_interested,
        label={"en": "Potential customer", "zh": "潜在客户"},
        doc={
            "en": "May be interested and has not bought yet, however it has come to know us.",
            "zh": "可能感兴趣而尚未实际购买的人群，无论经何途径了解企业。",
        },
        treatment={
            "en": "Collect contact data and interests, and use them for precise marketing that leads to a purchase.",
            "zh": "收集联系方式与兴趣爱好，用于精准营销，促其成为购买客户。",
        },
    ),
    # Ours, as in `lifecycle.stage`.
    Segment(
        "not_interested",
        label={"en": "Not interested", "zh": "无兴趣"},
        doc={
            "en": "Has not bought, and somebody has entered that there is no interest. The source has no such position.",
            "zh": "未曾购买，且已录入其无兴趣。来源未设此类，由本插件补充。",
        },
    ),
    label={"en": "Position", "zh": "客户所处时期"},
    doc={
        "en": "Who counts as a customer in time: those to come, those of today, those of the past; and partners.",
        "zh": "按时间位置：潜在、现有、过去的客户，以及合作伙伴。",
    },
)

buyer = Scheme(
    "lifecycle.buyer",
    Segment(
        "repeat",
        when=purchases >= repeat_purchases,
        label={"en": "Repeat buyer", "zh": "重复购买客户"},
        doc={"en": "Has bought more than once. The source gives no definition.", "zh": "多次购买。来源未作定义。"},
    ),
    Segment(
        "new",
        when=has_bought,
        label={"en": "New customer", "zh": "新客户"},
        doc={
            "en": "Has bought, but not again yet. The source gives no definition.",
            "zh": "已购买，尚未再购。来源未作定义。",
        },
    ),
    Segment(
        "potential",
        label={"en": "Potential customer", "zh": "潜在客户"},
        doc={"en": "Has not bought. The source gives no definition.", "zh": "尚未购买。来源未作定义。"},
    ),
    label={"en": "Purchase behaviour", "zh": "购买行为"},
    doc={"en": "By whether and how often the customer has bought.", "zh": "按是否购买及购买次数划分。"},
)

role = Scheme(
    "lifecycle.role",
    Segment(
        "key",
        when=still_buying & (spend_12m > 0) & (spend_12m >= quantile(spend_12m, key_spend, among=spend_12m > 0)),
        label={"en": "Key customer", "zh": "重要客户"},
        doc={
            "en": "Among those who spent most in the last 12 months. The source only names the role.",
            "zh": "近12个月消费额居前者。来源仅列出此角色。",
        },
    ),
    Segment(
        "loyal",
        when=is_loyal,
        label={"en": "Loyal customer", "zh": "忠诚客户"},
        doc={
            "en": "Has bought several times and still buys. The source only names the role.",
            "zh": "多次购买且仍在购买。来源仅列出此角色。",
        },
    ),
    Segment(
        "existing",
        when=has_bought,
        label={"en": "Existing customer", "zh": "现有客户"},
        doc={
            "en": "Has bought, also if long ago: the source has no role for those who stopped.",
            "zh": "已购买过，含已停止购买者；来源未设相应角色。",
        },
    ),
    Segment(
        "prospect",
        label={"en": "Prospect", "zh": "潜在客户"},
        doc={"en": "Has not bought. The source only names the role.", "zh": "尚未购买。来源仅列出此角色。"},
    ),
    label={"en": "Role", "zh": "客户角色"},
    doc={
        "en": "The weightiest role of a customer who may have several; each role needs its own marketing strategy and "
        "service plan.",
        "zh": "客户可有多个角色，取其最重者；应按角色制定营销策略与服务计划。",
    },
)

SETTINGS = (repeat_purchases, key_spend)
