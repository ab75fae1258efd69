"""What the sources do for customers of a size; how many days lie between two visits is ours."""

from crmcore import Playbook, Setting

from .closeness import closeness
from .complexity import complexity
from .composite import composite
from .influence import influence
from .layer import layer

visit_days = Setting(
    "customer_size.visit_days",
    30,
    least=1,
    unit="days",
    label={"en": "Days between regular talks", "zh": "定期沟通间隔天数"},
    doc={
        "en": "How often we speak with complex, influential and close customers. The sources say regularly; the number "
        "is our default.",
        "zh": "与复杂业务、高影响力及紧密关系客户定期沟通的间隔。来源只说“定期”，默认值由本插件给出。",
    },
)

STANDARD = {"en": "Standard process and an automated CRM", "zh": "标准化服务流程和自动化CRM系统"}
STANDARD_TREATMENT = {
    "en": "Serve them by a standard process and an automated CRM.",
    "zh": "以标准化服务流程和自动化CRM系统管理。",
}
FITTING = {
    "en": "Personal service and made-to-measure solutions",
    "zh": "个性化服务和定制化解决方案",
}
SIZE_TREATMENT = {
    "en": "Look after each size in the way that meets its needs.",
    "zh": "按不同大小客户的需求分别管理，更好地满足其需求。",
}
LAYER_TREATMENT = {
    "en": "Make a marketing strategy of its own for each layer.",
    "zh": "针对各层客户分别制定营销策略。",
}

simple = Playbook(
    "customer_size.simple",
    complexity,
    "simple",
    service=STANDARD,
    treatment=STANDARD_TREATMENT,
    label={"en": "Care of simple business", "zh": "简单业务客户维护"},
)
medium = Playbook(
    "customer_size.medium",
    complexity,
    "medium",
    service={"en": "Support on several sides", "zh": "多方面的支持"},
    treatment={"en": "Support them on several sides.", "zh": "提供多方面的支持。"},
    label={"en": "Care of medium business", "zh": "中等业务客户维护"},
)
complex_ = Playbook(
    "customer_size.complex",
    complexity,
    "complex",
    cadence=visit_days,
    service={
        "en": "A dedicated team of experienced sales, account and technical people",
        "zh": "由经验丰富的销售人员、客户经理和技术支持人员组成的专门团队",
    },
    treatment={
        "en": "A dedicated team with personal solutions and all-round support, who speak with them regularly.",
        "zh": "由专门团队提供个性化的解决方案和全方位的支持，并定期沟通。",
    },
    label={"en": "Care of complex business", "zh": "复杂业务客户维护"},
)
influential = Playbook(
    "customer_size.influential",
    influence,
    "high",
    cadence=visit_days,
    service=FITTING,
    treatment={
        "en": "Personal service and made-to-measure solutions, regular talks, and a partnership in which new products and "
        "markets are developed together.",
        "zh": "提供个性化服务和定制化解决方案，定期沟通，并建立合作伙伴关系，共同开发新产品和新市场。",
    },
    label={"en": "Care of influential customers", "zh": "高影响力客户维护"},
)
little_known = Playbook(
    "customer_size.little_known",
    influence,
    "low",
    service=STANDARD,
    treatment=STANDARD_TREATMENT,
    label={"en": "Care of customers of low influence", "zh": "低影响力客户维护"},
)
close = Playbook(
    "customer_size.close",
    closeness,
    "close",
    cadence=visit_days,
    service=FITTING,
    treatment={
        "en": "Personal service and made-to-measure solutions, regular talks, and a partnership.",
        "zh": "提供个性化服务和定制化解决方案，定期沟通，建立合作伙伴关系。",
    },
    label={"en": "Care of close customers", "zh": "紧密关系客户维护"},
)
loose = Playbook(
    "customer_size.loose",
    closeness,
    "loose",
    service=STANDARD,
    treatment=STANDARD_TREATMENT,
    label={"en": "Care of loose customers", "zh": "松散关系客户维护"},
)
sizes = tuple(
    Playbook(
        f"customer_size.{segment.name}_size",
        composite,
        segment.name,
        treatment=SIZE_TREATMENT,
        label=segment.label,
    )
    for segment in composite.segments
)
layers = tuple(
    Playbook(
        f"customer_size.{segment.name}_layer",
        layer,
        segment.name,
        treatment=LAYER_TREATMENT,
        label=segment.label,
    )
    for segment in layer.segments[:-1]
)

PLAYBOOKS = (simple, medium, complex_, influential, little_known, close, loose, *sizes, *layers)
SETTINGS = (visit_days,)
