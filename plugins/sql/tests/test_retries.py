"""Errors that databases ask to be repeated: a unit of work is done again as a whole, and exactly once in the end."""

import psycopg.errors
import pytest
from crm_sql import open_postgresql
from postgres_kit import address
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError

import crmcore
from crmcore import Customer, NotCommitted, company, retried

SERIALIZATION = psycopg.errors.SerializationFailure  # 40001
DEADLOCK = psycopg.errors.DeadlockDetected  # 40P01
UNIQUE = psycopg.errors.UniqueViolation  # 23505: repeating would not help


@pytest.fixture(params=["alone", "checked"])
def crm(request):
    found = crmcore.open(address(units=request.param), plugins=["sql"], actor="ada")
    crmcore.create(found, company("EUR", "UTC"))
    return found


def refuse(crm, error, times, when):
    """Let the server answer so many times with an error: at a statement that begins so, or at the commit."""
    left = [times]

    def fail(connection):
        left[0] -= 1
        if left[0] >= 0:
            connection.connection.dbapi_connection.rollback()  # as the server does
            raise DBAPIError("COMMIT", None, error("refused by the test"))

    engine = crm.store._database.engine
    if when == "commit":
        event.listen(engine, "commit", fail)
    else:
        event.listen(
            engine, "before_cursor_execute", lambda *given: fail(given[0]) if given[2].startswith(when) else None
        )


@pytest.mark.parametrize("when", ["INSERT INTO crm_log", "UPDATE crm_store", "commit"])
@pytest.mark.parametrize("error", [SERIALIZATION, DEADLOCK])
def test_a_unit_that_collides_is_done_again_and_its_changes_are_there_once(crm, error, when):
    before = crm.store.read().commit
    refuse(crm, error, 3, when)
    begun = []

    def work(unit):
        begun.append(1)
        return unit.add(Customer(name="Ada")).id

    added = retried(crm, work, "add")
    assert len(begun) == 4
    assert [key for key, _ in crm.store.read().items("customer")] == [added]
    assert crm.store.read().commit == before + 1
    assert crm.store.check() == ()


@pytest.mark.parametrize(("error", "times", "begun"), [(SERIALIZATION, 99, 10), (UNIQUE, 99, 1)])
def test_a_unit_is_given_up_after_ten_attempts_or_where_repeating_does_not_help(crm, monkeypatch, error, times, begun):
    monkeypatch.setattr("crmcore.desk.retrying.sleep", lambda _: None)
    refuse(crm, error, times, "INSERT INTO crm_log")
    seen = []
    with pytest.raises(NotCommitted):
        retried(crm, lambda unit: seen.append(unit.add(Customer(name="Ada"))), "add")
    assert len(seen) == begun
    assert crm.store.read().count("customer") == 0


def test_a_real_deadlock_is_one_of_them():
    """Two units that are alone one after the other cannot deadlock; the code of one that another program causes is known."""
    store = open_postgresql(address())
    store.create()
    failure = store._database.failure(DBAPIError("x", None, DEADLOCK("deadlock detected")))
    assert failure.cause.name == "PASSING"
