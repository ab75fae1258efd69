"""How the rows are entered, checked, counted and shown."""

from datetime import timedelta

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
    made.customer("c1", given(), name="Ada")
    return made


def add(trial, *days_ago):
    for days in days_ago:
        on, topic = AS_OF - timedelta(days=days), f"{days} days ago"
        trial.add(crm_acme.AcmeClass(customer="c1", on=on, topic=topic))


def test_a_row_is_entered_on_the_command_line(trial):
    trial.run(f"acme add --id a1 --customer c1 --on {AS_OF} --minutes 30").assert_ok()
    assert trial.run("acme show a1 --format json").assert_ok().json["minutes"] == 30


def test_no_row_takes_no_time(trial):
    ran = trial.run(f"acme add --customer c1 --on {AS_OF} --minutes 0")
    ran.assert_fails("at least a minute")


@pytest.mark.parametrize(("days_ago", "times"), [((), 0), ((1, 364), 2), ((1, 365), 1)])
def test_rows_of_a_year_are_counted(trial, days_ago, times):
    add(trial, *days_ago)
    listed = trial.run("customer list --columns acme.times_12m --format json").assert_ok()
    assert listed.json == [{"acme.times_12m": times}]


def test_the_view_shows_the_last_days_newest_first(trial):
    add(trial, 29, 3, 31)
    shown = trial.run("view acme.recent --format json").assert_ok()
    assert [row["topic"] for row in shown.json] == ["3 days ago", "29 days ago"]
