"""What must hold of money: bills are paid exactly, deposits never overdrawn, returns come before refunds."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from crmcore import Breach, Constraint, Pending, state_machine

from .charging import BILL_STATES, IN, Bill, BillLine, Payment
from .drug_store import Movement
from .grouping import by
from .inpatient import Admission
from .words import words

NOTHING = Decimal(0)


def signed(payment: Payment) -> Decimal:
    """Return a payment's amount, negative if it went out."""
    return payment.amount if payment.purpose in IN else -payment.amount


def owed(lines: Iterable[BillLine]) -> Decimal:
    """Return what a bill amounts to."""
    return sum((line.amount for line in lines), NOTHING)


def paid(payments: Iterable[Payment]) -> Decimal:
    """Return what was paid less what was refunded, deposits left out."""
    return sum((signed(one) for one in payments if one.purpose in {"bill", "bill_refund"}), NOTHING)


def deposited(payments: Iterable[Payment]) -> Decimal:
    """Return what is left of an admission's deposits: paid in, less paid back, less what bills took of it."""
    left = NOTHING
    for one in payments:
        if one.purpose in {"deposit", "deposit_refund"}:
            left += signed(one)
        elif one.method == "deposit":
            left -= signed(one)
    return left


def bills_balance(pending: Pending) -> Iterator[Breach]:
    """Refuse settled bills that are not paid exactly, void ones with money, and more money than is owed."""
    bills = {after.id for _, after in pending.changed(Bill) if after}
    bills |= {one.bill for pair in pending.changed(BillLine) for one in pair if one}
    bills |= {one.bill for pair in pending.changed(Payment) for one in pair if one and one.bill}
    lines, payments = by(pending.all(BillLine, bill=bills), "bill"), by(pending.all(Payment, bill=bills), "bill")
    for bill in pending.all(Bill, id=bills):
        total, got = owed(lines.get(bill.id, ())), paid(payments.get(bill.id, ()))
        if bill.state == "settled" and total != got:
            text = words(
                f"{total} is owed and {got} paid; a settled bill is paid exactly",
                f"应收 {total}，实收 {got}；已结账单须收支相符",
            )
            yield Breach(bill, text, "state")
        elif bill.state == "void" and got:
            yield Breach(bill, words(f"{got} was paid for it; refund that first", f"已收 {got}，须先退款"), "state")
        elif not NOTHING <= got <= max(total, NOTHING):
            yield Breach(bill, words(f"{got} paid for {total} owed", f"应收 {total}，实收 {got}"))


def deposits_last(pending: Pending) -> Iterator[Breach]:
    """Refuse overdrawn deposits, and a discharge with money left over or bills unpaid."""
    admissions = {after.id for _, after in pending.changed(Admission) if after}
    admissions |= {one.admission for pair in pending.changed(Payment) for one in pair if one and one.admission}
    admissions |= {one.admission for pair in pending.changed(Bill) for one in pair if one and one.admission}
    payments = by(pending.all(Payment, admission=admissions), "admission")
    unpaid = by(pending.all(Bill, admission=admissions, state="open"), "admission")
    for admission in pending.all(Admission, id=admissions):
        left = deposited(payments.get(admission.id, ()))
        if left < 0:
            yield Breach(admission, words(f"The deposit is overdrawn by {-left}", f"预交金透支 {-left}"))
        elif admission.state != "admitted" and left:
            yield Breach(
                admission, words(f"{left} of the deposit is left; pay it back", f"预交金余额 {left} 未退"), "state"
            )
        if admission.state != "admitted" and admission.id in unpaid:
            yield Breach(admission, words("A bill of the stay is unpaid", "住院账单未结清"), "state")


def refunds_are_sound(pending: Pending) -> Iterator[Breach]:
    """Refuse refunds of more than was charged, and of drugs that were not brought back."""
    for _, refund in pending.changed(BillLine):
        if refund is None or refund.reverses is None:
            continue
        first = pending.get(BillLine, refund.reverses)
        back = list(pending.all(BillLine, reverses=refund.reverses))
        if first is None or first.bill != refund.bill or first.reverses is not None:
            yield Breach(refund, words("It reverses no charge of this bill", "冲减的不是本账单的收费"), "reverses")
        elif owed([first, *back]) < 0:
            yield Breach(refund, words("More is refunded than was charged", "退费超过收费"), "amount")
        elif first.prescription_line and (kept := _kept(pending, first, back)) > 0:
            text = words(
                f"{kept} of the drug is not returned; return comes before refund", f"尚有 {kept} 未退药，须先退药后退费"
            )
            yield Breach(refund, text, "quantity")


def _kept(pending: Pending, first: BillLine, back: Iterable[BillLine]) -> Decimal:
    """Return how much of a charged drug is with the patient beyond what remains charged."""
    moves = list(pending.all(Movement, prescription_line=first.prescription_line or ""))
    out = sum((one.quantity if one.kind == "issue" else -one.quantity for one in moves), NOTHING)
    return out - sum((one.quantity or NOTHING for one in [first, *back]), NOTHING)


CONSTRAINTS = (
    state_machine("medical.bill_states", Bill, BILL_STATES, doc=words("How a bill ends.", "账单状态流转。")),
    Constraint(
        "medical.bills_balance",
        (Bill, BillLine, Payment),
        bills_balance,
        words(
            "A settled bill is paid exactly; none gets more than it amounts to.", "已结账单收支相符，实收不超过应收。"
        ),
    ),
    Constraint(
        "medical.deposits_last",
        (Admission, Payment, Bill),
        deposits_last,
        words("Deposits are never overdrawn; discharge leaves nothing owed.", "预交金不得透支，出院须结清。"),
    ),
    Constraint(
        "medical.refunds_are_sound",
        BillLine,
        refunds_are_sound,
        words("Return comes before refund.", "先退药后退费。"),
    ),
)
