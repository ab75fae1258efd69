"""Loyal, established and new customers, and prospects: attitude and behaviour together."""

from decimal import Decimal

from crm_lifecycle.facts import has_bought, has_motive, still_buying
from crm_satisfaction.level import score

from crmcore import Scheme, Segment, Setting

from .marks import marks, marks_at_least, marks_at_most, trading_days, trusts

established_days = Setting(
    "loyalty.established_days",
    365,
    least=1,
    unit="days",
    label={"en": "Long trading time", "zh": "较长交易时间"},
    doc={
        "en": "Days between first and last purchase from which a customer is no longer new. Our default.",
        "zh": "首次与最近一次购买相距多少天起不再是新客户。默认值由本插件给出。",
    },
)
marks_needed = Setting(
    "loyalty.marks_needed",
    4,
    least=1,
    greatest=4,
    unit="marks",
    label={"en": "Marks of loyal customers", "zh": "忠诚客户的特征数"},
    doc={
        "en": "How many of the four marks make a loyal customer. The source names four; all of them are asked for. "
        "Our default.",
        "zh": "具备几个特征才算忠诚客户。来源列出四个；要求全部具备。默认值由本插件给出。",
    },
)
very_satisfied = Setting(
    "loyalty.very_satisfied",
    Decimal("0.8"),
    least=0,
    greatest=1,
    label={"en": "Satisfaction of loyal customers", "zh": "忠诚客户满意度"},
    doc={
        "en": "Satisfaction, from 0 to 1, from which a customer is very satisfied. Our default.",
        "zh": "满意度（0至1）达到此值为十分满意。默认值由本插件给出。",
    },
)

is_long_standing = still_buying & (trading_days >= established_days)
# With some marks unknown the others may be enough already, or too few whatever comes out; only between these two nobody
# can tell.
has_marks = (marks_at_least >= marks_needed) | ((marks_at_most >= marks_needed) & (marks >= marks_needed))

loyalty = Scheme(
    "loyalty.loyalty",
    Segment(
        "loyal",
        when=is_long_standing & has_marks & (score >= very_satisfied) & trusts.is_(True),
        label={"en": "Loyal customer", "zh": "忠诚客户"},
        doc={
            "en": "Very satisfied and trusting; buys from us over a long time and again, with the marks of loyalty.",
            "zh": "对企业十分满意和信任，长期、重复购买，并具备忠诚特征的客户。",
        },
    ),
    # Of somebody who deals with us alone and still lacks something of loyalty the source says nothing.
    Segment(
        "established",
        when=is_long_standing,
        label={"en": "Established customer", "zh": "老客户"},
        doc={
            "en": "Has traded with us for long and knows what we sell well, and as a rule also deals with others. "
            "We count here everybody of long standing who is not loyal.",
            "zh": "与企业交易时间较长、了解较深，通常也与其他企业往来。交易时间长而不符合忠诚标准者均归此类。",
        },
    ),
    Segment(
        "new",
        when=still_buying,
        label={"en": "New customer", "zh": "新客户"},
        doc={
            "en": "Has just begun to trade with us and does not know all that we sell.",
            "zh": "刚刚开始与企业交易，对产品和服务缺乏全面了解的客户。",
        },
    ),
    Segment(
        "prospect",
        when=~has_bought & has_motive.is_(True).or_else(True),
        label={"en": "Prospect", "zh": "潜在客户"},
        doc={
            "en": "Needs what we sell, has not traded with us and must be won. The need is taken for granted until the "
            "contrary is entered.",
            "zh": "有需求但尚未交易、需要大力争取的客户；除非录入相反信息，默认有需求。",
        },
    ),
    # Ours: the source's four classes leave these open.
    Segment(
        "other",
        label={"en": "No longer or not a customer", "zh": "已停止购买或无需求"},
        doc={
            "en": "Has stopped buying, or has never bought and needs nothing that we sell. The source has no such class.",
            "zh": "已停止购买，或从未购买且无需求。来源未设此类，由本插件补充。",
        },
    ),
    label={"en": "Loyalty", "zh": "忠诚度"},
    doc={
        "en": "By loyalty: satisfaction and trust, trading time, and four marks of loyal purchase.",
        "zh": "按忠诚度划分：满意与信任、交易时间以及四个购买特征。",
    },
)

SETTINGS = (established_days, marks_needed, very_satisfied)
