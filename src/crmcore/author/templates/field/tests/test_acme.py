"""What can be entered, and what is refused."""

import pytest
from crmcore.testing import Conformance, given

import crm_acme


class TestConformance(Conformance):
    """What `crm plugin check` asks of every plugin."""

    plugin = crm_acme
    tier = "gold"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("acme.importance", "high"),
        ("acme.employees", 1),
        ("acme.newsletter", True),
    ],
)
def test_values_come_back_as_they_were_entered(crm_with, name, value):
    trial = crm_with(crm_acme)
    trial.customer("c1", given({name: value}), name="Ada")
    assert trial.run(f"customer list --columns {name} --format json").assert_ok().json == [{name: value}]


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("--acme.employees 0", "at least 1"),
        ("--acme.employees many", "acme.employees"),
        ("--acme.importance urgent", "low, medium, high"),
    ],
)
def test_what_cannot_be_is_refused(crm_with, option, message):
    trial = crm_with(crm_acme)
    trial.run(f"customer add --id c1 --name Ada {option}").assert_fails(message)
    trial.run("customer show c1").assert_fails("c1", code=3)


def test_an_unknown_number_of_employees_is_fine(crm_with):
    crm_with(crm_acme).run("customer add --name Ada").assert_ok()
