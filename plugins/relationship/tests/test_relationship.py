from datetime import date
from decimal import Decimal

import crm_relationship as plugin
import pytest
from crm_relationship.chain import InternalService, served_by, serves
from crm_relationship.relation import partnership, relation, side
from crm_relationship.report import paths

from crmcore.testing import Conformance, given, missing, placed, valued


class TestConformance(Conformance):
    plugin = plugin
    tier = "gold"


A_FEE = Decimal("2.5")


def known(kind=None, **said):
    """Return a party of a kind, of whom people have entered facts by their short names."""
    return given({f"relationship.{name}": value for name, value in said.items()}, kind=kind)


def buying_for(purpose, kind="organization"):
    return known(kind, purpose=purpose)


# --- relation -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (known("person"), "consumer"),
        (known("household"), "consumer"),
        (buying_for("own_use"), "consumer"),
        (buying_for("own_use", "partner"), "consumer"),
        (buying_for("resale"), "intermediary"),
        (buying_for("own_products"), "intermediary"),
        (buying_for("resale", "person"), "intermediary"),
        (buying_for("own_products", "household"), "intermediary"),
        (buying_for("resale", None), "intermediary"),
        (buying_for("own_use", None), "consumer"),
        (known("organization"), None),
        (known("partner"), None),
        (known(), None),
        (known("department"), "internal"),
        (known("department", purpose="resale"), "internal"),
        (known("department", inside=False), "internal"),
        (known("person", inside=True), "internal"),
        (known(None, inside=True), "internal"),
        (known("person", inside=False), "consumer"),
        (known("public_body", proportion=A_FEE), "public_interest"),
        (known("public_body", proportion=Decimal("0.000001"), purpose="own_use"), "public_interest"),
        (known("public_body", proportion=0, purpose="own_use"), "consumer"),
        (known("public_body", proportion=0), None),
        (known("public_body"), None),
        (known("public_body", provides_resources=True, proportion=1), "public_interest"),
        (known("public_body", provides_resources=False, proportion=A_FEE, purpose="own_use"), "consumer"),
        (known("organization", public_interest=True, proportion=A_FEE), "public_interest"),
        (known("organization", public_interest=False, proportion=A_FEE, purpose="resale"), "intermediary"),
        (known("organization", proportion=A_FEE, purpose="resale"), "intermediary"),
        (known("department", public_interest=True, proportion=A_FEE), "internal"),
        (given(kind="person", purchases=[(3, 100)]), "consumer"),
    ],
    ids=str,
)
def test_relation(facts, expected):
    assert placed(relation, facts) == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (known("organization"), ("relationship.purpose",)),
        (known(), ("relationship.purpose", "kind")),
        (known("public_body"), ("relationship.proportion",)),
        (known("public_body", proportion=0), ("relationship.purpose",)),
        (known("person"), ()),
    ],
    ids=str,
)
def test_what_is_missing_to_tell_the_relation(facts, expected):
    assert missing(relation, facts) == expected


def test_a_fact_counts_from_the_day_on_which_it_was_stated():
    facts = given({"relationship.purpose": (date(2025, 6, 1), "resale")}, kind="person")
    assert placed(relation, facts) == "intermediary"
    assert placed(relation, facts, as_of=date(2025, 5, 31)) == "consumer"


# --- partnership --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (known("partner"), "partner"),
        (known("organization", cooperates=True), "partner"),
        (known(None, cooperates=True), "partner"),
        (known("partner", cooperates=False), "partner"),
        (known("organization", cooperates=False), "no_partner"),
        (known("organization"), "no_partner"),
        (known(), "no_partner"),
    ],
    ids=str,
)
def test_partnership(facts, expected):
    assert placed(partnership, facts) == expected


# --- end customer or distributor ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (buying_for("resale"), "distributor"),
        (buying_for("resale", "person"), "distributor"),
        (buying_for("own_products"), "end_customer"),
        (buying_for("own_use"), "end_customer"),
        (known("person"), "end_customer"),
        (known("household"), "end_customer"),
        (known("organization"), None),
        (known(), None),
        (known("department"), "neither"),
        (known("person", inside=True, purpose="resale"), "neither"),
        (known("public_body", proportion=A_FEE), "neither"),
        (known("public_body", proportion=0, purpose="own_use"), "end_customer"),
        (known("public_body"), None),
    ],
    ids=str,
)
def test_side(facts, expected):
    assert placed(side, facts) == expected


def test_what_is_missing_to_tell_the_side():
    assert missing(side, known("organization")) == ("relationship.purpose",)
    assert missing(side, known("public_body")) == ("relationship.proportion",)


def test_whoever_puts_our_goods_into_its_own_is_an_intermediary_but_no_distributor():
    facts = buying_for("own_products")
    assert (placed(relation, facts), placed(side, facts)) == ("intermediary", "end_customer")


