"""FHIR bundles come in without loss, and go out as the columns say; real ones, of Synthea."""

import json
import re
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from crm_industry_medical.charging import Bill, BillLine, Payment
from crm_industry_medical.encounters import Diagnosis, Encounter
from crm_industry_medical.fhir_mapping import CLAIM, CONDITION, ENCOUNTER, PATIENT, PRESCRIPTION
from crm_industry_medical.fhir_parts import FhirPart
from crm_industry_medical.fhir_paths import leaves, look, put, take
from crm_industry_medical.patients import HealthCoverage
from crm_industry_medical.prescriptions import Prescription
from synthea import resources, unpacked

from crmcore import Customer

INEXACT = json.loads(Path(__file__).with_name("data").joinpath("inexact_paths.json").read_text("utf-8"))


def differences(entries, exported):
    """Count the leaves that differ by resource type and path, without the numbers of lists."""
    after, found = {one["resource"]["id"]: one for one in exported}, Counter()
    for entry in entries:
        here, there = dict(leaves(entry)), dict(leaves(after.get(entry["resource"]["id"], {})))
        for path in here.keys() | there.keys():
            if here.get(path, "absent") != there.get(path, "absent"):
                plain = re.sub(r"\.\d+", "", path.removeprefix("resource."))
                found[f"{entry['resource']['resourceType']} {plain}"] += 1
    return found


@pytest.fixture(scope="module")
def synthea(tmp_path_factory):
    return unpacked(tmp_path_factory.mktemp("synthea"))


@pytest.fixture(scope="module")
def stores():
    """Hold the files of the store into which the patients came first: reading them takes seconds."""
    return {}


@pytest.fixture
def imported(crm_with, synthea, stores):
    trial = crm_with("medical", currency="USD", zone="America/New_York")
    if not stores:
        trial.run(["fhir", "import", *map(str, synthea)]).assert_ok()
        stores.update({path.name: path.read_bytes() for path in trial.folder.glob("crm.json*")})
    for name, content in stores.items():
        (trial.folder / name).write_bytes(content)
    return trial


def every(trial, record_class):
    return list(trial.crm.state().book.all(record_class))


def test_the_13_patients_come_in_and_go_out_without_loss(imported, synthea):
    entries = [entry for path in synthea for entry in json.loads(path.read_text("utf-8"))["entry"]]
    exported = imported.run("--sensitive fhir export").assert_ok().json
    assert (exported["resourceType"], exported["type"]) == ("Bundle", "transaction")
    assert [one["resource"]["id"] for one in exported["entry"]] == [one["resource"]["id"] for one in entries]
    assert differences(entries, exported["entry"]).keys() == INEXACT.keys()
    spoilt = json.loads(json.dumps(exported["entry"]))
    visit = next(one["resource"] for one in spoilt if one["resource"]["resourceType"] == "Encounter")
    visit["period"]["start"] = "2001-01-01"
    spoilt[5]["resource"].pop("status")
    assert len(differences(entries, spoilt)) > len(INEXACT)


def test_hospitals_that_patients_share_go_out_once(imported, synthea):
    others = sorted(synthea[0].parent.glob("*Information*.json"))
    imported.run(["fhir", "import", *map(str, others)]).assert_ok()
    entries = [entry for path in others for entry in json.loads(path.read_text("utf-8"))["entry"]]
    exported = imported.run("--sensitive fhir export").assert_ok().json["entry"]
    keys = [one["resource"]["id"] for one in exported]
    assert len(keys) == len(set(keys))
    shared = {one["id"] for kind in ("Organization", "Practitioner") for one in resources(synthea, kind)}
    new = [entry for entry in entries if entry["resource"]["id"] not in shared]
    assert len(new) > 100
    assert not differences(new, exported)


def test_a_patient_goes_out_alone(imported, synthea):
    one = json.loads(synthea[0].read_text("utf-8"))
    key = one["entry"][0]["resource"]["id"]
    exported = imported.run(f"--sensitive fhir export {key}").assert_ok().json
    assert len(exported["entry"]) == len(one["entry"])
    assert differences(one["entry"], exported["entry"]).keys() <= INEXACT.keys()
    imported.run("--sensitive fhir export nobody").assert_fails("nobody", code=3)


