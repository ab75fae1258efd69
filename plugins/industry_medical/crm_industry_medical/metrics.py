"""What is counted about each patient: visits, stays, diagnoses, money, and what lies how long ago."""

from crmcore import Metric, Setting, count, days_since, earliest, latest, rows, total

from .charging import BillLine, Payment
from .encounters import diagnosis, encounter
from .followup import follow_up
from .inpatient import admission
from .patients import HealthCoverage
from .words import words

chronic_days = Setting(
    "medical.chronic_days",
    90,
    least=1,
    unit="days",
    label=words("Days after which a diagnosis is chronic", "慢性诊断天数"),
    doc=words(
        "An active diagnosis that began so many days ago or earlier counts as chronic. Our default.",
        "持续此天数以上的现患诊断视为慢性。默认值由本插件给出。",
    ),
)

bill_line = rows(BillLine)
payment = rows(Payment)
coverage = rows(HealthCoverage)

took_place = ~encounter.state.is_in("planned", "cancelled")
in_a_year = took_place & encounter.begins.within(days=365)
is_active = (days_since(diagnosis.ends) < 0).or_else(True)
in_force = (days_since(coverage.begins) >= 0).or_else(True) & (days_since(coverage.ends) <= 0).or_else(True)
is_charged = ~bill_line.bill.state.is_("void")

visits = Metric(
    "medical.visits",
    count(encounter, where=took_place),
    unit="visits",
    label=words("Visits", "就诊次数"),
    doc=words("All encounters that took place.", "已发生的全部就诊次数。"),
)
visits_12m = Metric(
    "medical.visits_12m",
    count(encounter, where=in_a_year),
    unit="visits",
    label=words("Visits in 12 months", "近12个月就诊次数"),
    doc=words("Encounters that began in the last 365 days.", "近365天内的就诊次数。"),
)
emergencies_12m = Metric(
    "medical.emergencies_12m",
    count(encounter, where=in_a_year & encounter.kind.is_("emergency")),
    unit="visits",
    label=words("Emergencies in 12 months", "近12个月急诊次数"),
    doc=words("Emergency encounters in the last 365 days.", "近365天内的急诊次数。"),
)
stays_12m = Metric(
    "medical.stays_12m",
    count(encounter, where=in_a_year & encounter.kind.is_("inpatient")),
    unit="stays",
    label=words("Stays in 12 months", "近12个月住院次数"),
    doc=words("Inpatient encounters that began in the last 365 days.", "近365天内的住院次数。"),
)
first_visit = Metric(
    "medical.first_visit",
    earliest(encounter.begins, where=took_place),
    label=words("First visit", "首次就诊"),
    doc=words("When the patient first came.", "患者首次就诊的日期。"),
)
last_visit = Metric(
    "medical.last_visit",
    latest(encounter.begins, where=took_place),
    label=words("Last visit", "最近就诊"),
    doc=words("When the patient last came.", "患者最近一次就诊的日期。"),
)
active_diagnoses = Metric(
    "medical.active_diagnoses",
    count(diagnosis, where=is_active),
    unit="diagnoses",
    label=words("Active diagnoses", "现患诊断数"),
    doc=words("Diagnoses that have not ended.", "尚未痊愈的诊断数。"),
)
chronic_diagnoses = Metric(
    "medical.chronic_diagnoses",
    count(diagnosis, where=is_active & (days_since(diagnosis.begins) >= chronic_days)),
    unit="diagnoses",
    label=words("Chronic diagnoses", "慢性诊断数"),
    doc=words("Active diagnoses of at least `medical.chronic_days`.", "持续达到 medical.chronic_days 的现患诊断数。"),
)
billed_12m = Metric(
    "medical.billed_12m",
    total(bill_line.amount, where=is_charged & bill_line.bill.at.within(days=365)),
    label=words("Charged in 12 months", "近12个月费用"),
    doc=words("Charges of the last 365 days, less refunds.", "近365天内的收费，已扣除退费。"),
)
billed = Metric(
    "medical.billed",
    total(bill_line.amount, where=is_charged),
    label=words("Charged", "累计费用"),
    doc=words("All charges, less refunds.", "全部收费，已扣除退费。"),
)
unpaid = Metric(
    "medical.unpaid",
    total(bill_line.amount, where=bill_line.bill.state.is_("open"))
    - total(payment.amount, where=payment.purpose.is_("bill") & payment.bill.state.is_("open")),
    label=words("Unpaid", "未结金额"),
    doc=words("What is left to pay on open bills.", "未结账单中尚待支付的金额。"),
)
deposit_left = Metric(
    "medical.deposit_left",
    total(payment.amount, where=payment.purpose.is_("deposit"))
    - total(payment.amount, where=payment.purpose.is_("deposit_refund"))
    - total(payment.amount, where=payment.method.is_("deposit")),
    label=words("Deposit left", "预交金余额"),
    doc=words("Deposits, less what was paid back or used for bills.", "预交金减去已退与已用部分。"),
)
in_hospital = Metric(
    "medical.in_hospital",
    count(admission, where=~admission.state.is_("cancelled") & (days_since(admission.discharged_at) < 0).or_else(True)),
    unit="stays",
    label=words("Stays that go on", "在院人次"),
    doc=words("Admissions without a discharge yet.", "尚未出院的住院次数。"),
)
last_discharge = Metric(
    "medical.last_discharge",
    latest(admission.discharged_at, where=(days_since(admission.discharged_at) >= 0)),
    label=words("Last discharge", "最近出院"),
    doc=words("When the patient last left the hospital.", "患者最近一次出院的日期。"),
)
last_follow_up = Metric(
    "medical.last_follow_up",
    latest(follow_up.on, where=follow_up.result.is_("reached")),
    label=words("Last follow-up", "最近随访"),
    doc=words("When the patient was last reached.", "最近一次随访到患者的日期。"),
)
public_coverages = Metric(
    "medical.public_coverages",
    count(coverage, where=in_force & coverage.kind.is_("public")),
    unit="coverages",
    label=words("Public coverages", "在保医保数"),
    doc=words("Coverages by a public scheme that are in force.", "现行有效的医保数。"),
)
commercial_coverages = Metric(
    "medical.commercial_coverages",
    count(coverage, where=in_force & coverage.kind.is_("commercial")),
    unit="coverages",
    label=words("Commercial coverages", "在保商业保险数"),
    doc=words("Coverages by an insurer that are in force.", "现行有效的商业保险数。"),
)

METRICS = (
    visits,
    visits_12m,
    emergencies_12m,
    stays_12m,
    first_visit,
    last_visit,
    active_diagnoses,
    chronic_diagnoses,
    billed_12m,
    billed,
    unpaid,
    deposit_left,
    in_hospital,
    last_discharge,
    last_follow_up,
    public_coverages,
    commercial_coverages,
)
