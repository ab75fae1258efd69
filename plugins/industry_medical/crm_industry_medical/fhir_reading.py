"""FHIR resources as records: patients, encounters, diagnoses, prescriptions, bills, payments, coverages."""

from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from attrs import define, field

from crmcore import Customer, Problem, Record

from . import fhir_mapping as mapping
from .charging import Bill, BillLine, Payment
from .encounters import Diagnosis, Encounter
from .fhir_paths import look, take
from .patients import HealthCoverage
from .prescriptions import Drug, Prescription, PrescriptionLine

PLANS: Final = {"medicare": "public", "medicaid": "public", "dual eligible": "public", "private": "commercial"}
"""Kinds of coverage by the names that Synthea gives them; any other pays nothing that we know of."""

DIGITS: Final = Decimal("0.0001")
"""Amounts are rounded to so many digits: an amount such as 112.41600000000001 comes from binary arithmetic."""


@define
class Reading:
    """Turns resources into records, and takes out of them what the records hold; ``problems`` says what does not fit.

    The fields of a customer are values, not yet as they are stored.
    """

    file: str
    problems: list[Problem] = field(factory=list)
    drugs: dict[str, Drug] = field(factory=dict)
    coverages: dict[str, HealthCoverage] = field(factory=dict)

    def records(self, resource: dict[str, Any]) -> Iterator[Record]:
        """Yield the records that a resource becomes; none for a type that is only kept."""
        read: Callable[[dict[str, Any]], Iterator[Record]] | None = {
            "Patient": self._patient,
            "Encounter": self._encounter,
            "Condition": self._condition,
            "MedicationRequest": self._prescription,
            "Claim": self._claim,
            "ExplanationOfBenefit": self._explanation,
            "Coverage": self._coverage,
        }.get(resource["resourceType"])
        try:
            yield from read(resource) if read else ()
        except ValueError as error:
            self._refuse(resource, "", str(error))

    def _held(self, resource: dict[str, Any], elements: tuple[mapping.Held, ...]) -> dict[str, Any]:
        """Take the elements that columns hold out of a resource."""
        found = {}
        for one in elements:
            value = look(resource, one.path)
            if value is None:
                continue
            try:
                found[one.column] = one.read(value)
            except (ValueError, TypeError) as error:
                self._refuse(resource, one.path, str(error), value)
            else:
                take(resource, one.path)
        return found

    def _refuse(self, resource: dict[str, Any], path: str, reason: str, value: Any = "") -> None:
        where = f"{resource['resourceType']}/{resource['id']} {path}"
        self.problems.append(Problem(reason, file=self.file, column=where, value=str(value)[:60]))

    def _lacks(self, resource: dict[str, Any], held: dict[str, Any], *columns: str) -> bool:
        missing = [column for column in columns if column not in held]
        if missing and not self.problems:
            self._refuse(resource, "", f"lacks what gives {', '.join(missing)}")
        return bool(missing)

    def _patient(self, resource: dict[str, Any]) -> Iterator[Record]:
        held = self._held(resource, mapping.PATIENT)
        fields = {name: held.pop(name) for name in [*held] if name.startswith("medical.")}
        parts = (*(look(resource, "name.0.given") or ()), look(resource, "name.0.family"))
        name = " ".join(part for part in parts if part).strip()
        yield made(Customer, id=resource["id"], name=name or resource["id"], kind="person", fields=fields, **held)

    def _encounter(self, resource: dict[str, Any]) -> Iterator[Record]:
        held = self._held(resource, mapping.ENCOUNTER)
        if not self._lacks(resource, held, "customer", "kind", "begins", "state"):
            yield made(Encounter, id=resource["id"], **held)

    def _condition(self, resource: dict[str, Any]) -> Iterator[Record]:
        held = self._held(resource, mapping.CONDITION)
        if not self._lacks(resource, held, "encounter", "system", "code", "name", "begins"):
            yield made(Diagnosis, id=resource["id"], **held)

    def _prescription(self, resource: dict[str, Any]) -> Iterator[Record]:
        held, coding = self._held(resource, mapping.PRESCRIPTION), look(resource, "medicationCodeableConcept.coding.0")
        if self._lacks(resource, held, "encounter", "state", "at"):
            return
        if not look(coding, "code"):
            self._refuse(resource, "medicationCodeableConcept.coding", "names no drug by a code")
            return
        drug = made(
            Drug, id=f"rxnorm-{coding['code']}", code=coding["code"], name=coding.get("display", coding["code"])
        )
        if self.drugs.setdefault(drug.id, drug) is drug:
            yield drug
        yield made(Prescription, id=resource["id"], **held)
        yield made(PrescriptionLine, id=resource["id"], prescription=resource["id"], drug=drug.id)

    def _claim(self, resource: dict[str, Any]) -> Iterator[Record]:
        held, total = self._held(resource, mapping.CLAIM), take(resource, "total.value")
        if self._lacks(resource, held, "customer", "encounter", "at") or total is None:
            return
        yield made(Bill, id=resource["id"], **held)
        yield from _lines(resource, amount_of(total))

    def _explanation(self, resource: dict[str, Any]) -> Iterator[Record]:
        for contained in resource.get("contained") or ():
            if look(contained, "resourceType") == "Coverage":
                yield from self._coverage(contained)
        paid = amount_of(look(resource, "payment.amount.value") or 0)
        if paid > 0:
            take(resource, "payment.amount.value")
            held = self._held(resource, mapping.EXPLANATION)
            if not self._lacks(resource, held, "customer", "bill", "at"):
                yield made(Payment, id=resource["id"], purpose="bill", method="insurance", amount=paid, **held)

    def _coverage(self, resource: dict[str, Any]) -> Iterator[Record]:
        payer, patient = look(resource, "payor.0.display"), look(resource, "beneficiary.reference")
        kind = PLANS.get(look(resource, "type.text") or "")
        if payer and patient and kind:
            key = f"{mapping.as_reference(patient)}-{payer}"
            found = made(HealthCoverage, id=key, customer=mapping.as_reference(patient), kind=kind, payer=payer)
            if self.coverages.setdefault(key, found) is found:
                yield found