def test_every_resource_becomes_its_record(imported, synthea):
    book = imported.crm.state().book
    for kind, record_class in (
        ("Patient", Customer),
        ("Encounter", Encounter),
        ("Condition", Diagnosis),
        ("MedicationRequest", Prescription),
        ("Claim", Bill),
    ):
        assert [one["id"] for one in resources(synthea, kind)] == [one.id for one in book.all(record_class)]
    patient = book.get(Customer, resources(synthea, "Patient")[0]["id"])
    assert {"medical.record_no", "medical.birth_date", "medical.sex"} <= patient.fields.keys()


def test_what_was_charged_is_what_the_claims_say(imported, synthea):
    totals = {one["id"]: Decimal(str(one["total"]["value"])) for one in resources(synthea, "Claim")}
    found = Counter()
    for line in every(imported, BillLine):
        found[line.bill] += line.amount
    assert found == totals
    paid = sum(
        Decimal(str(one["payment"]["amount"]["value"])).quantize(Decimal("0.0001"))
        for one in resources(synthea, "ExplanationOfBenefit")
    )
    assert sum(one.amount for one in every(imported, Payment)) == paid
    listed = imported.run("customer list --columns medical.billed --format json").assert_ok().json
    assert sum(Decimal(str(one["medical.billed"])) for one in listed) == sum(totals.values())


def test_coverages_come_from_explanations_once_each(imported):
    found = {(one.kind, one.payer) for one in every(imported, HealthCoverage)}
    assert found == {("public", "medicaid"), ("commercial", "private")}
    keys = [(one.customer, one.payer) for one in every(imported, HealthCoverage)]
    assert len(keys) == len(set(keys))


def test_the_13_patients_are_classified_and_listed(imported):
    imported.classify()
    stages = Counter(imported.segment(one.id, "medical.visit_stage") for one in every(imported, Customer))
    assert (stages.total(), stages["deceased"]) == (13, 2)
    payers = Counter(imported.segment(one.id, "medical.payer") for one in every(imported, Customer))
    assert payers["public"] + payers["commercial"] == 13


def test_what_a_column_holds_is_not_kept_beside_it(imported):
    parts = every(imported, FhirPart)
    for kind, elements in (
        ("Patient", PATIENT),
        ("Encounter", ENCOUNTER),
        ("Condition", CONDITION),
        ("MedicationRequest", PRESCRIPTION),
        ("Claim", CLAIM),
    ):
        first = next(one for one in parts if one.type == kind)
        kept = json.loads("".join(one.body for one in parts if one.resource == first.resource))["resource"]
        held = [one for one in elements if not one.path.rpartition(".")[2].isdigit()]
        assert [look(kept, one.path) for one in held] == [None] * len(held)


def test_an_edit_of_a_column_is_in_the_export(imported, synthea):
    patient = resources(synthea, "Patient")[0]["id"]
    imported.run(f"customer edit {patient} --city Boston --set medical.sex=other --address Elm").assert_ok()
    bill = next(one for one in every(imported, Bill) if one.customer == patient)
    imported.run(f"bill_line add --bill {bill.id} --fee_item other --name Copy --amount 2.5").assert_ok()
    entries = imported.run(f"--sensitive fhir export {patient}").assert_ok().json["entry"]
    found = {one["resource"]["id"]: one["resource"] for one in entries}
    assert (found[patient]["address"][0]["city"], found[patient]["gender"]) == ("Boston", "other")
    assert found[patient]["address"][0]["line"] == ["Elm"]
    before = next(one for one in resources(synthea, "Claim") if one["id"] == bill.id)
    assert found[bill.id]["total"]["value"] == pytest.approx(before["total"]["value"] + 2.5)


def test_a_bundle_comes_in_once(imported, synthea):
    refused = imported.run(["fhir", "import", str(synthea[0])]).assert_fails("was imported before")
    assert refused.err.count("was imported before") == len(json.loads(synthea[0].read_text("utf-8"))["entry"])


def test_nothing_comes_in_from_a_dry_run(crm_with, synthea):
    trial = crm_with("medical", currency="USD")
    said = trial.run(["fhir", "import", str(synthea[0]), "--dry-run"]).assert_ok()
    assert "(dry run: nothing was written)" in said.err
    assert every(trial, Customer) == []


