"""Backups are whole, verified, and never overwrite anything."""

import errno
import gzip
import hashlib

import orjson
import pytest
from store_cases import again, fails, made, modes, put

from crmcore.errors import NotCommitted, StoreBroken, StoreError, StoreTooNew
from crmcore.storage import store_backup
from crmcore.storage.tinydb_store import open_tinydb
from crmcore.store import LogEntry

HEADING = {"crm_backup": 1, "format": 1, "commit": 0, "log_after": 0}
ADA = {"table": "customer", "key": "c1", "document": {"name": "Ada"}}
LOGGED = {"log": {"commit": 1, "at": "", "actor": "", "why": "", "changes": []}}


@pytest.fixture
def store(tmp_path):
    return made(tmp_path / "crm.json")


@pytest.fixture
def backup(tmp_path):
    return tmp_path / "backup.gz"


def packed(*lines, manifest=None):
    text = b"".join(orjson.dumps(line) + b"\n" for line in lines)
    end = manifest or {"lines": len(lines), "sha256": hashlib.sha256(text).hexdigest()}
    return gzip.compress(text + orjson.dumps(end) + b"\n")


def test_the_old_state_is_kept_as_a_store_of_its_own(store, backup, tmp_path):
    put(store, "c1", {"name": "Ada"})
    store.backup(backup)
    put(store, "c1", {"name": "Eve"})
    store.restore(backup)
    store.restore(backup)
    first, second = (open_tinydb(f"tinydb:///{tmp_path}/crm.json.before-restore-{number}") for number in (1, 2))
    assert first.read().get("customer", "c1") == {"name": "Eve"}
    assert [each.commit for each in first.log()] == [1, 2]
    assert second.read().get("customer", "c1") == {"name": "Ada"}
    for kept in (first, second, store):
        assert kept.check() == ()
    assert put(first, "c2", {}) == 3
    logs = sorted(path.name for path in tmp_path.iterdir() if ".log" in path.name)
    assert logs == ["crm.json.before-restore-1.log", "crm.json.before-restore-2.log.1", "crm.json.log.2"]


def test_a_broken_store_is_kept_too_and_replaced(store, backup, tmp_path):
    put(store, "c1", {"name": "Ada"})
    store.backup(backup)
    (tmp_path / "crm.json").write_text('{"half')
    store.restore(backup)
    assert (tmp_path / "crm.json.before-restore-1").read_text() == '{"half'
    assert (tmp_path / "crm.json.before-restore-1.log").exists()
    assert store.read().get("customer", "c1") == {"name": "Ada"}
    assert store.check() == ()


def test_names_that_are_taken_are_left_alone(store, backup, tmp_path):
    put(store, "c1", {})
    (tmp_path / "crm.json.before-restore-1").write_text("mine")
    (tmp_path / "crm.json.before-restore-2.log.4").write_text("mine")
    store.backup(backup)
    store.restore(backup)
    assert (tmp_path / "crm.json.before-restore-3").exists()
    assert (tmp_path / "crm.json.before-restore-1").read_text() == "mine"


def test_a_restored_store_may_have_no_log_yet(store, backup):
    store.backup(backup)
    put(store, "c1", {})
    store.restore(backup)
    assert (store.read().commit, list(store.log()), store.check()) == (0, [], ())
    assert put(store, "c1", {}) == 1


def test_a_log_that_was_lost_before_the_backup_stays_reported_as_lost(store, backup, tmp_path):
    put(store, "c1", {})
    (tmp_path / "crm.json.log").unlink()
    with pytest.raises(StoreBroken, match="the change log lost entries"):
        store.backup(backup)
    assert not backup.exists()
    put(store, "c2", {})
    store.backup(backup)
    store.restore(backup)
    assert [each.commit for each in store.log(since=1)] == [2]
    (message,) = store.check()
    assert message.startswith("the change log begins after commit 1;")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"", "is damaged or no backup", id="empty"),
        pytest.param(b'{"not":"compressed"}', "is not a backup of a store", id="not compressed"),
        pytest.param(gzip.compress(b""), "is damaged or no backup", id="no line"),
        pytest.param(gzip.compress(b"no json\n"), "is damaged or no backup", id="no JSON"),
        pytest.param(packed({"name": "Ada"}), "is not a backup of a store", id="no heading"),
        pytest.param(packed({**HEADING, "commit": "0"}), "is not a backup of a store", id="heading of the wrong type"),
        pytest.param(gzip.compress(orjson.dumps(HEADING) + b"\n"), "damaged or incomplete", id="no manifest"),
        pytest.param(
            packed(HEADING, ADA, manifest={"lines": 2, "sha256": "0" * 64}), "damaged or incomplete", id="wrong sum"
        ),
        pytest.param(packed(HEADING, {**ADA, "document": []}), "damaged or incomplete", id="a document that is none"),
        pytest.param(packed(HEADING, {**ADA, "table": "_crm"}), "damaged or incomplete", id="the store's own table"),
        pytest.param(packed(HEADING, ADA) + packed(HEADING), "damaged or incomplete", id="two in one"),
        pytest.param(packed({**HEADING, "commit": 1}), "lacks entries of its change log", id="no log"),
        pytest.param(packed({**HEADING, "commit": 5}, LOGGED), "lacks entries of its change log", id="too short a log"),
        pytest.param(
            packed({**HEADING, "commit": 2, "log_after": 1}, LOGGED),
            "commit 1 stands where 2 is due",
            id="wrong numbers in the log",
        ),
        pytest.param(
            packed({**HEADING, "commit": 1}, {"log": {"commit": 1}}),
            "the entry of commit 1 is damaged",
            id="a damaged entry",
        ),
    ],
)
def test_what_is_no_sound_backup_is_refused(store, backup, tmp_path, content, message):
    put(store, "c1", {"name": "Ada"})
    before = modes(tmp_path)
    backup.write_bytes(content)
    with pytest.raises(StoreBroken, match=message) as caught:
        store.restore(backup)
    assert "backup.gz" in caught.value.message
    assert modes(tmp_path).keys() - {"backup.gz"} == before.keys()
    assert store.read().get("customer", "c1") == {"name": "Ada"}


