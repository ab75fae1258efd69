"""A plugin on top of this one: the example of a clinic that adds fields, a segment, a threshold and a report."""

from datetime import timedelta
from pathlib import Path

import pytest
from crm_industry_medical.encounters import Encounter

from crmcore.testing import AS_OF, given

CLINIC = Path(__file__).parents[3] / "examples/city_clinic"


@pytest.fixture
def clinic(crm_with):
    trial = crm_with("medical", CLINIC / "crm_plugins/city_clinic.py", as_of=AS_OF)
    (trial.folder / "crm.toml").write_text(
        (CLINIC / "crm.toml").read_text("utf-8").replace("local =", "# local ="), "utf-8"
    )
    for key, days, wants in (("ada", 200, True), ("bo", 200, False), ("cy", 20, True)):
        begins = AS_OF - timedelta(days=days)
        visit = Encounter(customer="", kind="outpatient", begins=begins, state="finished")
        trial.customer(key, given({"city_clinic.wants_reminders": wants}, records=[visit]), name=key)
    return trial


def test_the_clinic_has_one_more_segment_and_its_own_threshold(clinic):
    clinic.classify()
    assert [clinic.segment(key, "city_clinic.stage") for key in ("ada", "bo", "cy")] == ["first_visit"] * 3
    clinic.run("config apply").assert_ok()
    clinic.classify()
    found = [clinic.segment(key, "city_clinic.stage") for key in ("ada", "bo", "cy")]
    assert found == ["silent_reachable", "silent", "first_visit"]
    assert clinic.run("view city_clinic.reminders --format json").assert_ok().json[0]["id"] == "ada"


def test_its_field_on_an_encounter_of_the_bundle_is_in_its_report(clinic):
    key = clinic.run("encounter list --columns id --format json").assert_ok().json[0]["id"]
    clinic.run(f"encounter edit {key} --set city_clinic.triage=red").assert_ok()
    rows = clinic.run("report city_clinic.triage --format jsonl").assert_ok().jsonl
    assert [(one["triage"], one["encounters"]) for one in rows] == [("none", 2), ("red", 1)]
