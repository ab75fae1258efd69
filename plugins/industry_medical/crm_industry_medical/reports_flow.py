"""People: outpatient volume, registrations, workload, re-visits, follow-up."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

from crmcore import Chart, Report, ReportContext, Table

from .aftercare import third_day
from .encounters import Encounter
from .followup import FollowUp
from .inpatient import Admission
from .moments import day_of
from .orders import ServiceOrder
from .prescriptions import Prescription
from .registration import Rank, Registration
from .reporting import Period, period_of, ratio
from .scheduling import Department, Practitioner, Session
from .words import words

KINDS = ("outpatient", "emergency", "inpatient")
REVISIT_DAYS = 30
NAME = words("Name", "名称")


def took_place(period: Period) -> Iterator[Encounter]:
    """Yield the encounters of the period that were not cancelled or only planned."""
    for one in period.company.rows(Encounter):
        if one.begins in period and one.state not in {"planned", "cancelled"}:
            yield one


def volume(company: ReportContext) -> Iterator[Table]:
    """Yield encounters day by day and kind by kind; days without any are left out."""
    found: defaultdict[date, Counter[str]] = defaultdict(Counter)
    for one in took_place(period_of(company)):
        found[day_of(one.begins, company.zone)][one.kind] += 1
    rows = tuple((day, *(found[day][kind] for kind in KINDS), found[day].total()) for day in sorted(found))
    labels = {
        "day": words("Day", "日期"),
        "outpatient": words("Outpatients", "门诊"),
        "emergency": words("Emergencies", "急诊"),
        "inpatient": words("Inpatients", "住院"),
        "all": words("All", "合计"),
    }
    title = words("Encounters by day", "每日门诊量")
    yield Table((*labels,), rows, "volume", label=title, labels=labels, chart=Chart("line", "day", KINDS))


def registrations(company: ReportContext) -> Iterator[Table]:
    """Yield registrations by rank and by department; cancelled and missed ones are counted beside."""
    period = period_of(company)
    sessions = {one.id: one for one in company.rows(Session)}
    ranks = {one.id: one.name for one in company.rows(Rank)}
    departments = {one.id: one.name for one in company.rows(Department)}
    by_rank: defaultdict[str, Counter[str]] = defaultdict(Counter)
    by_department: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for one in company.rows(Registration):
        if one.on in period:
            by_rank[ranks[one.rank]][one.state] += 1
            by_department[departments[sessions[one.session].department]][one.state] += 1
    yield _states("ranks", by_rank, "Registrations by rank", "按号别")
    yield _states("departments", by_department, "Registrations by department", "按科室")


def _states(title: str, found: dict[str, Counter[str]], en: str, zh: str) -> Table:
    labels = {
        "name": NAME,
        "all": words("All", "合计"),
        "seen": words("Seen", "已就诊"),
        "cancelled": words("Cancelled", "退号"),
        "missed": words("Missed", "爽约"),
    }
    rows = tuple(
        (name, found[name].total(), *(found[name][state] for state in ("seen", "cancelled", "missed")))
        for name in sorted(found)
    )
    return Table((*labels,), rows, title, label=words(en, zh), labels=labels)


def workload(company: ReportContext) -> Iterator[Table]:
    """Yield encounters, patients, prescriptions and orders by practitioner."""
    period = period_of(company)
    encounters = list(took_place(period))
    who = {one.id: one.practitioner for one in encounters if one.practitioner}
    patients: defaultdict[str, set[str]] = defaultdict(set)
    for one in encounters:
        if one.practitioner:
            patients[one.practitioner].add(one.customer)
    seen = Counter(who.values())
    written = Counter(who[one.encounter] for one in company.rows(Prescription) if one.encounter in who)
    ordered = Counter(who[one.encounter] for one in company.rows(ServiceOrder) if one.encounter in who)
    names = {one.id: one.name for one in company.rows(Practitioner)}
    rows = tuple((names[key], seen[key], len(patients[key]), written[key], ordered[key]) for key in sorted(seen))
    labels = {
        "name": NAME,
        "encounters": words("Encounters", "接诊人次"),
        "patients": words("Patients", "接诊人数"),
        "prescriptions": words("Prescriptions", "处方数"),
        "orders": words("Orders", "申请单数"),
    }
    yield Table((*labels,), rows, "workload", label=words("Workload", "医生工作量"), labels=labels)


def revisits(company: ReportContext) -> Iterator[Table]:
    """Yield how many patients came again within 30 days of a visit in the period, as far as these have passed."""
    period = period_of(company)
    days: defaultdict[str, set[date]] = defaultdict(set)
    for one in company.rows(Encounter):
        if one.state not in {"planned", "cancelled"}:
            days[one.customer].add(day_of(one.begins, company.zone))
    visited = {
        key: min(each for each in found if each in period)
        for key, found in days.items()
        if any(map(period.__contains__, found))
    }
    again = sum(
        any(first < day <= first + timedelta(days=REVISIT_DAYS) for day in days[key]) for key, first in visited.items()
    )
    labels = {
        "patients": words("Patients", "患者数"),
        "again": words("Came again", "复诊人数"),
        "rate": words("Re-visit rate", "复诊率"),
    }
    rows = ((len(visited), again, ratio(again, len(visited))),)
    yield Table((*labels,), rows, "revisits", label=words("Re-visits", "复诊率"), labels=labels, shares=("rate",))


def follow_up(company: ReportContext) -> Iterator[Table]:
    """Yield, of the discharges of the period, how many patients were reached within the last day of follow-up."""
    period, last = period_of(company), company.setting(third_day)
    reached: defaultdict[str, list[date]] = defaultdict(list)
    for one in company.rows(FollowUp):
        if one.result == "reached":
            reached[one.customer].append(one.on)
    home = [
        (one.customer, day_of(one.discharged_at, company.zone))
        for one in company.rows(Admission)
        if one.discharged_at is not None and one.discharged_at in period
    ]
    done = sum(any(day <= on <= day + timedelta(days=last) for on in reached[key]) for key, day in home)
    labels = {
        "discharges": words("Discharges", "出院人次"),
        "reached": words("Reached", "随访到"),
        "rate": words("Follow-up rate", "随访率"),
    }
    rows = ((len(home), done, ratio(done, len(home))),)
    yield Table((*labels,), rows, "follow_up", label=words("Follow-up", "随访率"), labels=labels, shares=("rate",))


REPORTS = (
    Report(
        "medical.volume",
        volume,
        label=words("Outpatient volume", "门诊量"),
        doc=words("Encounters day by day.", "每日就诊人次。"),
    ),
    Report(
        "medical.registrations",
        registrations,
        label=words("Registrations", "挂号统计"),
        doc=words("Registrations by rank and department.", "按号别与科室统计挂号。"),
    ),
    Report(
        "medical.workload",
        workload,
        label=words("Workload", "工作量"),
        doc=words("What each practitioner did.", "各医生工作量。"),
    ),
    Report(
        "medical.revisits",
        revisits,
        label=words("Re-visit rate", "复诊率"),
        doc=words("How many patients came again within 30 days.", "30天内复诊的患者比例。"),
    ),
    Report(
        "medical.follow_up",
        follow_up,
        label=words("Follow-up rate", "随访率"),
        doc=words("How many discharged patients were reached in time.", "出院患者按期随访比例。"),
    ),
)
