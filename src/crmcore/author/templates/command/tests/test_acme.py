"""Who gets a task, and who does not."""

import pytest
from crmcore.testing import AS_OF, Conformance, given

import crm_acme


class TestConformance(Conformance):
    """What `crm plugin check` asks of every plugin."""

    plugin = crm_acme
    tier = "gold"


@pytest.fixture
def trial(crm_with):
    made = crm_with(crm_acme, as_of=AS_OF)
    made.customer("c1", given(interactions=[10]), name="Ada")
    made.customer("c2", given(interactions=[100, 400]), name="Bo")
    made.customer("c3", given(), name="Cy")
    return made


@pytest.mark.parametrize(("days", "names"), [(9, "Ada Bo Cy"), (90, "Bo Cy"), (101, "Cy")])
def test_who_was_not_spoken_to_gets_a_task(trial, days, names):
    ran = trial.run(f"acme --days {days}").assert_ok()
    assert [line.split("\t")[1] for line in ran.out.splitlines()] == names.split()
    tasks = trial.run("task list --columns title --format json").assert_ok().json
    assert [task["title"] for task in tasks] == [f"Call {name}" for name in names.split()]


def test_a_second_run_adds_nothing(trial):
    trial.run("acme").assert_ok()
    assert trial.run("acme").assert_ok().out == ""


def test_a_dry_run_writes_nothing(trial):
    assert "nothing was written" in trial.run("acme --dry-run").assert_ok().err
    assert trial.run("task list --format json").assert_ok().json == []


def test_days_are_a_number(trial):
    trial.run("acme --days 0").assert_fails("--days", code=2)
