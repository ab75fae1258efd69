"""What the sources do at each stage; their words stand in the segments, tasks and days are ours."""

from crmcore import Playbook, Setting, TaskTemplate

from .position import position
from .stage import stage
from .status import status

ASK_DAYS = Setting(
    "lifecycle.ask_days",
    7,
    least=0,
    unit="days",
    label={"en": "Days to ask why a customer stopped", "zh": "询问停购原因的期限"},
    doc={
        "en": "So many days after a customer has become a past one, somebody has asked why. Our default.",
        "zh": "客户成为过去的客户后，多少天内询问停购原因。默认值由本插件给出。",
    },
)
WIN_BACK_DAYS = Setting(
    "lifecycle.win_back_days",
    14,
    least=0,
    unit="days",
    label={"en": "Days to win a churned customer back", "zh": "挽回流失客户的期限"},
    doc={
        "en": "So many days after a customer has churned, a win-back mail or an offer has gone out. Our default.",
        "zh": "客户流失后，多少天内发送挽回邮件或优惠。默认值由本插件给出。",
    },
)

AS_STATED = {"en": "As the source states it.", "zh": "依来源所述。"}
DAYS_ARE_OURS = {"en": "As the source states it; the days are ours.", "zh": "依来源所述；期限由本插件给出。"}

potential = Playbook(
    "lifecycle.potential",
    stage,
    "potential",
    offers={"en": "Offers and promotions for a first purchase", "zh": "促成首次购买的优惠与促销"},
    label={"en": "Win first purchases", "zh": "促成首次购买"},
    doc=AS_STATED,
)
first_time = Playbook(
    "lifecycle.first_time",
    stage,
    "first_time",
    service={"en": "After-sales service and support", "zh": "售后服务与客户支持"},
    label={"en": "Make first-time customers loyal", "zh": "使初次客户成为忠诚客户"},
    doc=AS_STATED,
)
loyal = Playbook(
    "lifecycle.loyal",
    stage,
    "loyal",
    service={"en": "Personal service", "zh": "个性化服务"},
    offers={"en": "Membership and rewards", "zh": "会员制度与奖励计划"},
    label={"en": "Keep loyal customers", "zh": "维持忠诚客户"},
    doc=AS_STATED,
)
churned = Playbook(
    "lifecycle.churned",
    stage,
    "churned",
    TaskTemplate("win_back", {"en": "Send a win-back mail or an offer", "zh": "发送挽回邮件或优惠"}, due=WIN_BACK_DAYS),
    offers={"en": "Exclusive offers", "zh": "专属优惠"},
    label={"en": "Win churned customers back", "zh": "挽回流失客户"},
    doc=DAYS_ARE_OURS,
)
past = Playbook(
    "lifecycle.past",
    position,
    "past",
    TaskTemplate("ask", {"en": "Find out why they stopped buying", "zh": "找出停止购买的原因"}, due=ASK_DAYS),
    label={"en": "Learn from past customers", "zh": "了解过去的客户"},
    doc=DAYS_ARE_OURS,
)
existing = Playbook(
    "lifecycle.existing",
    position,
    "existing",
    service={"en": "Answers in time", "zh": "及时响应"},
    label={"en": "Listen to existing customers", "zh": "倾听现有客户"},
    doc=AS_STATED,
)
interested = Playbook(
    "lifecycle.interested",
    position,
    "potential",
    label={"en": "Precise marketing for those who may buy", "zh": "面向潜在客户的精准营销"},
    doc=AS_STATED,
)
target = Playbook(
    "lifecycle.target",
    status,
    "target",
    label={"en": "Develop target customers", "zh": "开发目标客户"},
    doc=AS_STATED,
)

SETTINGS = (ASK_DAYS, WIN_BACK_DAYS)
PLAYBOOKS = (potential, first_time, loyal, churned, past, existing, interested, target)
