"""A FHIR bundle as records, all of it or nothing: checked by fhir.resources, mapped, and kept word for word beside."""

import copy
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, NoReturn

from attrs import evolve, frozen

from crmcore import Crm, CrmError, Customer, Invalid, Problem, Said, Unit, with_fields

from .fhir_mapping import PREFIX
from .fhir_parts import FhirPart, keep
from .fhir_paths import look
from .fhir_reading import Reading

SUBJECTS = ("subject.reference", "patient.reference", "beneficiary.reference")
NEEDED = "fhir.resources is not installed"
LARGEST: Final = 512 * 2**20
"""Bytes of a bundle that are read."""


@frozen
class Imported:
    """How many resources came, and how many records they became."""

    resources: int
    records: int


def entries_in(path: Path) -> list[dict[str, Any]]:
    """Return the entries of a bundle; raises `Invalid` for a file that is none."""
    bundle = _parsed(path)
    entries = bundle.get("entry") if isinstance(bundle, dict) else None
    if not isinstance(entries, list) or bundle.get("resourceType") != "Bundle":
        raise Invalid([Problem("is no FHIR bundle with entries", file=str(path))])
    if problems := [*_misfits(entries, str(path))]:
        raise Invalid(problems, heading=f"{path}: not imported", todo="Nothing was written.")
    return entries


def _parsed(path: Path) -> Any:
    """Return what a file holds as JSON: once each name, and no numbers that are none."""
    try:
        if path.stat().st_size > LARGEST:
            raise Invalid([Problem(f"is larger than {LARGEST // 2**20} MB", file=str(path))], todo="Split the bundle.")
        return json.loads(path.read_text("utf-8"), parse_constant=_no_number, object_pairs_hook=_once)
    except OSError as error:
        raise CrmError(f"{path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise Invalid([Problem(f"is no JSON that can be read: {error}", file=str(path))]) from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"{next(name for name in names if names.count(name) > 1)!r:.40} stands twice in one object")
    return made


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number")


def _misfits(entries: list[Any], file: str) -> Iterator[Problem]:
    """Yield what fhir.resources finds wrong, resource by resource."""
    try:
        from fhir.resources.R4B import get_fhir_model_class  # noqa: PLC0415 - heavy, and only imports need it
    except ImportError as error:
        todo = "Install it by `pip install 'crm-industry-medical[fhir]'`."
        raise CrmError(NEEDED, todo=todo) from error
    for place, entry in enumerate(entries):
        resource: Any = entry.get("resource") if isinstance(entry, dict) else None
        kind, key = (look(resource, name) for name in ("resourceType", "id"))
        if not isinstance(kind, str) or not isinstance(key, str):
            yield Problem("has no resource with a resourceType and an id", file=file, column=f"entry.{place}")
            continue
        try:
            get_fhir_model_class(kind).model_validate(copy.deepcopy(resource))
        except (ValueError, KeyError, TypeError) as error:  # the last two for a contained resource of a strange type
            for each in _errors(error):
                where = ".".join(map(str, each.get("loc", ())))
                yield Problem(each["msg"], file=file, column=f"{kind}/{key} {where}".strip())


def _errors(error: Exception) -> Iterable[dict[str, Any]]:
    """Return what pydantic says of a resource; another error says it itself."""
    listed, said = getattr(error, "errors", None), f"cannot be read by fhir.resources: {error}"
    found: list[dict[str, Any]] = listed() if callable(listed) else [{"msg": said}]
    return found


def take_in(unit: Unit, crm: Crm, entries: list[dict[str, Any]], file: str) -> Imported:
    """Add the records of a bundle to a unit; raises `Invalid` with everything that does not fit."""
    reading, known = Reading(file), {(part.resource, part.customer) for part in unit.all(FhirPart)}
    said = Said(source=file, on=unit.author.today, is_dated=False)
    alone = _only_patient(entries)
    read, owners = [], []
    for entry in copy.deepcopy(entries):
        resource = entry["resource"]
        owners.append(_whose(resource) or alone)
        if (resource["id"], owners[-1]) in known:
            where = f"{resource['resourceType']}/{resource['id']}"
            reading.problems.append(Problem("was imported before", file=file, column=where))
        else:
            read.append((entry, [*reading.records(resource)]))
    if reading.problems:
        raise Invalid(reading.problems, heading=f"{file}: not imported", todo="Nothing was written.")
    held = {(type(record), record.id) for _, records in read for record in records}
    for _, records in read:
        for record in records:
            if isinstance(record, Customer):
                fields = with_fields({}, record.fields, crm.catalogue, said)
                unit.add(_with(record, fields), Problem("", file=file))
            elif not _is_there(unit, record):
                unit.add(record, Problem("", file=file))
    for (entry, _), owner in zip(read, owners, strict=True):
        keep(unit, entry, owner)
    return Imported(len(read), len(held))


def _with(customer: Any, fields: dict[str, Any]) -> Customer:
    """Return a customer with the values of its fields as they are stored."""
    found: Customer = evolve(customer, fields=fields)
    return found


def _is_there(unit: Unit, record: Any) -> bool:
    """Whether a drug or coverage is there from an earlier bundle."""
    return any(one.id == record.id for one in unit.all(type(record), id=record.id))


def _only_patient(entries: list[dict[str, Any]]) -> str | None:
    """Return the patient whose bundle it is, if it is one patient's: the rest of it belongs there too."""
    found = [entry["resource"]["id"] for entry in entries if entry["resource"]["resourceType"] == "Patient"]
    return found[0] if len(found) == 1 else None


def _whose(resource: dict[str, Any]) -> str | None:
    """Return the patient of a resource."""
    if resource["resourceType"] == "Patient":
        return str(resource["id"])
    found = next(filter(None, (look(resource, path) for path in SUBJECTS)), None)
    return found.removeprefix(PREFIX) if isinstance(found, str) else None
