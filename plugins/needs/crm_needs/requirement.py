"""Product, service or an integrated solution: which of the company's performances a customer requires.

The sources call this "customer need" as well; it is another question than that of `needs.need`.
"""

from crmcore import Metric, Playbook, Scheme, Segment, Setting, TaskTemplate, choose

from .facts import Requirement, least_mentions, product, service, stated_requirement, support

all_three = (product > 0) & (service > 0) & (support > 0) & (product + service + support >= least_mentions)

derived_requirement = Metric(
    "needs.derived_requirement",
    choose(
        (all_three, Requirement.INTEGRATED),
        ((product >= least_mentions) & (product > service), Requirement.PRODUCT),
        ((service >= least_mentions) & (service > product), Requirement.SERVICE),
    ),
    label={"en": "Requirement from conversations", "zh": "由沟通推断的需求方面"},
    doc={
        "en": "Integrated where product, service and technical support were all talked about, else the more frequent of the "
        "first two; unknown where nothing stands out.",
        "zh": "产品、服务与技术支持都谈及者为综合，否则取前两者中较多的；不突出时未知。",
    },
)
found_requirement = Metric(
    "needs.found_requirement",
    choose(
        (stated_requirement.is_known(), stated_requirement),
        (derived_requirement.is_known(), derived_requirement),
        otherwise=stated_requirement,
    ),
    label={"en": "Requirement, stated or from conversations", "zh": "录入或推断的需求方面"},
)

arrange_days = Setting(
    "needs.arrange_days",
    30,
    least=0,
    unit="days",
    label={"en": "Days to arrange for inspections and surveys", "zh": "安排检测与调查的天数"},
    doc={
        "en": "Days within which regular inspections or surveys are arranged for a customer who begins to require them. Our "
        "default.",
        "zh": "客户进入相应客户群后，应在多少天内安排定期检测或调查。默认值由本插件给出。",
    },
)

requirement = Scheme(
    "needs.requirement",
    Segment(
        "product",
        when=found_requirement.is_(Requirement.PRODUCT),
        label={"en": "Product-oriented customer", "zh": "产品需求客户"},
        doc={
            "en": "Cares mainly for the quality and performance of the product.",
            "zh": "主要关注产品的质量和性能。",
        },
    ),
    Segment(
        "service",
        when=found_requirement.is_(Requirement.SERVICE),
        label={"en": "Service-oriented customer", "zh": "服务需求客户"},
        doc={
            "en": "Cares more for after-sales service and for how customers are treated.",
            "zh": "更关注售后服务和客户体验。",
        },
    ),
    Segment(
        "integrated",
        label={"en": "Integrated-solution customer", "zh": "综合需求客户"},
        doc={
            "en": "Needs a full solution: product, service and technical support.",
            "zh": "需要产品、服务和技术支持在内的全面解决方案。",
        },
    ),
    label={"en": "Requirement", "zh": "客户需求（产品、服务、综合）"},
    doc={
        "en": "By what the customer requires of the company: as stated, else by what it talks about.",
        "zh": "按客户对企业的要求划分：以录入为准，否则看所谈内容。",
    },
)

PLAYBOOKS = (
    Playbook(
        "needs.product",
        requirement,
        "product",
        TaskTemplate(
            "inspections",
            {
                "en": "Arrange for regular quality inspections and technical upgrades",
                "zh": "安排定期质量检测与技术升级",
            },
            due=arrange_days,
        ),
        service={"en": "A technical support team", "zh": "技术支持团队"},
        treatment={
            "en": "Inspect quality and upgrade technology regularly, so that the product keeps to what is expected; a "
            "technical support team solves problems of use.",
            "zh": "定期进行产品质量检测和技术升级，使质量与性能达到期望，并由技术支持团队解决使用问题。",
        },
        label={"en": "Product requirements", "zh": "产品需求客户服务"},
        doc={"en": "As the source states it; when it is due is ours.", "zh": "按来源所述；期限由本插件给出。"},
    ),
    Playbook(
        "needs.service",
        requirement,
        "service",
        TaskTemplate(
            "surveys",
            {"en": "Arrange for regular satisfaction surveys", "zh": "安排定期满意度调查"},
            due=arrange_days,
        ),
        service={
            "en": "A 24-hour hotline, service online, an after-sales team",
            "zh": "24小时服务热线、在线客服、售后服务团队",
        },
        treatment={
            "en": "Build an efficient after-sales service with a hotline day and night, service online and a team of its own, "
            "so that help comes in time; ask regularly how satisfied customers are.",
            "zh": "建立高效的售后服务体系，设24小时热线、在线客服和售后团队，及时提供帮助，并定期调查满意度。",
        },
        label={"en": "Service requirements", "zh": "服务需求客户服务"},
        doc={"en": "As the source states it; when it is due is ours.", "zh": "按来源所述；期限由本插件给出。"},
    ),
    Playbook(
        "needs.integrated",
        requirement,
        "integrated",
        treatment={
            "en": "Provide a full solution of product, service and technical support.",
            "zh": "提供包括产品、服务和技术支持的全面解决方案。",
        },
        label={"en": "Integrated requirements", "zh": "综合需求客户服务"},
        doc={"en": "As the source states it.", "zh": "按来源所述。"},
    ),
)
