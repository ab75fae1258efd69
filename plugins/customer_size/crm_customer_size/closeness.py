"""Close, ordinary and loose relationships: how long, how content, how loyal."""

from decimal import Decimal

from crm_lifecycle.facts import still_buying
from crm_lifecycle.stage import is_loyal
from crm_satisfaction.level import satisfied_from, score

from crmcore import Scheme, Segment, Setting

from .composite import tenure

close_days = Setting(
    "customer_size.close_days",
    730,
    least=1,
    unit="days",
    label={"en": "Days of a close relationship", "zh": "紧密关系合作天数"},
    doc={
        "en": "Days since the first purchase from which co-operation counts as long. Our default.",
        "zh": "自首次购买起达到此天数为长期合作。默认值由本插件给出。",
    },
)
close_satisfaction = Setting(
    "customer_size.close_satisfaction",
    Decimal("0.8"),
    least=0,
    greatest=1,
    label={"en": "Satisfaction of close customers", "zh": "紧密关系客户满意度"},
    doc={
        "en": "Satisfaction, from 0 to 1, from which a customer is very satisfied. Our default.",
        "zh": "满意度（0至1）达到此值为非常满意。默认值由本插件给出。",
    },
)

closeness = Scheme(
    "customer_size.closeness",
    Segment(
        "close",
        when=is_loyal & (tenure >= close_days) & (score >= close_satisfaction),
        label={"en": "Close-relationship customer", "zh": "紧密关系客户"},
        doc={
            "en": "Long and steady co-operation, very satisfied, of high loyalty.",
            "zh": "有长期稳定的合作关系，非常满意，忠诚度较高。",
        },
    ),
    Segment(
        "ordinary",
        when=still_buying & (score >= satisfied_from),
        label={"en": "Ordinary-relationship customer", "zh": "普通关系客户"},
        doc={
            "en": "Some co-operation, fairly satisfied, of lower loyalty.",
            "zh": "有一定的合作关系，较为满意，忠诚度相对较低。",
        },
    ),
    Segment(
        "loose",
        label={"en": "Loose-relationship customer", "zh": "松散关系客户"},
        doc={
            "en": "No lasting co-operation, or little satisfaction, and low loyalty.",
            "zh": "没有长期稳定的合作关系，或满意度、忠诚度较低。",
        },
    ),
    label={"en": "Closeness", "zh": "客户关系紧密程度"},
    doc={
        "en": "By length of co-operation, satisfaction as customers state it, and loyalty as buying shows it.",
        "zh": "按合作时间、客户所述满意度以及购买所体现的忠诚度划分。",
    },
)

SETTINGS = (close_days, close_satisfaction)
