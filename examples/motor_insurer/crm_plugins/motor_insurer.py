"""Motor Insurer: what one insurer of cars adds to the bundle for insurance, in one file.

Its own fields, a changed threshold (in crm.toml), one more segment and one more report.
"""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from crm_industry_insurance.policies import Policy
from crm_industry_insurance.worth import risk_class

from crmcore import Customer, Field, Report, ReportContext, Scheme, Segment, Table, View, hookimpl

driving_score = Field(
    "motor_insurer.driving_score",
    int,
    on=Customer,
    unit="points",
    privacy="personal",
    label={"en": "Driving score", "zh": "驾驶评分"},
    doc={
        "en": "From the box in the car, 0 to 100; unknown without one.",
        "zh": "来自车载设备，0至100分；未安装则未知。",
    },
)
vehicle = Field(
    "motor_insurer.vehicle",
    str,
    on=Policy,
    choices=("car", "van", "motorcycle"),
    label={"en": "Vehicle", "zh": "车型"},
)

# One segment more than the bundle has: standard risks who drive well. All others stay as the bundle says.
careful = Segment(
    "careful",
    when=risk_class.is_("standard") & (driving_score >= 80).or_else(False),
    label={"en": "Careful driver", "zh": "谨慎驾驶"},
)
kept = tuple(
    Segment(one.name, when=risk_class.is_(one.name), label=one.label, doc=one.doc) for one in risk_class.segments
)
risk = Scheme("motor_insurer.risk", careful, *kept, label={"en": "Risk at Motor Insurer", "zh": "车险公司风险等级"})

rewards = View(
    "motor_insurer.rewards",
    ("id", "name", driving_score),
    where=risk.is_("careful"),
    sort="-motor_insurer.driving_score",
    label={"en": "Drivers to reward", "zh": "奖励名单"},
)


def vehicles(company: ReportContext) -> Iterator[Table]:
    """Yield policies in force and their premium, by vehicle."""
    counts: defaultdict[str, int] = defaultdict(int)
    premiums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for policy in company.rows(Policy):
        if policy.state == "in_force":
            name = policy.fields.get(vehicle.name, "-")
            counts[name] += 1
            premiums[name] += policy.premium or Decimal(0)
    labels = {
        "vehicle": {"en": "Vehicle", "zh": "车型"},
        "policies": {"en": "Policies", "zh": "保单数"},
        "premium": {"en": "Premium", "zh": "保费"},
    }
    rows = tuple((name, counts[name], premiums[name]) for name in sorted(counts))
    like = {"premium": "amount"}
    yield Table(("vehicle", "policies", "premium"), rows, "motor_insurer.vehicles", labels=labels, like=like)


by_vehicle = Report("motor_insurer.vehicles", vehicles, label={"en": "Policies by vehicle", "zh": "按车型统计保单"})


@hookimpl
def crm_fields():
    return [driving_score, vehicle]


@hookimpl
def crm_schemes():
    return [risk]


@hookimpl
def crm_views():
    return [rewards]


@hookimpl
def crm_reports():
    return [by_vehicle]
