"""City Clinic: what one clinic adds to the bundle for hospitals, in one file.

Its own fields, a changed threshold (in crm.toml), one more segment and one more report.
"""

from collections import Counter
from collections.abc import Iterator

from crm_industry_medical.encounters import Encounter
from crm_industry_medical.visiting import visit_stage

from crmcore import Customer, Field, Report, ReportContext, Scheme, Segment, Table, View, hookimpl

district = Field("city_clinic.district", str, on=Customer, label={"en": "City district", "zh": "城区"})
wants_reminders = Field(
    "city_clinic.wants_reminders", bool, on=Customer, default=False, label={"en": "Wants reminders", "zh": "接受提醒"}
)
triage = Field(
    "city_clinic.triage", str, on=Encounter, choices=("red", "yellow", "green"), label={"en": "Triage", "zh": "分诊"}
)

# One segment more than the bundle has: silent patients who want to hear from us. All others stay as the bundle says.
reachable = Segment(
    "silent_reachable",
    when=visit_stage.is_("silent") & wants_reminders.is_(True),
    label={"en": "Silent, wants reminders", "zh": "沉默，接受提醒"},
)
kept = tuple(
    Segment(one.name, when=visit_stage.is_(one.name), label=one.label, doc=one.doc) for one in visit_stage.segments
)
stage = Scheme(
    "city_clinic.stage", reachable, *kept, label={"en": "Visit stage at City Clinic", "zh": "城市诊所就诊阶段"}
)

reminders = View(
    "city_clinic.reminders",
    ("id", "name", "phone", district),
    where=stage.is_("silent_reachable"),
    sort="name",
    label={"en": "Reminders to send", "zh": "待发提醒"},
)


def triage_report(company: ReportContext) -> Iterator[Table]:
    """Yield encounters by triage colour."""
    found = Counter(one.fields.get(triage.name, "none") for one in company.rows(Encounter))
    labels = {"triage": {"en": "Triage", "zh": "分诊"}, "encounters": {"en": "Encounters", "zh": "就诊人次"}}
    yield Table(("triage", "encounters"), tuple(sorted(found.items())), "triage", labels=labels)


by_triage = Report("city_clinic.triage", triage_report, label={"en": "Encounters by triage", "zh": "分诊统计"})


@hookimpl
def crm_fields():
    return [district, wants_reminders, triage]


@hookimpl
def crm_schemes():
    return [stage]


@hookimpl
def crm_views():
    return [reminders]


@hookimpl
def crm_reports():
    return [by_triage]
