"""Imported records as a FHIR bundle again: what was kept, with what the columns hold now."""

from decimal import Decimal
from typing import Any

from crmcore import Customer, Record, State

from . import fhir_mapping as mapping
from .charging import Bill, BillLine, Payment
from .encounters import Diagnosis, Encounter
from .fhir_parts import FhirPart, kept
from .fhir_paths import put
from .prescriptions import Prescription

HOLDERS: dict[str, tuple[type[Record], tuple[mapping.Held, ...]]] = {
    "Patient": (Customer, mapping.PATIENT),
    "Encounter": (Encounter, mapping.ENCOUNTER),
    "Condition": (Diagnosis, mapping.CONDITION),
    "MedicationRequest": (Prescription, mapping.PRESCRIPTION),
    "Claim": (Bill, mapping.CLAIM),
}
"""Which record holds elements of a resource; without the record the resource is left out."""


def bundle(state: State, patient: str | None = None) -> dict[str, Any]:
    """Return the imported resources of a patient, or all of them, as a transaction bundle."""
    parts = (part for part in state.book.all(FhirPart) if patient is None or part.customer == patient)
    lines: dict[str, list[BillLine]] = {}
    for line in state.book.all(BillLine):
        lines.setdefault(line.bill, []).append(line)
    entries = [entry for entry in kept(parts) if _complete(state, entry["resource"], lines)]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def _complete(state: State, resource: dict[str, Any], lines: dict[str, list[BillLine]]) -> bool:
    """Put into a resource what columns hold; False if its record is gone."""
    kind, key = resource["resourceType"], resource["id"]
    if kind == "ExplanationOfBenefit":
        payment = state.book.get(Payment, key)
        if isinstance(payment, Payment):
            _put(resource, payment, mapping.EXPLANATION)
            put(resource, "payment.amount.value", _number(payment.amount))
        return True
    record_class, elements = HOLDERS.get(kind, (None, ()))
    if record_class is None:
        return True
    record = state.book.get(record_class, key)
    if record is None:
        return False
    _put(resource, record, elements)
    if kind == "Claim":
        _price(resource, lines.get(key, []))
    return True


def _put(resource: dict[str, Any], record: Record, elements: tuple[mapping.Held, ...]) -> None:
    for one in elements:
        if "." in one.column:
            raw = record.fields.get(one.column)
            value = None if raw is None else one.read(raw)
        else:
            value = getattr(record, one.column)
        if value is not None:
            put(resource, one.path, one.write(value))


def _price(claim: dict[str, Any], lines: list[BillLine]) -> None:
    """Put the amounts of a bill's lines into its claim; refunds are in the total."""
    put(claim, "total.value", _number(sum((line.amount for line in lines), Decimal(0))))
    amounts = {line.id: line.amount for line in lines}
    for item in claim["item"]:
        amount = amounts.get(f"{claim['id']}-{item['sequence']}")
        if "net" in item and amount is not None:
            item["net"]["value"] = _number(amount)


def _number(amount: Decimal) -> int | float:
    return int(amount) if amount == amount.to_integral_value() else float(amount)
