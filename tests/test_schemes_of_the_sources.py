"""Every class of the sources is a segment of some plugin, and the traps in what they say are met."""

import csv
import sys
from datetime import date, timedelta
from decimal import Decimal

import crm_geography
import crm_lifecycle
import crm_loyalty
import crm_satisfaction
import crm_value_tier
import pytest
from crm_behaviour.associations import Least, associations
from crm_geography.views import rolled_up
from crm_lifecycle.position import buyer, position, role
from crm_lifecycle.stage import stage
from crm_lifecycle.status import status
from crm_loyalty.loyalty import loyalty
from crm_loyalty.marks import FIELDS as ENTERED
from crm_needs.need import need
from crm_needs.requirement import requirement
from crm_profile.traits import SCHEMES as TRAITS
from crm_relationship.relation import relation
from crm_satisfaction.records import Complaint, Survey
from crm_value_tier.contribution import contribution, level
from crm_value_tier.medal import medal
from crm_value_tier.metrics import profit_12m
from crm_value_tier.size import size
from crm_value_tier.vip import vip, vip_share
from pages import DOCS, ROOT

from crmcore import Said, with_fields
from crmcore.entities import type_of
from crmcore.grammar.walk import needs, rules_of
from crmcore.testing import AS_OF, given, placed, valued

sys.path.insert(0, str(DOCS / "_ext"))

import reference_schemes

with (ROOT / "tests/data/scheme_ids.csv").open(encoding="utf-8") as file:
    CLASSES = {row["id"]: row["treatment"] for row in csv.DictReader(file)}
CATALOGUE = reference_schemes.catalogue()
CLAIMS = reference_schemes.claims()


# --- every class --------------------------------------------------------------------------------------------------


def test_no_class_of_the_sources_is_left_out_and_none_is_made_up():
    assert {claim.id for claim in CLAIMS} == set(CLASSES)
    assert sum(key.startswith("S") for key in CLASSES) == 90
    assert len({key.partition(".")[0] for key in CLASSES if key.startswith("S")}) == 34


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: f"{claim.id}-{claim.target}")
def test_what_a_readme_claims_is_declared(claim):
    stands_for = reference_schemes.named_by(claim, CATALOGUE)
    assert stands_for.label("zh") != stands_for.label("en")


def treatment(key):
    """Return what is shown as the treatment of a class."""
    found = (reference_schemes.target_of(claim, CATALOGUE) for claim in CLAIMS if claim.id == key)
    texts = (
        reference_schemes.treatment_of(scheme, (segment,) if segment else scheme.segments, CATALOGUE)
        for scheme, segment in found
        if scheme
    )
    return " ".join(filter(None, texts))


@pytest.mark.parametrize("key", [key for key, stated in CLASSES.items() if stated == "stated"])
def test_a_treatment_that_a_source_states_is_there(key):
    assert treatment(key)


@pytest.mark.parametrize("key", [key for key, stated in CLASSES.items() if stated == "none"])
def test_a_treatment_that_no_source_states_is_not_made_up(key):
    assert treatment(key) == ""


def test_the_page_has_a_row_for_each_class_and_each_scheme():
    text, read = reference_schemes.schemes(), reference_schemes.facts()
    assert [key for key in CLASSES if f"| {key} |" not in text] == []
    assert [name for name in CATALOGUE.names("scheme") if f"| `{name}` |" not in read] == []
    assert "| `value_tier.medal` | `purchase.amount`" in read
    assert "`value_tier.gold_spend` 10000" in read


# --- the traps ----------------------------------------------------------------------------------------------------


def bought(*days, amount=100, **more):
    return given(purchases=[(ago, amount) for ago in days], **more)


def test_potential_customer_means_four_things():
    asked = given({"lifecycle.interest": False})
    assert placed(stage, asked) == placed(position, asked) == "not_interested"
    assert placed(status, asked) == placed(buyer, asked) == "potential"
    assert placed(loyalty, asked) == "prospect"


def test_loyal_customer_means_three_things():
    often = bought(60, 30, 5)
    assert placed(stage, often) == "loyal"
    assert placed(loyalty, often) == "new"
    assert placed(role, often, *[bought(5, amount=10)] * 9, *[bought(5, amount=900)] * 3) == "loyal"


