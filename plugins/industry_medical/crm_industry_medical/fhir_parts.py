"""What of an imported FHIR resource no column holds: kept word for word, so that an export lacks nothing."""

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any, Final

from crmcore import INTEGER, TEXT, Customer, Record, Unit, column, record

from .words import words

LONGEST: Final = 9_000
"""Characters of JSON in one part; a text column takes a few more."""


@record("fhir_part", links={"customer": "customer"}, label=words("FHIR part", "FHIR 原文"))
class FhirPart(Record):
    """A piece of an entry of a bundle; the pieces of one resource, one after the other, are JSON."""

    customer: str | None = column(TEXT, default=None, refers_to=Customer, label=words("Patient", "患者"))
    type: str = column(TEXT, required=True, label=words("Resource type", "资源类型"))
    resource: str = column(TEXT, required=True, label=words("Resource", "资源编号"))
    number: int = column(INTEGER, required=True, label=words("Number", "序号"))
    body: str = column(TEXT, required=True, privacy="sensitive", label=words("Text", "原文"))


def keep(unit: Unit, entry: dict[str, Any], customer: str | None) -> None:
    """Store an entry, without what columns hold, among those of a patient."""
    resource = entry["resource"]
    body = json.dumps(entry, separators=(",", ":"))
    for number, start in enumerate(range(0, len(body), LONGEST), 1):
        unit.add(
            FhirPart(
                customer=customer,
                type=resource["resourceType"],
                resource=resource["id"],
                number=number,
                body=body[start : start + LONGEST],
            )
        )


def kept(parts: Iterable[FhirPart]) -> Iterator[dict[str, Any]]:
    """Yield the stored entries in the order in which they came; what several patients share, such as a hospital, once."""
    bodies: dict[tuple[str, str], dict[str | None, list[FhirPart]]] = {}
    for part in parts:
        bodies.setdefault((part.type, part.resource), {}).setdefault(part.customer, []).append(part)
    for owners in bodies.values():
        first = next(iter(owners.values()))
        with suppress(ValueError):  # what was erased is no JSON any more, and no part of an export
            yield json.loads("".join(part.body for part in sorted(first, key=lambda part: part.number)))


RECORDS = (FhirPart,)