PERSON = {"resourceType": "Patient", "id": "p1", "name": [{"family": "Li"}]}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", ["is no JSON"]),
        ('{"resourceType": "Patient"}', ["is no FHIR bundle with entries"]),
        ("[]", ["is no FHIR bundle with entries"]),
        ({"resourceType": "Patient"}, ["entry.0: has no resource with a resourceType and an id"]),
        ({"resourceType": "Nonsense", "id": "n"}, ["Nonsense is not a valid FHIR Model"]),
        ({**PERSON, "birthDate": "once"}, ["Patient/p1", "birthDate"]),
        ({**PERSON, "shoes": 2, "gender": 3}, ["Patient/p1 shoes", "gender"]),
    ],
)
def test_what_is_no_bundle_is_refused_with_its_places(crm_with, tmp_path, text, said):
    path = tmp_path / "bad.json"
    resource = text if isinstance(text, dict) else None
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [{"resource": resource}]}
    path.write_text(json.dumps(bundle) if resource else text, "utf-8")
    trial = crm_with("medical")
    trial.run(["fhir", "import", str(path)]).assert_fails(*said)
    trial.run(["fhir", "import", str(tmp_path / "none.json")]).assert_fails("No such file")


def test_all_elements_that_no_column_can_hold_are_told_at_once(crm_with, tmp_path):
    visit = {
        "resourceType": "Encounter",
        "id": "e1",
        "status": "onleave",
        "class": {"code": "VR"},
        "subject": {"reference": "Patient/p1"},
        "period": {"start": "2026-01-01"},
    }
    path = tmp_path / "bad.json"
    path.write_text(json.dumps({"resourceType": "Bundle", "type": "batch", "entry": [{"resource": visit}]}), "utf-8")
    said = ["status='onleave': is not one of planned", "class.code='VR'", "is no reference within", "has no time zone"]
    crm_with("medical").run(["fhir", "import", str(path)]).assert_fails(*said)


def test_a_record_that_is_gone_is_not_exported(imported, synthea):
    found = resources(synthea[:1], "Condition")[0]["id"]
    imported.run(f"diagnosis remove {found}").assert_ok()
    entries = imported.run("--sensitive fhir export").assert_ok().json["entry"]
    assert found not in [one["resource"]["id"] for one in entries]


def test_paths_choose_from_lists():
    resource = {
        "id": "x",
        "identifier": [{"type": {"code": "SS"}, "value": "1"}, {"type": {"code": "MR"}, "value": "2"}],
    }
    assert look(resource, "identifier[type.code=MR].value") == "2"
    assert take(resource, "identifier[type.code=MR].value") == "2"
    put(resource, "identifier[type.code=MR].value", "3")
    put(resource, "identifier[type.code=DL].value", "4")
    put(resource, "period.start", "now")
    assert resource["identifier"][1] == {"type": {"code": "MR"}, "value": "3"}
    assert (len(resource["identifier"]), resource["period"]) == (2, {"start": "now"})
    assert look(resource, "name.0.family") is None


def test_an_export_is_for_those_who_may_see_what_is_sensitive(imported):
    imported.run("fhir export").assert_fails("`crm --sensitive fhir export` writes them")


def test_of_a_patient_who_was_erased_nothing_goes_out(crm_with, synthea):
    trial = crm_with("medical", "privacy", currency="USD")
    files = sorted(synthea, key=lambda path: path.stat().st_size)[:2]
    trial.run(["fhir", "import", *map(str, files)]).assert_ok()
    gone, stays = (resources([path], "Patient")[0] for path in files)
    trial.run(f"privacy erase {gone['id']}").assert_ok()
    exported = trial.run("--sensitive fhir export").assert_ok()
    assert {one["resource"]["id"] for one in exported.json["entry"]} >= {stays["id"]}
    secrets = (gone["name"][0]["family"], gone["birthDate"], gone["address"][0]["line"][0], gone["telecom"][0]["value"])
    stored = b"".join(path.read_bytes() for path in trial.folder.rglob("*") if path.is_file()).decode()
    assert [one for one in secrets if one in exported.out or one in stored] == []
