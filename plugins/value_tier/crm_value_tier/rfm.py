"""RFM: how lately, how often and for how much a customer has bought, in five bands each, and segments with names.

The bands and names are well-known practice of database marketing, not from the sources of the other schemes.
"""

from crmcore import Metric, Scheme, Segment, Setting, choose, population_count, quantile

from .metrics import purchases, recency, spend

has_bought = purchases > 0

# A value that equals a cut belongs to the band under it, so that where most customers have bought once, once is the
# lowest score. `band` would put it into the band above the cut.
NEWEST_FIRST = ((0.2, 5), (0.4, 4), (0.6, 3), (0.8, 2))
HIGHEST_FIRST = ((0.8, 5), (0.6, 4), (0.4, 3), (0.2, 2))

recency_score = Metric(
    "value_tier.recency_score",
    choose(*((recency <= quantile(recency, q, among=has_bought), score) for q, score in NEWEST_FIRST), otherwise=1),
    label={"en": "Recency score", "zh": "近度得分"},
    doc={
        "en": "5 for the fifth of the buyers who bought last, 1 for those whose last purchase is longest ago.",
        "zh": "最近购买的五分之一买家得5分，最久未购买的得1分。",
    },
)
frequency_score = Metric(
    "value_tier.frequency_score",
    choose(*((purchases > quantile(purchases, q, among=has_bought), score) for q, score in HIGHEST_FIRST), otherwise=1),
    label={"en": "Frequency score", "zh": "频度得分"},
    doc={
        "en": "5 for the fifth of the buyers who bought most often, 1 for the least often; ties take the lower score.",
        "zh": "购买次数最多的五分之一买家得5分，最少的得1分；同值取较低分。",
    },
)
monetary_score = Metric(
    "value_tier.monetary_score",
    choose(*((spend > quantile(spend, q, among=has_bought), score) for q, score in HIGHEST_FIRST), otherwise=1),
    label={"en": "Monetary score", "zh": "额度得分"},
    doc={
        "en": "5 for the fifth of the buyers who spent most, 1 for the least; ties take the lower score.",
        "zh": "消费额最高的五分之一买家得5分，最低的得1分；同值取较低分。",
    },
)

high_score = Setting(
    "value_tier.high_score",
    4,
    least=1,
    greatest=5,
    label={"en": "High score", "zh": "高分"},
    doc={
        "en": "Lowest score of one to five that counts as high. Our default.",
        "zh": "一至五分中视为高分的最低分。默认值由本插件给出。",
    },
)
middle_score = Setting(
    "value_tier.middle_score",
    3,
    least=1,
    greatest=5,
    label={"en": "Middle score", "zh": "中等分"},
    doc={
        "en": "Lowest score that counts as middling; scores under it are low. Our default.",
        "zh": "视为中等的最低分，低于此为低分。默认值由本插件给出。",
    },
)
least_buyers = Setting(
    "value_tier.least_buyers",
    5,
    least=1,
    unit="buyers",
    label={"en": "Fewest buyers to score", "zh": "评分所需最少买家数"},
    doc={
        "en": "With fewer buyers than this nobody is scored: fifths of them would mean nothing. Our default.",
        "zh": "买家少于此数时不评分，因为五等分没有意义。默认值由本插件给出。",
    },
)

recent = recency_score >= high_score
lately = recency_score >= middle_score
not_lately = recency_score < middle_score
often = frequency_score >= high_score
at_times = frequency_score >= middle_score
seldom = frequency_score < middle_score
much = monetary_score >= high_score
something = monetary_score >= middle_score

# Every combination of scores is named, so what is left at the end has low scores in all three.
rfm = Scheme(
    "value_tier.rfm",
    Segment(
        "unscored",
        when=(purchases <= 0) | (population_count(among=has_bought) < least_buyers),
        label={"en": "Not scored", "zh": "未评分"},
        doc={
            "en": "Has not bought yet, or too few customers have bought for scores to mean anything.",
            "zh": "尚未购买，或买家太少，评分没有意义。",
        },
    ),
    Segment(
        "champions",
        when=recent & often & much,
        label={"en": "Champions", "zh": "冠军客户"},
        doc={"en": "Bought lately, buy often and spend most.", "zh": "最近买过、买得勤、花得多。"},
    ),
    Segment(
        "loyal",
        when=lately & often,
        label={"en": "Loyal customers", "zh": "忠诚客户"},
        doc={"en": "Buy often, the last time not long ago.", "zh": "买得勤，且不久前买过。"},
    ),
    Segment(
        "new",
        when=recent & frequency_score.is_(1),
        label={"en": "New customers", "zh": "新客户"},
        doc={"en": "Bought lately, as seldom as anybody.", "zh": "最近买过，次数处于最低一档。"},
    ),
    Segment(
        "promising",
        when=recent & seldom,
        label={"en": "Promising", "zh": "有望客户"},
        doc={"en": "Bought lately and more than once, still seldom.", "zh": "最近买过，次数仍少。"},
    ),
    Segment(
        "potential_loyalist",
        when=recent,
        label={"en": "Potential loyalists", "zh": "潜在忠诚客户"},
        doc={"en": "Bought lately and buy fairly often.", "zh": "最近买过，次数中等。"},
    ),
    Segment(
        "cannot_lose",
        when=not_lately & often & much,
        label={"en": "Can't lose them", "zh": "不可流失客户"},
        doc={"en": "Used to buy often and spend most, but not lately.", "zh": "过去买得勤、花得多，但久未购买。"},
    ),
    Segment(
        "at_risk",
        when=not_lately & (at_times | something),
        label={"en": "At risk", "zh": "有流失风险"},
        doc={
            "en": "Used to buy fairly often, or to spend fair amounts, but not lately.",
            "zh": "过去购买次数或金额尚可，但久未购买。",
        },
    ),
    Segment(
        "need_attention",
        when=at_times | something,
        label={"en": "Need attention", "zh": "需要关注"},
        doc={
            "en": "Middling in frequency or spend, and their last purchase is growing old.",
            "zh": "次数或金额中等，最近购买渐远。",
        },
    ),
    Segment(
        "about_to_sleep",
        when=recency_score > 1,
        label={"en": "About to sleep", "zh": "即将沉睡"},
        doc={"en": "Buy seldom and little, and it is some time ago.", "zh": "买得少、花得少，且已有一段时间未购买。"},
    ),
    Segment(
        "lost",
        label={"en": "Lost", "zh": "已流失"},
        doc={
            "en": "Bought seldom and little, longer ago than nearly all others.",
            "zh": "买得少、花得少，且比几乎所有人都久未购买。",
        },
    ),
    label={"en": "RFM segment", "zh": "RFM分群"},
    doc={
        "en": "By recency, frequency and monetary score over all time, compared with all who have bought.",
        "zh": "按近度、频度、额度得分划分，取全部历史，与所有买过的客户比较。",
    },
)

METRICS = (recency_score, frequency_score, monetary_score)
SETTINGS = (high_score, middle_score, least_buyers)
