"""Simple, medium and complex business: how many people decide, how many kinds of products, how many matters."""

from crmcore import (
    Choices,
    Contact,
    Customer,
    Field,
    Interaction,
    Metric,
    PurchaseLine,
    Scheme,
    Segment,
    Setting,
    band,
    count,
    distinct,
    rows,
)

contact = rows(Contact)
line = rows(PurchaseLine)
interaction = rows(Interaction)

process = Field(
    "customer_size.process",
    str,
    on=Customer,
    soft=True,
    choices=Choices(("simple", "medium", "complex"), zh=("简单", "中等", "复杂")),
    label={"en": "Business process", "zh": "业务流程"},
    doc={
        "en": "How complex its business with us is, as somebody who knows it says; goes before what is counted.",
        "zh": "由了解情况的人员录入的业务复杂程度，优先于统计所得。",
    },
)


def _cut(name: str, default: int, label: dict[str, str], what: dict[str, str]) -> Setting:
    """Return the setting of a number from which one side of the business counts as medium or complex."""
    doc = {"en": f"{what['en']} Our default.", "zh": f"{what['zh']}默认值由本插件给出。"}
    return Setting(f"customer_size.{name}", default, least=1, label=label, doc=doc)


medium_deciders = _cut(
    "medium_deciders",
    2,
    {"en": "Decision makers, medium", "zh": "中等复杂的决策人数"},
    {"en": "So many people who decide make one point of complexity.", "zh": "达到此决策人数计一分。"},
)
complex_deciders = _cut(
    "complex_deciders",
    4,
    {"en": "Decision makers, complex", "zh": "复杂的决策人数"},
    {"en": "So many people who decide make two points of complexity.", "zh": "达到此决策人数计两分。"},
)
medium_categories = _cut(
    "medium_categories",
    3,
    {"en": "Product categories, medium", "zh": "中等复杂的产品类别数"},
    {"en": "So many categories in 12 months make one point of complexity.", "zh": "近12个月达到此类别数计一分。"},
)
complex_categories = _cut(
    "complex_categories",
    6,
    {"en": "Product categories, complex", "zh": "复杂的产品类别数"},
    {"en": "So many categories in 12 months make two points of complexity.", "zh": "近12个月达到此类别数计两分。"},
)
medium_matters = _cut(
    "medium_matters",
    4,
    {"en": "Matters, medium", "zh": "中等复杂的事项数"},
    {"en": "So many matters in 12 months make one point of complexity.", "zh": "近12个月达到此事项数计一分。"},
)
complex_matters = _cut(
    "complex_matters",
    12,
    {"en": "Matters, complex", "zh": "复杂的事项数"},
    {"en": "So many matters in 12 months make two points of complexity.", "zh": "近12个月达到此事项数计两分。"},
)
medium_points = _cut(
    "medium_points",
    2,
    {"en": "Points of medium business", "zh": "中等业务分数"},
    {
        "en": "Points of complexity, of 6 at most, that make a business medium.",
        "zh": "达到此分数（满分6分）为中等业务。",
    },
)
complex_points = _cut(
    "complex_points",
    4,
    {"en": "Points of complex business", "zh": "复杂业务分数"},
    {
        "en": "Points of complexity, of 6 at most, that make a business complex.",
        "zh": "达到此分数（满分6分）为复杂业务。",
    },
)

deciders = Metric(
    "customer_size.deciders",
    count(contact.decision_role),
    unit="people",
    label={"en": "Decision makers", "zh": "决策人数"},
    doc={"en": "Contacts who have a part in decisions.", "zh": "填有决策角色的联系人数。"},
)
categories_12m = Metric(
    "customer_size.categories_12m",
    distinct(line.category, where=line.purchase.at.within(days=365)),
    unit="categories",
    label={"en": "Product categories, 12 months", "zh": "近12个月产品类别数"},
    doc={"en": "Different categories bought in the last 365 days.", "zh": "最近365天购买的不同产品类别数。"},
)
matters_12m = Metric(
    "customer_size.matters_12m",
    distinct(interaction.subject, where=interaction.at.within(days=365)),
    unit="matters",
    label={"en": "Matters, 12 months", "zh": "近12个月事项数"},
    doc={
        "en": "Different subjects of the interactions of the last 365 days.",
        "zh": "最近365天互动记录中的不同主题数。",
    },
)
complexity_points = Metric(
    "customer_size.complexity_points",
    band(deciders, (medium_deciders, complex_deciders))
    + band(categories_12m, (medium_categories, complex_categories))
    + band(matters_12m, (medium_matters, complex_matters))
    - 3,
    unit="points",
    label={"en": "Points of complexity", "zh": "复杂度分数"},
    doc={
        "en": "0 to 2 points each for decision makers, product categories and matters.",
        "zh": "决策人数、产品类别数与事项数各计0至2分。",
    },
)

complexity = Scheme(
    "customer_size.complexity",
    Segment(
        "complex",
        when=process.is_("complex") & process.is_known() | ~process.is_known() & (complexity_points >= complex_points),
        label={"en": "Complex-business customer", "zh": "复杂业务客户"},
        doc={"en": "A very complex process and changing needs.", "zh": "业务流程非常复杂，需求多变。"},
    ),
    Segment(
        "medium",
        when=process.is_("medium") & process.is_known() | ~process.is_known() & (complexity_points >= medium_points),
        label={"en": "Medium-complexity customer", "zh": "中等业务客户"},
        doc={
            "en": "A rather complex process and diverse needs that ask for support on several sides.",
            "zh": "业务流程较为复杂，需求多样，需要多方面的支持。",
        },
    ),
    Segment(
        "simple",
        label={"en": "Simple-business customer", "zh": "简单业务客户"},
        doc={"en": "A simple process and clear needs; easy to manage.", "zh": "业务流程简单，需求明确，易于管理。"},
    ),
    label={"en": "Business complexity", "zh": "业务复杂度"},
    doc={
        "en": "As entered; where nobody has, by decision makers, product categories and matters together.",
        "zh": "以录入者为准；未录入时综合决策人数、产品类别与事项数。",
    },
)

FIELDS = (process,)
METRICS = (deciders, categories_12m, matters_12m, complexity_points)
SETTINGS = (
    *(medium_deciders, complex_deciders, medium_categories, complex_categories),
    *(medium_matters, complex_matters, medium_points, complex_points),
)
