"""What was acknowledged survives: kills, full disks, failing disks and power cuts at every moment."""

import errno
import json
import os
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest
from power_loss import MODES, Disk, Recorder

from crmcore.errors import CommitUnknown, NotCommitted, StoreError
from crmcore.storage import tinydb_store
from crmcore.storage.tinydb_store import open_tinydb
from crmcore.store import Change, LogEntry

LOOP = Path(__file__).with_name("crash_loop.py")
CARE = Path(__file__).with_name("crash_care.py")


def put(store, key, document):
    with store.write() as work:
        change = Change("customer", key, work.get("customer", key), document)
        work.put("customer", key, document)
        return work.commit_as(LogEntry(0, "2026-11-21T12:00:00Z", "ada", f"put {key}", (change,)))


def again(store):
    return open_tinydb(store.url)


def start(task, url, *numbers, script=LOOP):
    command = [sys.executable, str(script), task, url, *map(str, numbers)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish(process):
    output, errors = process.communicate(timeout=600)
    assert process.returncode == 0, errors
    return json.loads(output)


@pytest.fixture
def url(tmp_path):
    folder = tmp_path / "store"
    folder.mkdir()
    url = f"tinydb:///{folder}/crm.json"
    open_tinydb(url).create()
    return url


class TestKills:
    @pytest.mark.parametrize("writers", [1, 3])
    def test_killed_writers_lose_nothing_that_they_acknowledged(self, url, writers):
        done = finish(start("kill", url, 200, writers, 7))
        assert done["commits"] >= 200
        assert done["kills"] >= 25

    @pytest.mark.torture
    @pytest.mark.parametrize("writers", [1, 4])
    def test_a_thousand_kills_lose_nothing(self, url, writers):
        assert finish(start("kill", url, 5000 // writers, writers, 8))["kills"] >= 1000

    def test_the_same_kills_ruin_a_file_that_is_overwritten_in_place(self, url):
        with pytest.raises(AssertionError, match="in verify\n"):
            finish(start("careless", url, 200, 1, 7))


class TestKillsOfCommitsThatRaiseTasks:
    """`crash_care.py` compares the tasks that are there with those of a company that nobody kills."""

    def test_every_task_is_raised_and_closed_exactly_once(self, tmp_path):
        done = finish(start("kill", f"tinydb:///{tmp_path}/crm.json", 30, script=CARE))
        assert done["kills"] >= 25
        assert done["tasks"] >= 30

    @pytest.mark.torture
    def test_every_task_is_raised_and_closed_exactly_once_over_many_kills(self, tmp_path):
        assert finish(start("kill", f"tinydb:///{tmp_path}/crm.json", 600, script=CARE))["kills"] >= 500

    def test_tasks_of_a_commit_of_their_own_would_be_lost(self, tmp_path):
        with pytest.raises(AssertionError, match="assert found == expected"):
            finish(start("careless", f"tinydb:///{tmp_path}/crm.json", 30, script=CARE))


class TestTwoProcesses:
    def test_two_processes_that_count_together_lose_nothing(self, url):
        first, second = start("count", url, 50), start("count", url, 50)
        assert finish(first) == finish(second) == {"times": 50}
        store = open_tinydb(url)
        assert store.read().get("counter", "all") == {"n": 100}
        assert store.read().commit == 100
        assert [each.commit for each in store.log()] == list(range(1, 101))
        assert store.check() == ()

    def test_without_the_lock_they_would(self, url, monkeypatch):
        monkeypatch.setattr(tinydb_store, "held", lambda path, timeout: nullcontext())
        first, second = open_tinydb(url), open_tinydb(url)
        put(first, "counter", {"n": 0})
        with first.write() as mine, second.write() as theirs:
            for work in (mine, theirs):
                work.put("customer", "counter", {"n": work.get("customer", "counter")["n"] + 1})
                work.commit_as(LogEntry(0, "", "ada", "count", ()))
        assert first.read().get("customer", "counter") == {"n": 1}


class TestFullDisks:
    def test_a_disk_that_is_full_at_any_size_keeps_the_old_data(self, url):
        sizes = range(1000, 40_000, 1777)
        done = finish(start("fill", url, *sizes))
        assert done["refused"] == len(sizes)
        assert done["commits"] > len(sizes)


CALLS = ("open", "write", "fsync", "ftruncate", "lseek", "fstat", "pread", "replace", "scandir", "close")


class Saboteur:
    """Lets the n-th call to the system fail, whatever it is."""

    def __init__(self, monkeypatch, turn, code, calls=CALLS):
        self.turn, self.code, self.made, self.hit = turn, code, 0, ""
        for name in calls:
            monkeypatch.setattr(os, name, self.failing(name, getattr(os, name)))

    def failing(self, name, genuine):
        def call(*args, **kwargs):
            self.made += 1
            if self.made - 1 != self.turn:
                return genuine(*args, **kwargs)
            self.hit = name
            if name == "close":  # the file is closed all the same
                genuine(*args, **kwargs)
            raise OSError(self.code, os.strerror(self.code))

        return call


def sabotaged(monkeypatch, turn, code, work):
    """Do ``work`` with its n-th call to the system failing; returns the name of the call, and the error."""
    with monkeypatch.context() as patched:
        saboteur = Saboteur(patched, turn, code)
        try:
            work()
        except StoreError as error:
            return saboteur.hit, error
        return saboteur.hit, None


class TestFailingCalls:
    @pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC, errno.EMFILE])
    def test_whichever_call_fails_a_commit_is_whole_or_not_at_all(self, url, monkeypatch, code):
        monkeypatch.setattr(os, "fsync", lambda file: None)  # it costs time, and no power is lost here
        folder = Path(url.removeprefix("tinydb:///")).parent
        store = open_tinydb(url)
        put(store, "c1", {"n": 0})
        hits = []
        for turn in range(200):
            before = open_tinydb(url).read()
            wanted = {"n": turn, "text": "x" * (5000 if turn % 2 else 5)}
            hit, error = sabotaged(monkeypatch, turn, code, lambda wanted=wanted: put(store, "c1", wanted))
            hits.append(hit)
            after = open_tinydb(url).read()
            outcomes = {before.commit: dict(before.items("customer")), before.commit + 1: {"c1": wanted}}
            assert dict(after.items("customer")) == outcomes[after.commit], (turn, hit)
            if error is None:
                assert after.commit == before.commit + 1, (turn, hit)
            elif not isinstance(error, CommitUnknown):
                assert after.commit == before.commit, (turn, hit, error)
                assert error.todo
            assert open_tinydb(url).check() == ()
            assert store.read().commit == after.commit
            assert put(store, "c2", {"n": turn}) == after.commit + 1
            with store.write() as work:
                work.delete("customer", "c2")
                work.commit_as(LogEntry(0, "", "ada", "tidy", ()))
            assert list(folder.glob(".*.tmp")) == []
            if not hit:
                break
        assert not hits[-1], "some call was never reached"
        assert {"open", "write", "fsync", "ftruncate", "replace", "close"} <= set(hits)

    def test_whichever_call_fails_a_restore_is_whole_or_not_at_all(self, url, tmp_path, monkeypatch):
        monkeypatch.setattr(os, "fsync", lambda file: None)  # as above
        backup = tmp_path / "backup.gz"
        put(open_tinydb(url), "c1", {"name": "Ada"})
        open_tinydb(url).backup(backup)
        old, new = ({"c1": {"name": "Eve"}}, [1, 2]), ({"c1": {"name": "Ada"}}, [1])
        hits = []
        for turn in range(200):
            (tmp_path / str(turn)).mkdir()
            store = open_tinydb(f"tinydb:///{tmp_path}/{turn}/crm.json")
            store.create()
            put(store, "c1", {})
            put(store, "c1", {"name": "Eve"})
            hit, error = sabotaged(monkeypatch, turn, errno.EIO, lambda store=store: store.restore(backup))
            hits.append(hit)
            found = dict(again(store).read().items("customer")), [each.commit for each in again(store).log()]
            right = [new] if error is None else [old, new] if isinstance(error, CommitUnknown) else [old]
            assert found in right, (turn, hit, error)
            assert again(store).check() == ()
            if not hit:
                break
        assert not hits[-1], "some call was never reached"
        assert {"open", "write", "fsync", "replace", "close"} <= set(hits)


def life(store, recorder, tmp_path):
    """A short life of a store; yields what must be true after each step: documents and logged commits."""
    store.create()
    yield {}, []
    for number in range(1, 7):
        put(store, "c1", {"text": "x" * (3000 if number % 2 else 30)})
        if number == 4:
            store.backup(tmp_path / "backup.gz")
        yield {"c1": {"text": "x" * (3000 if number % 2 else 30)}}, list(range(1, number + 1))
    with store.write() as work:
        work.put("customer", "c2", {"text": "long " * 500})
        work.put("customer", "c3", {})
        work.delete("customer", "c1")
        work.commit_as(LogEntry(0, "", "ada", "several", ()))
    both = {"c2": {"text": "long " * 500}, "c3": {}}
    yield both, list(range(1, 8))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError(errno.ENOSPC, "full")))
        with pytest.raises(NotCommitted):
            put(store, "c4", {})
    yield both, list(range(1, 8))
    put(store, "c4", {})
    yield {**both, "c4": {}}, list(range(1, 9))
    store.restore(tmp_path / "backup.gz")
    yield {"c1": {"text": "x" * 30}}, [1, 2, 3, 4]
    put(store, "c5", {})
    yield {"c1": {"text": "x" * 30}, "c5": {}}, [1, 2, 3, 4, 5]


