"""What the sources do about silence and about churn warnings; tasks and days are ours."""

from crmcore import Playbook, Setting, TaskTemplate

from .silence import silence
from .warning import warning


def _days(name: str, default: int, label: dict[str, str]) -> Setting:
    return Setting(
        f"retention.{name}_visit_days",
        default,
        least=1,
        unit="days",
        label=label,
        doc={
            "en": "The customer is called or visited this many days after the last contact. Our default.",
            "zh": "距上次联系多少天进行回访。默认值由本插件给出。",
        },
    )


silent_visit_days = _days("silent", 30, {"en": "Days between visits to silent customers", "zh": "沉默客户回访间隔"})
high_visit_days = _days("high", 7, {"en": "Days between visits, high warning", "zh": "高级预警回访间隔"})
medium_visit_days = _days("medium", 14, {"en": "Days between visits, medium warning", "zh": "中级预警回访间隔"})
low_visit_days = _days("low", 30, {"en": "Days between visits, low warning", "zh": "低级预警回访间隔"})

ASK = {"en": "Call, and find out what is wrong", "zh": "致电了解问题所在"}
WIN_BACK = {
    "en": "Record and analyse behaviour with the CRM, give customers a way to complain, predict who may leave, care for "
    "each in person, and improve products and service.",
    "zh": "使用先进的客户关系管理系统、建立完善的客户反馈机制、进行数据分析和预测、实施个性化客户关怀、优化产品和服务。",
}
OURS = {"en": "Tasks and days are ours.", "zh": "任务与天数由本插件给出。"}

wake = Playbook(
    "retention.wake",
    silence,
    "silent",
    TaskTemplate("get_in_touch", {"en": "Get in touch in person", "zh": "主动与客户联系"}, due=7),
    cadence=silent_visit_days,
    treatment={
        "en": "Build trust, communicate actively, serve each in person, analyse data, and educate customers.",
        "zh": "建立信任、主动沟通、个性化服务、数据分析、客户教育。",
    },
    label={"en": "Wake silent customers", "zh": "唤醒沉默客户"},
    doc=OURS,
)
high = Playbook(
    "retention.high",
    warning,
    "high",
    TaskTemplate("ask", ASK, due=2),
    cadence=high_visit_days,
    treatment=WIN_BACK,
    label={"en": "Churn warning: high", "zh": "流失预警：高"},
    doc=OURS,
)
medium = Playbook(
    "retention.medium",
    warning,
    "medium",
    TaskTemplate("ask", ASK, due=7),
    cadence=medium_visit_days,
    treatment=WIN_BACK,
    label={"en": "Churn warning: medium", "zh": "流失预警：中"},
    doc=OURS,
)
low = Playbook(
    "retention.low",
    warning,
    "low",
    cadence=low_visit_days,
    treatment=WIN_BACK,
    label={"en": "Churn warning: low", "zh": "流失预警：低"},
    doc=OURS,
)

SETTINGS = (silent_visit_days, high_visit_days, medium_visit_days, low_visit_days)
PLAYBOOKS = (wake, high, medium, low)
