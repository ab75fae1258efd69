"""What is to be charged: whatever was registered, ordered, prescribed or lain in, and is on no bill yet."""

from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from typing import Any

from crmcore import Unit

from .charging import Bill, BillLine
from .encounters import Encounter
from .inpatient import Admission, Bed, Stay
from .moments import day_of
from .orders import ServiceItem, ServiceOrder
from .prescriptions import Drug, Prescription, PrescriptionLine
from .registration import Registration

ONE = Decimal(1)


def charge(unit: Unit, encounter: Encounter, admission: Admission | None = None) -> Bill | None:
    """Write a bill for all that is not charged yet; None if there is nothing."""
    charges = [*_charges(unit, encounter)]
    if admission is not None:
        charges += _beds(unit, admission)
    if not charges:
        return None
    bill = Bill(
        customer=encounter.customer,
        at=unit.author.now,
        encounter=encounter.id,
        admission=admission.id if admission else None,
    )
    made = unit.add(bill)
    for one in charges:
        amount = one["price"] * one["quantity"]
        unit.add(BillLine(bill=made.id, amount=amount, **one))
    return made


def _charges(unit: Unit, encounter: Encounter) -> Iterator[dict[str, Any]]:
    """Yield the charges of an encounter: registration, orders, prescribed drugs."""
    registration = unit.get(Registration, encounter.registration) if encounter.registration else None
    if registration and registration.fee and not _is_charged(unit, registration=registration.id):
        yield _line("registration", "Registration", registration.fee, ONE, registration=registration.id)
    for order in unit.all(ServiceOrder, encounter=encounter.id):
        if order.state != "cancelled" and not _is_charged(unit, service_order=order.id):
            item = unit.get(ServiceItem, order.item)
            yield _line(item.fee_item, item.name, item.price, ONE, code=item.id, service_order=order.id)
    for prescription in unit.all(Prescription, encounter=encounter.id):
        for line in unit.all(PrescriptionLine, prescription=prescription.id):
            drug = unit.get(Drug, line.drug)
            if line.quantity and drug.price is not None and not _is_charged(unit, prescription_line=line.id):
                yield _line("drug", drug.name, drug.price, line.quantity, code=drug.code, prescription_line=line.id)


def _beds(unit: Unit, admission: Admission) -> Iterator[dict[str, Any]]:
    """Yield the nights in beds that were left; an admission without any counts as one, in its last bed."""
    stays = sorted(unit.all(Stay, admission=admission.id), key=lambda stay: str(stay.since))
    slept = sum(map(partial(_nights, unit), stays))
    for stay in stays:
        bed = unit.get(Bed, stay.bed)
        if stay.until is None or bed.fee is None or _is_charged(unit, stay=stay.id):
            continue
        nights = _nights(unit, stay)
        if nights or (not slept and stay is stays[-1]):
            yield _line("bed", f"{bed.ward} {bed.id}", bed.fee, Decimal(max(nights, 1)), code=bed.id, stay=stay.id)


def _nights(unit: Unit, stay: Stay) -> int:
    if stay.until is None:
        return 0
    return (day_of(stay.until, unit.author.zone) - day_of(stay.since, unit.author.zone)).days


def _is_charged(unit: Unit, **cause: str) -> bool:
    """Whether something stands on a bill that counts."""
    return any(unit.get(Bill, line.bill).state != "void" for line in unit.all(BillLine, **cause))


def _line(fee_item: str, name: str, price: Decimal, quantity: Decimal, **about: str) -> dict[str, Any]:
    return {"fee_item": fee_item, "name": name, "price": price, "quantity": quantity, **about}
