"""The lists that each desk works from."""

from crmcore import View, days_since, days_until, rows

from .aftercare import deposit_level, follow_up_stage
from .care import care_risk, chronic, programme
from .charging import Bill
from .drug_store import Batch, Movement
from .encounters import Diagnosis, Encounter
from .inpatient import Stay
from .inpatient_orders import Execution
from .metrics import (
    active_diagnoses,
    billed,
    chronic_diagnoses,
    deposit_left,
    last_discharge,
    last_follow_up,
    last_visit,
    unpaid,
    visits,
)
from .patients import birth_date, record_no, sex
from .prescriptions import PrescriptionLine
from .registration import Registration
from .visiting import payer, visit_stage
from .words import words

patients = View(
    "medical.patients",
    ("id", "name", record_no, sex, birth_date, last_visit, visits, billed, payer, visit_stage),
    sort="name",
    label=words("Patient index", "患者索引"),
    doc=words("Every patient with number, visits and payer.", "全部患者及其病案号、就诊与支付类型。"),
)
waiting = View(
    "medical.waiting",
    ("session.on", "session.half", "session.practitioner.name", "customer.name", "rank.name", "state"),
    on=Registration,
    where=rows(Registration).state.is_in("booked", "arrived"),
    sort="session.on",
    label=words("Waiting room", "候诊列表"),
    doc=words("Who is booked or has arrived, by session.", "已挂号或已到诊的患者。"),
)
workbench = View(
    "medical.workbench",
    ("begins", "customer.name", "kind", "complaint", "practitioner.name"),
    on=Encounter,
    where=rows(Encounter).state.is_("in_progress"),
    sort="begins",
    label=words("Doctor's workbench", "门诊医生工作台"),
    doc=words("Encounters that go on.", "进行中的就诊。"),
)
cashier_window = View(
    "medical.cashier_window",
    ("at", "id", "customer.name", "payer"),
    on=Bill,
    where=rows(Bill).state.is_("open"),
    sort="at",
    label=words("Cashier's window", "收费窗口"),
    doc=words("Bills that are not settled.", "未结账单。"),
)
pharmacy_queue = View(
    "medical.pharmacy_queue",
    ("prescription.at", "prescription", "drug.name", "quantity", "dose", "frequency"),
    on=PrescriptionLine,
    where=rows(PrescriptionLine).prescription.state.is_("active"),
    sort="prescription.at",
    label=words("Pharmacy queue", "药房队列"),
    doc=words("Lines of active prescriptions.", "有效处方的明细。"),
)
ward_board = View(
    "medical.ward_board",
    ("bed.ward", "bed", "admission.customer.name", "since", "admission.reason", "admission.attending.name"),
    on=Stay,
    where=(days_since(rows(Stay).until) < 0).or_else(True),
    sort="bed.ward",
    label=words("Ward board", "病区一览"),
    doc=words("Who lies where.", "各床位的在院患者。"),
)
orders_due = View(
    "medical.orders_due",
    ("due", "order.admission.customer.name", "order.content", "order.dose"),
    on=Execution,
    where=rows(Execution).state.is_("planned"),
    sort="due",
    label=words("Orders to carry out", "待执行医嘱"),
    doc=words("Executions planned up to the day.", "截至当日的计划执行。"),
)
stock_cards = View(
    "medical.stock_cards",
    ("at", "batch.drug.name", "batch.number", "kind", "quantity", "by", "witness", "reason"),
    on=Movement,
    sort="-at",
    label=words("Stock cards", "库存卡"),
    doc=words("Everything that came into a batch or went out, newest first.", "各批次出入库，新者在前。"),
)
expiring = View(
    "medical.expiring",
    ("expires", "drug.name", "number", "supplier", "shelf"),
    on=Batch,
    where=days_until(rows(Batch).expires) <= 90,
    sort="expires",
    label=words("Batches that expire", "近效期批次"),
    doc=words("Batches that expire within 90 days, or have.", "90天内到期或已过期的批次。"),
)
follow_ups = View(
    "medical.follow_ups",
    ("id", "name", "phone", last_discharge, last_follow_up, follow_up_stage),
    where=follow_up_stage.is_("due") | follow_up_stage.is_("overdue") | follow_up_stage.is_("lost"),
    sort="medical.last_discharge",
    label=words("Follow-up worklist", "随访工作列表"),
    doc=words("Whom to reach after a discharge.", "出院后应随访的患者。"),
)
deposits = View(
    "medical.deposits",
    ("id", "name", "phone", deposit_left, unpaid, deposit_level),
    where=deposit_level.is_("low"),
    sort="medical.deposit_left",
    label=words("Low deposits", "欠费预警"),
    doc=words("Stays whose deposit is low; care goes on.", "预交金不足的在院患者，治疗照常。"),
)
chronic_patients = View(
    "medical.chronic_patients",
    ("id", "name", active_diagnoses, chronic_diagnoses, programme, chronic, care_risk),
    where=chronic_diagnoses > 0,
    sort="-medical.chronic_diagnoses",
    label=words("Chronic patients", "慢病患者"),
    doc=words("Patients with a chronic diagnosis, and their programme.", "有慢性诊断的患者及管理状态。"),
)
diagnoses = View(
    "medical.diagnoses",
    (),
    on=Diagnosis,
    group="name",
    sort="-count",
    limit=30,
    label=words("Frequent diagnoses", "常见诊断"),
    doc=words("The thirty diagnoses that were made most often.", "最常见的三十种诊断。"),
)
VIEWS = (
    patients,
    waiting,
    workbench,
    cashier_window,
    pharmacy_queue,
    ward_board,
    orders_due,
    stock_cards,
    expiring,
    follow_ups,
    deposits,
    chronic_patients,
    diagnoses,
)