def made(record_class: type[Any], **columns: Any) -> Any:
    """Return a record with an id of its own."""
    return record_class(**columns)


def amount_of(number: float) -> Decimal:
    """Return an amount of JSON as an exact one; raises `ValueError`."""
    try:
        return Decimal(str(number)).quantize(DIGITS).normalize()
    except InvalidOperation as error:
        raise ValueError(f"{number!r:.40} is not an amount of money") from error


def _lines(claim: dict[str, Any], total: Decimal) -> Iterator[BillLine]:
    """Yield the charges of a claim: items with a net amount, and the rest of the total for the first without one."""
    priced = [
        (item, amount_of(look(item, "net.value"))) for item in claim["item"] if look(item, "net.value") is not None
    ]
    rest = total - sum((amount for _, amount in priced), Decimal(0))
    plain = next((item for item in claim["item"] if look(item, "net.value") is None), None)
    for item, amount in [*([(plain, rest)] if plain and rest else []), *priced]:
        take(item, "net.value")
        coding = look(item, "productOrService.coding.0") or {}
        yield made(
            BillLine,
            id=f"{claim['id']}-{item['sequence']}",
            bill=claim["id"],
            fee_item=_fee_item(claim, item, is_visit=item is plain),
            name=look(item, "productOrService.text") or coding.get("display", "-"),
            code=coding.get("code"),
            amount=amount,
            prescription_line=_drug_line(claim),
        )


def _fee_item(claim: dict[str, Any], item: dict[str, Any], *, is_visit: bool) -> str:
    if look(claim, "type.coding.0.code") == "pharmacy":
        return "drug"
    if is_visit:
        return "examination"
    return "treatment" if "procedureSequence" in item else "other"


def _drug_line(claim: dict[str, Any]) -> str | None:
    prescription = look(claim, "prescription.reference")
    return mapping.as_reference(prescription) if prescription else None
