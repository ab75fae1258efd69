"""Money: revenue by fee item and by kind of payment, cashiers, drug share, and the ledger of each patient."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from crmcore import Customer, Report, ReportContext, Table

from .charging import IN, METHODS, Bill, BillLine, Payment
from .ledger import signed
from .moments import Moment, day_of
from .orders import FEE_ITEMS
from .reporting import Period, period_of, ratio
from .words import words

NOTHING = Decimal(0)
Sums = defaultdict[str, Decimal]
AMOUNT = words("Amount", "金额")
SHARE = words("Share", "占比")


def charged(period: Period) -> Iterator[tuple[Bill, BillLine]]:
    """Yield the charges of the period with their bills, refunds as negative ones; void bills charge nothing."""
    bills = {bill.id: bill for bill in period.company.rows(Bill) if bill.state != "void"}
    for line in period.company.rows(BillLine):
        if line.bill in bills and bills[line.bill].at in period:
            yield bills[line.bill], line


def revenue(company: ReportContext) -> Iterator[Table]:
    """Yield charges by fee item, and money that came in or went back by kind; what a deposit pays came in before."""
    period = period_of(company)
    items: Sums = defaultdict(Decimal)
    for _, line in charged(period):
        items[line.fee_item] += line.amount
    whole = sum(items.values(), NOTHING)
    rows = tuple((one, items[one], ratio(float(items[one]), float(whole))) for one in FEE_ITEMS if one in items)
    title = words("Charges by fee item", "按费用科目")
    like = {"fee_item": "bill_line.fee_item", "amount": "bill_line.amount"}
    labels = {"share": SHARE}
    yield Table(
        ("fee_item", "amount", "share"), rows, "fee_items", label=title, labels=labels, like=like, shares=("share",)
    )
    methods: Sums = defaultdict(Decimal)
    for one in company.rows(Payment):
        if one.at in period and one.method != "deposit":  # that came in before, by another kind
            methods[one.method] += signed(one)
    paid = tuple((one, methods[one]) for one in METHODS if one in methods)
    title = words("Payments less refunds by kind", "按支付方式（已扣退款）")
    like = {"method": "payment.method", "amount": "payment.amount"}
    yield Table(("method", "amount"), paid, "methods", label=title, like=like)


def cashiers(company: ReportContext) -> Iterator[Table]:
    """Yield what each cashier took and gave back on each day."""
    period = period_of(company)
    found: dict[tuple[str, str], list[Decimal]] = {}
    for one in company.rows(Payment):
        if one.at in period and one.method != "deposit":
            key = (day_of(one.at, company.zone).isoformat(), one.cashier or "-")
            sums = found.setdefault(key, [NOTHING, NOTHING])
            sums[0 if one.purpose in IN else 1] += one.amount
    rows = tuple((day, who, came, went, came - went) for (day, who), (came, went) in sorted(found.items()))
    labels = {
        "day": words("Day", "日期"),
        "cashier": words("Cashier", "收费员"),
        "received": words("Received", "收款"),
        "paid_back": words("Paid back", "退款"),
        "net": words("Net", "净额"),
    }
    like = dict.fromkeys(("received", "paid_back", "net"), "payment.amount")
    yield Table((*labels,), rows, "cashiers", label=words("Cashiers by day", "收费员日结"), labels=labels, like=like)


def drug_share(company: ReportContext) -> Iterator[Table]:
    """Yield the share of drugs in what was charged, for outpatients and inpatients."""
    found: dict[str, list[Decimal]] = {}
    for bill, line in charged(period_of(company)):
        for kind in ("inpatient" if bill.admission else "outpatient", "all"):
            sums = found.setdefault(kind, [NOTHING, NOTHING])
            sums[0] += line.amount if line.fee_item == "drug" else NOTHING
            sums[1] += line.amount
    rows = tuple(
        (kind, *found[kind], ratio(*map(float, found[kind])))
        for kind in ("outpatient", "inpatient", "all")
        if kind in found
    )
    labels = {
        "patients": words("Patients", "患者"),
        "drugs": words("Drugs", "药品收入"),
        "charges": words("All charges", "全部收入"),
        "share": words("Drug share", "药占比"),
    }
    like = dict.fromkeys(("drugs", "charges"), "bill_line.amount")
    yield Table(
        (*labels,),
        rows,
        "drug_share",
        label=words("Drug share of income", "药占比"),
        labels=labels,
        like=like,
        shares=("share",),
    )


def ledger(company: ReportContext) -> Iterator[Table]:
    """Yield each patient's account: what was held before, came in, was charged, went out, and is held after."""
    period = period_of(company)
    accounts: defaultdict[str, list[Decimal]] = defaultdict(lambda: [NOTHING] * 4)
    owners = {bill.id: bill for bill in company.rows(Bill) if bill.state != "void"}
    for line in company.rows(BillLine):
        if line.bill in owners:
            bill = owners[line.bill]
            _book(accounts[bill.customer], period, bill.at, (2, -line.amount))
    for one in company.rows(Payment):
        if one.method != "deposit":  # that money came in when it was deposited
            _book(accounts[one.customer], period, one.at, (1 if one.purpose in IN else 3, signed(one)))
    names = {one.id: one.name for one in company.rows(Customer)}
    rows = tuple(
        (key, names.get(key, key), held, came, -charge, -went, held + came + charge + went)
        for key, (held, came, charge, went) in sorted(accounts.items())
    )
    labels = {
        "patient": words("Patient", "患者"),
        "name": words("Name", "姓名"),
        "before": words("Balance before", "期初余额"),
        "received": words("Received", "收款"),
        "charged": words("Charged", "费用"),
        "paid_back": words("Paid back", "退款"),
        "after": words("Balance after", "期末余额"),
    }
    like = dict.fromkeys(("before", "received", "charged", "paid_back", "after"), "payment.amount")
    yield Table((*labels,), rows, "ledger", label=words("Accounts of patients", "患者账户"), labels=labels, like=like)


def _book(account: list[Decimal], period: Period, at: Moment, entry: tuple[int, Decimal]) -> None:
    """Add an amount to its column of an account, or to what was held before the period."""
    place, amount = entry
    account[place if at in period else 0] += amount


REPORTS = (
    Report(
        "medical.revenue",
        revenue,
        label=words("Revenue", "收入统计"),
        doc=words("Charges by fee item, payments by kind.", "按费用科目与支付方式统计。"),
    ),
    Report(
        "medical.cashiers",
        cashiers,
        label=words("Cashiers", "收费员日结"),
        doc=words("What each cashier took and gave back, day by day.", "各收费员每日收退款。"),
    ),
    Report(
        "medical.drug_share",
        drug_share,
        label=words("Drug share", "药占比"),
        doc=words("The share of drugs in charges.", "药品收入占全部收入的比例。"),
    ),
    Report(
        "medical.ledger",
        ledger,
        label=words("Accounts", "患者账户"),
        doc=words("Each patient's balance before and after, and what changed it.", "各患者期初、期末余额及变动。"),
    ),
)