@pytest.mark.parametrize("newer", [{"crm_backup": 2}, {"format": 2}])
def test_a_backup_of_a_newer_version_is_refused(store, backup, newer):
    backup.write_bytes(packed({**HEADING, **newer}))
    with pytest.raises(StoreTooNew, match="was made by a newer crmcore"):
        store.restore(backup)


def test_a_folder_is_no_backup(store, tmp_path):
    with pytest.raises(StoreError, match="is a folder, not a file"):
        store.restore(tmp_path)


def test_a_backup_that_fails_leaves_nothing(store, backup, tmp_path, monkeypatch):
    put(store, "c1", {})
    before = modes(tmp_path)
    mend = fails(monkeypatch, "write", errno.ENOSPC)
    with pytest.raises(StoreError, match=r"the backup .* was not written: the disk is full"):
        store.backup(backup)
    mend()
    assert modes(tmp_path) == before
    with pytest.raises(StoreError, match="there is no such file or folder"):
        store.backup(tmp_path / "nowhere" / "backup.gz")


def test_what_a_killed_backup_left_is_swept_by_the_next_one(store, backup, tmp_path):
    (tmp_path / ".backup.gz.0123456789abcdef.tmp").write_text("personal data")
    store.backup(backup)
    assert sorted(modes(tmp_path)) == ["backup.gz", "crm.json", "crm.json.lock"]


@pytest.mark.parametrize("after", range(4))
def test_a_restore_that_fails_leaves_the_store_as_it_was(store, backup, monkeypatch, after):
    put(store, "c1", {"name": "Ada"})
    store.backup(backup)
    put(store, "c1", {"name": "Eve"})
    mend = fails(monkeypatch, "replace", errno.ENOSPC, after=after)
    with pytest.raises(NotCommitted, match="was not restored: the disk is full"):
        store.restore(backup)
    mend()
    assert again(store).read().get("customer", "c1") == {"name": "Eve"}
    assert [each.commit for each in store.log()] == [1, 2]
    assert store.check() == ()
    store.restore(backup)
    assert store.read().get("customer", "c1") == {"name": "Ada"}
    assert store.check() == ()


MANY = gzip.decompress(
    packed(HEADING, *({"table": "customer", "key": f"c{n}", "document": {"notes": "x" * 9000}} for n in range(999)))
)


@pytest.mark.parametrize("content", [b"0" * 20_000_000, MANY])
@pytest.mark.parametrize("limits", [{"RATIO": 20, "FREE": 1 << 20}, {"MOST": 1 << 20}])
def test_few_bytes_that_become_very_many_are_no_backup(store, tmp_path, monkeypatch, content, limits):
    for name, limit in limits.items():
        monkeypatch.setattr(store_backup, name, limit)
    bomb = tmp_path / "bomb"
    bomb.write_bytes(gzip.compress(content))
    with pytest.raises(StoreBroken, match="unpacks to far more than a backup of") as caught:
        store.restore(bomb)
    assert "gunzip" in caught.value.todo


def test_a_backup_that_was_unpacked_by_hand_is_restored_as_well(store, tmp_path):
    plain = tmp_path / "plain"
    plain.write_bytes(MANY)
    store.restore(plain)
    assert store.read().count("customer") == 999


def test_a_backup_of_equal_records_is_no_bomb(store, tmp_path):
    target = tmp_path / "large"
    with store.write() as work:
        for number in range(3000):
            work.put("customer", f"c{number}", {"name": "Ada", "notes": "the same " * 1000})
        work.commit_as(LogEntry(work.commit + 1, "2026-01-01T00:00:00Z", "ada", "", ()))
    store.backup(target)
    assert target.stat().st_size < store.info()["bytes"] / 100
    store.restore(target)
    assert store.read().count("customer") >= 3000
