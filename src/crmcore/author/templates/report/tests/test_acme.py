"""What the tables say."""

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
    made.customer("c1", given(purchases=[(10, 500), (400, 70)], owner="Kim"), name="Ada")
    made.customer("c2", given(purchases=[(10, 900)], owner="Lee"), name="Bo")
    made.customer("c3", given(purchases=[(20, 300), (5, -100)]), name="Cy")
    made.customer("c4", given(owner="Kim"), name="Dee")
    return made


def test_the_view_has_the_best_first(trial):
    shown = trial.run("view acme.best --format json").assert_ok().json
    assert [row["name"] for row in shown] == ["Bo", "Ada", "Cy"]
    assert [float(row["acme.spend_12m"]) for row in shown] == [900, 500, 200]


def test_the_report_adds_up_the_revenue_of_each_owner(trial):
    company = trial.run("report acme.by_owner --format jsonl").assert_ok().jsonl
    brought = {row["owner"]: float(row["revenue"]) for row in company if "revenue" in row}
    assert brought == {"Lee": 900, "Kim": 570, crm_acme.NOBODY: 200}


def test_a_new_company_has_an_empty_report(crm_with):
    crm_with(crm_acme).run("report acme.by_owner").assert_ok()
