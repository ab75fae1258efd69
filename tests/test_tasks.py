"""Playbooks raise and close tasks in the placement's own transaction: exactly once, and over nobody's head."""

from datetime import timedelta

import pytest
from company_kit import make_crm, reopened, stored
from hypothesis import given, settings
from hypothesis import strategies as st
from tasks_kit import FIRST, PLAN, Office, acme, gold_care, silver_visits, tier, visit_every

from crmcore import Customer, Interaction, Playbook, Purchase, Task, TaskTemplate


def golden(*playbooks):
    """Return an office where c1 has become gold on day 1, after everybody was placed on day 0."""
    office = Office.with_(*(playbooks or (gold_care,)))
    return office.customer("c1").classify().at(1).buys("c1", 100, "p1")


def test_a_commit_that_moves_a_customer_raises_the_tasks_of_its_new_segment_in_the_same_commit():
    office = golden()
    assert office.tasks() == [("c1", "plan", 15, "open")]
    (task,) = office.raw()
    assert silver_visits.visit_title("zh") == "回访客户：silver"
    assert (task.title, task.owner, task.origin) == ("Agree on a plan", "ada", "acme.gold_care:plan")
    assert (task.created.actor, task.created) == ("acme.gold_care", task.changed)
    entry = [*office.crm.store.log()][-1]
    assert {change.table for change in entry.changes} == {"purchase", "task"}


def test_nobody_enters_when_a_scheme_places_customers_for_the_first_time():
    office = Office.with_(gold_care).customer("c1").buys("c1", 100).classify()
    assert office.tasks() == []
    office.at(1).customer("c2").buys("c2", 100)
    assert office.tasks() == [("c2", "plan", 15, "open")]


def test_a_later_first_placement_is_an_entry():
    office = Office.with_(gold_care).classify()
    office.put(Customer(id="c1", name="c1"), Purchase(customer="c1", at=office.crm.clock(), amount=100))
    assert office.tasks() == [("c1", "plan", 14, "open")]


def test_leaving_drops_what_entering_raised_and_raises_what_leaving_does():
    office = golden().at(2).remove(Purchase, "p1")
    assert office.tasks() == [("c1", "plan", 15, "dropped"), ("c1", "mourn", 5, "open")]
    office.at(3).buys("c1", 100)
    assert office.tasks() == [
        ("c1", "plan", 15, "dropped"),
        ("c1", "mourn", 5, "dropped"),
        ("c1", "plan", 17, "open"),
    ]


def test_who_leaves_and_comes_back_on_one_day_has_never_left():
    office = golden().at(2).remove(Purchase, "p1").buys("c1", 100)
    assert [row for row in office.tasks() if row[3] == "open"] == [("c1", "plan", 15, "open")]


def test_a_classification_raises_tasks_too_and_running_it_again_adds_nothing():
    office = golden(Playbook("acme.plain", tier, "plain", TaskTemplate("greet", "Greet", due=1)))
    office.at(2).classify(full=True).classify(full=True).remove(Purchase, "p1").classify(full=True)
    assert office.tasks() == [("c1", "greet", 3, "open")]


def test_a_done_task_is_never_opened_again_and_a_deleted_one_not_raised_again():
    office = golden()
    office.edit(office.key("plan"), state="done").classify(full=True)
    assert office.tasks() == [("c1", "plan", 15, "done")]
    office.at(2).remove(Purchase, "p1").buys("c1", 100, "p2")  # on one day: the same placement
    assert [row for row in office.tasks() if row[1] == "plan"] == [("c1", "plan", 15, "done")]
    office.remove(Task, office.key("plan", "done")).classify(full=True).edit("c1", Customer, name="Ada")
    assert "plan" not in [row[1] for row in office.tasks()]
    office.at(3).remove(Purchase, "p2").at(4).buys("c1", 100)  # another placement
    assert [row for row in office.tasks() if row[1] == "plan"] == [("c1", "plan", 18, "open")]


