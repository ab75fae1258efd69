"""Basic, functional or experience need: what a customer looks for."""

from crmcore import Metric, Playbook, Scheme, Segment, choose

from .facts import Need, basics, experience, functions, least_mentions, stated_need

# The one that is talked about most; a tie tells nothing, and neither does a single remark.
derived_need = Metric(
    "needs.derived_need",
    choose(
        ((basics >= least_mentions) & (basics > functions) & (basics > experience), Need.BASIC),
        ((functions >= least_mentions) & (functions > basics) & (functions > experience), Need.FUNCTIONAL),
        ((experience >= least_mentions) & (experience > basics) & (experience > functions), Need.EXPERIENCE),
    ),
    label={"en": "Need from conversations", "zh": "由沟通推断的需求"},
    doc={
        "en": "What the customer has talked about most; unknown where nothing stands out.",
        "zh": "客户谈得最多的方面；不突出时未知。",
    },
)
# The last part is there for explanations: where nothing tells, it is the statement that is missing.
found_need = Metric(
    "needs.found_need",
    choose((stated_need.is_known(), stated_need), (derived_need.is_known(), derived_need), otherwise=stated_need),
    label={"en": "Need, stated or from conversations", "zh": "录入或推断的需求"},
)

need = Scheme(
    "needs.need",
    Segment(
        "basic",
        when=found_need.is_(Need.BASIC),
        label={"en": "Basic-needs customer", "zh": "基础需求客户"},
        doc={
            "en": "Wants the basic functions and quality; cares for value for money and practicality.",
            "zh": "对产品或服务的基本功能和质量有需求，关注性价比和实用性。",
        },
    ),
    Segment(
        "functional",
        when=found_need.is_(Need.FUNCTIONAL),
        label={"en": "Functional-needs customer", "zh": "功能需求客户"},
        doc={
            "en": "Wants certain functions and performance, with high demands on technical parameters.",
            "zh": "对特定功能和性能有需求，对技术参数要求较高。",
        },
    ),
    Segment(
        "experience",
        label={"en": "Experience-needs customer", "zh": "体验需求客户"},
        doc={
            "en": "Wants to enjoy using it; cares for design, user interface and convenience.",
            "zh": "对使用体验和感受有需求，关注设计、用户界面和使用便利性。",
        },
    ),
    label={"en": "Need", "zh": "客户需求（基础、功能、体验）"},
    doc={
        "en": "By what the customer looks for in a product or service: as stated, else what it talks about most.",
        "zh": "按客户对产品或服务的期望划分：以录入为准，否则看谈得最多的方面。",
    },
)

PLAYBOOKS = (
    Playbook(
        "needs.basic",
        need,
        "basic",
        treatment={
            "en": "See to it that basic functions and quality meet what is expected.",
            "zh": "确保产品或服务的基本功能和质量达到客户期望。",
        },
        label={"en": "Basic needs", "zh": "基础需求客户服务"},
        doc={"en": "As the source states it.", "zh": "按来源所述。"},
    ),
    Playbook(
        "needs.functional",
        need,
        "functional",
        treatment={
            "en": "Keep raising the technical level and the performance of the product.",
            "zh": "不断提升产品的技术水平和功能性能。",
        },
        label={"en": "Functional needs", "zh": "功能需求客户服务"},
        doc={"en": "As the source states it.", "zh": "按来源所述。"},
    ),
    Playbook(
        "needs.experience",
        need,
        "experience",
        treatment={
            "en": "Attend to user-experience design, so that using the product is a pleasure.",
            "zh": "注重用户体验设计，提供良好的使用体验。",
        },
        label={"en": "Experience needs", "zh": "体验需求客户服务"},
        doc={"en": "As the source states it.", "zh": "按来源所述。"},
    ),
)
