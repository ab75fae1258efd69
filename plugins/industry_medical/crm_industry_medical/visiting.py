"""Where a patient stands in coming and staying away, and who pays."""

from crmcore import Scheme, Segment, Setting, days_since

from .metrics import commercial_coverages, last_visit, public_coverages, visits, visits_12m
from .patients import deceased_at
from .purposes import administrative
from .words import words

long_term_visits = Setting(
    "medical.long_term_visits",
    6,
    least=1,
    unit="visits",
    label=words("Visits a year of a long-term patient", "长期患者年就诊次数"),
    doc=words(
        "So many visits in 365 days make a long-term patient. Our default.",
        "365天内达到此就诊次数即为长期患者。默认值由本插件给出。",
    ),
)
silent_days = Setting(
    "medical.silent_days",
    365,
    least=1,
    unit="days",
    label=words("Days until a patient is silent", "沉默天数"),
    doc=words(
        "A patient who did not come for more days is silent. Our default.",
        "超过此天数未就诊即为沉默患者。默认值由本插件给出。",
    ),
)
lost_days = Setting(
    "medical.lost_days",
    1095,
    least=1,
    unit="days",
    label=words("Days until a patient is lost", "流失天数"),
    doc=words(
        "A patient who did not come for more days is lost. Our default.",
        "超过此天数未就诊即为流失患者。默认值由本插件给出。",
    ),
)

away = days_since(last_visit)

visit_stage = Scheme(
    "medical.visit_stage",
    Segment(
        "deceased",
        when=(days_since(deceased_at) >= 0).or_else(False),
        label=words("Deceased", "已故"),
        doc=words("The patient has died; nothing is to be sent.", "患者已故，不再联系。"),
    ),
    Segment(
        "enquiry",
        when=visits < 1,
        label=words("Enquiry", "咨询"),
        doc=words("Has not come yet.", "尚未就诊。"),
    ),
    Segment(
        "lost",
        when=away > lost_days,
        label=words("Lost patient", "流失患者"),
        doc=words("Did not come for more than `medical.lost_days`.", "超过 medical.lost_days 未就诊。"),
    ),
    Segment(
        "silent",
        when=away > silent_days,
        label=words("Silent patient", "沉默患者"),
        doc=words("Did not come for more than `medical.silent_days`.", "超过 medical.silent_days 未就诊。"),
    ),
    Segment(
        "long_term",
        when=visits_12m >= long_term_visits,
        label=words("Long-term patient", "长期患者"),
        doc=words(
            "Comes often: `medical.long_term_visits` a year or more.", "年就诊次数达到 medical.long_term_visits。"
        ),
    ),
    Segment(
        "returning",
        when=visits > 1,
        label=words("Returning patient", "复诊患者"),
        doc=words("Came more than once.", "就诊一次以上。"),
    ),
    Segment(
        "first_visit",
        label=words("First visit", "初诊患者"),
        doc=words("Came once.", "仅就诊一次。"),
    ),
    label=words("Visit stage", "就诊阶段"),
    privacy="sensitive",
    doc=administrative("From enquiry to lost, by visits.", "按就诊情况从咨询到流失。"),
)

payer = Scheme(
    "medical.payer",
    Segment(
        "public",
        when=public_coverages > 0,
        label=words("Public scheme", "医保"),
        doc=words("A public scheme pays.", "由医保支付。"),
    ),
    Segment(
        "commercial",
        when=commercial_coverages > 0,
        label=words("Insurer", "商保"),
        doc=words("An insurer pays, and no public scheme.", "由商业保险支付，无医保。"),
    ),
    Segment(
        "self_pay",
        label=words("Self-pay", "自费"),
        doc=words("No coverage is in force.", "无有效保障。"),
    ),
    label=words("Payer type", "支付类型"),
    privacy="sensitive",
    doc=administrative(
        "By coverages in force; a public scheme counts before an insurer.", "按现行保障划分，医保优先于商保。"
    ),
)

SCHEMES = (visit_stage, payer)
