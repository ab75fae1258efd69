"""A plugin on top of this one: an insurer that adds fields, a segment, a threshold and a report; and what stays when this one goes."""

from datetime import date
from pathlib import Path

import pytest
from insurer_kit import insurer, issued

MOTOR = Path(__file__).parents[3] / "examples/motor_insurer"


@pytest.fixture
def trial(crm_with):
    made = insurer(crm_with, MOTOR / "crm_plugins/motor_insurer.py")
    text = (MOTOR / "crm.toml").read_text("utf-8").replace("local =", "# local =")  # it is here already
    (made.folder / "crm.toml").write_text(text, "utf-8")
    for number, (holder, score) in enumerate((("ada", 80), ("bo", 79), ("cy", 95)), 1):
        issued(made, f"P{number}", holder)
        made.run(f"customer edit {holder} --set motor_insurer.driving_score={score}").assert_ok()
    for key in ("C1", "C2"):
        made.run(f"claim open P3 --id {key} --occurred-on 2026-02-01 --claimed 1 --on 2026-02-01").assert_ok()
    made.run("policy edit P1 --set motor_insurer.vehicle=van").assert_ok()
    made.as_of = date(2026, 3, 1)
    return made


def placed(trial):
    return {key: trial.segment(key, "motor_insurer.risk") for key in ("ada", "bo", "cy", "home")}


def test_the_insurer_has_one_more_segment_and_its_own_threshold(trial):
    trial.classify()
    assert placed(trial) == {"ada": "careful", "bo": "standard", "cy": "careful", "home": "unrated"}
    trial.run("config apply").assert_ok()
    trial.classify()
    assert placed(trial) == {"ada": "careful", "bo": "standard", "cy": "substandard", "home": "unrated"}


def test_its_view_and_report_show_its_own_fields_in_both_languages(trial):
    trial.classify()
    rows = trial.run("view motor_insurer.rewards --format json").assert_ok().json
    assert [row["id"] for row in rows] == ["cy", "ada"]
    rows = trial.run("report motor_insurer.vehicles --format jsonl").assert_ok().jsonl
    assert [(row["vehicle"], row["policies"], float(row["premium"])) for row in rows] == [
        ("-", 2, 2400.0),
        ("van", 1, 1200.0),
    ]
    assert "驾驶评分" in trial.run("--lang zh view motor_insurer.rewards").assert_ok().out
    assert "车型" in trial.run("--lang zh report motor_insurer.vehicles").assert_ok().out


def test_without_the_bundle_the_customers_can_be_worked_with_and_its_data_stays(trial):
    trial.classify()
    before = {name: dict(trial.crm.store.read().items(name)) for name in ("policy", "policy_event", "premium", "claim")}
    assert before["policy"]
    trial.run("--no-plugins customer edit ada --phone 1").assert_ok()
    trial.run("--no-plugins customer list").assert_ok()
    trial.run("--no-plugins policy list").assert_fails("kept")
    trial.run("--no-plugins customer remove ada").assert_fails("policy")
    trial.run("--no-plugins classify").assert_ok()
    assert {name: dict(trial.crm.store.read().items(name)) for name in before} == before
    trial.classify()
    assert placed(trial)["ada"] == "careful"
