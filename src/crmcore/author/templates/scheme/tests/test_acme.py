"""What the scheme answers, customer by customer."""

import pytest
from crmcore.testing import AS_OF, Conformance, given, placed

import crm_acme


class TestConformance(Conformance):
    """What `crm plugin check` asks of every plugin."""

    plugin = crm_acme
    tier = "gold"


@pytest.mark.parametrize(
    ("facts", "segment"),
    [
        (given(purchases=[(10, 10_000)]), "key"),  # ten days ago
        (given(purchases=[(10, 4_000), (200, 6_000)]), "key"),
        (given(purchases=[(10, 9_999)]), "active"),
        (given(purchases=[(180, 5)]), "active"),
        (given(purchases=[(181, 5)]), "quiet"),
        (given(purchases=[(366, 50_000)]), "quiet"),  # more than a year ago
        (given(), "prospect"),
    ],
)
def test_tier(facts, segment):
    assert placed(crm_acme.tier, facts) == segment


def test_the_company_decides_what_is_key():
    settings = {"acme.key_spend": 5}
    assert placed(crm_acme.tier, given(purchases=[(10, 5)]), settings=settings) == "key"


def test_it_works_in_a_crm(crm_with):
    trial = crm_with(crm_acme, as_of=AS_OF)
    trial.customer("c1", given(purchases=[(10, 20_000)]), name="Ada")
    trial.customer("c2", given(), name="Bo")
    trial.classify()
    assert trial.segment("c1", "acme.tier") == "key"
    listed = trial.run("customer list --columns acme.tier --format json").assert_ok()
    assert [row["acme.tier"] for row in listed.json] == ["key", "prospect"]
