"""Tables for those who look after policies, claims and risks."""

from typing import Final

from crmcore import Chart, Customer, Metric, Scheme, View, rows

from . import cover, experience, facts
from .alerts import Alert
from .claims import Claim, ClaimEvent
from .lifecycle import lapse_risk, lifecycle
from .policies import Policy
from .worth import coverage_gap, risk_class, value

alert, claim = rows(Alert), rows(Claim, by="holder")
HOLDER: Final = ("holder", "holder.name", "holder.phone")

wallet: Final = View(
    "insurance.wallet",
    (
        *("holder", "holder.name", "holder.parent", "id", "product.name", "product.line", "state", "starts", "ends"),
        *("paid_until", "premium", "sum_insured", "agent.name"),
    ),
    on=Policy,
    sort="holder",
    label={"en": "Policies per holder", "zh": "保单一览"},
    doc={
        "en": "All policies and quotes, by holder and with the household.",
        "zh": "按投保人与家庭列出全部保单与投保单。",
    },
)
households: Final = View(
    "insurance.households",
    ("id", "name", "owner", coverage_gap, cover.covered_medical, cover.covered_accident),
    where=rows(Customer).kind.is_("household").or_else(False),
    sort="insurance.coverage_gap",
    label={"en": "Households and their gaps", "zh": "家庭保障缺口"},
    doc={"en": "Households, and which cover they lack.", "zh": "各家庭及其保障缺口。"},
)
renewals: Final = View(
    "insurance.renewal_calendar",
    ("ends", "id", *HOLDER, "product.name", "premium", "agent.name"),
    on=Policy,
    where=facts.is_to_renew,
    sort="ends",
    label={"en": "Renewal calendar", "zh": "续保日历"},
    doc={"en": "Policies in their renewal period that are not renewed.", "zh": "进入续保期而尚未续保的保单。"},
)
unpaid: Final = View(
    "insurance.unpaid",
    ("paid_until", "id", *HOLDER, "product.grace_days", "premium", "agent.name"),
    on=Policy,
    where=facts.is_unpaid,
    sort="paid_until",
    label={"en": "Policies in grace", "zh": "宽限期保单"},
    doc={
        "en": "Policies in force whose premium is overdue, the longest first.",
        "zh": "保费逾期的有效保单，逾期久者在前。",
    },
)
pool: Final = View(
    "insurance.pool",
    ("id", *HOLDER, "product.name", "ends", "premium", "branch", "agent.name", "agent.left_on"),
    on=Policy,
    where=facts.is_orphan,
    sort="-premium",
    label={"en": "Pool of orphan policies", "zh": "孤儿单池"},
    doc={"en": "Policies in force that nobody looks after.", "zh": "无人服务的有效保单。"},
)
workbench: Final = View(
    "insurance.agent_workbench",
    ("agent", "agent.name", "id", "holder", "holder.name", "product.name", "ends", "paid_until", "premium"),
    on=Policy,
    where=facts.is_in_force(facts.policy),
    sort="agent",
    label={"en": "Agents' policies", "zh": "业务员工作台"},
    doc={"en": "Policies in force, by agent.", "zh": "按业务员列出有效保单。"},
)
timeline: Final = View(
    "insurance.claim_timeline",
    ("on", "claim", "claim.policy", "claim.policy.holder.name", "action", "before", "after", "reason", "reserve"),
    on=ClaimEvent,
    sort="on",
    label={"en": "Claim timeline", "zh": "理赔进度"},
    doc={"en": "Every step of every claim, in order.", "zh": "各赔案的全部进度。"},
)
open_claims: Final = View(
    "insurance.open_claims",
    ("reported_on", "id", "policy", "policy.holder.name", "state", "claimed", "reserve", "adjuster"),
    on=Claim,
    where=claim.state.is_in("opened", "assessed", "reopened"),
    sort="reported_on",
    label={"en": "Open claims", "zh": "未决赔案"},
    doc={"en": "Claims that are neither paid nor rejected, the oldest first.", "zh": "未结案的赔案，时间久者在前。"},
)
risk_board: Final = View(
    "insurance.risk_board",
    ("opened_on", "level", "indicator", "subject", "customer.name", "value", "threshold", "owner", "id"),
    on=Alert,
    where=~alert.closed_on.is_known(),
    sort="opened_on",
    label={"en": "Risk board", "zh": "风险预警看板"},
    doc={"en": "Open alerts, the oldest first.", "zh": "未解除的预警，时间久者在前。"},
)
customers: Final = View(
    "insurance.policyholders",
    (
        *("id", "name", "owner", lifecycle, lapse_risk, value, risk_class, coverage_gap),
        *(facts.policies_in_force, facts.premium_in_force, experience.loss_ratio_12m, facts.next_expiry),
    ),
    where=facts.policies_issued > 0,
    sort="-insurance.premium_in_force",
    label={"en": "Policyholders", "zh": "投保人一览"},
    doc={"en": "Everybody who was ever insured, the highest premium first.", "zh": "曾投保的客户，保费高者在前。"},
)


def _counted(name: str, scheme: Scheme, what: Metric, label: dict[str, str]) -> View:
    chart = Chart("bar", scheme, "count")
    doc = {"en": "Customers, and a total, per segment.", "zh": "各类客户数与合计。"}
    return View(f"insurance.{name}", (), group=scheme, sums=(what,), chart=chart, label=label, doc=doc)


by_lifecycle: Final = _counted(
    "by_lifecycle",
    lifecycle,
    facts.premium_in_force,
    {"en": "Customers by policy lifecycle", "zh": "各投保阶段的客户数"},
)
by_value: Final = _counted("by_value", value, experience.value, {"en": "Customers by value", "zh": "各价值的客户数"})
by_risk: Final = _counted(
    "by_risk", risk_class, experience.incurred_12m, {"en": "Customers by risk class", "zh": "各风险等级的客户数"}
)

VIEWS: Final = (
    *(wallet, households, renewals, unpaid, pool, workbench, timeline, open_claims, risk_board, customers),
    *(by_lifecycle, by_value, by_risk),
)
