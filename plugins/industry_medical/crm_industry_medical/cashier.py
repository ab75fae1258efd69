"""What the cashier does: take payments and deposits, pay refunds, write invoices, settle the day."""

from datetime import date
from decimal import Decimal

from attrs import frozen

from crmcore import CrmError, Unit

from .charging import Bill, BillLine, Invoice, Payment
from .inpatient import Admission
from .ledger import owed, paid
from .settlement import Settlement, taken


@frozen
class Till:
    """How money changes hands: the kind of payment, and who takes or gives it."""

    method: str
    cashier: str | None = None


def outstanding(unit: Unit, bill: Bill) -> Decimal:
    """Return what is still to be paid for a bill."""
    return owed(unit.all(BillLine, bill=bill.id)) - paid(unit.all(Payment, bill=bill.id))


def pay(unit: Unit, bill: Bill, till: Till, amount: Decimal | None = None) -> None:
    """Take the rest of a bill, or an amount of it, and settle it with an invoice when it is paid."""
    rest = outstanding(unit, bill)
    amount = rest if amount is None else amount
    if amount:
        _move(unit, bill, "bill", amount, till)
    if amount == rest and bill.state == "open":
        unit.edit(bill, state="settled")
        invoice(unit, bill, owed(unit.all(BillLine, bill=bill.id)))


def _move(unit: Unit, cause: Bill | Admission, purpose: str, amount: Decimal, till: Till) -> Payment:
    """Write down money that moves for a bill or an admission."""
    is_bill = isinstance(cause, Bill)
    made = Payment(
        customer=cause.customer,
        at=unit.author.now,
        purpose=purpose,
        method=till.method,
        amount=amount,
        bill=cause.id if is_bill else None,
        admission=cause.admission if isinstance(cause, Bill) else cause.id,
        cashier=till.cashier,
    )
    return unit.add(made)


def invoice(unit: Unit, bill: Bill, amount: Decimal, reverses: str | None = None) -> Invoice:
    """Write the next invoice; a red one reverses an earlier one."""
    number = f"{1 + sum(1 for _ in unit.all(Invoice)):08}"
    return unit.add(Invoice(bill=bill.id, number=number, at=unit.author.now, amount=amount, reverses=reverses))


def deposit(unit: Unit, admission: Admission, amount: Decimal, till: Till) -> Payment:
    """Take a deposit for a stay."""
    return _move(unit, admission, "deposit", amount, till)


def give_back(unit: Unit, admission: Admission, amount: Decimal, till: Till) -> Payment:
    """Pay back what is left of a deposit."""
    return _move(unit, admission, "deposit_refund", amount, till)


def refund(unit: Unit, line: BillLine, quantity: Decimal | None, till: Till) -> Payment:
    """Take a charge back, whole or so much of it: a reversing line, the money, a red invoice.

    Raises `CrmError` where the bill is not paid, or a part has no price; what was not returned, or not charged, is
    refused by the commit.
    """
    bill = unit.get(Bill, line.bill)
    if bill.state != "settled":
        raise CrmError(f"the bill {bill.id!r} is {bill.state}, not settled", todo="Refunds are of what was paid.")
    if quantity is not None and line.price is None:
        raise CrmError(f"the charge {line.id!r} has no price for a part of it", todo="Leave out --quantity.")
    back = (line.quantity or Decimal(1)) if quantity is None else quantity
    amount = line.amount if quantity is None else (line.price or Decimal(0)) * back
    _reverse(unit, line, back, amount)
    first = next((one for one in unit.all(Invoice, bill=bill.id) if one.reverses is None), None)
    if first is not None:
        invoice(unit, bill, -amount, first.id)
    return _move(unit, bill, "bill_refund", amount, till)


def _reverse(unit: Unit, line: BillLine, quantity: Decimal, amount: Decimal) -> BillLine:
    """Write the line that takes a charge back."""
    return unit.add(
        BillLine(
            bill=line.bill,
            fee_item=line.fee_item,
            name=line.name,
            code=line.code,
            quantity=-quantity,
            price=line.price,
            amount=-amount,
            reverses=line.id,
        )
    )


def settle_day(unit: Unit, cashier: str, day: date, verified_by: str | None) -> Settlement:
    """Close a cashier's day with the sums of its payments."""
    sums = taken(unit.all(Payment, cashier=cashier), cashier, day, unit.author.zone)
    return unit.add(Settlement(cashier=cashier, on=day, verified_by=verified_by, **sums))
