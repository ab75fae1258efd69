"""What became of a unit of work: committed, not committed, or unknown until somebody asks."""

import pytest
from company_kit import make_crm, put, stored

from crmcore import (
    AlreadyDone,
    CommitUnknown,
    Customer,
    Invalid,
    NotCommitted,
    Overtaken,
    StaleEdit,
    StoreLocked,
    outcome,
    retried,
)
from crmcore.desk import retrying
from crmcore.store import Promises, promises_of
from crmcore.testing.memory_store import MemoryStore


class Unreliable(MemoryStore):
    """A store whose commits end as `ends` say, one after the other: an error before it, one after it, or None."""

    def __init__(self, *ends):
        super().__init__()
        self.ends = list(ends)
        self.tried = 0

    def _commit(self, state, tables, entry, replaced):
        if not tables.get("customer"):
            return super()._commit(state, tables, entry, replaced)
        self.tried += 1
        when, error = (self.ends.pop(0) or (None, None)) if self.ends else (None, None)
        if when == "before":
            raise error
        number = super()._commit(state, tables, entry, replaced)
        if when == "after":
            raise error
        return number


BUSY = NotCommitted("others were at work", is_passing=True)
FULL = NotCommitted("the disk is full")
OVERTAKEN = Overtaken("customer", "c1", [("phone", "1", "2")])
UNCONFIRMED = CommitUnknown("the connection was lost")


def add(unit):
    return unit.add(Customer(id="c1", name="Ada")).id


@pytest.fixture(autouse=True)
def pauses(monkeypatch):
    made = []
    monkeypatch.setattr(retrying, "sleep", made.append)
    return made


@pytest.mark.parametrize(
    ("ends", "tried"),
    [
        ([], 1),
        ([("before", BUSY)], 2),
        ([("before", OVERTAKEN), ("before", BUSY)], 3),
        ([("before", UNCONFIRMED)], 2),
        ([("after", UNCONFIRMED)], 1),
        ([("before", BUSY), ("after", UNCONFIRMED)], 2),
    ],
)
def test_a_unit_that_others_disturb_is_done_again_and_in_the_end_once(ends, tried, pauses):
    crm = make_crm(store=Unreliable(*ends))
    assert retried(crm, add, "new customer") == "c1"
    assert crm.store.tried == tried
    assert len(pauses) == tried - 1
    assert list(stored(crm, "customer")) == ["c1"]
    assert [entry.why for entry in crm.store.log()].count("new customer") == 1


@pytest.mark.parametrize(("error", "tried"), [(FULL, 1), (BUSY, retrying.TRIES), (OVERTAKEN, retrying.TRIES)])
def test_what_does_not_pass_is_raised(error, tried):
    crm = make_crm(store=Unreliable(*[("before", error)] * 20))
    with pytest.raises(type(error)) as caught:
        retried(crm, add)
    assert caught.value is error
    assert crm.store.tried == tried
    assert stored(crm, "customer") == {}


def test_a_mistake_is_no_disturbance():
    crm = make_crm(store=Unreliable())
    put(crm, Customer(id="c1", name="Ada"))
    with pytest.raises(Invalid):
        retried(crm, add)


@pytest.mark.parametrize(("when", "number"), [("before", 0), ("after", 2)])
def test_a_commit_that_was_not_confirmed_can_be_asked_for(when, number):
    crm = make_crm(store=Unreliable((when, UNCONFIRMED)))
    with pytest.raises(CommitUnknown, match="crm store outcome") as caught, crm.unit() as unit:
        add(unit)
    error = caught.value
    assert error.since == 1
    assert outcome(crm.store, error.token, error.since) == outcome(crm.store, error.token) == number
    assert outcome(crm.store, "another") == outcome(crm.store, "") == 0


def test_a_request_that_is_made_again_is_carried_out_once():
    crm = make_crm()
    with crm.unit("order 7", key="order-7") as unit:
        add(unit)
    for _ in range(3):
        with pytest.raises(AlreadyDone, match="in commit 2") as caught, crm.unit("order 7", key="order-7") as unit:
            unit.add(Customer(name="twice"))
        assert (caught.value.commit, caught.value.exit_code) == (2, 0)
    with crm.unit("order 8", key="order-8", dry_run=True) as unit:
        unit.add(Customer(id="c8", name="only tried"))
    with crm.unit("order 8", key="order-8") as unit:
        unit.add(Customer(id="c8", name="done"))
    assert list(stored(crm, "customer")) == ["c1", "c8"]


def test_a_request_that_failed_can_be_made_again():
    crm = make_crm(store=Unreliable(("before", FULL)))
    with pytest.raises(NotCommitted), crm.unit(key="order-7") as unit:
        add(unit)
    with crm.unit(key="order-7") as unit:
        add(unit)
    assert list(stored(crm, "customer")) == ["c1"]


def test_what_others_did_first_is_shown_beside_what_was_to_be_written():
    assert issubclass(Overtaken, StaleEdit)
    assert "phone: yours '1', now '2'" in str(OVERTAKEN)


def test_units_are_alone_when_they_ask_for_it():
    crm = make_crm()
    with crm.unit(serializable=True) as unit, pytest.raises(StoreLocked), crm.unit():
        add(unit)


def test_a_store_that_declares_nothing_promises_everything():
    assert promises_of(object()) == Promises(one_writer=True, outlives=True)
    assert promises_of(MemoryStore()) == Promises(outlives=False)