def test_what_people_have_changed_in_a_task_stays_and_their_name_with_it():
    office = golden()
    office.edit(office.key("plan"), title="Call first", due=FIRST, owner="bob").edit("c1", Customer, owner="eve")
    (task,) = office.raw()
    assert (task.title, task.due, task.owner, task.changed.actor) == ("Call first", FIRST, "bob", "ada")
    office.at(2).remove(Purchase, "p1")
    task = office.raw()[0]
    assert (task.state, task.owner, task.changed.actor) == ("dropped", "bob", "ada")


def test_a_task_follows_the_customers_owner_unless_it_goes_to_a_team():
    office = golden(gold_care, Playbook("acme.team", tier, "gold", TaskTemplate("check", "Check"), owner="Desk"))
    office.edit("c1", Customer, owner="eve")
    assert {task.origin: task.owner for task in office.raw()} == {
        "acme.gold_care:plan": "eve",
        "acme.team:check": "Desk",
    }


def test_a_task_that_people_open_again_is_theirs():
    office = golden().at(2).remove(Purchase, "p1")
    key = office.key("plan", "dropped")
    office.edit(key, state="open").edit("c1", Customer, name="Ada").classify(full=True)
    assert office.crm.state().book.get(Task, key).state == "open"
    office.at(3).edit("c1", Customer, archived_at=FIRST)
    assert "open" not in [row[3] for row in office.tasks()]


def test_archiving_a_customer_drops_its_open_tasks():
    office = golden(gold_care, silver_visits)
    office.at(2).edit("c1", Customer, archived_at=office.crm.clock().date())
    assert office.tasks() == [("c1", "plan", 15, "dropped")]


# -- visits ------------------------------------------------------------------------------------------------------------


def visited():
    """Return an office with one customer who is to be visited since day 0."""
    return Office.with_(silver_visits).customer("c1").buys("c1", 10, "p1").classify()


def test_a_cadence_keeps_exactly_one_visit_open_also_for_those_who_are_there_from_the_first():
    office = visited()
    assert office.tasks() == [("c1", "visit", 30, "open")]
    (task,) = office.raw()
    assert silver_visits.visit_title("zh") == "回访客户：silver"
    assert (task.title, task.owner, task.origin) == ("Get in touch: silver", "Sales", "acme.silver_visits:visit")
    office.at(10).meets("c1").classify(full=True)
    assert office.tasks() == [("c1", "visit", 30, "done"), ("c1", "visit", 40, "open")]
    office.meets("c1")
    assert len(office.tasks()) == 2  # a second contact on one day counts once


def test_a_visit_counts_from_the_last_contact_before_entering():
    office = Office.with_(silver_visits).customer("c1").meets("c1").at(20).classify().buys("c1", 10)
    assert office.tasks() == [("c1", "visit", 30, "open")]


def test_a_contact_that_is_taken_back_never_was():
    office = visited().at(10).meets("c1", interaction="i1").at(11).remove(Interaction, "i1")
    assert office.tasks() == [("c1", "visit", 30, "open"), ("c1", "visit", 40, "dropped")]


def test_a_planned_contact_counts_when_its_day_has_come():
    office = visited().at(5).meets("c1", day=12)
    assert office.tasks() == [("c1", "visit", 30, "open")]
    office.at(11).classify()
    assert office.tasks() == [("c1", "visit", 30, "open")]
    office.at(12).classify()
    assert office.tasks() == [("c1", "visit", 30, "done"), ("c1", "visit", 42, "open")]


def test_a_visit_that_people_tick_off_was_a_contact_however_often():
    office = visited().at(3)
    office.edit(office.key("visit"), state="done")
    assert office.tasks() == [("c1", "visit", 30, "done"), ("c1", "visit", 33, "open")]
    office.edit(office.key("visit"), state="done")
    assert [row[2:] for row in office.tasks()] == [(30, "done"), (33, "done"), (33, "open")]


@pytest.mark.parametrize("how", ["dropped", "deleted"])
def test_a_visit_that_people_do_not_want_is_not_raised_before_the_next_contact(how):
    office = visited().at(3)
    key = office.key("visit")
    office.edit(key, state="dropped") if how == "dropped" else office.remove(Task, key)
    office.classify(full=True)
    assert [row for row in office.tasks() if row[3] == "open"] == []
    office.at(9).meets("c1")
    assert [row for row in office.tasks() if row[3] == "open"] == [("c1", "visit", 39, "open")]


