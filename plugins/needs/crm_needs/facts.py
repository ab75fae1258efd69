"""What customers have said that they need, and what they talk about.

What somebody has entered goes before what follows from conversations. A topic is chosen by whoever has had the
conversation: no program reads subjects, which are written in every language and with every meaning.
"""

import enum

from crmcore import Choices, Customer, Field, Interaction, Metric, Setting, count, rows


class Need(enum.Enum):
    """What a customer looks for in a product or service."""

    BASIC = "basic"
    FUNCTIONAL = "functional"
    EXPERIENCE = "experience"


class Requirement(enum.Enum):
    """Which of the company's performances a customer requires."""

    PRODUCT = "product"
    SERVICE = "service"
    INTEGRATED = "integrated"


class Topic(enum.Enum):
    """What a conversation was about."""

    PRICE = "price"
    PRACTICALITY = "practicality"
    QUALITY = "quality"
    PERFORMANCE = "performance"
    PARAMETERS = "parameters"
    DESIGN = "design"
    INTERFACE = "interface"
    CONVENIENCE = "convenience"
    AFTER_SALES = "after_sales"
    SERVICE_EXPERIENCE = "service_experience"
    TECHNICAL_SUPPORT = "technical_support"


stated_need = Field(
    "needs.stated_need",
    Need,
    on=Customer,
    choices=Choices(Need, zh=("基础需求", "功能需求", "体验需求")),
    soft=True,
    label={"en": "Stated need", "zh": "录入的需求"},
    doc={
        "en": "basic: function, quality and price; functional: certain functions and performance; experience: design, "
        "interface, convenience.",
        "zh": "basic：基本功能、质量与性价比；functional：特定功能与性能；experience：设计、界面与便利性。",
    },
)
stated_requirement = Field(
    "needs.stated_requirement",
    Requirement,
    on=Customer,
    choices=Choices(Requirement, zh=("产品需求", "服务需求", "综合需求")),
    soft=True,
    label={"en": "Stated requirement", "zh": "录入的需求方面"},
    doc={
        "en": "product: its quality and performance; service: after-sales service and how one is treated; integrated: both, "
        "and technical support.",
        "zh": "product：产品质量与性能；service：售后服务与客户体验；integrated：产品、服务与技术支持。",
    },
)
topic = Field(
    "needs.topic",
    Topic,
    on=Interaction,
    choices=Choices(
        Topic,
        zh=("价格", "实用性", "质量", "性能", "参数", "设计", "界面", "便利性", "售后服务", "服务体验", "技术支持"),
    ),
    label={"en": "Topic", "zh": "话题"},
    doc={
        "en": "What the customer cared for most in this conversation; chosen by whoever enters it.",
        "zh": "客户在本次沟通中最关心的方面，由录入者选择。",
    },
)

topic_days = Setting(
    "needs.topic_days",
    365,
    least=1,
    unit="days",
    label={"en": "Days for which a topic counts", "zh": "话题的有效天数"},
    doc={
        "en": "For how many days a conversation tells what a customer needs. Our default.",
        "zh": "沟通话题在多少天内可用于判断客户需求。默认值由本插件给出。",
    },
)
least_mentions = Setting(
    "needs.least_mentions",
    2,
    least=1,
    unit="conversations",
    label={"en": "Fewest conversations", "zh": "最少沟通次数"},
    doc={
        "en": "Fewest conversations about the same that tell what a customer needs. Our default.",
        "zh": "同类话题至少出现多少次方可判断客户需求。默认值由本插件给出。",
    },
)

interaction = rows(Interaction)


def about(name: str, label: dict[str, str], *topics: Topic) -> Metric:
    """Return how many conversations of late were about one of the topics."""
    lately = interaction.at.within(days=topic_days)
    counted = count(interaction, where=topic.is_in(*topics) & lately)
    return Metric(f"needs.{name}", counted, unit="conversations", label=label)


# Quality and convenience have a place in either scheme, and not the same one.
basics = about(
    "basics",
    {"en": "Conversations about basics", "zh": "谈基本需求的次数"},
    Topic.PRICE,
    Topic.PRACTICALITY,
    Topic.QUALITY,
)
functions = about(
    "functions", {"en": "Conversations about functions", "zh": "谈功能需求的次数"}, Topic.PERFORMANCE, Topic.PARAMETERS
)
experience = about(
    "experience",
    {"en": "Conversations about the experience", "zh": "谈体验需求的次数"},
    Topic.DESIGN,
    Topic.INTERFACE,
    Topic.CONVENIENCE,
)
product = about(
    "product",
    {"en": "Conversations about the product", "zh": "谈产品的次数"},
    Topic.QUALITY,
    Topic.PERFORMANCE,
    Topic.PARAMETERS,
)
service = about(
    "service",
    {"en": "Conversations about service", "zh": "谈服务的次数"},
    Topic.AFTER_SALES,
    Topic.SERVICE_EXPERIENCE,
)
support = about(
    "support", {"en": "Conversations about technical support", "zh": "谈技术支持的次数"}, Topic.TECHNICAL_SUPPORT
)

FIELDS = (stated_need, stated_requirement, topic)
SETTINGS = (topic_days, least_mentions)