def test_a_key_customer_is_one_beside_the_vips():
    best, small = bought(1, 2, 3, 4, 5, amount=900), bought(9, amount=1)
    others = [small] * 9
    assert placed(vip, best, *others) == "vip"
    assert placed(vip, best, *others, settings={vip_share: 1}) == "key"


def test_customer_need_names_two_schemes_with_facts_of_their_own():
    stated = given({"needs.stated_need": "basic", "needs.stated_requirement": "service"})
    assert (placed(need, stated), placed(requirement, stated)) == ("basic", "service")
    assert placed(requirement, given({"needs.stated_need": "basic"})) is None


def test_value_names_four_schemes():
    answers = [[segment.name for segment in scheme.segments] for scheme in (vip, contribution, medal, level)]
    assert answers == [
        ["vip", "key", "ordinary"],
        ["high", "medium", "low"],
        ["gold", "silver", "bronze"],
        ["high", "low"],
    ]


def test_the_same_customer_is_large_among_small_ones_and_small_among_large_ones():
    facts = bought(5, amount=500)
    assert placed(size, facts, *[bought(5, amount=1)] * 9) == "large"
    assert placed(size, facts, *[bought(5, amount=9_000 + more) for more in range(9)]) == "small"


def test_a_loss_counts_as_one():
    losing = given(purchases=[(5, 100, 250)])
    assert valued(profit_12m, losing) == -150
    assert placed(contribution, losing, *[given(purchases=[(5, 100, 10)])] * 9) == "low"
    assert placed(vip, losing, *[bought(5, amount=9_000)] * 9) == "ordinary"


def test_what_no_purchase_tells_is_kept_with_date_and_source(crm_with):
    assert all(field.soft for field in ENTERED)
    for said in (Survey, Complaint):
        assert type_of(said).dated_by == ("on",)
        assert type_of(said).column("source")
    trial = crm_with(crm_lifecycle, crm_satisfaction, crm_loyalty)
    ada = trial.customer("c1", bought(400, 5))
    for trusts, source, on in ((False, "Jon", date(2025, 11, 1)), (True, "Ida", date(2025, 12, 1))):
        with trial.crm.unit("what was found out") as unit:
            stated = with_fields(ada.fields, {"loyalty.trusts": trusts}, trial.crm.catalogue, Said(source, on))
            ada = unit.edit(ada, fields=stated)
    trial.classify()
    assert "entered 2025-12-01 by Ida" in trial.run("explain c1 loyalty.loyalty").assert_ok().out


def test_a_judgement_holds_from_the_day_on_which_it_was_said_and_an_undated_first_one_since_always(crm_with):
    trial = crm_with(crm_lifecycle, crm_loyalty)
    trial.customer("c1")
    trial.customer("c2")
    trial.run("customer edit c1 --set loyalty.trusts=no --said-on 2025-11-01 --said-by Jon").assert_ok()
    trial.run("customer edit c1 --set loyalty.trusts=yes --said-on 2025-12-01 --said-by Ida").assert_ok()
    trial.run("customer edit c2 --set loyalty.trusts=yes").assert_ok()
    listed = "customer list --columns loyalty.trusts --sort id --format json --as-of "
    found = {
        day: [row["loyalty.trusts"] for row in trial.run(listed + day).json]
        for day in ("2025-10-31", "2025-11-01", "2025-11-30", "2025-12-01")
    }
    assert found == {
        "2025-10-31": [None, True],
        "2025-11-01": [False, True],
        "2025-11-30": [False, True],
        "2025-12-01": [True, True],
    }


def test_a_file_of_judgements_may_be_dated(crm_with, tmp_path):
    trial = crm_with(crm_lifecycle, crm_loyalty)
    (tmp_path / "trust.csv").write_text("id,name,loyalty.trusts\nc1,Ada,yes\n", encoding="utf-8")
    trial.run(f"import {tmp_path}/trust.csv --as customer --said-on 2025-11-01 --said-by Jon").assert_ok()
    raw = trial.crm.state().customer("c1").fields["loyalty.trusts"]
    assert raw == {"value": True, "on": "2025-11-01", "source": "Jon"}


