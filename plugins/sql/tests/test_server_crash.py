"""A server that is stopped as if its machine had lost its power: what was acknowledged is there when it comes back."""

import pytest
from crash_loop import opened
from server_deaths import lived_through, server


@pytest.fixture
def made():
    with server() as found:
        yield found


@pytest.mark.parametrize("units", ["alone", "checked"])
def test_a_server_that_dies_loses_nothing_that_was_acknowledged(made, units):
    found = lived_through(made, 3, options=f"&units={units}")
    assert found.acknowledged
    assert (found.lost, found.wrong) == ([], ())


def test_a_server_that_answers_before_it_has_synced_loses_commits(made):
    assert lived_through(made, 3, pause=2, careless=True).lost


def test_a_server_that_does_not_sync_its_commits_is_named_by_the_check(made):
    made.psql("ALTER SYSTEM SET synchronous_commit = off;")
    made.psql("SELECT pg_reload_conf();")
    store = opened(f"{made.get_uri()}&schema=warned")
    store.create()
    assert any("synchronous_commit is off" in problem for problem in store.check())