def test_leaving_the_segment_drops_the_visit():
    office = visited().at(2).remove(Purchase, "p1")
    assert office.tasks() == [("c1", "visit", 30, "dropped")]


def test_a_changed_cadence_moves_open_visits_with_the_next_classification():
    office = visited().at(1)
    office.crm.apply_settings({"acme.visit_every": 7})
    office.classify()
    assert office.tasks() == [("c1", "visit", 7, "open")]


def test_a_new_playbook_has_visits_for_those_who_are_there_and_no_tasks_of_entering():
    office = Office(make_crm(acme())).at(0).customer("c1").buys("c1", 10, "p1").classify().at(1)
    both = Playbook("acme.both", tier, "silver", PLAN, cadence=visit_every)
    again = Office(reopened(office.crm, acme(both))).at(1).classify()
    assert again.tasks() == [("c1", "visit", 30, "open")]


# -- going back, plugins that are away, and hold-out -----------------------------------------------------------------------


def test_undoing_a_commit_takes_its_tasks_back_with_the_placements():
    office = golden()
    office.crm.undo(office.crm.committed)
    assert office.tasks() == [("c1", "plan", 15, "dropped")]
    office.crm.undo(office.crm.committed)
    assert office.tasks() == [("c1", "plan", 15, "open")]


def test_undoing_what_made_a_customer_takes_its_tasks_along():
    office = Office.with_(gold_care).classify()
    office.put(Customer(id="c1", name="c1"), Purchase(customer="c1", at=office.crm.clock(), amount=100))
    made = office.crm.committed
    office.crm.undo(made)
    assert office.raw() == []
    assert stored(office.crm, "raised") == {}


def test_undoing_what_people_did_to_a_task_brings_it_back():
    office = golden()
    key = office.key("plan")
    office.edit(key, state="done")
    office.crm.undo(office.crm.committed)
    assert office.tasks() == [("c1", "plan", 15, "open")]
    office.crm.undo(office.crm.committed)
    assert office.tasks() == [("c1", "plan", 15, "done")]
    office.remove(Task, key)
    office.crm.undo(office.crm.committed)
    assert office.tasks() == [("c1", "plan", 15, "done")]


def test_rewinding_drops_the_tasks_of_what_never_was_and_opens_those_of_what_is_again():
    office = golden().at(5).remove(Purchase, "p1")
    before = office.tasks()
    assert before == [("c1", "plan", 15, "dropped"), ("c1", "mourn", 8, "open")]
    office.put(Purchase(id="p2", customer="c1", at=FIRST, amount=100)).at(6).classify()
    office.classify(as_of=FIRST.replace(day=4), rewind=True)
    assert [row for row in office.tasks() if row[3] == "open"] == [("c1", "plan", 15, "open")]


def test_a_rewind_to_before_the_first_run_enters_nobody():
    office = Office.with_(gold_care).customer("c1").at(5).put(Purchase(customer="c1", at=FIRST, amount=100)).classify()
    office.classify(as_of=FIRST.replace(day=3), rewind=True)
    assert office.tasks() == []


def test_tasks_of_an_absent_plugin_stay_untouched_and_it_catches_up_on_return():
    office = golden()
    alone = Office(reopened(office.crm)).at(2).remove(Purchase, "p1").classify()
    assert alone.tasks() == [("c1", "plan", 15, "open")]
    back = Office(reopened(office.crm, acme(gold_care))).at(3).classify()
    assert back.tasks() == [("c1", "plan", 15, "dropped"), ("c1", "mourn", 6, "open")]


def test_customers_that_are_held_out_get_no_tasks_and_are_always_the_same():
    def treated(share):
        office = Office.with_(gold_care, silver_visits)
        office.crm.apply_settings({"crm.holdout": share})
        office.classify()
        keys = [f"c{number}" for number in range(200)]
        office.put(*(Customer(id=key, name=key) for key in keys))
        office.put(*(Purchase(customer=key, at=office.crm.clock(), amount=100) for key in keys))
        return {task.customer for task in office.raw()}

    assert treated("1") == set()
    assert len(treated("0")) == 200
    some, fewer = treated("0.3"), treated("0.6")
    assert fewer < some
    assert 110 < len(some) < 170
    assert treated("0.3") == some