def test_a_judgement_of_closed_books_holds_on_their_date(crm_with):
    trial = crm_with(crm_lifecycle, crm_loyalty)
    trial.customer("c1")
    trial.classify()
    trial.run("customer edit c1 --set loyalty.trusts=no").assert_ok()
    trial.run("classify --as-of 2025-10-01 --rewind").assert_ok()
    trial.run("customer edit c1 --set loyalty.trusts=yes").assert_ok()
    assert trial.run("customer show c1 --format json").json["loyalty.trusts"] is True


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("--set loyalty.trusts=no --said-on 2099-01-01", "takes a date up to today"),
        ("--set loyalty.trusts=no --said-by ''", "is empty"),
        ("--name Ada --said-by Jon", "about soft fields"),
    ],
)
def test_who_said_what_and_when_must_be_possible(crm_with, options, said):
    trial = crm_with(crm_lifecycle, crm_loyalty)
    trial.customer("c1")
    trial.run(f"customer edit c1 {options}").assert_fails(said, code=2)


def test_regions_are_a_hierarchy_traits_are_sets_and_related_products_are_learned():
    found = rolled_up([(("China", "江苏"), Decimal(2)), (("China", "浙江"), Decimal(3))])
    assert found[("China",)] == (2, 5)
    assert len(TRAITS) == 4
    assert [rule.related for rule in associations([{"tea", "cups"}], Least())] == ["tea", "cups"]


def test_feedback_has_a_type_that_changes_and_a_category_that_does_not(crm_with):
    trial = crm_with(crm_satisfaction)
    trial.customer("c1")
    for made in ("quality --name Quality", "delivery --name Delivery"):
        trial.run(f"feedback_category add --id {made}").assert_ok()
    trial.run("feedback add --id f1 --customer c1 --on 2026-01-01 --category quality --type praise --subject Tea")
    trial.run("feedback edit f1 --type suggestion").assert_ok()
    trial.run("feedback edit f1 --category delivery").assert_fails("remove it and add it anew")
    said = trial.run("feedback show f1 --format json").json
    assert (said["type"], said["category"]) == ("suggestion", "quality")


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (given(kind="department"), "internal"),
        (
            given(
                {"relationship.provides_resources": True, "relationship.proportion": Decimal("0.05")},
                kind="public_body",
            ),
            "public_interest",
        ),
    ],
    ids=str,
)
def test_who_is_sorted_need_not_buy(facts, expected):
    assert placed(relation, facts) == expected


PLUGINS = {claim.plugin for claim in CLAIMS}
SETTINGS = [one for one in CATALOGUE.values("setting") if one.name.partition(".")[0] in PLUGINS]


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_no_threshold_is_passed_off_as_a_sources(setting):
    assert "our default" in setting.doc("en").lower()
    assert "默认值由本插件给出" in setting.doc("zh")


def test_rules_compare_with_settings_so_that_a_company_can_change_them():
    assert PLUGINS - {setting.name.partition(".")[0] for setting in SETTINGS} == {"relationship"}


def test_number_and_amount_decide_together():
    assert placed(medal, bought(*range(10), amount=1_000)) == "gold"
    assert placed(medal, bought(*range(9), amount=2_000)) == "silver"
    assert placed(medal, bought(*range(10), amount=900)) == "silver"


def test_the_class_is_known_at_the_moment_of_contact_and_its_history_is_kept(crm_with):
    trial = crm_with(crm_lifecycle, crm_value_tier)
    trial.customer("c1", bought(5))
    trial.classify()
    trial.as_of += timedelta(days=1)
    trial.run("purchase add --customer c1 --at 2026-01-02 --amount 5").assert_ok()
    assert trial.run("customer show c1 --format json").json["lifecycle.buyer"] == "repeat"
    kept = trial.crm.timeline("c1", buyer.name).placements
    assert [(one.segment, one.since, one.until) for one in kept] == [
        ("new", AS_OF, date(2026, 1, 2)),
        ("repeat", date(2026, 1, 2), None),
    ]
    assert crm_geography.region.region in CATALOGUE.values("scheme")
    assert needs(*rules_of(buyer)).settings