# --- what cannot be stored ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("proportion", "code"), [("0", 0), ("2.5", 0), ("100", 0), ("-0.01", 1), ("100.01", 1)])
def test_a_proportion_lies_between_nothing_and_all(crm_with, proportion, code):
    ran = crm_with(plugin).run(f"customer add --id ihk --name IHK --set relationship.proportion={proportion}")
    assert ran.code == code, ran.err
    assert ("between 0 and 100 %" in ran.err) is bool(code)


def test_nobody_serves_itself(crm_with):
    trial = crm_with(plugin)
    trial.run("customer add --id sales --name Sales --kind department").assert_ok()
    trial.run("internal_service add --provider sales --receiver sales").assert_fails(
        "its own internal customer", code=1
    )


# --- the internal service chain -----------------------------------------------------------------------------------


@pytest.fixture
def works(crm_with):
    """Purchasing serves production, production serves sales, sales serves the customers; nobody serves the archive."""
    trial = crm_with(plugin)
    for name in ("Purchasing", "Production", "Sales", "Archive"):
        trial.customer(name.lower(), known("department"), name=name)
    trial.customer("eva", known("person", inside=True), name="Eva")
    trial.customer("acme", known("organization", purpose="own_use"), name="Acme")
    for provider, receiver, service in (
        ("purchasing", "production", "materials"),
        ("production", "sales", "goods"),
        ("sales", "acme", "offers"),
        ("sales", "eva", "terms"),
    ):
        trial.add(InternalService(provider=provider, receiver=receiver, service=service))
    trial.classify()
    return trial


def test_everyone_inside_is_somebodys_internal_customer(works):
    found = {name: works.segment(name, relation) for name in ("purchasing", "production", "sales", "eva", "acme")}
    assert found == {**dict.fromkeys(("purchasing", "production", "sales", "eva"), "internal"), "acme": "consumer"}


def test_the_view_says_who_serves_whom(works):
    rows = works.run("view relationship.service_chain --format json").json
    assert [row["provider.name"] for row in rows] == ["Production", "Purchasing", "Sales", "Sales"]
    assert [row["receiver.name"] for row in rows][:2] == ["Sales", "Production"]
    assert {row["receiver.name"] for row in rows[2:]} == {"Acme", "Eva"}


def test_internal_customers_whom_nobody_serves_are_not_overlooked(works):
    rows = works.run("view relationship.overlooked --format json").json
    assert [(row["name"], row["relationship.serves"]) for row in rows] == [("Archive", 0), ("Purchasing", 1)]


def test_the_report_follows_the_chain_to_its_ends(works):
    tables = works.run("report relationship.chains --format jsonl").assert_ok().out
    assert "Purchasing → Production → Sales → Acme" in tables
    assert "Purchasing → Production → Sales → Eva" in tables


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        ([], []),
        (["ab"], ["ab"]),
        (["ab", "bc", "bd"], ["abc", "abd"]),
        (["bc", "ac"], ["ac", "bc"]),
        (["ab", "ab"], ["ab"]),
        (["ab", "ba"], ["aba"]),
        (["ab", "bc", "cb"], ["abcb"]),
        (["ab", "cd", "dc"], ["ab", "cdc"]),
    ],
    ids=str,
)
def test_chains_begin_where_nobody_serves_and_end_where_they_come_round(links, expected):
    assert ["".join(path) for path in paths(map(tuple, links))] == expected


def test_services_are_counted_in_both_directions():
    facts = given(
        records=[
            InternalService(provider="", receiver="other"),
            InternalService(provider="", receiver="third"),
            InternalService(provider="other", receiver=""),
        ]
    )
    others = (given(id="other"), given(id="third"))
    assert (valued(serves, facts, *others), valued(served_by, facts, *others)) == (2, 1)


# --- what every declaration promises ------------------------------------------------------------------------------


@pytest.mark.parametrize("field", plugin.crm_fields(), ids=lambda field: field.name)
def test_what_people_find_out_is_kept_with_source_and_date(field):
    assert field.soft


def test_playbooks_say_no_more_than_the_source():
    playbooks = plugin.crm_playbooks()
    assert {(each.scheme, each.segment) for each in playbooks} == {(side, "distributor"), (side, "end_customer")}
    assert not any(each.tasks or each.cadence or each.service.languages for each in playbooks)
    assert {each.treatment.languages for each in playbooks} == {("en", "zh")}


def test_a_proportion_is_an_exact_number(works):
    works.run("customer edit acme --set relationship.proportion=2.05").assert_ok()
    shown = works.run("customer show acme --format json").json
    assert Decimal(str(shown["relationship.proportion"])) == Decimal("2.05")
