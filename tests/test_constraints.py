"""What plugins refuse by crm_constraints: beds that two would lie in, states that nothing leads to."""

import pytest
from company_kit import make_crm, plugin, put
from hypothesis import given
from hypothesis import strategies as st

from crmcore import (
    TEXT,
    Breach,
    Constraint,
    Customer,
    Pending,
    Record,
    RuleError,
    Setting,
    column,
    record,
    state_machine,
)
from crmcore.desk.importing import ImportOptions, import_file
from crmcore.errors import CrmError, Invalid, StillReferenced
from crmcore.plugging.plain_settings import PlainSettings
from crmcore.plugging.setting_sources import Sources


@record("acme_stay", links={"customer": "customer"})
class Stay(Record):
    customer: str = column(TEXT, required=True, refers_to=Customer)
    bed: str = column(TEXT, required=True)
    state: str = column(TEXT, choices=("planned", "in", "left"), default="planned")


NEXT = {"planned": ("in",), "in": ("left",), "left": ()}
FREE = {"en": "The bed is taken", "zh": "床位已占用"}
guests = Setting("acme.guests", 1)


def one_to_a_bed(pending: Pending):
    for _, stay in pending.changed(Stay):
        if stay and stay.state == "in":
            inside = [one for one in pending.all(Stay, bed=stay.bed) if one.state == "in"]
            if len(inside) > pending.setting(guests):
                yield Breach(stay, FREE, "bed")


def nobody_leaves_unseen(pending):
    for before, after in pending.changed(Stay):
        if before and before.state == "in" and after is None:
            yield Breach(before, "Nobody leaves unseen")


BEDS = Constraint("acme.one_to_a_bed", Stay, one_to_a_bed)
SEEN = Constraint("acme.seen", [Stay], nobody_leaves_unseen)
STEPS = state_machine("acme.steps", Stay, NEXT)


def clinic(*constraints):
    acme = plugin("acme", records=[Stay], settings=[guests], constraints=list(constraints or (BEDS, SEEN, STEPS)))
    crm = make_crm(acme)
    with crm.unit("start") as unit:
        for key in ("ada", "bo"):
            unit.add(Customer(id=key, name=key))
        unit.add(Stay(id="s1", customer="ada", bed="b1", state="in"))
        unit.add(Stay(id="s2", customer="bo", bed="b2"))
    return crm


def move(crm, key, **columns):
    with crm.unit("move") as unit:
        unit.edit(unit.get(Stay, key), **columns)


def test_what_two_records_say_together_is_refused_with_its_column_and_value():
    crm = clinic()
    with pytest.raises(Invalid) as refused:
        move(crm, "s2", bed="b1", state="in")
    assert [str(problem) for problem in refused.value.problems] == ["bed='b1': The bed is taken"]
    assert crm.state().book.get(Stay, "s2").bed == "b2"


def test_a_state_that_nothing_leads_to_is_refused_and_one_that_follows_is_not():
    crm = clinic()
    with pytest.raises(Invalid, match="state='left': from planned it goes only to in"):
        move(crm, "s2", state="left")
    move(crm, "s2", state="in")
    move(crm, "s2", state="left")
    with pytest.raises(Invalid, match="left is final: nothing follows it"):
        move(crm, "s2", state="in")


@pytest.mark.parametrize(
    "steps",
    [
        {"planned": ["in"], "in": ["left"]},  # what follows left?
        {"planned": ["in"], "in": ["left"], "left": [], "lost": []},
        {"planned": ["in"], "in": []},
    ],
)
def test_a_state_machine_names_every_state_of_its_column(steps):
    with pytest.raises(RuleError, match="must name each state of 'state' once: planned, in, left"):
        state_machine("acme.steps", Stay, steps)
    with pytest.raises(RuleError, match="no such column"):
        state_machine("acme.steps", Stay, steps, column="stage")


def test_a_record_cannot_be_removed_while_its_constraint_says_so():
    with pytest.raises(Invalid, match="Nobody leaves unseen"), (crm := clinic()).unit("gone") as unit:
        unit.remove(Stay, "s1")
    with crm.unit("gone") as unit:
        unit.remove(Stay, "s2")


def test_undo_is_asked_like_any_other_change():
    crm = clinic()
    move(crm, "s2", state="in")
    entered = crm.committed
    with pytest.raises(Invalid, match="from in it goes only to left"):
        crm.undo(entered)


def test_the_message_is_in_the_language_of_the_company():
    crm = clinic()
    crm.language = "zh"
    with pytest.raises(Invalid, match="床位已占用"):
        move(crm, "s2", bed="b1", state="in")


