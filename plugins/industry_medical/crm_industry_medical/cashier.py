"""What the cashier does: take payments and deposits, pay refunds, write invoices, settle the day."""

from datetime import date
from decimal import Decimal

from crmcore import CrmError, Unit

from .charging import Bill, BillLine, Invoice, Payment
from .inpatient import Admission
from .ledger import owed, paid
from .settlement import Settlement, taken


def outstanding(unit: Unit, bill: Bill) -> Decimal:
    """Return what is still to be paid for a bill."""
    return owed(unit.all(BillLine, bill=bill.id)) - paid(unit.all(Payment, bill=bill.id))


def pay(unit: Unit, bill: Bill, method: str, cashier: str | None, amount: Decimal | None = None) -> Payment | None:
    """Take the rest of a bill, or an amount of it, and settle it with an invoice when it is paid; None if all was."""
    rest = outstanding(unit, bill)
    amount = rest if amount is None else amount
    payment = None
    if amount:
        made = Payment(
            customer=bill.customer,
            at=unit.author.now,
            purpose="bill",
            method=method,
            amount=amount,
            bill=bill.id,
            admission=bill.admission,
            cashier=cashier,
        )
        payment = unit.add(made)
    if amount == rest and bill.state == "open":
        unit.edit(bill, state="settled")
        invoice(unit, bill, owed(unit.all(BillLine, bill=bill.id)))
    return payment


def invoice(unit: Unit, bill: Bill, amount: Decimal, reverses: str | None = None) -> Invoice:
    """Write the next invoice; a red one reverses an earlier one."""
    number = f"{1 + sum(1 for _ in unit.all(Invoice)):08}"
    return unit.add(Invoice(bill=bill.id, number=number, at=unit.author.now, amount=amount, reverses=reverses))


def deposit(unit: Unit, admission: Admission, amount: Decimal, method: str, cashier: str | None) -> Payment:
    """Take a deposit for a stay."""
    return unit.add(
        Payment(
            customer=admission.customer,
            at=unit.author.now,
            purpose="deposit",
            method=method,
            amount=amount,
            admission=admission.id,
            cashier=cashier,
        )
    )


def give_back(unit: Unit, admission: Admission, amount: Decimal, method: str, cashier: str | None) -> Payment:
    """Pay back what is left of a deposit."""
    return unit.add(
        Payment(
            customer=admission.customer,
            at=unit.author.now,
            purpose="deposit_refund",
            method=method,
            amount=amount,
            admission=admission.id,
            cashier=cashier,
        )
    )


def refund(unit: Unit, line: BillLine, quantity: Decimal | None, method: str, cashier: str | None) -> Payment:
    """Take a charge back, whole or so much of it: a reversing line, the money, a red invoice.

    Raises `CrmError` where the bill is not paid; what was not returned, or not charged, is refused by the commit.
    """
    bill = unit.get(Bill, line.bill)
    if bill.state != "settled":
        raise CrmError(f"the bill {bill.id!r} is {bill.state}, not settled", todo="Refunds are of what was paid.")
    whole = line.quantity or Decimal(1)
    back = whole if quantity is None else quantity
    amount = line.amount if back == whole else (line.price or line.amount / whole) * back
    unit.add(
        BillLine(
            bill=bill.id,
            fee_item=line.fee_item,
            name=line.name,
            code=line.code,
            quantity=-back,
            price=line.price,
            amount=-amount,
            reverses=line.id,
        )
    )
    first = next((one for one in unit.all(Invoice, bill=bill.id) if one.reverses is None), None)
    if first is not None:
        invoice(unit, bill, -amount, first.id)
    return unit.add(
        Payment(
            customer=bill.customer,
            at=unit.author.now,
            purpose="bill_refund",
            method=method,
            amount=amount,
            bill=bill.id,
            cashier=cashier,
        )
    )


def settle_day(unit: Unit, cashier: str, day: date, verified_by: str | None) -> Settlement:
    """Close a cashier's day with the sums of its payments."""
    sums = taken(unit.all(Payment, cashier=cashier), cashier, day)
    return unit.add(Settlement(cashier=cashier, on=day, verified_by=verified_by, **sums))
