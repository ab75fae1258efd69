"""Several programs at work on one store: no update is lost, and what is to hold of several documents holds."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from postgres_kit import address
from sql_load import ACCOUNTS, FIRST, opened, total

from crmcore.testing.store_base import entry

HERE = Path(__file__).parent
TESTS = HERE.parents[2] / "tests"
KINDS = ("tinydb", "sqlite", "alone", "checked")


@pytest.fixture
def url(request, tmp_path):
    """The address of a new store of a kind."""
    kind = request.param
    named = {"tinydb": f"tinydb:///{tmp_path}/crm.json", "sqlite": f"sqlite:///{tmp_path}/crm.db"}
    found = named.get(kind) or address(units=kind)
    opened(found).create()
    return found


def put(url, table, documents):
    with opened(url).write() as work:
        for key, document in documents.items():
            work.put(table, key, document)
        work.commit_as(entry())


def script(*words):
    """Run tests/sql_load.py; returns what it says."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (HERE, TESTS)))}
    command = [sys.executable, str(HERE / "sql_load.py"), *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, env=env, timeout=3000, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def at_work(writers, task, url, serializable, times, *careless):
    """Let so many processes work at once; returns what each says."""
    return script(task, url, writers, int(serializable), times, *careless)


def counted(url):
    return opened(url).read().get("counter", "all")["n"]


@pytest.mark.parametrize("url", KINDS, indirect=True)
def test_programs_that_count_together_lose_nothing(url):
    at_work(3, "count", url, 0, 40)
    assert counted(url) == 120
    assert opened(url).read().commit == 120
    assert opened(url).check() == ()


@pytest.mark.parametrize("url", ["checked"], indirect=True)
def test_without_the_check_they_would(url):
    at_work(3, "count", url, 0, 40, "careless")
    assert counted(url) < 120


@pytest.mark.parametrize("url", KINDS, indirect=True)
def test_money_that_is_moved_is_neither_made_nor_lost(url):
    put(url, "account", {str(one): {"balance": FIRST} for one in range(ACCOUNTS)})
    told = at_work(2, "bank", url, 1, 40)
    assert total(opened(url)) == ACCOUNTS * FIRST
    assert [one["wrong"] for one in told] == [0, 0]


def nobody_on_duty(url, pairs, serializable):
    """Let two programs go off duty, each only where the other is on; returns for how many pairs nobody is left."""
    put(url, "duty", {f"{pair}{one}": {"on": True} for pair in range(pairs) for one in "ab"})
    at_work(2, "skew", url, serializable, pairs)
    on = {key for key, document in opened(url).read().items("duty") if document["on"]}
    return sum(f"{pair}a" not in on and f"{pair}b" not in on for pair in range(pairs))


@pytest.mark.parametrize("url", KINDS, indirect=True)
def test_somebody_stays_on_duty_where_units_ask_to_be_alone(url):
    assert nobody_on_duty(url, 40, serializable=True) == 0


@pytest.mark.parametrize("url", ["checked"], indirect=True)
def test_units_beside_each_other_that_do_not_ask_leave_some_pairs_without_anybody(url):
    assert any(nobody_on_duty(url, 60, serializable=False) for _ in range(5))


@pytest.mark.torture
@pytest.mark.parametrize("writers", [2, 4, 8, 16])
@pytest.mark.parametrize("url", KINDS, indirect=True)
def test_sixteen_thousand_updates_are_all_there(url, writers, record_property):
    began = time.monotonic()
    told = at_work(writers, "count", url, 0, 1000)
    record_property("commits_per_second", round(writers * 1000 / (time.monotonic() - began)))
    record_property("done_again", sum(one["again"] for one in told))
    assert counted(url) == writers * 1000


@pytest.mark.torture
@pytest.mark.parametrize("url", KINDS, indirect=True)
def test_no_anomaly_in_two_thousand_transfers_and_four_hundred_pairs(url):
    put(url, "account", {str(one): {"balance": FIRST} for one in range(ACCOUNTS)})
    told = at_work(4, "bank", url, 1, 500)
    assert total(opened(url)) == ACCOUNTS * FIRST
    assert not any(one["wrong"] for one in told)
    assert nobody_on_duty(url, 400, serializable=True) == 0


# -- kills -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_killed_writers_lose_nothing_that_they_acknowledged(url):
    done = script("kill", url, 60, 3, 7)
    assert done["kills"] >= 25


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_the_same_kills_show_a_unit_that_is_committed_in_two_parts(url):
    with pytest.raises(AssertionError, match="in verify\n"):
        script("kill", url, 200, 1, 7, "careless")


@pytest.mark.torture
@pytest.mark.parametrize("writers", [1, 4])
@pytest.mark.parametrize("url", ["sqlite", "alone"], indirect=True)
def test_a_thousand_kills_lose_nothing(url, writers):
    assert script("kill", url, 5000 // writers, writers, 8)["kills"] >= 1000
