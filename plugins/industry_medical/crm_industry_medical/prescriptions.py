"""Drugs and prescriptions: nothing that a patient is allergic to, nothing that must not meet another drug."""

from collections.abc import Iterator
from decimal import Decimal

from crmcore import (
    INSTANT,
    INTEGER,
    MONEY,
    TEXT,
    Breach,
    Choices,
    Constraint,
    Pending,
    Record,
    Rule,
    column,
    decimal,
    record,
    rows,
    state_machine,
)

from .encounters import Encounter
from .moments import Moment
from .patients import Allergy
from .words import words

QUANTITY = decimal(3)
STATES = {"active": ("completed", "stopped"), "completed": (), "stopped": ()}


@record("drug", label=words("Drug", "药品"))
class Drug(Record):
    """A drug in the catalogue; ``substance`` is what allergies and interactions are about."""

    code: str = column(TEXT, required=True, label=words("Code", "编码"))
    name: str = column(TEXT, required=True, label=words("Generic name", "通用名"))
    substance: str | None = column(TEXT, default=None, label=words("Substance", "有效成分"))
    form: str | None = column(TEXT, default=None, label=words("Dosage form", "剂型"))
    strength: str | None = column(TEXT, default=None, label=words("Strength", "规格"))
    unit: str | None = column(TEXT, default=None, label=words("Unit", "单位"))
    maker: str | None = column(TEXT, default=None, label=words("Manufacturer", "生产厂家"))
    mnemonic: str | None = column(TEXT, default=None, label=words("Mnemonic", "助记码"))
    price: Decimal | None = column(MONEY, default=None, label=words("Price", "单价"))
    least_stock: Decimal | None = column(QUANTITY, default=None, label=words("Least stock", "最低库存"))
    control: str = column(
        TEXT,
        choices=Choices(("none", "narcotic", "psychotropic"), zh=("无", "麻醉药品", "精神药品")),
        default="none",
        label=words("Control", "管制类别"),
    )


@record("drug_interaction", label=words("Drug interaction", "药物相互作用"))
class Interaction(Record):
    """Two substances that must not be taken together, or only with care."""

    one: str = column(TEXT, required=True, label=words("One substance", "成分甲"))
    other: str = column(TEXT, required=True, label=words("Other substance", "成分乙"))
    severity: str = column(
        TEXT,
        required=True,
        choices=Choices(("contraindicated", "caution"), zh=("禁忌", "慎用")),
        label=words("Severity", "严重程度"),
    )
    effect: str | None = column(TEXT, default=None, label=words("Effect", "后果"))


@record("prescription", links={"customer": "encounter.customer"}, dated_by="at", label=words("Prescription", "处方"))
class Prescription(Record):
    """What was prescribed in an encounter; of herbs so many ``packets``."""

    encounter: str = column(TEXT, required=True, refers_to=Encounter, label=words("Encounter", "就诊"))
    at: Moment = column(INSTANT, required=True, label=words("Written", "开方时间"))
    kind: str = column(
        TEXT,
        choices=Choices(("western", "herbal"), zh=("西药方", "中药方")),
        default="western",
        label=words("Kind", "处方类型"),
    )
    state: str = column(
        TEXT, choices=Choices(STATES, zh=("有效", "已完成", "已停用")), default="active", label=words("State", "状态")
    )
    packets: int | None = column(INTEGER, default=None, label=words("Packets", "付数"))
    therapy: str | None = column(TEXT, default=None, label=words("Therapy", "治法"))


@record(
    "prescription_line",
    links={"customer": "prescription.encounter.customer"},
    dated_by="prescription.at",
    label=words("Prescription line", "处方明细"),
)
class PrescriptionLine(Record):
    """One drug of a prescription; ``override`` says why it is given in spite of a warning."""

    prescription: str = column(TEXT, required=True, refers_to=Prescription, label=words("Prescription", "处方"))
    drug: str = column(TEXT, required=True, refers_to=Drug, label=words("Drug", "药品"))
    quantity: Decimal | None = column(QUANTITY, default=None, label=words("Quantity", "数量"))
    dose: str | None = column(TEXT, default=None, label=words("Dose", "剂量"))
    route: str | None = column(TEXT, default=None, label=words("Route", "给药途径"))
    frequency: str | None = column(TEXT, default=None, label=words("Frequency", "频次"))
    days: int | None = column(INTEGER, default=None, label=words("Days", "天数"))
    override: str | None = column(
        TEXT, default=None, privacy="sensitive", label=words("Given in spite of a warning because", "仍使用的理由")
    )


def safe_prescriptions(pending: Pending) -> Iterator[Breach]:
    """Refuse a drug that its patient is allergic to, or that must not meet another active one, without a reason."""
    for _, line in pending.changed(PrescriptionLine):
        if line is None or line.override:
            continue
        prescription = pending.get(Prescription, line.prescription)
        substance = _substance(pending, line)
        if prescription is None or prescription.state != "active" or not substance:
            continue
        for en, zh in _warnings(pending, line, prescription.encounter, substance):
            todo = words(
                f"{en}; write the reason into override if it is given all the same",
                f"{zh}；确需使用请在 override 中写明理由",
            )
            yield Breach(line, todo, "drug")


def _warnings(pending: Pending, line: PrescriptionLine, encounter: str, substance: str) -> Iterator[tuple[str, str]]:
    patient = _patient(pending, encounter)
    for allergy in pending.all(Allergy, customer=patient):
        if allergy.substance.casefold() == substance:
            yield f"The patient is allergic to {allergy.substance}", f"患者对{allergy.substance}过敏"
    taken = {_substance(pending, other) for other in _active(pending, patient) if other.id != line.id}
    for known in pending.all(Interaction, severity="contraindicated"):
        pair = {known.one.casefold(), known.other.casefold()}
        if substance in pair and taken & (pair - {substance}):
            yield f"{known.one} must not be taken with {known.other}", f"{known.one}与{known.other}禁止合用"


def _active(pending: Pending, patient: str) -> Iterator[PrescriptionLine]:
    """Yield the lines of a patient's active prescriptions."""
    for prescription in pending.all(Prescription, state="active"):
        if _patient(pending, prescription.encounter) == patient:
            yield from pending.all(PrescriptionLine, prescription=prescription.id)


def _patient(pending: Pending, encounter: str) -> str:
    found = pending.get(Encounter, encounter)
    return found.customer if found else ""


def _substance(pending: Pending, line: PrescriptionLine) -> str:
    drug = pending.get(Drug, line.drug)
    return (drug.substance or "").casefold() if drug else ""


drug = rows(Drug)
line = rows(PrescriptionLine)

RECORDS = (Drug, Interaction, Prescription, PrescriptionLine)
CONSTRAINTS = (
    state_machine(
        "medical.prescription_states", Prescription, STATES, doc=words("How a prescription goes on.", "处方状态流转。")
    ),
    Constraint(
        "medical.safe_prescriptions",
        PrescriptionLine,
        safe_prescriptions,
        words("Allergies and contraindicated pairs need a stated reason.", "过敏及禁忌合用须写明理由。"),
    ),
)
RULES = (
    Rule("medical.drug_price_not_negative", Drug, drug.price >= 0, words("A price is not negative", "单价不得为负")),
    Rule(
        "medical.prescribed_quantity",
        PrescriptionLine,
        line.quantity > 0,
        words("A prescribed quantity is above 0", "处方数量须大于0"),
    ),
)
