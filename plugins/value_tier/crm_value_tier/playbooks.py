"""What the sources do for each tier; their words stand in the segments, the days are ours."""

from crmcore import Playbook, Scheme, Setting

from .contribution import contribution
from .medal import medal
from .size import abc, size

large_visit_days = Setting(
    "value_tier.large_visit_days",
    30,
    least=1,
    unit="days",
    label={"en": "Days between talks with large customers", "zh": "与大客户沟通的间隔"},
    doc={
        "en": "How often we speak with large customers. The source says regularly. Our default.",
        "zh": "与大客户定期沟通的间隔。来源只说“定期”，默认值由本插件给出。",
    },
)

AS_STATED = {"en": "As the source states it.", "zh": "依来源所述。"}
TEAM = {
    "en": "A dedicated team of experienced sales and account managers",
    "zh": "由经验丰富的销售与客户经理组成的专门团队",
}
STANDARD = {"en": "Standard process and an automated CRM", "zh": "标准化服务流程和自动化CRM系统"}
OFFERS = {
    "high": {"en": "Exclusive offers, personal service", "zh": "专属优惠与个性化服务"},
    "medium": {"en": "Active marketing", "zh": "积极的市场营销"},
    "low": {"en": "Targeted offers", "zh": "有针对性的优惠"},
}
REWARD = {"en": "Rewards of the level", "zh": "该级别的回馈"}
SERVICE = {"en": "Personal and fitting service", "zh": "个性化、有针对性的服务"}

large = Playbook(
    "value_tier.large",
    size,
    "large",
    cadence=large_visit_days,
    service=TEAM,
    label={"en": "Care of large customers", "zh": "大客户维护"},
    doc={"en": "As the source states it; how often is ours.", "zh": "依来源所述；间隔由本插件给出。"},
)


def _stated(
    scheme: Scheme, segment: str, *, service: dict[str, str] | None = None, offers: dict[str, str] | None = None
) -> Playbook:
    """Return what the source does for a segment, under its label."""
    name = f"{scheme.name}_{segment.lower()}"
    label = scheme.segment(segment).label
    return Playbook(name, scheme, segment, service=service, offers=offers, label=label, doc=AS_STATED)


PLAYBOOKS = (
    large,
    *(_stated(size, segment, service=STANDARD) for segment in ("medium", "small")),
    *(_stated(contribution, segment, offers=offers) for segment, offers in OFFERS.items()),
    *(_stated(medal, segment, offers=REWARD) for segment in ("gold", "silver", "bronze")),
    *(_stated(abc, segment, service=SERVICE) for segment in ("A", "B", "C")),
)
SETTINGS = (large_visit_days,)
