"""The patient index: what is known of a person before anything is treated."""

from collections.abc import Iterator
from datetime import date, datetime

from crmcore import (
    DATE,
    TEXT,
    Breach,
    Choices,
    Constraint,
    Contact,
    Customer,
    Field,
    Pending,
    Record,
    Rule,
    column,
    record,
    rows,
)

from .words import words

record_no = Field(
    "medical.record_no", str, on=Customer, privacy="personal", label=words("Medical record number", "病案号")
)
birth_date = Field(
    "medical.birth_date", date, on=Customer, privacy="personal", label=words("Date of birth", "出生日期")
)
sex = Field(
    "medical.sex",
    str,
    on=Customer,
    choices=Choices(("female", "male", "other", "unknown"), zh=("女", "男", "其他", "未知")),
    privacy="personal",
    label=words("Sex", "性别"),
)
blood_group = Field(
    "medical.blood_group",
    str,
    on=Customer,
    choices=("A", "B", "AB", "O"),
    privacy="sensitive",
    label=words("Blood group", "血型"),
)
deceased_at = Field("medical.deceased_at", datetime, on=Customer, privacy="sensitive", label=words("Died", "死亡时间"))
guarantor = Field("medical.guarantor", str, on=Customer, privacy="personal", label=words("Guarantor", "担保人"))
card_no = Field("medical.card_no", str, on=Customer, privacy="personal", label=words("Health card number", "就诊卡号"))
kinship = Field("medical.kinship", str, on=Contact, privacy="personal", label=words("Next of kin as", "与患者关系"))


@record("allergy", links={"customer": "customer"}, label=words("Allergy", "过敏史"))
class Allergy(Record):
    """A substance that a patient must not get."""

    customer: str = column(TEXT, required=True, refers_to=Customer, label=words("Patient", "患者"))
    substance: str = column(TEXT, required=True, privacy="sensitive", label=words("Substance", "过敏物质"))
    reaction: str | None = column(TEXT, default=None, privacy="sensitive", label=words("Reaction", "过敏反应"))
    severity: str | None = column(
        TEXT,
        default=None,
        choices=Choices(("mild", "moderate", "severe"), zh=("轻度", "中度", "重度")),
        label=words("Severity", "严重程度"),
    )
    noted_on: date | None = column(DATE, default=None, label=words("Noted on", "记录日期"))


@record("health_coverage", links={"customer": "customer"}, label=words("Health coverage", "医疗保障"))
class HealthCoverage(Record):
    """Who pays for a patient besides the patient: a public scheme or an insurer."""

    customer: str = column(TEXT, required=True, refers_to=Customer, label=words("Patient", "患者"))
    kind: str = column(
        TEXT,
        required=True,
        choices=Choices(("public", "commercial"), zh=("医保", "商业保险")),
        label=words("Kind", "保障类型"),
    )
    payer: str = column(TEXT, required=True, privacy="personal", label=words("Payer", "支付方"))
    member_no: str | None = column(TEXT, default=None, privacy="personal", label=words("Member number", "参保号"))
    begins: date | None = column(DATE, default=None, label=words("Begins", "起始日期"))
    ends: date | None = column(DATE, default=None, label=words("Ends", "截止日期"))


def one_patient_each(pending: Pending) -> Iterator[Breach]:
    """Refuse a medical-record number that another patient has: the index would take two people for one."""
    numbers: dict[str, list[str]] = {}
    for customer in pending.all(Customer):
        if number := customer.fields.get(record_no.name):
            numbers.setdefault(number, []).append(customer.id)
    for _, changed in pending.changed(Customer):
        number = changed.fields.get(record_no.name) if changed else None
        others = set(numbers.get(number or "", ())) - {changed.id if changed else ""}
        if changed and others:
            told = ", ".join(sorted(others))
            yield Breach(changed, words(f"has the medical record number of {told}", f"病案号与 {told} 重复"))


RECORDS = (Allergy, HealthCoverage)
FIELDS = (record_no, birth_date, sex, blood_group, deceased_at, guarantor, card_no, kinship)
CONSTRAINTS = (
    Constraint(
        "medical.one_patient_each",
        Customer,
        one_patient_each,
        words("Every medical record number belongs to one patient.", "一个病案号只属于一名患者。"),
    ),
)
RULES = (
    Rule(
        "medical.coverage_ends_later",
        HealthCoverage,
        rows(HealthCoverage).ends >= rows(HealthCoverage).begins,
        words("A coverage ends on or after the day on which it begins", "保障截止日期不得早于起始日期"),
    ),
)
