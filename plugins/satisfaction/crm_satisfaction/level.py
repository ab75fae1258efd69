"""Satisfied or dissatisfied: what surveys of any scale say together, and what complaints say against it."""

from decimal import Decimal

from crmcore import Choices, Metric, Scheme, Segment, Setting, choose, count, days_since, last, latest, mean

from .records import complaint, highest, lowest, survey

valid_days = Setting(
    "satisfaction.valid_days",
    365,
    least=1,
    unit="days",
    label={"en": "Days for which a survey counts", "zh": "调查有效天数"},
    doc={
        "en": "Answers older than this say nothing about today. Our default.",
        "zh": "超过此天数的答复不再反映现状。默认值由本插件给出。",
    },
)
basis = Setting(
    "satisfaction.basis",
    "mean",
    choices=Choices(("mean", "latest"), zh=("平均", "最近一次")),
    label={"en": "What counts of several surveys", "zh": "多次调查的取值方式"},
    doc={
        "en": "`mean`: the average of the answers that still count; `latest`: the last of them alone. Our default.",
        "zh": "mean 取有效答复的平均值，latest 只取最近一次。默认值由本插件给出。",
    },
)
satisfied_from = Setting(
    "satisfaction.satisfied_from",
    Decimal("0.6"),
    least=0,
    greatest=1,
    label={"en": "Score from which a customer is satisfied", "zh": "满意分数线"},
    doc={
        "en": "As a share of the scale: 0 is its lowest score, 1 its highest; 0.6 is 3.4 of 1 to 5. Our default.",
        "zh": "以评分制的比例计：0为最低分，1为最高分；0.6相当于五分制的3.4分。默认值由本插件给出。",
    },
)
complaints_allowed = Setting(
    "satisfaction.complaints_allowed",
    0,
    least=0,
    unit="complaints",
    label={"en": "Open complaints of a satisfied customer", "zh": "满意客户可有的未决投诉数"},
    doc={
        "en": "With more open complaints than this a customer is dissatisfied, whatever surveys say. Our default.",
        "zh": "未决投诉多于此数即为不满意，不论调查结果。默认值由本插件给出。",
    },
)

share_of_scale = (survey.score - lowest) / (highest - lowest)
counts = survey.on.within(days=valid_days)

latest_score = Metric(
    "satisfaction.latest_score",
    last(share_of_scale, where=counts),
    label={"en": "Satisfaction, latest", "zh": "满意度（最近一次）"},
    doc={
        "en": "The last answer that still counts, as a share of its scale from 0 to 1.",
        "zh": "最近一次有效答复，折算为0至1。",
    },
)
mean_score = Metric(
    "satisfaction.mean_score",
    mean(share_of_scale, where=counts),
    label={"en": "Satisfaction, average", "zh": "满意度（平均）"},
    doc={
        "en": "The average of the answers that still count, as a share of their scales from 0 to 1.",
        "zh": "有效答复的平均值，折算为0至1。",
    },
)
score = Metric(
    "satisfaction.score",
    choose((basis.is_("latest"), latest_score), otherwise=mean_score),
    label={"en": "Satisfaction", "zh": "满意度"},
    doc={
        "en": "From 0 to 1, by the average or by the latest answer as `satisfaction.basis` says.",
        "zh": "0至1，按 satisfaction.basis 取平均值或最近一次。",
    },
)
last_survey = Metric(
    "satisfaction.last_survey",
    latest(survey.on),
    label={"en": "Last survey", "zh": "最近调查日期"},
    doc={"en": "When the customer last answered.", "zh": "客户最近一次答复的日期。"},
)
# A complaint that will be settled later was open on the day that is asked about.
is_open = (days_since(complaint.settled_on) < 0).or_else(True)
open_complaints = Metric(
    "satisfaction.open_complaints",
    count(complaint, where=is_open),
    unit="complaints",
    label={"en": "Open complaints", "zh": "未决投诉"},
    doc={"en": "Complaints that are not settled.", "zh": "尚未解决的投诉数。"},
)

satisfaction = Scheme(
    "satisfaction.level",
    Segment(
        "dissatisfied",
        when=(open_complaints > complaints_allowed) | (score < satisfied_from),
        label={"en": "Dissatisfied customer", "zh": "不满意客户"},
        doc={
            "en": "Answers surveys with low scores, or waits for a complaint to be settled.",
            "zh": "调查评分低，或有投诉未解决。",
        },
    ),
    # Without a valid survey and without a complaint nobody knows.
    Segment(
        "satisfied",
        label={"en": "Satisfied customer", "zh": "满意客户"},
        doc={
            "en": "Answers surveys with good scores and waits for nothing.",
            "zh": "调查评分良好，且无未决投诉。",
        },
    ),
    label={"en": "Satisfaction level", "zh": "满意程度"},
    doc={
        "en": "By what customers say of us. The source names the two classes and gives no criterion; surveys and "
        "complaints are ours.",
        "zh": "按客户的评价划分。来源仅列出两类，未给标准；以调查和投诉判断由本插件规定。",
    },
)

SETTINGS = (valid_days, basis, satisfied_from, complaints_allowed)
METRICS = (score, mean_score, latest_score, last_survey, open_complaints)
