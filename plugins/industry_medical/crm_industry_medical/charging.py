"""Charging: bills and their lines, payments, deposits, refunds and invoices."""

from decimal import Decimal

from crmcore import INSTANT, MONEY, TEXT, Choices, Customer, Record, Rule, column, record, rows

from .encounters import Encounter
from .inpatient import Admission, Stay
from .moments import Moment
from .orders import FEE_ITEMS, ServiceOrder
from .prescriptions import QUANTITY, PrescriptionLine
from .registration import Registration
from .words import words

BILL_STATES = {"open": ("settled", "void"), "settled": (), "void": ()}
METHODS = Choices(
    ("cash", "card", "insurance", "wechat", "alipay", "deposit"),
    zh=("现金", "银行卡", "医保", "微信", "支付宝", "预交金"),
)
IN = ("bill", "deposit")
OUT = ("bill_refund", "deposit_refund")
"""The purposes of money that comes in, and that goes out."""


@record("bill", links={"customer": "customer"}, dated_by="at", label=words("Bill", "账单"))
class Bill(Record):
    """What a patient owes for an encounter or an admission: the sum of its lines."""

    customer: str = column(TEXT, required=True, refers_to=Customer, label=words("Patient", "患者"))
    at: Moment = column(INSTANT, required=True, label=words("Written", "开单时间"))
    encounter: str | None = column(TEXT, default=None, refers_to=Encounter, label=words("Encounter", "就诊"))
    admission: str | None = column(TEXT, default=None, refers_to=Admission, label=words("Admission", "住院"))
    payer: str | None = column(TEXT, default=None, label=words("Payer", "支付方"))
    state: str = column(
        TEXT, choices=Choices(BILL_STATES, zh=("未结", "已结", "作废")), default="open", label=words("State", "状态")
    )


@record("bill_line", links={"customer": "bill.customer"}, dated_by="bill.at", label=words("Bill line", "账单明细"))
class BillLine(Record):
    """One charge; a refund is another line with negative amount and quantity, which ``reverses`` the first."""

    bill: str = column(TEXT, required=True, refers_to=Bill, label=words("Bill", "账单"))
    fee_item: str = column(TEXT, required=True, choices=FEE_ITEMS, label=words("Fee item", "费用科目"))
    name: str = column(TEXT, required=True, label=words("Name", "名称"))
    code: str | None = column(TEXT, default=None, label=words("Code", "编码"))
    quantity: Decimal | None = column(QUANTITY, default=None, label=words("Quantity", "数量"))
    price: Decimal | None = column(MONEY, default=None, label=words("Price", "单价"))
    amount: Decimal = column(MONEY, required=True, label=words("Amount", "金额"))
    registration: str | None = column(TEXT, default=None, refers_to=Registration, label=words("Registration", "挂号"))
    service_order: str | None = column(
        TEXT, default=None, refers_to=ServiceOrder, label=words("Service order", "申请单")
    )
    prescription_line: str | None = column(
        TEXT, default=None, refers_to=PrescriptionLine, label=words("Prescription line", "处方明细")
    )
    stay: str | None = column(TEXT, default=None, refers_to=Stay, label=words("Stay", "床位占用"))
    reverses: str | None = column(TEXT, default=None, refers_to="self", label=words("Reverses", "冲减明细"))


@record("payment", links={"customer": "customer"}, dated_by="at", label=words("Payment", "收付款"))
class Payment(Record):
    """Money of a patient: in for a bill or as a deposit, out as a refund of either. The amount is above 0."""

    customer: str = column(TEXT, required=True, refers_to=Customer, label=words("Patient", "患者"))
    at: Moment = column(INSTANT, required=True, label=words("Date", "时间"))
    purpose: str = column(
        TEXT,
        required=True,
        choices=Choices((*IN, *OUT), zh=("账单", "预交金", "账单退款", "预交金退款")),
        label=words("Purpose", "用途"),
    )
    method: str = column(TEXT, required=True, choices=METHODS, label=words("Method", "支付方式"))
    amount: Decimal = column(MONEY, required=True, label=words("Amount", "金额"))
    bill: str | None = column(TEXT, default=None, refers_to=Bill, label=words("Bill", "账单"))
    admission: str | None = column(TEXT, default=None, refers_to=Admission, label=words("Admission", "住院"))
    cashier: str | None = column(TEXT, default=None, label=words("Cashier", "收费员"))


@record("invoice", links={"customer": "bill.customer"}, dated_by="at", label=words("Invoice", "发票"))
class Invoice(Record):
    """A numbered invoice of a bill; a red one has a negative amount and ``reverses`` an earlier one."""

    bill: str = column(TEXT, required=True, refers_to=Bill, label=words("Bill", "账单"))
    number: str = column(TEXT, required=True, label=words("Number", "发票号"))
    at: Moment = column(INSTANT, required=True, label=words("Date", "开票时间"))
    amount: Decimal = column(MONEY, required=True, label=words("Amount", "金额"))
    reverses: str | None = column(TEXT, default=None, refers_to="self", label=words("Reverses", "冲红发票"))


line = rows(BillLine)
payment = rows(Payment)
invoice = rows(Invoice)

RECORDS = (Bill, BillLine, Payment, Invoice)
RULES = (
    Rule("medical.payment_above_zero", Payment, payment.amount > 0, words("A payment is above 0", "收付款金额须大于0")),
    Rule(
        "medical.payment_has_a_cause",
        Payment,
        (payment.purpose.is_in("bill", "bill_refund") & payment.bill.is_known())
        | (payment.purpose.is_in("deposit", "deposit_refund") & payment.admission.is_known()),
        words("Money for a bill names the bill, a deposit names the admission", "账单款须指明账单，预交金须指明住院"),
    ),
    Rule(
        "medical.deposit_names_its_admission",
        Payment,
        ~payment.method.is_("deposit") | payment.admission.is_known(),
        words("What is paid from a deposit names the admission", "以预交金支付须指明住院"),
    ),
    Rule(
        "medical.no_deposit_by_deposit",
        Payment,
        ~(payment.purpose.is_in("deposit", "deposit_refund") & payment.method.is_("deposit")),
        words("A deposit is paid in and out by other means than itself", "预交金的收退不得以预交金支付"),
    ),
    Rule(
        "medical.reversal_is_negative",
        BillLine,
        (line.amount >= 0) | line.reverses.is_known(),
        words("Only a line that reverses another is negative", "仅冲减明细可为负数"),
    ),
    Rule(
        "medical.red_invoice_is_negative",
        Invoice,
        (invoice.amount >= 0) | invoice.reverses.is_known(),
        words("Only an invoice that reverses another is negative", "仅冲红发票可为负数"),
    ),
)
