"""What clinicians look at: chronic disease and its programmes, and how much care was needed lately."""

from crmcore import Choices, Customer, Field, Scheme, Segment, Setting

from .metrics import active_diagnoses, chronic_diagnoses, emergencies_12m, stays_12m
from .purposes import clinical
from .words import words

programme = Field(
    "medical.programme",
    str,
    on=Customer,
    choices=Choices(("enrolled", "stable", "left"), zh=("已纳入", "稳定", "已退出")),
    soft=True,
    privacy="sensitive",
    label=words("Chronic-disease programme", "慢病管理"),
    doc=words(
        "Where the patient stands in a programme for chronic disease, with who said it and since when.",
        "患者在慢病管理中的状态，注明来源与起始日期。",
    ),
)
high_uses = Setting(
    "medical.high_uses",
    3,
    least=1,
    unit="visits",
    label=words("Emergencies and stays of high care risk", "高风险急诊与住院次数"),
    doc=words(
        "So many in 365 days mean high care risk. Our default.", "365天内达到此次数即为高风险。默认值由本插件给出。"
    ),
)
many_diagnoses = Setting(
    "medical.many_diagnoses",
    3,
    least=1,
    unit="diagnoses",
    label=words("Active diagnoses of moderate care risk", "中风险现患诊断数"),
    doc=words(
        "So many active diagnoses mean moderate care risk at least. Our default.",
        "现患诊断达到此数即至少为中风险。默认值由本插件给出。",
    ),
)

uses = emergencies_12m + stays_12m

chronic = Scheme(
    "medical.chronic",
    Segment(
        "stable",
        when=programme.is_("stable").or_else(False),
        label=words("Stable in a programme", "管理中，病情稳定"),
        doc=words("In a programme, and stable.", "已纳入慢病管理且病情稳定。"),
    ),
    Segment(
        "enrolled",
        when=programme.is_("enrolled").or_else(False),
        label=words("In a programme", "管理中"),
        doc=words("In a programme.", "已纳入慢病管理。"),
    ),
    Segment(
        "unmanaged",
        when=chronic_diagnoses > 0,
        label=words("Chronic, in no programme", "慢病未管理"),
        doc=words("Has a chronic diagnosis and is in no programme.", "有慢性诊断而未纳入管理。"),
    ),
    Segment("none", label=words("Not chronic", "无慢病"), doc=words("Has no chronic diagnosis.", "无慢性诊断。")),
    label=words("Chronic disease", "慢病状态"),
    privacy="sensitive",
    doc=clinical(
        "By diagnoses that last, and the programme that somebody entered.", "按持续的诊断与录入的管理状态划分。"
    ),
)

care_risk = Scheme(
    "medical.care_risk",
    Segment(
        "high",
        when=uses >= high_uses,
        label=words("High", "高"),
        doc=words("Needed emergency care or a bed often.", "急诊或住院频繁。"),
    ),
    Segment(
        "moderate",
        when=(uses >= 1) | (active_diagnoses >= many_diagnoses),
        label=words("Moderate", "中"),
        doc=words("Needed it once or twice, or has many diagnoses.", "曾急诊或住院，或现患诊断较多。"),
    ),
    Segment("low", label=words("Low", "低"), doc=words("Neither.", "无上述情况。")),
    label=words("Care risk", "照护风险"),
    privacy="sensitive",
    doc=clinical(
        "By emergencies and stays of a year, and active diagnoses; no source gives a measure, this is ours.",
        "按一年内急诊、住院与现患诊断划分；来源未给标准，此为本插件规定。",
    ),
)

FIELDS = (programme,)
SCHEMES = (chronic, care_risk)
