"""What pharmacy and drug store do: hand over, take back, receive, write off."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from crmcore import CrmError, Unit

from .drug_store import Batch, Movement, stock
from .moments import order_of
from .pharmacy import first_expired_first
from .prescriptions import Drug, Prescription, PrescriptionLine


def dispense(unit: Unit, prescription: Prescription, by: str | None, witness: str | None = None) -> Iterator[Movement]:
    """Hand over what is not handed over yet, what expires first before others; raises `CrmError` where stock is short."""
    for line in unit.all(PrescriptionLine, prescription=prescription.id):
        wanted = (line.quantity or Decimal(0)) + stock(unit.all(Movement, prescription_line=line.id))
        batches = list(unit.all(Batch, drug=line.drug))
        stocks = {batch.id: stock(unit.all(Movement, batch=batch.id)) for batch in batches}
        parts = list(first_expired_first(batches, stocks, wanted, unit.author.today))
        if missing := wanted - sum((taken for _, taken in parts), Decimal(0)):
            name = unit.get(Drug, line.drug).name
            todo = "`crm view medical.expiring` and `crm drug_batch list` show the batches; receive more first."
            raise CrmError(f"{missing} of {name} are not in stock", todo=todo)
        for batch, taken in parts:
            yield unit.add(
                Movement(
                    batch=batch.id,
                    at=unit.author.now,
                    kind="issue",
                    quantity=taken,
                    prescription_line=line.id,
                    by=by,
                    witness=witness,
                )
            )


def take_back(
    unit: Unit, line: PrescriptionLine, quantity: Decimal, by: str | None, witness: str | None = None
) -> Iterator[Movement]:
    """Take so much of a drug back into the batches it came from, the last issued first."""
    moves = list(unit.all(Movement, prescription_line=line.id))
    rest = quantity
    for batch in dict.fromkeys(one.batch for one in sorted(moves, key=lambda one: order_of(one.at), reverse=True)):
        back = min(rest, -stock(one for one in moves if one.batch == batch))
        if back > 0:
            rest -= back
            yield unit.add(
                Movement(
                    batch=batch,
                    at=unit.author.now,
                    kind="return",
                    quantity=back,
                    prescription_line=line.id,
                    by=by,
                    witness=witness,
                )
            )
    if rest:
        raise CrmError(f"{rest} of it were never handed over", todo="`crm stock_movement list` shows what was.")


def receive(unit: Unit, batch: Batch, quantity: Decimal, by: str | None) -> Movement:
    """Take a delivery in; the batch is made if its drug has none of that number."""
    unit.get(Drug, batch.drug)
    known = next((one for one in unit.all(Batch, drug=batch.drug, number=batch.number)), None)
    if known and known.expires != batch.expires:
        raise CrmError(f"the batch {batch.number} expires on {known.expires}, not {batch.expires}")
    kept = known or unit.add(batch)
    return unit.add(Movement(batch=kept.id, at=unit.author.now, kind="receipt", quantity=quantity, by=by))


def write_off(unit: Unit, batch: Batch, quantity: Decimal | None, reason: str, by: str | None) -> Movement:
    """Write so much of a batch off, or all that is left of it."""
    left = stock(unit.all(Movement, batch=batch.id)) if quantity is None else quantity
    return unit.add(Movement(batch=batch.id, at=unit.author.now, kind="write_off", quantity=left, reason=reason, by=by))


def expired(unit: Unit, day: date) -> Iterator[Batch]:
    """Yield the batches past their date that still hold something."""
    for batch in unit.all(Batch):
        if batch.expires < day and stock(unit.all(Movement, batch=batch.id)) > 0:
            yield batch