def test_it_is_known_since_when_customers_are_treated_with_the_present_share_held_out():
    office = Office.with_(gold_care).at(3)
    assert office.crm.state().treated_since(gold_care) is None
    office.classify().at(5).classify(full=True)
    assert office.crm.state().treated_since(gold_care) == FIRST + timedelta(days=3)
    office.crm.apply_settings({"acme.plan_days": 3})
    office.at(6).classify()
    assert office.crm.state().treated_since(gold_care) == FIRST + timedelta(days=3)
    office.crm.apply_settings({"crm.holdout": "0.5"})
    office.at(9).classify()
    assert office.crm.state().treated_since(gold_care) == FIRST + timedelta(days=9)
    office.classify(as_of=FIRST + timedelta(days=8), rewind=True)
    assert office.crm.state().treated_since(gold_care) == FIRST + timedelta(days=8)


def test_a_playbook_that_was_away_is_carried_out_since_it_once_was():
    office = golden().at(4)
    Office(reopened(office.crm)).classify()
    back = Office(reopened(office.crm, acme(gold_care))).at(6).classify()
    assert back.crm.state().treated_since(gold_care) == FIRST


def test_playbooks_without_anything_to_do_write_nothing():
    office = golden(Playbook("acme.words", tier, "gold", treatment="Much care"))
    assert stored(office.crm, "raised") == stored(office.crm, "playbook") == {}
    assert office.raw() == []


def test_the_title_is_in_the_language_of_whoever_raises_it():
    office = Office.with_(gold_care).classify()
    office.crm.language = "zh"
    office.customer("c1").buys("c1", 100)
    assert [task.title for task in office.raw()] == ["商定计划"]


# -- a law -------------------------------------------------------------------------------------------------------------

KEYS = ("a", "b")
STEPS = st.one_of(
    st.tuples(st.just("buys"), st.sampled_from(KEYS), st.sampled_from([10, 60, 100])),
    st.tuples(st.just("returns"), st.sampled_from(KEYS), st.none()),
    st.tuples(st.just("meets"), st.sampled_from(KEYS), st.none()),
    st.tuples(st.sampled_from(["done", "dropped", "open", "deleted"]), st.integers(0, 9), st.none()),
    st.tuples(st.just("archived"), st.sampled_from(KEYS), st.none()),
)


def take(office, what, whom, amount):
    """Do one thing that people do."""
    match what:
        case "buys":
            office.buys(whom, amount)
        case "returns":
            for purchase in [one.id for one in office.crm.state().book.all(Purchase) if one.customer == whom]:
                office.remove(Purchase, purchase)
        case "meets":
            office.meets(whom)
        case "archived":
            is_there = office.crm.state().customer(whom).archived_at is None
            office.edit(whom, Customer, archived_at=office.crm.clock().date() if is_there else None)
        case _ if tasks := sorted(office.raw(), key=lambda task: task.id):
            key = tasks[whom % len(tasks)].id
            office.remove(Task, key) if what == "deleted" else office.edit(key, state=what)


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 9), STEPS), max_size=8))
def test_carrying_playbooks_out_again_at_any_time_changes_nothing(steps):
    plain = Playbook("acme.plain", tier, "plain", TaskTemplate("win", "Win back", due=2), cadence=20)
    calm, eager = (Office.with_(gold_care, silver_visits, plain) for _ in range(2))
    for office in (calm, eager):
        for key in KEYS:
            office.customer(key)
        office.classify()
        day = 0
        for passed, step in steps:
            day += passed
            take(office.at(day), *step)
            if office is eager:
                office.classify(full=True).classify()
        office.classify()
    assert sorted(eager.tasks()) == sorted(calm.tasks())
    before = eager.tasks()
    assert eager.classify(full=True).tasks() == before
