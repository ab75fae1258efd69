from datetime import date

import crm_party_type as plugin
import pytest
from crm_party_type import facts as ours
from crm_party_type.facts import PurchaseProcess, PurchaseStep
from crm_party_type.schemes import party_type

from crmcore import Contact
from crmcore.testing import AS_OF, Conformance, given, missing, placed, valued


class TestConformance(Conformance):
    plugin = plugin
    tier = "gold"


def buying(name, kind=None):
    return given({"party_type.buys_in_name": name}, kind=kind)


# --- individual or corporate --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (given(kind="person"), "individual"),
        (given(kind="household"), "individual"),
        (given(kind="organization"), "corporate"),
        (given(kind="public_body"), "corporate"),
        (given(kind="department"), "corporate"),
        (given(kind="partner"), None),
        (given(), None),
        (buying("own"), "individual"),
        (buying("organization"), "corporate"),
        (buying("own", "partner"), "individual"),
        (buying("organization", "partner"), "corporate"),
        (buying("organization", "person"), "corporate"),
        (buying("own", "organization"), "individual"),
        (given(kind="person", purchases=[(9, 100)]), "individual"),
    ],
    ids=str,
)
def test_the_name_in_which_a_customer_buys_makes_its_type(facts, expected):
    assert placed(party_type, facts) == expected


def test_what_is_missing_is_named():
    assert missing(party_type, given()) == ("kind",)
    assert missing(party_type, given(kind="partner")) == ("party_type.buys_in_name",)


def test_a_statement_counts_from_its_day():
    facts = given({"party_type.buys_in_name": (date(2025, 6, 1), "organization")}, kind="person")
    assert placed(party_type, facts) == "corporate"
    assert placed(party_type, facts, as_of=date(2025, 5, 31)) == "individual"


# --- decision makers and purchase processes -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("roles", "expected"),
    [((), 0), ((None,), 0), (("decider",), 1), (("decider", "decider", None, "buyer"), 3)],
    ids=str,
)
def test_decision_makers_are_contacts_with_a_role(roles, expected):
    contacts = [Contact(customer="", name="Ada", decision_role=role) for role in roles]
    assert valued(ours.decision_makers, given(records=contacts)) == expected


def processes(closed=None, done=(None, None), opened=date(2025, 12, 1)):
    return given(
        records=[
            PurchaseProcess(id="p", customer="", title="Beds", opened=opened, closed=closed),
            PurchaseStep(id="s1", process="p", position=1, name="Tender", due=date(2026, 1, 9), done=done[0]),
            PurchaseStep(id="s2", process="p", position=2, name="Board", due=date(2026, 2, 9), done=done[1]),
        ]
    )


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (given(), (0, 0, None)),
        (processes(), (1, 2, date(2026, 1, 9))),
        (processes(done=(AS_OF, None)), (1, 1, date(2026, 2, 9))),
        (processes(done=(date(2026, 1, 2), None)), (1, 2, date(2026, 1, 9))),
        (processes(done=(AS_OF, AS_OF)), (1, 0, None)),
        (processes(closed=AS_OF), (0, 0, None)),
        (processes(closed=date(2026, 1, 2)), (1, 2, date(2026, 1, 9))),
        (processes(opened=date(2026, 1, 2)), (0, 0, None)),
    ],
    ids=[
        "nothing",
        "open",
        "one step done",
        "done tomorrow",
        "all steps done",
        "closed today",
        "closed tomorrow",
        "opened tomorrow",
    ],
)
def test_processes_and_their_steps_are_open_until_the_day_they_end(facts, expected):
    assert tuple(valued(each, facts) for each in (ours.open_processes, ours.open_steps, ours.next_due)) == expected


@pytest.fixture
def hotel(crm_with):
    trial = crm_with(plugin, as_of=AS_OF)
    trial.run("customer add --id h --name Hotel --kind organization").assert_ok()
    trial.run("contact add --id ada --customer h --name Ada --decision_role decider").assert_ok()
    trial.run("contact add --customer h --name Bo").assert_ok()
    trial.run("purchase_process add --id p --customer h --title Beds --opened 2025-12-01").assert_ok()
    for number, name, due in ((2, "Board", "2026-02-09"), (1, "Tender", "2026-01-09")):
        step = f"purchase_step add --id s{number} --process p --position {number} --name {name} --due {due}"
        trial.run(f"{step} --decided_by ada").assert_ok()
    trial.classify()
    return trial


def test_a_corporate_customer_is_shown_with_those_who_decide_and_the_steps_to_come(hotel):
    (row,) = hotel.run("view party_type.corporate --format json").json
    assert (row["party_type.decision_makers"], row["party_type.open_steps"]) == (1, 2)
    assert [each["name"] for each in hotel.run("view party_type.who_decides --format json").json] == ["Ada"]
    steps = hotel.run("view party_type.steps_to_come --format json").json
    assert [(each["name"], each["decided_by.name"]) for each in steps] == [("Tender", "Ada"), ("Board", "Ada")]


def test_a_step_that_is_done_is_not_to_come(hotel):
    hotel.run("purchase_step edit s1 --done 2026-01-01").assert_ok()
    assert [each["name"] for each in hotel.run("view party_type.steps_to_come --format json").json] == ["Board"]
    hotel.run("purchase_process edit p --closed 2026-01-01 --outcome refused").assert_ok()
    assert hotel.run("view party_type.steps_to_come --format json").code == 0
    assert not hotel.run("view party_type.steps_to_come --format json").json


def test_a_process_does_not_end_before_it_began(hotel):
    hotel.run("purchase_process edit p --closed 2025-12-01").assert_ok()
    hotel.run("purchase_process edit p --closed 2025-11-30").assert_fails("on the day it was opened, or later", code=1)


# --- what every declaration promises ------------------------------------------------------------------------------


def test_each_type_has_the_treatment_that_the_source_states():
    playbooks = plugin.crm_playbooks()
    assert {(each.scheme, each.segment) for each in playbooks} == {
        (party_type, "individual"),
        (party_type, "corporate"),
    }
    assert {each.treatment.languages for each in playbooks} == {("en", "zh")}


def test_every_setting_says_that_its_default_is_ours():
    for setting in plugin.crm_settings():
        assert "Our default" in setting.doc("en")
        assert "默认值由本插件给出" in setting.doc("zh")
