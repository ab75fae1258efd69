"""Disks that are full, broken or dishonest: the old data stays, the message helps, the next try works."""

import errno
import os

import pytest
from store_cases import again, entry, fails, made, put

from crmcore.errors import CommitUnknown, NotCommitted, StoreError
from crmcore.storage.tinydb_store import open_tinydb


@pytest.fixture
def store(tmp_path):
    return made(tmp_path / "crm.json")


def left_aside(folder):
    return [path for path in folder.iterdir() if path.suffix == ".tmp"]


@pytest.mark.parametrize(
    "failure",
    [
        ("write", errno.ENOSPC, "the disk is full", "Make room"),
        ("write", errno.EDQUOT, "the disk quota is used up", "quota"),
        ("fsync", errno.EIO, "the disk reports a fault", "Check the disk"),
        ("replace", errno.EROFS, "the file system is read-only", "another file system"),
        ("replace", errno.ENOMEM, "Cannot allocate memory", "Repeat the command"),
    ],
)
def test_a_commit_that_fails_says_why_and_may_be_tried_again(store, tmp_path, monkeypatch, failure):
    name, code, message, todo = failure
    put(store, "c1", {"name": "Ada"})
    with store.write() as work:
        work.put("customer", "c1", {"name": "Eve"})
        mend = fails(monkeypatch, name, code)
        with pytest.raises(NotCommitted, match=f"nothing was written to .*: {message}") as caught:
            work.commit_as(entry())
        mend()
        assert todo in caught.value.todo
        assert again(store).read().get("customer", "c1") == {"name": "Ada"}
        assert left_aside(tmp_path) == []
        assert work.commit_as(entry()) == 2
    assert again(store).read().get("customer", "c1") == {"name": "Eve"}
    assert store.check() == ()


def test_a_failed_commit_gives_the_logs_space_back(store, tmp_path, monkeypatch):
    log = tmp_path / "crm.json.log"
    put(store, "c1", {})
    size = log.stat().st_size
    for name in ("replace", "fsync"):
        with monkeypatch.context() as patched:
            fails(patched, name, errno.ENOSPC)
            with pytest.raises(NotCommitted):
                put(store, "c2", {"text": "x" * 10_000})
        assert log.stat().st_size == size


def test_a_folder_that_cannot_be_synced_leaves_the_outcome_open(store, monkeypatch):
    put(store, "c1", {"name": "Ada"})
    mend = fails(monkeypatch, "fsync", errno.EIO, after=2)
    with pytest.raises(CommitUnknown, match="was written, but the disk did not confirm it") as caught:
        put(store, "c1", {"name": "Eve"})
    mend()
    assert "Look whether the change is there" in caught.value.todo
    assert store.read().get("customer", "c1") == {"name": "Eve"}
    assert store.read().commit == 2
    assert put(store, "c2", {}) == 3
    assert store.check() == ()


def test_a_file_system_that_knows_no_sync_of_folders_is_accepted(store, monkeypatch):
    put(store, "c1", {})
    fails(monkeypatch, "fsync", errno.EINVAL, after=2)
    assert put(store, "c2", {}) == 2


def test_a_system_that_takes_little_at_a_time_gets_everything_in_the_end(store, monkeypatch):
    write = os.write
    monkeypatch.setattr(os, "write", lambda file, data: write(file, bytes(data[:7])))
    put(store, "c1", {"name": "Ada", "text": "x" * 500})
    assert again(store).read().get("customer", "c1") == {"name": "Ada", "text": "x" * 500}
    assert store.check() == ()


@pytest.mark.parametrize("lie", [len, lambda data: 0], ids=["all", "nothing"])
def test_a_system_that_does_not_write_what_it_says_is_found_out(store, monkeypatch, lie):
    put(store, "c1", {"name": "Ada"})
    with monkeypatch.context() as patched:
        patched.setattr(os, "write", lambda file, data: lie(data))
        with pytest.raises(NotCommitted, match="the disk reports a fault"):
            put(store, "c1", {"name": "Eve"})
    assert again(store).read().get("customer", "c1") == {"name": "Ada"}
    assert store.check() == ()


def test_an_interrupted_commit_leaves_nothing_behind(store, tmp_path, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", interrupt)
        with pytest.raises(KeyboardInterrupt):
            put(store, "c1", {})
    assert left_aside(tmp_path) == []
    assert put(store, "c1", {}) == 1
    assert store.check() == ()


def test_creating_a_store_may_fail_as_a_whole(tmp_path, monkeypatch):
    store = open_tinydb(f"tinydb:///{tmp_path}/crm.json")
    mend = fails(monkeypatch, "replace", errno.ENOSPC)
    with pytest.raises(StoreError, match="cannot be made: the disk is full"):
        store.create()
    mend()
    assert not store.exists()
    assert left_aside(tmp_path) == []
    store.create()


@pytest.mark.parametrize("lay", [os.symlink, os.link])
def test_a_link_laid_in_the_way_of_a_new_file_is_not_followed(store, tmp_path, monkeypatch, lay):
    (tmp_path / "precious").write_text("data")
    monkeypatch.setattr(os, "urandom", bytes)
    lay(tmp_path / "precious", tmp_path / f".crm.json.{bytes(8).hex()}.tmp")
    monkeypatch.setattr("crmcore.storage.tinydb_store.sweep", lambda path: None)
    with pytest.raises(NotCommitted, match="nothing was written"):
        put(store, "c1", {})
    assert (tmp_path / "precious").read_text() == "data"


@pytest.mark.parametrize(("given", "kept"), [(0o600, 0o600), (0o400, 0o400), (0o640, 0o600), (0o666, 0o600)])
def test_a_write_never_gives_more_rights_than_the_file_had_and_never_others_any(store, tmp_path, given, kept):
    (tmp_path / "crm.json").chmod(given)
    put(store, "c1", {})
    assert (tmp_path / "crm.json").stat().st_mode & 0o777 == kept


def test_a_write_keeps_owner_and_group_where_the_system_lets_it(store, tmp_path, monkeypatch):
    asked = []
    mine = (tmp_path / "crm.json").stat()
    monkeypatch.setattr(os, "geteuid", lambda: mine.st_uid + 1)
    monkeypatch.setattr(os, "fchown", lambda _, owner, group: asked.append((owner, group)))
    put(store, "c1", {})
    assert asked == [(mine.st_uid, mine.st_gid)]


def test_a_file_of_somebody_else_is_not_taken_over(store, tmp_path, monkeypatch):
    def refused(*_):
        raise PermissionError(errno.EPERM, "Operation not permitted")

    put(store, "c1", {})
    backup = tmp_path / "backup"
    store.backup(backup)
    before = {path.name: path.read_bytes() for path in tmp_path.glob("crm.json*") if "earlier" not in path.name}
    owner = (tmp_path / "crm.json").stat().st_uid
    with monkeypatch.context() as patched:
        patched.setattr(os, "geteuid", lambda: owner + 1)
        patched.setattr(os, "fchown", refused)
        for write in (lambda: put(store, "c2", {}), lambda: store.restore(backup)):
            with pytest.raises(NotCommitted, match=f"crm.json belongs to another user \\(number {owner}\\)"):
                write()
    kept = {
        path.name: path.read_bytes()
        for path in tmp_path.glob("crm.json*")
        if "before-restore" not in path.name and "earlier" not in path.name
    }
    assert kept.keys() - {"crm.json.lock"} == before.keys() - {"crm.json.lock"}
    assert kept["crm.json"] == before["crm.json"]
    assert left_aside(tmp_path) == []
    assert put(store, "c2", {}) == 2
