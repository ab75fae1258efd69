"""The pharmacy: a drug is handed over when its bill is paid, the batch that expires first before others."""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from crmcore import Breach, Constraint, Pending

from .charging import Bill, BillLine
from .drug_store import Batch, Movement, stock
from .grouping import by
from .words import words


def bill_before_dispensing(pending: Pending) -> Iterator[Breach]:
    """Refuse what is issued beyond what was charged and paid for; inpatients' bills need not be paid yet."""
    lines = {after.prescription_line for _, after in pending.changed(Movement) if after and after.prescription_line}
    lines |= {
        before.prescription_line for before, _ in pending.changed(BillLine) if before and before.prescription_line
    }
    charges = by(pending.all(BillLine, prescription_line=lines), "prescription_line")
    for key, moves in by(pending.all(Movement, prescription_line=lines), "prescription_line").items():
        unpaid = -stock(moves) - _paid(pending, charges.get(key, ()))
        if unpaid > 0:
            text = words(
                f"{unpaid} of it is not charged and paid; bill before dispensing",
                f"尚有 {unpaid} 未收费，须先收费后发药",
            )
            yield Breach(moves[-1], text, "quantity")


def _paid(pending: Pending, charges: Iterable[BillLine]) -> Decimal:
    """Return how much was charged on bills that are settled, or of an admission."""
    found = Decimal(0)
    for charge in charges:
        bill = pending.get(Bill, charge.bill)
        if bill and (bill.state == "settled" or (bill.admission and bill.state == "open")):
            found += charge.quantity or Decimal(0)
    return found


def first_expired_first(
    batches: Iterable[Batch], stocks: dict[str, Decimal], wanted: Decimal, day: date
) -> Iterator[tuple[Batch, Decimal]]:
    """Yield from which batches to take how much; what they do not hold is missing from the sum."""
    for batch in sorted(batches, key=lambda one: (one.expires, one.id)):
        taken = min(wanted, stocks.get(batch.id, Decimal(0)))
        if taken > 0 and batch.expires >= day:
            wanted -= taken
            yield batch, taken


CONSTRAINTS = (
    Constraint(
        "medical.bill_before_dispensing",
        (Movement, BillLine),
        bill_before_dispensing,
        words("Bill before dispensing.", "先收费后发药。"),
    ),
)
