"""A server that is stopped as if its machine had lost its power: what was acknowledged is there when it comes back."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from postgres_kit import started
from sql_load import opened
from test_many_writers import HERE, TESTS

SECONDS = 60


@pytest.fixture
def server():
    with tempfile.TemporaryDirectory(prefix="crm-pg-") as folder:
        made = started(Path(folder))
        yield made
        made.cleanup()


def killed(server, times, pause):
    """Stop the server at once, without any order, and start it again: so often."""
    for _ in range(times):
        time.sleep(pause)
        os.kill(server.get_pid(), signal.SIGQUIT)
        deadline = time.monotonic() + SECONDS
        while Path(server.pgdata, "postmaster.pid").exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        server.ensure_postgres_running()


def lived_through(server, times, *, pause=0.4, options="", writers=4):
    """Let writers acknowledge commits to a pipe while the server dies; returns what is acknowledged and what is lost."""
    url = f"{server.get_uri()}&schema=crash{options}"
    opened(url).create()
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (HERE, TESTS)))}
    command = [sys.executable, str(HERE / "sql_load.py"), "acknowledge", url, str(writers)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env) as running:
        killed(server, times, pause)
        output, _ = running.communicate("stop\n", timeout=SECONDS)
    assert running.returncode == 0
    acknowledged = [key for told in json.loads(output) for key in told["acknowledged"]]
    found = {key for key, _ in opened(url).read().items("kept")}
    logged = [entry.commit for entry in opened(url).log()]
    assert logged == list(range(1, opened(url).read().commit + 1))
    assert opened(url).check() == ()
    return acknowledged, [key for key in acknowledged if key not in found]


@pytest.mark.parametrize("units", ["alone", "checked"])
def test_a_server_that_dies_loses_nothing_that_was_acknowledged(server, units):
    acknowledged, lost = lived_through(server, 3, options=f"&units={units}")
    assert acknowledged
    assert lost == []


@pytest.mark.torture
def test_a_server_that_dies_thirty_times_loses_nothing(server, record_property):
    acknowledged, lost = lived_through(server, 30)
    record_property("acknowledged", len(acknowledged))
    assert lost == []


def test_a_server_that_does_not_sync_its_commits_is_named_by_the_check(server):
    server.psql("ALTER SYSTEM SET synchronous_commit = off;")
    server.psql("SELECT pg_reload_conf();")
    store = opened(f"{server.get_uri()}&schema=warned")
    store.create()
    assert any("synchronous_commit is off" in problem for problem in store.check())
