"""What is done for policyholders; the sources state none of this for insurance, so all of it is ours."""

from typing import Final

from crmcore import Playbook, TaskTemplate

from .lifecycle import lapse_risk, lifecycle
from .settings import callback_days, care_days
from .worth import coverage_gap, value

OURS: Final = {"en": "Tasks and days are ours.", "zh": "任务与天数由本插件给出。"}

welcome: Final = Playbook(
    "insurance.welcome",
    lifecycle,
    "new",
    TaskTemplate(
        "call_back",
        {"en": "Call back within the cooling-off period", "zh": "犹豫期内回访"},
        due=callback_days,
    ),
    label={"en": "Call new policyholders", "zh": "新单回访"},
    doc=OURS,
)
renew: Final = Playbook(
    "insurance.renew",
    lifecycle,
    "renewal_due",
    TaskTemplate("offer", {"en": "Offer the renewal", "zh": "办理续保提醒"}, due=3),
    label={"en": "Prompt renewals", "zh": "续保提醒"},
    doc=OURS,
)
collect: Final = Playbook(
    "insurance.collect",
    lifecycle,
    "grace",
    TaskTemplate("remind", {"en": "Remind of the premium before grace ends", "zh": "宽限期内催缴保费"}, due=5),
    label={"en": "Collect premiums", "zh": "催缴保费"},
    doc=OURS,
)
win_back: Final = Playbook(
    "insurance.win_back",
    lifecycle,
    "lapsed",
    TaskTemplate("reinstate", {"en": "Offer to reinstate the policy", "zh": "提示复效"}, due=14),
    label={"en": "Reinstate lapsed policies", "zh": "失效保单复效"},
    doc=OURS,
)
keep: Final = Playbook(
    "insurance.keep",
    lapse_risk,
    "high",
    TaskTemplate("ask", {"en": "Find out in person why nothing is paid", "zh": "上门了解欠费原因"}, due=2),
    label={"en": "Keep policies from lapsing", "zh": "防止脱保"},
    doc=OURS,
)
close_gap: Final = Playbook(
    "insurance.close_gap",
    coverage_gap,
    "both",
    TaskTemplate("review", {"en": "Review cover with the family", "zh": "为家庭做保障检视"}, due=30),
    label={"en": "Close coverage gaps", "zh": "补足保障缺口"},
    doc=OURS,
)
care: Final = Playbook(
    "insurance.care",
    value,
    "top",
    cadence=care_days,
    label={"en": "Look after the best", "zh": "维护高价值客户"},
    doc=OURS,
)

PLAYBOOKS: Final = (welcome, renew, collect, win_back, keep, close_gap, care)