def images_after_power_cuts(tmp_path, monkeypatch, forgets=lambda name: False):
    """Live, and return every different folder that a power cut could leave, with the states that are right then."""
    folder = tmp_path / "store"
    folder.mkdir()
    recorder = Recorder(folder, forgets=forgets)
    promises = [None]
    with recorder.recording(monkeypatch):
        for promise in life(open_tinydb(f"tinydb:///{folder}/crm.json"), recorder, tmp_path):
            promises.append(promise)
            recorder.done()
    promises.append(promises[-1])
    images, disk, step = {}, Disk(), 0
    for event in [("done",), *recorder.events]:
        disk.apply(event)
        step += event == ("done",)
        for mode in MODES:
            image = disk.image(mode)
            images[tuple(sorted(image.items())), step] = (mode, promises[step - 1 : step + 1])
    return [(dict(files), mode, promised) for (files, _), (mode, promised) in images.items()]


def what_is_left(files, folder):
    """Return documents and logged commits of a store in ``folder``, None if there is none; or what is wrong."""
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    store = open_tinydb(f"tinydb:///{folder}/crm.json")
    if not store.exists():
        return None
    try:
        found = dict(store.read().items("customer")), [each.commit for each in store.log()]
        wrong = store.check()
        put(store, "works", {"again": True})
    except StoreError as error:
        return str(error)
    return wrong or found


def broken_promises(tmp_path, monkeypatch, forgets=lambda name: False):
    """Yield the mode, what was promised and what is left, for every power cut after which they differ."""
    images = images_after_power_cuts(tmp_path, monkeypatch, forgets)
    assert len(images) > 200
    monkeypatch.setattr(os, "fsync", lambda file: None)  # the power does not go a second time
    for number, (files, mode, promised) in enumerate(images):
        found = what_is_left(files, tmp_path / str(number))
        if found not in promised:
            yield mode, promised, found


class TestPowerCuts:
    def test_a_power_cut_at_any_moment_breaks_no_promise(self, tmp_path, monkeypatch):
        assert list(broken_promises(tmp_path, monkeypatch)) == []

    @pytest.mark.parametrize(
        "forgets",
        [
            lambda name: name == "",
            lambda name: name.startswith(".crm.json."),
            lambda name: name.startswith("crm.json.log"),
        ],
        ids=["folder", "state", "log"],
    )
    def test_each_sync_is_needed(self, tmp_path, monkeypatch, forgets):
        assert next(broken_promises(tmp_path, monkeypatch, forgets), None)
