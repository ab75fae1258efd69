"""One writer at a time, private files, and refusals that say who can help."""

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import filelock  # noqa: F401 - imported before a test gives up its right to read the interpreter's folder
import pytest
from company_kit import make_crm
from store_cases import made, put

from crmcore import Customer
from crmcore.errors import NotCommitted, StoreError, StoreLocked
from crmcore.storage.tinydb_store import open_tinydb
from crmcore.testing.memory_store import MemoryStore

NOBODY = 65534


@pytest.fixture
def store(tmp_path):
    return made(tmp_path / "crm.json")


def elsewhere(call):
    """Call in another thread, as another request of the same program would."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(call).result()


@pytest.mark.parametrize("kind", ["file", "memory"])
def test_a_unit_inside_another_one_is_refused_at_once_and_not_after_the_patience_is_used_up(kind, tmp_path):
    crm = make_crm(store=MemoryStore() if kind == "memory" else open_tinydb(f"tinydb:///{tmp_path}/unit.json"))
    began = time.monotonic()
    with crm.unit() as unit:
        unit.add(Customer(id="c1", name="Ada"))
        with pytest.raises(StoreLocked, match="a unit of work is open in this program already"), crm.unit():
            pass
        with pytest.raises(StoreLocked, match="a unit of work is open in this program already"):
            crm.classify()
    assert time.monotonic() - began < 5
    assert crm.state().customer("c1").name == "Ada"
    crm.classify()


def test_another_thread_waits_its_turn(store):
    with store.write(), pytest.raises(StoreLocked, match="did not finish within"):
        elsewhere(lambda: put(open_tinydb(f"{store.url}?timeout=0.05"), "c1", {}))
    assert elsewhere(lambda: put(store, "c1", {})) == 1


def test_who_waits_in_vain_learns_who_holds_the_lock(store):
    with store.write(), pytest.raises(StoreLocked) as caught:
        elsewhere(lambda: put(open_tinydb(f"{store.url}?timeout=0.05"), "c1", {}))
    told = f"process {os.getpid()} on {os.uname().nodename} is writing to the store"
    assert caught.value.message.startswith(told)
    assert "within 0.05 s" in caught.value.message
    assert "?timeout=" in caught.value.todo


def test_a_holder_that_left_no_name_is_another_process(store, tmp_path):
    lock = tmp_path / "crm.json.lock"
    with store.write():
        lock.write_text("")
        with pytest.raises(StoreLocked, match=r"^another process is writing"):
            elsewhere(lambda: put(open_tinydb(f"{store.url}?timeout=0"), "c1", {}))


def test_a_lock_that_cannot_be_used_is_said_to_be_so(store, tmp_path):
    (tmp_path / "crm.json.lock").unlink()
    (tmp_path / "crm.json.lock").mkdir()
    with pytest.raises(StoreError, match=r"the store cannot be locked for writing: .*crm\.json\.lock"):
        put(store, "c1", {})


def test_a_file_with_a_second_name_is_not_overwritten_by_the_holders_name(store, tmp_path):
    (tmp_path / "precious").write_text("data")
    (tmp_path / "crm.json.lock").unlink()
    os.link(tmp_path / "precious", tmp_path / "crm.json.lock")
    put(store, "c1", {})
    assert (tmp_path / "precious").read_text() == "data"


def test_a_killed_writer_leaves_no_lock(store):
    code = (
        "import os, sys\n"
        "from crmcore.storage.tinydb_store import open_tinydb\n"
        "with open_tinydb(sys.argv[1]).write() as work:\n"
        "    work.put('customer', 'c1', {})\n"
        "    os.kill(os.getpid(), 9)"
    )
    died = subprocess.run([sys.executable, "-c", code, store.url], check=False)
    assert died.returncode == -9
    assert put(open_tinydb(f"{store.url}?timeout=0"), "c2", {}) == 1


def test_what_killed_writers_left_is_swept_and_nothing_else(store, tmp_path):
    number = "0123456789abcdef"
    ours = [
        f".crm.json.{number}.tmp",
        f".crm.json.log.1.{number}.tmp",
        f".crm.json.before-restore-1.{number}.tmp",
        f".crm.json.before-restore-12.log.3.{number}.tmp",
    ]
    others = [f".crm.json.bak.{number}.tmp", f".other.json.{number}.tmp", ".crm.json.tmp", f"crm.json.{number}.tmp"]
    for name in (*ours, *others):
        (tmp_path / name).write_text("personal data")
    with store.write():
        pass
    left = {path.name for path in tmp_path.iterdir()}
    assert not left & set(ours)
    assert left >= set(others)


@contextmanager
def without_rights():
    """Go on as a user whom file permissions stop; root ignores them."""
    if os.geteuid():
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def folder():
    with tempfile.TemporaryDirectory() as name:
        if os.geteuid() == 0:
            os.chown(name, NOBODY, NOBODY)
        with without_rights():
            put(made(f"{name}/crm.json"), "c1", {"name": "Ada"})
            yield Path(name)
            Path(name).chmod(0o700)


def test_a_store_that_may_not_be_read_is_said_to_be_so(folder):
    (folder / "crm.json").chmod(0)
    with pytest.raises(StoreError, match="cannot be read: permission denied") as caught:
        open_tinydb(f"tinydb:///{folder}/crm.json").read()
    assert "owner" in caught.value.todo


def test_a_log_that_may_not_be_read_stops_writers_but_not_readers(folder):
    (folder / "crm.json.log").chmod(0)
    store = open_tinydb(f"tinydb:///{folder}/crm.json")
    with pytest.raises(NotCommitted, match=r"nothing was written to .*: permission denied"):
        put(store, "c2", {})
    with pytest.raises(StoreError, match=r"the change log .* cannot be read: permission denied"):
        store.log()
    assert store.read().count("customer") == 1
    (folder / "crm.json.log").chmod(0o600)
    assert put(store, "c2", {}) == 2
    assert store.check() == ()


def test_a_folder_that_may_not_be_written_stops_writers_only(folder):
    (folder / "crm.json.lock").unlink()
    folder.chmod(0o555)
    store = open_tinydb(f"tinydb:///{folder}/crm.json")
    assert store.read().count("customer") == 1
    with pytest.raises(StoreError, match=r"the store cannot be locked for writing: .*permission denied"):
        put(store, "c2", {})
