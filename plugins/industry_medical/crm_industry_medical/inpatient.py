"""Inpatients: admissions, beds and who lies in them, with the front page of the record."""

from collections.abc import Iterator
from decimal import Decimal

from crmcore import (
    INSTANT,
    MONEY,
    TEXT,
    Breach,
    Choices,
    Constraint,
    Customer,
    Pending,
    Record,
    Rule,
    column,
    record,
    rows,
    state_machine,
)

from .encounters import Encounter
from .grouping import by
from .moments import Moment, is_before
from .scheduling import Department, Practitioner
from .words import words

STATES = {"admitted": ("discharged", "cancelled"), "discharged": (), "cancelled": ()}


@record("bed", label=words("Bed", "床位"))
class Bed(Record):
    """A bed of a ward, and what a day in it costs."""

    ward: str = column(TEXT, required=True, label=words("Ward", "病区"))
    room: str | None = column(TEXT, default=None, label=words("Room", "病房"))
    fee: Decimal | None = column(MONEY, default=None, label=words("Fee a day", "床位费（日）"))


@record("admission", links={"customer": "customer"}, dated_by="at", label=words("Admission", "住院"))
class Admission(Record):
    """A stay in hospital, from admission to discharge; the last columns are the front page of the record."""

    customer: str = column(TEXT, required=True, refers_to=Customer, label=words("Patient", "患者"))
    encounter: str | None = column(TEXT, default=None, refers_to=Encounter, label=words("Encounter", "就诊"))
    at: Moment = column(INSTANT, required=True, label=words("Admitted", "入院时间"))
    kind: str = column(
        TEXT,
        choices=Choices(("elective", "emergency"), zh=("择期", "急诊")),
        default="elective",
        label=words("Kind", "入院途径"),
    )
    reason: str | None = column(TEXT, default=None, privacy="sensitive", label=words("Reason", "入院原因"))
    department: str | None = column(TEXT, default=None, refers_to=Department, label=words("Department", "科室"))
    attending: str | None = column(TEXT, default=None, refers_to=Practitioner, label=words("Attending", "主治医生"))
    state: str = column(
        TEXT, choices=Choices(STATES, zh=("在院", "已出院", "已取消")), default="admitted", label=words("State", "状态")
    )
    discharged_at: Moment | None = column(INSTANT, default=None, label=words("Discharged", "出院时间"))
    outcome: str | None = column(
        TEXT,
        default=None,
        choices=Choices(
            ("cured", "improved", "unchanged", "died", "other"), zh=("治愈", "好转", "未愈", "死亡", "其他")
        ),
        label=words("Outcome", "离院转归"),
    )
    main_code: str | None = column(
        TEXT, default=None, privacy="sensitive", label=words("Main diagnosis, code", "主要诊断编码")
    )
    main_diagnosis: str | None = column(
        TEXT, default=None, privacy="sensitive", label=words("Main diagnosis", "主要诊断")
    )
    operation: str | None = column(TEXT, default=None, privacy="sensitive", label=words("Operation", "手术"))
    summary: str | None = column(TEXT, default=None, privacy="sensitive", label=words("Discharge summary", "出院小结"))


@record(
    "bed_stay", links={"customer": "admission.customer"}, dated_by="since", label=words("Stay in a bed", "床位占用")
)
class Stay(Record):
    """From when to when an admitted patient lies in a bed."""

    admission: str = column(TEXT, required=True, refers_to=Admission, label=words("Admission", "住院"))
    bed: str = column(TEXT, required=True, refers_to=Bed, label=words("Bed", "床位"))
    since: Moment = column(INSTANT, required=True, label=words("Since", "入床时间"))
    until: Moment | None = column(INSTANT, default=None, label=words("Until", "离床时间"))


def one_to_a_bed(pending: Pending) -> Iterator[Breach]:
    """Refuse stays that overlap: two in one bed, or one patient in two beds."""
    changed = [after for _, after in pending.changed(Stay) if after]
    beds = by(pending.all(Stay, bed={stay.bed for stay in changed}), "bed")
    lain = {one.id: one.customer for one in pending.all(Admission, id={stay.admission for stay in changed})}
    theirs = {one.id: one.customer for one in pending.all(Admission, customer={*lain.values()})}
    patients: dict[str, list[Stay]] = {}
    for other in pending.all(Stay, admission={*theirs}):
        patients.setdefault(theirs[other.admission], []).append(other)
    for stay in changed:
        if any(overlap(stay, other) for other in beds[stay.bed] if other.id != stay.id):
            yield Breach(stay, words("Somebody else lies in this bed then", "该床位此时已有人"), "bed")
        if any(overlap(stay, other) for other in patients.get(lain.get(stay.admission, ""), ()) if other.id != stay.id):
            yield Breach(stay, words("The patient lies in another bed then", "该患者此时已在其他床位"), "bed")


def overlap(one: Stay, other: Stay) -> bool:
    """Whether two stays have a moment in common; the moment of leaving is free for the next."""
    return is_before(one.since, other.until) and is_before(other.since, one.until)


def discharged_leave_their_beds(pending: Pending) -> Iterator[Breach]:
    """Refuse a discharge while the patient still has a bed, and a bed for somebody who was discharged."""
    admissions = {after.id for _, after in pending.changed(Admission) if after}
    admissions |= {after.admission for _, after in pending.changed(Stay) if after}
    stays = by(pending.all(Stay, admission=admissions), "admission")
    for admission in pending.all(Admission, id=admissions):
        if admission.state != "admitted" and any(stay.until is None for stay in stays.get(admission.id, ())):
            yield Breach(admission, words("The patient still has a bed", "患者仍占用床位"), "state")


admission = rows(Admission)
stay = rows(Stay)

RECORDS = (Bed, Admission, Stay)
CONSTRAINTS = (
    state_machine("medical.admission_states", Admission, STATES, doc=words("How an admission ends.", "住院状态流转。")),
    Constraint(
        "medical.one_to_a_bed", Stay, one_to_a_bed, words("No two stays share a bed.", "同一床位不得同时占用。")
    ),
    Constraint(
        "medical.discharged_leave_their_beds",
        (Admission, Stay),
        discharged_leave_their_beds,
        words("Discharge frees the bed.", "出院即释放床位。"),
    ),
)
RULES = (
    Rule(
        "medical.stay_ends_later",
        Stay,
        stay.until >= stay.since,
        words("A stay ends after it begins", "离床不得早于入床"),
    ),
    Rule(
        "medical.discharge_later",
        Admission,
        admission.discharged_at >= admission.at,
        words("Discharge comes after admission", "出院不得早于入院"),
    ),
    Rule(
        "medical.discharge_has_a_time",
        Admission,
        ~admission.state.is_("discharged") | admission.discharged_at.is_known(),
        words("A discharge has a time", "出院须有出院时间"),
    ),
)
