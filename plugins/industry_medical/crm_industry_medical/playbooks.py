"""What is done for patients of a segment; days are settings, and no task ever concerns whether somebody is treated."""

from crmcore import Playbook, TaskTemplate

from .aftercare import deposit_level, first_day, follow_up_stage, second_day, stay_stage, third_day
from .care import chronic
from .visiting import visit_stage
from .words import words

after_discharge = Playbook(
    "medical.after_discharge",
    stay_stage,
    "discharged",
    TaskTemplate("first", words("Ask how it goes after the discharge", "出院后首次随访"), due=first_day),
    TaskTemplate("second", words("Ask again how it goes", "出院后第二次随访"), due=second_day),
    TaskTemplate("third", words("Ask how it went in the first month", "出院满月随访"), due=third_day),
    owner="follow-up nurses",
    label=words("After discharge", "出院随访"),
    doc=words("Three calls after a discharge. Days and tasks are ours.", "出院后三次随访。天数与任务由本插件规定。"),
)
overdue = Playbook(
    "medical.overdue",
    follow_up_stage,
    "overdue",
    TaskTemplate("reach", words("Reach the patient by another way", "换一种方式联系患者"), due=1),
    owner="follow-up nurses",
    label=words("Overdue follow-up", "随访逾期"),
    doc=words("Another try when a follow-up is overdue. Ours.", "随访逾期时再次联系。由本插件规定。"),
)
low_deposit = Playbook(
    "medical.low_deposit",
    deposit_level,
    "low",
    TaskTemplate(
        "tell", words("Tell the patient or the guarantor that the deposit is low", "告知患者或担保人预交金不足"), due=1
    ),
    owner="ward office",
    label=words("Low deposit", "欠费提醒"),
    doc=words("A word about the deposit; care goes on. Ours.", "提醒补交预交金，治疗照常。由本插件规定。"),
)
unmanaged = Playbook(
    "medical.unmanaged",
    chronic,
    "unmanaged",
    TaskTemplate("offer", words("Offer a place in a programme", "邀请加入慢病管理"), due=14),
    owner="chronic-care team",
    label=words("Chronic, in no programme", "慢病未管理"),
    doc=words("An offer to join a programme. Ours.", "邀请加入慢病管理。由本插件规定。"),
)
silent = Playbook(
    "medical.silent",
    visit_stage,
    "silent",
    TaskTemplate("ask", words("Ask whether a check-up is wanted", "询问是否需要体检"), due=30),
    owner="patient relations",
    label=words("Silent patients", "沉默患者"),
    doc=words("A friendly word to those who stayed away. Ours.", "关怀久未就诊的患者。由本插件规定。"),
)

PLAYBOOKS = (after_discharge, overdue, low_deposit, unmanaged, silent)