def test_settings_count_as_the_company_set_them():
    crm = clinic()
    crm.sources = Sources(environ={"CRM_ACME_GUESTS": "2"})
    crm.plain = PlainSettings(crm.catalogue, crm.sources)
    assert crm.setting(guests) == 2
    move(crm, "s2", bed="b1", state="in")


def test_all_breaches_are_told_at_once():
    crm = clinic()
    with pytest.raises(Invalid) as refused, crm.unit("both") as unit:  # noqa: PT012 - the unit is what fails
        unit.edit(unit.get(Stay, "s1"), state="planned")
        unit.edit(unit.get(Stay, "s2"), state="left")
    assert len(refused.value.problems) == 2


def test_broken_references_are_told_first():
    with pytest.raises(Invalid) as refused, clinic().unit("lost") as unit:
        unit.add(Stay(customer="nobody", bed="b1", state="in"))
    assert [problem.column for problem in refused.value.problems] == ["customer"]


def test_an_import_leaves_the_refused_rows_out(tmp_path):
    crm, path = clinic(), tmp_path / "stays.csv"
    path.write_text("id,customer,bed,state\ns3,ada,b3,in\ns4,bo,b1,in\ns5,bo,b4,planned\n", "utf-8")
    whole = import_file(crm, path, ImportOptions("acme_stay"))
    assert whole.is_refused
    assert [(one.line, one.column, one.reason) for one in whole.problems] == [(3, "bed", "The bed is taken")]
    some = import_file(crm, path, ImportOptions("acme_stay", skip_bad=True))
    assert (some.new, some.bad) == (2, 1)


def test_records_are_found_by_one_value_of_a_column_or_by_several():
    with clinic().unit("look") as unit:
        found = [
            [one.id for one in unit.all(Stay, **columns)]
            for columns in ({}, {"bed": "b1"}, {"bed": {"b1", "b2"}, "state": "in"}, {"bed": ()})
        ]
    assert found == [["s1", "s2"], ["s1"], ["s1"], []]


def test_constraints_of_other_record_types_are_not_asked():
    asked = []
    crm = clinic(Constraint("acme.watch", Stay, lambda pending: asked.append(pending.day) or ()))
    asked.clear()
    with crm.unit("name") as unit:
        unit.edit(unit.get(Customer, "ada"), name="Ada")
    assert asked == []


@pytest.mark.parametrize(
    ("find", "said"),
    [
        (lambda pending: 1 // 0, "ZeroDivisionError"),
        (lambda pending: ["no breach"], "a constraint yields breaches, not 'no breach'"),
        (lambda pending: None, "TypeError"),
    ],
)
def test_a_constraint_that_fails_refuses_the_commit_and_names_its_plugin(find, said):
    crm = make_crm(plugin("acme", records=[Stay], constraints=[Constraint("acme.bad", Stay, find)]))
    with pytest.raises(CrmError, match=r"the constraint 'acme.bad' of the plugin 'acme' failed") as failed:
        put(crm, Customer(id="ada", name="Ada"), Stay(customer="ada", bed="b1"))
    assert said in str(failed.value)
    assert crm.store.read().count("customer") == 0


def test_what_is_no_constraint_is_refused_where_it_is_made():
    with pytest.raises(RuleError, match="find= takes a function"):
        Constraint("acme.none", Stay, "no")
    with pytest.raises(RuleError, match="on= takes a list, each a record type"):
        Constraint("acme.none", "stay", one_to_a_bed)
    with pytest.raises(RuleError, match="message= takes a text"):
        Breach(Stay(customer="ada", bed="b1"), "")


def test_the_type_still_holds_when_something_refers_to_it():
    with pytest.raises(StillReferenced), clinic().unit("gone") as unit:
        unit.delete("customer", "ada")


@given(
    st.lists(st.tuples(st.sampled_from(["s1", "s2", "s3"]), st.sampled_from(["b1", "b2"]), st.sampled_from([*NEXT])))
)
def test_whatever_is_tried_no_bed_holds_two_and_states_are_paths(tries):
    crm = clinic()
    with crm.unit("third") as unit:
        unit.add(Stay(id="s3", customer="bo", bed="b3"))
    seen = {one.id: one.state for one in crm.state().book.all(Stay)}
    for key, bed, state in tries:
        try:
            move(crm, key, bed=bed, state=state)
        except Invalid:
            continue
        stays = list(crm.state().book.all(Stay))
        inside = [one.bed for one in stays if one.state == "in"]
        assert len(inside) == len(set(inside))
        assert seen[key] == state or state in NEXT[seen[key]]
        seen = {one.id: one.state for one in stays}
