"""The change log is complete or says what is missing, and never stops the work."""

from pathlib import Path

import orjson
import pytest
from store_cases import again, made, put

from crmcore.errors import NotCommitted, StoreBroken, StoreError
from crmcore.storage import change_log


@pytest.fixture
def store(tmp_path):
    return made(tmp_path / "crm.json")


@pytest.fixture
def log(tmp_path):
    return tmp_path / "crm.json.log"


def test_what_stands_behind_the_state_never_happened(store, log):
    put(store, "c1", {})
    sound = log.read_bytes()
    log.write_bytes(sound + sound.replace(b'"commit":1', b'"commit":2') + b'{"commit":3,"half')
    assert [each.commit for each in store.log()] == [1]
    assert store.check() == ()
    put(store, "c2", {"name": "Bob"})
    assert [each.why for each in store.log()] == ["put c1", "put c2"]
    assert log.read_bytes().startswith(sound)
    assert store.check() == ()


def cut_tail(log):
    log.write_bytes(log.read_bytes()[:-1])


def cut_half(log):
    log.write_bytes(log.read_bytes()[: log.stat().st_size // 2])


def replace_by_another(log):
    log.write_bytes(orjson.dumps({"commit": 9, "at": "", "actor": "", "why": "x" * 1000, "changes": []}) + b"\n")


def overwrite_the_last_entry(log):
    *before, last = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join(before) + b"#" * (len(last) - 1) + b"\n")


def end_without_a_line(log):
    log.write_bytes(log.read_bytes()[:-1] + b" ")


HARMS = [Path.unlink, cut_tail, cut_half, replace_by_another, overwrite_the_last_entry, end_without_a_line]


@pytest.mark.parametrize("harm", HARMS)
def test_a_log_that_lost_entries_is_reported_but_stops_nothing(store, log, harm):
    for number in range(3):
        put(store, f"c{number}", {"n": number})
    harm(log)
    left = log.read_bytes() if log.exists() else None
    with pytest.raises(StoreBroken, match=r"the change log lost entries: .*crm\.json\.log") as caught:
        store.log()
    assert "can be read and changed as before" in caught.value.todo
    assert store.check() == (caught.value.message,)
    assert store.read().count("customer") == 3
    assert put(store, "c3", {"n": 3}) == 4
    assert [each.commit for each in store.log(since=3)] == [4]
    with pytest.raises(StoreBroken, match="begins after commit 3"):
        store.log()
    (message,) = store.check()
    assert message.startswith("the change log begins after commit 3; earlier commits may still be read")
    assert (log.read_bytes() if log.exists() else None) == left
    put(store, "c4", {"n": 4})
    assert [each.commit for each in store.log(since=3)] == [4, 5]
    assert [document["n"] for _, document in again(store).read().items("customer")] == list(range(5))


@pytest.mark.parametrize(
    ("sound", "harmed", "message"),
    [
        (b'"put c1"', b'"put c1\x00', "{log}: the entry of commit 2 is damaged"),
        (b'{"commit":2', b'{"commit":7', "{log}: commit 7 stands where 2 is due"),
        (b'["customer","c1",null,{}]', b'["customer","c1",null   ]', "{log}: the entry of commit 2 is damaged"),
        (b'"why":"put c1"', b'"WHY":"put c1"', "{log}: the entry of commit 2 is damaged"),
        (b'"put c1"', b'"PUT c1"', "{log} was altered after it was written"),
    ],
)
def test_damage_in_the_middle_is_found_where_it_stands(store, log, sound, harmed, message):
    for number in range(3):
        put(store, f"c{number}", {})
    data = log.read_bytes()
    log.write_bytes(data.replace(sound, harmed))
    assert next(store.log()).commit == 1
    assert store.check() == (message.format(log=log),)
    if "altered" not in message:
        with pytest.raises(StoreBroken, match="commit"):
            list(store.log())
    assert put(store, "c3", {}) == 4
    log.write_bytes(data)
    assert store.read().count("customer") == 4


def test_a_log_that_shrinks_while_it_is_read_ends_with_an_error(store, log):
    put(store, "c1", {})
    first = log.read_bytes()
    put(store, "c2", {})
    told = store.log()
    log.write_bytes(first)
    with pytest.raises(StoreBroken, match="became shorter while it was read"):
        list(told)


def test_a_log_that_goes_while_it_is_read_ends_with_an_error(store, log):
    put(store, "c1", {})
    told = store.log()
    log.unlink()
    with pytest.raises(StoreError, match="there is no such file"):
        list(told)


def test_a_linked_log_is_neither_followed_nor_harmed(store, log, tmp_path):
    (tmp_path / "precious").write_text("data")
    log.symlink_to("precious")
    with pytest.raises(NotCommitted, match="it is a symbolic link"):
        put(store, "c1", {})
    assert (tmp_path / "precious").read_text() == "data"
    assert store.read().commit == 0


def test_a_new_store_does_not_overwrite_the_log_of_one_that_is_gone(store, log, tmp_path):
    put(store, "c1", {})
    kept = log.read_bytes()
    (tmp_path / "crm.json").unlink()
    store.create()
    put(store, "c2", {})
    assert log.read_bytes() == kept
    assert [each.why for each in store.log()] == ["put c2"]


def test_a_log_that_a_restore_takes_away_is_looked_up_again(store, tmp_path, monkeypatch):
    put(store, "c1", {})
    store.backup(tmp_path / "backup.gz")
    entries = change_log.entries

    def overtaken(file, facts, since):
        monkeypatch.setattr(change_log, "entries", entries)
        again(store).restore(tmp_path / "backup.gz")
        return entries(file, facts, since)

    monkeypatch.setattr(change_log, "entries", overtaken)
    assert [each.why for each in store.log()] == ["put c1"]


def test_a_log_with_an_old_number_is_never_overwritten(store, tmp_path):
    put(store, "c1", {})
    (tmp_path / "crm.json.log.7").write_text("mine")
    store.backup(tmp_path / "backup.gz")
    store.restore(tmp_path / "backup.gz")
    assert [each.commit for each in store.log()] == [1]
    assert (tmp_path / "crm.json.log.8").exists()
    assert (tmp_path / "crm.json.before-restore-1.log.7").read_text() == "mine"


def lose(store, log, how):
    """Damage the log of a store with three commits."""
    for key in ("c1", "c2", "c3"):
        put(store, key, {})
    lines = log.read_bytes().splitlines(keepends=True)
    if how == "gone":
        log.unlink()
    elif how == "gone, and written since":
        log.unlink()
        put(store, "c4", {})
    elif how == "cut":
        log.write_bytes(b"".join(lines[:2]))
    else:
        log.write_bytes(b"".join([lines[0].replace(b"ada", b"eve"), *lines[1:]]))


@pytest.mark.parametrize("how", ["gone", "gone, and written since", "cut", "altered"])
def test_a_gap_that_was_accepted_is_noted_once_and_not_reported_again(store, log, tmp_path, how):
    lose(store, log, how)
    before = store.read().commit
    assert store.check()
    assert store.accept("2026-01-01T00:00:00Z", "eve", dry_run=True)
    assert store.check()
    assert len(store.accept("2026-01-01T00:00:00Z", "eve")) == 1
    assert again(store).check() == ()
    (noted,) = store.log()
    assert (noted.commit, noted.actor, noted.at) == (before + 1, "eve", "2026-01-01T00:00:00Z")
    assert noted.why == f"accepted the store as it stands: up to commit {before} it need not agree with the change log"
    assert store.accept("2026-01-02T00:00:00Z", "eve") == ()
    put(store, "c9", {})
    assert [each.commit for each in store.log()] == [before + 1, before + 2]
    assert store.read().count("customer") == before + 1
    store.backup(tmp_path / "backup.gz")
    store.restore(tmp_path / "backup.gz")
    assert store.check() == ()
    assert len(list(store.log())) == 2


def test_a_log_that_is_lost_again_is_reported_again(store, log, tmp_path):
    lose(store, log, "gone")
    store.accept("2026-01-01T00:00:00Z", "eve")
    put(store, "c5", {})
    (tmp_path / "crm.json.log.1").unlink()
    assert store.check()
    with pytest.raises(StoreBroken, match="the change log lost entries"):
        store.log()
    put(store, "c6", {})
    with pytest.raises(StoreBroken, match="begins after commit 5"):
        store.log()


def test_a_log_of_a_sound_store_needs_no_acceptance(store):
    put(store, "c1", {})
    assert store.accept("2026-01-01T00:00:00Z", "eve") == ()
    assert store.read().commit == 1
