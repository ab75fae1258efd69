"""A server that is stopped as if its machine had lost its power, while writers acknowledge commits."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from attrs import frozen
from crash_loop import opened
from postgres_kit import started

HERE = Path(__file__).parent
TESTS = HERE.parents[2] / "tests"
SECONDS = 60


@frozen
class Deaths:
    """What was acknowledged, what of it is lost, and what else is wrong with the store afterwards."""

    acknowledged: list
    lost: list
    wrong: tuple


@contextmanager
def server():
    """Start a server of its own, which ends with the block."""
    with tempfile.TemporaryDirectory(prefix="crm-pg-") as folder:
        made = started(Path(folder))
        yield made
        made.cleanup()


def forgetful(made):
    """Let a server answer before it has synced a commit."""
    for setting in ("synchronous_commit = off", "wal_writer_delay = '10s'"):
        made.psql(f"ALTER SYSTEM SET {setting};")
    made.psql("SELECT pg_reload_conf();")


def killed(made, times, pause):
    """Stop the server at once, without any order, and start it again: so often."""
    for _ in range(times):
        time.sleep(pause)
        os.kill(made.get_pid(), signal.SIGQUIT)
        deadline = time.monotonic() + SECONDS
        while Path(made.pgdata, "postmaster.pid").exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        made.ensure_postgres_running()


def lived_through(made, times, *, pause=0.4, options="", writers=4, careless=False):
    """Let writers acknowledge commits to a pipe while the server dies; a careless one is `forgetful`."""
    url = f"{made.get_uri()}&schema=crash{options}"
    opened(url).create()
    if careless:
        forgetful(made)
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (HERE, TESTS)))}
    command = [sys.executable, str(HERE / "sql_load.py"), "acknowledge", url, str(writers)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env) as running:
        killed(made, times, pause)
        output, _ = running.communicate("stop\n", timeout=SECONDS)
    assert running.returncode == 0
    acknowledged = [key for told in json.loads(output) for key in told["acknowledged"]]
    store = opened(url)
    found = {key for key, _ in store.read().items("kept")}
    whole = [entry.commit for entry in store.log()] == list(range(1, store.read().commit + 1))
    wrong = tuple(one for one in store.check() if not careless or "synchronous_commit" not in one)
    wrong = wrong if whole else ("the log lacks commits", *wrong)
    return Deaths(acknowledged, [key for key in acknowledged if key not in found], wrong)
