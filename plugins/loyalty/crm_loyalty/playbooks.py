"""What the source does for loyal customers and for prospects; it says nothing of the others."""

from crmcore import Playbook, Setting, TaskTemplate

from .loyalty import loyalty

loyal_visit_days = Setting(
    "loyalty.loyal_visit_days",
    30,
    least=1,
    unit="days",
    label={"en": "Days between visits to loyal customers", "zh": "忠诚客户回访间隔"},
    doc={
        "en": "A loyal customer is called or visited this many days after the last contact. Our default.",
        "zh": "距上次联系多少天回访忠诚客户。默认值由本插件给出。",
    },
)
prospect_visit_days = Setting(
    "loyalty.prospect_visit_days",
    30,
    least=1,
    unit="days",
    label={"en": "Days between approaches to prospects", "zh": "潜在客户跟进间隔"},
    doc={
        "en": "A prospect is approached again this many days after the last contact. Our default.",
        "zh": "距上次联系多少天再次跟进潜在客户。默认值由本插件给出。",
    },
)

loyal_care = Playbook(
    "loyalty.loyal_care",
    loyalty,
    "loyal",
    cadence=loyal_visit_days,
    treatment={
        "en": "Strengthen the interaction with them, with the help of the CRM.",
        "zh": "运用CRM系统加强与客户之间的互动。",
    },
    label={"en": "Stay in touch with loyal customers", "zh": "加强与忠诚客户的互动"},
    doc={"en": "Regular contact; how often is ours.", "zh": "定期联系，间隔由本插件给出。"},
)
win_prospects = Playbook(
    "loyalty.win_prospects",
    loyalty,
    "prospect",
    TaskTemplate("find_need", {"en": "Find out what it needs", "zh": "了解其需求"}, due=7),
    cadence=prospect_visit_days,
    treatment={
        "en": "Find and develop prospects with the CRM, and look after them from then on.",
        "zh": "运用CRM软件开发和挖掘潜在客户，并做好后期维护。",
    },
    label={"en": "Win prospects", "zh": "争取潜在客户"},
    doc={
        "en": "A first task and regular contact; what and how often is ours.",
        "zh": "首个任务与定期跟进，由本插件给出。",
    },
)

SETTINGS = (loyal_visit_days, prospect_visit_days)
PLAYBOOKS = (loyal_care, win_prospects)
