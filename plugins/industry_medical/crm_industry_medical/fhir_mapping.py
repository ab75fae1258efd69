"""Which column holds which element of a FHIR resource, and how each is written there.

An element that a column holds is taken out of the kept resource, and put back from the column when it is exported; so
an edit of the column is in the export. Everything else of a resource is kept as it is.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

from attrs import frozen

PREFIX: Final = "urn:uuid:"


@frozen
class Held:
    """An element that a column, or a field called ``medical.*``, holds; ``read`` raises `ValueError` for other values."""

    column: str
    path: str
    read: Callable[[Any], Any] = str
    write: Callable[[Any], Any] = str


def as_moment(text: str) -> datetime:
    """Return a FHIR instant or dateTime with a zone as UTC."""
    found = datetime.fromisoformat(text)
    if found.utcoffset() is None:
        raise ValueError("has no time zone")
    return found.astimezone(UTC)


def moment_text(moment: date | datetime) -> str:
    """Return a moment as Synthea writes one."""
    return moment.isoformat()


def as_reference(text: str) -> str:
    """Return the id that a reference within a bundle leads to."""
    if not text.startswith(PREFIX):
        raise ValueError(f"is no reference within the bundle; it would begin with {PREFIX}")
    return text.removeprefix(PREFIX)


def reference_text(key: str) -> str:
    """Return a reference to a resource of the bundle."""
    return f"{PREFIX}{key}"


def coded(column: str, path: str, codes: Mapping[str, str]) -> Held:
    """Return an element with one of a few codes, each with its word in the column."""

    def read(code: str) -> str:
        if code not in codes:
            raise ValueError(f"is not one of {', '.join(codes)}")
        return codes[code]

    words = {word: code for code, word in codes.items()}
    return Held(column, path, read, lambda word: words[word])


def moment(column: str, path: str) -> Held:
    """Return an element with a moment."""
    return Held(column, path, as_moment, moment_text)


def reference(column: str, path: str) -> Held:
    """Return an element that refers to another resource of the bundle."""
    return Held(column, path, as_reference, reference_text)


PATIENT: Final = (
    Held("phone", "telecom[system=phone].value"),
    Held("city", "address.0.city"),
    Held("province", "address.0.state"),
    Held("postcode", "address.0.postalCode"),
    Held("country", "address.0.country"),
    Held("address", "address.0.line.0"),
    Held("language", "communication.0.language.coding.0.code"),
    Held("medical.record_no", "identifier[type.coding.0.code=MR].value"),
    Held("medical.birth_date", "birthDate", date.fromisoformat, date.isoformat),
    Held("medical.sex", "gender"),
    moment("medical.deceased_at", "deceasedDateTime"),
)
ENCOUNTER: Final = (
    reference("customer", "subject.reference"),
    coded("kind", "class.code", {"AMB": "outpatient", "EMER": "emergency", "IMP": "inpatient"}),
    coded(
        "state",
        "status",
        {"planned": "planned", "in-progress": "in_progress", "finished": "finished", "cancelled": "cancelled"},
    ),
    moment("begins", "period.start"),
    moment("ends", "period.end"),
    Held("complaint", "reasonCode.0.coding.0.display"),
)
CONDITION: Final = (
    reference("encounter", "encounter.reference"),
    coded(
        "system",
        "code.coding.0.system",
        {"http://snomed.info/sct": "snomed", "http://hl7.org/fhir/sid/icd-10": "icd10"},
    ),
    Held("code", "code.coding.0.code"),
    Held("name", "code.coding.0.display"),
    coded("state", "clinicalStatus.coding.0.code", {"active": "active", "resolved": "resolved"}),
    coded("stage", "verificationStatus.coding.0.code", {"confirmed": "definite", "provisional": "preliminary"}),
    moment("begins", "onsetDateTime"),
    moment("ends", "abatementDateTime"),
)
PRESCRIPTION: Final = (
    reference("encounter", "encounter.reference"),
    coded("state", "status", {"active": "active", "stopped": "stopped", "completed": "completed"}),
    moment("at", "authoredOn"),
)
CLAIM: Final = (
    reference("customer", "patient.reference"),
    reference("encounter", "item.0.encounter.0.reference"),
    moment("at", "created"),
    Held("payer", "insurance.0.coverage.display"),
)
EXPLANATION: Final = (
    reference("customer", "patient.reference"),
    reference("bill", "claim.reference"),
    moment("at", "created"),
)
