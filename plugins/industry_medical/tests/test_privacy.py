"""What is known of patients is sensitive, answers of schemes included: masked unless somebody who may asks for it."""

import crm_industry_medical as plugin
from crm_industry_medical.encounters import Diagnosis, Encounter

from crmcore import Customer
from crmcore.testing import AS_OF


def patient(trial):
    trial.add(
        Customer(id="ada", name="Ada", fields={"medical.record_no": "M1"}),
        Encounter(id="e1", customer="ada", kind="outpatient", begins=AS_OF, complaint="cough"),
        Diagnosis(encounter="e1", code="J06.9", name="Cold", begins=AS_OF),
    )
    trial.run("customer edit ada --set medical.programme=enrolled").assert_ok()
    trial.classify()


def test_lists_mask_what_is_sensitive_and_show_it_when_asked(crm_with):
    trial = crm_with("medical", as_of=AS_OF)
    patient(trial)
    columns = "id,medical.visit_stage,medical.care_risk,medical.programme"
    (row,) = trial.run(f"customer list --columns {columns} --format json").assert_ok().json
    assert row == {"id": "ada", **dict.fromkeys(columns.split(",")[1:], "***")}
    (row,) = trial.run(f"--sensitive customer list --columns {columns} --format json").assert_ok().json
    assert [*row.values()] == ["ada", "first_visit", "low", "enrolled"]
    (row,) = trial.run("encounter list --columns complaint --format json").assert_ok().json
    assert row == {"complaint": "***"}
    (row,) = trial.run("diagnosis list --columns code,name --format json").assert_ok().json
    assert row == {"code": "***", "name": "***"}


def test_answers_about_a_patient_are_shown_to_those_who_ask_for_them_and_may(crm_with):
    trial = crm_with("medical", "insight", as_of=AS_OF)
    patient(trial)
    for command in ("explain ada", "history ada", "upcoming --days 900"):
        masked = trial.run(command).assert_ok()
        assert "medical." not in masked.out
        assert "left out, since they are sensitive: medical." in masked.err
        assert "medical.visit_stage" in trial.run(f"--sensitive {command}").assert_ok().out
    cell = f"migration medical.visit_stage --from {AS_OF} --to {AS_OF} --cell first_visit:first_visit"
    for command in ("explain ada medical.visit_stage", "history ada medical.visit_stage", cell):
        trial.run(command).assert_fails("crm: medical.visit_stage: sensitive", "crm --sensitive", code=4)
        trial.run(f"--sensitive {command}").assert_ok()


def test_every_scheme_is_sensitive():
    assert {one.privacy for one in plugin.crm_schemes()} == {"sensitive"}


def test_no_english_shows_in_chinese(crm_with):
    trial = crm_with("medical", as_of=AS_OF, language="zh")
    patient(trial)
    for view in plugin.crm_views():
        heading = trial.run(f"--lang zh view {view.name}").assert_ok().out.splitlines()
        assert not [line for line in heading[:1] if any(word in line for word in ("medical", ".", "_"))], view.name
    for report in plugin.crm_reports():
        printed = trial.run(f"--lang zh report {report.name}").assert_ok().out
        assert not [word for word in ("medical", "outpatient", "Balance", "drug", "share") if word in printed], (
            report.name
        )
