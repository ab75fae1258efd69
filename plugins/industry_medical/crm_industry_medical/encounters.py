"""The outpatient record: what a patient came with, what was found, and the diagnoses."""

import re
from collections.abc import Iterator

from crmcore import (
    BOOLEAN,
    INSTANT,
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

from .moments import Moment
from .registration import Registration
from .scheduling import Department, Practitioner
from .words import words

STATES = {
    "planned": ("in_progress", "cancelled"),
    "in_progress": ("finished", "cancelled"),
    "finished": (),
    "cancelled": (),
}
ICD_10 = re.compile(r"[A-Z][0-9]{2}(\.[0-9A-Z]{1,4})?")


@record("encounter", links={"customer": "customer"}, dated_by="begins", label=words("Encounter", "就诊"))
class Encounter(Record):
    """A visit of a patient, or a stay, with what the doctor wrote."""

    customer: str = column(TEXT, required=True, refers_to=Customer, label=words("Patient", "患者"))
    kind: str = column(
        TEXT,
        required=True,
        choices=Choices(("outpatient", "emergency", "inpatient"), zh=("门诊", "急诊", "住院")),
        label=words("Kind", "就诊类型"),
    )
    begins: Moment = column(INSTANT, required=True, label=words("Begins", "开始时间"))
    ends: Moment | None = column(INSTANT, default=None, label=words("Ends", "结束时间"))
    state: str = column(
        TEXT,
        choices=Choices(STATES, zh=("计划中", "进行中", "已结束", "已取消")),
        default="in_progress",
        label=words("State", "状态"),
    )
    registration: str | None = column(TEXT, default=None, refers_to=Registration, label=words("Registration", "挂号"))
    department: str | None = column(TEXT, default=None, refers_to=Department, label=words("Department", "科室"))
    practitioner: str | None = column(
        TEXT, default=None, refers_to=Practitioner, label=words("Practitioner", "接诊医生")
    )
    complaint: str | None = column(TEXT, default=None, privacy="sensitive", label=words("Chief complaint", "主诉"))
    present_illness: str | None = column(
        TEXT, default=None, privacy="sensitive", label=words("History of present illness", "现病史")
    )
    treatment: str | None = column(
        TEXT, default=None, privacy="sensitive", label=words("History of treatment", "治疗经过")
    )
    past_history: str | None = column(TEXT, default=None, privacy="sensitive", label=words("Past history", "既往史"))
    examination: str | None = column(
        TEXT, default=None, privacy="sensitive", label=words("Physical examination", "体格检查")
    )
    advice: str | None = column(TEXT, default=None, privacy="sensitive", label=words("Advice", "医嘱建议"))


@record("diagnosis", links={"customer": "encounter.customer"}, dated_by="begins", label=words("Diagnosis", "诊断"))
class Diagnosis(Record):
    """What a patient has, as found in an encounter."""

    encounter: str = column(TEXT, required=True, refers_to=Encounter, label=words("Encounter", "就诊"))
    system: str = column(
        TEXT,
        choices=Choices(("icd10", "snomed"), zh=("ICD-10", "SNOMED")),
        default="icd10",
        label=words("Code system", "编码体系"),
    )
    code: str = column(TEXT, required=True, privacy="sensitive", label=words("Code", "诊断编码"))
    name: str = column(TEXT, required=True, privacy="sensitive", label=words("Name", "诊断名称"))
    stage: str = column(
        TEXT,
        choices=Choices(("preliminary", "definite"), zh=("初步", "确定")),
        default="preliminary",
        label=words("Stage", "诊断阶段"),
    )
    state: str = column(
        TEXT,
        choices=Choices(("active", "resolved"), zh=("现患", "已愈")),
        default="active",
        label=words("State", "状态"),
    )
    begins: Moment = column(INSTANT, required=True, label=words("Begins", "发病时间"))
    ends: Moment | None = column(INSTANT, default=None, label=words("Ends", "痊愈时间"))
    is_main: bool | None = column(BOOLEAN, default=None, label=words("Main diagnosis", "主要诊断"))


def codes_are_written_right(pending: Pending) -> Iterator[Breach]:
    """Refuse what does not look like a code of ICD-10, such as J06.9."""
    for before, diagnosis in pending.changed(Diagnosis):
        if before and diagnosis and before.code == diagnosis.code:
            continue  # it was erased, or is older than this rule
        if diagnosis and diagnosis.system == "icd10" and not ICD_10.fullmatch(diagnosis.code):
            yield Breach(
                diagnosis,
                words("is not written like a code of ICD-10, as in J06.9", "不符合 ICD-10 编码格式，如 J06.9"),
                "code",
            )


encounter = rows(Encounter)
diagnosis = rows(Diagnosis)

RECORDS = (Encounter, Diagnosis)
CONSTRAINTS = (
    state_machine(
        "medical.encounter_states", Encounter, STATES, doc=words("How an encounter goes on.", "就诊状态流转。")
    ),
    Constraint(
        "medical.icd10_codes",
        Diagnosis,
        codes_are_written_right,
        words("Codes of ICD-10 are written like one.", "ICD-10 编码格式正确。"),
    ),
)
RULES = (
    Rule(
        "medical.encounter_ends_later",
        Encounter,
        encounter.ends >= encounter.begins,
        words("An encounter ends after it begins", "就诊结束不得早于开始"),
    ),
    Rule(
        "medical.diagnosis_ends_later",
        Diagnosis,
        diagnosis.ends >= diagnosis.begins,
        words("A diagnosis ends after it begins", "诊断结束不得早于开始"),
    ),
)
