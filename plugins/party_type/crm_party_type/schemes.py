"""Individual or corporate, and what the source does for each."""

from crmcore import Playbook, Scheme, Segment, TaskTemplate

from .facts import Name, in_name_of, intake_days

party_type = Scheme(
    "party_type.type",
    Segment(
        "individual",
        when=in_name_of.is_(Name.OWN),
        label={"en": "Individual customer", "zh": "个人客户"},
        doc={
            "en": "Buys in the name of a person; needs differ widely.",
            "zh": "以个人名义购买，需求通常比较多样化。",
        },
    ),
    Segment(
        "corporate",
        label={"en": "Corporate customer", "zh": "企业客户"},
        doc={
            "en": "Buys as a company or organization; its decisions are often complex, with several decision makers and "
            "purchase processes.",
            "zh": "以公司或组织名义购买，决策通常较为复杂，涉及多个决策者和购买流程。",
        },
    ),
    label={"en": "Party type", "zh": "客户类型"},
    doc={
        "en": "By whose name the customer buys in: as entered, else by its kind.",
        "zh": "按以何名义购买划分：以录入为准，否则看客户类别。",
    },
)

individual_care = Playbook(
    "party_type.individual",
    party_type,
    "individual",
    treatment={
        "en": "Offer personalized products and services; promote and stay in touch through social media and e-mail.",
        "zh": "提供个性化的产品与服务，通过社交媒体、电子邮件等方式个性化推广和互动。",
    },
    label={"en": "Individual customers", "zh": "个人客户服务"},
    doc={"en": "As the source states it.", "zh": "按来源所述。"},
)
corporate_care = Playbook(
    "party_type.corporate",
    party_type,
    "corporate",
    TaskTemplate(
        "intake",
        {"en": "Enter its decision makers and its purchase process", "zh": "录入决策者与购买流程"},
        due=intake_days,
    ),
    service={"en": "After-sales service and technical support", "zh": "售后服务和技术支持"},
    treatment={
        "en": "Offer professional solutions in products and services, and build long-term co-operation; support it well "
        "after the sale, technically too.",
        "zh": "提供专业的产品和服务解决方案，建立长期合作关系，并给予优质的售后服务与技术支持。",
    },
    label={"en": "Corporate customers", "zh": "企业客户服务"},
    doc={
        "en": "As the source states it; the task of finding out who decides there, and how, is ours.",
        "zh": "按来源所述；了解由谁决策、如何决策的任务由本插件补充。",
    },
)

PLAYBOOKS = (individual_care, corporate_care)
