"""SQLite keeps what every store promises."""

import sqlite3
import stat
from functools import partial

import pytest
from company_kit import make_crm, plugin
from company_kit import put as in_crm
from crm_sql import open_sqlite, sqlite, working

from crmcore import ColumnShape, Customer, NotCommitted, StoreBroken, StoreError, StoreTooNew
from crmcore.testing.store_base import entry, put
from crmcore.testing.store_kit import StoreConformance
from crmcore.work.shapes import shape


class TestSqliteStore(StoreConformance):
    def make_store(self, tmp_path):
        return open_sqlite(f"sqlite:///{tmp_path}/crm.db")

    def open_again(self, store, patience):
        return open_sqlite(f"{store.url}?timeout={patience}")


def test_a_store_of_newer_code_is_read_if_it_says_so_and_never_written(tmp_path):
    store = open_sqlite(f"sqlite:///{tmp_path}/crm.db")
    store.create()
    put(store, "customer", "c1", {"name": "Ada"})
    for newer, is_readable in (({"format": 9, "reads": 1}, True), ({"format": 9, "reads": 9}, False)):
        with sqlite3.connect(tmp_path / "crm.db") as base:
            base.execute("UPDATE crm_store SET format = :format, reads = :reads", newer)
        with pytest.raises(StoreTooNew, match="pip install"), open_sqlite(store.url).write():
            pass
        if is_readable:
            assert open_sqlite(store.url).read().get("customer", "c1") == {"name": "Ada"}
        else:
            with pytest.raises(StoreTooNew):
                open_sqlite(store.url).read()


@pytest.mark.parametrize("content", [b"", b"not a database, but long enough to be looked at" * 40])
def test_a_file_that_is_no_store_is_refused_and_kept(tmp_path, content):
    file = tmp_path / "crm.db"
    file.write_bytes(content)
    store = open_sqlite(f"sqlite:///{file}")
    with pytest.raises(StoreError):
        store.read()
    assert store.check()
    assert file.read_bytes() == content


def test_files_are_for_their_owner_only_and_commits_are_synced(tmp_path):
    store = open_sqlite(f"sqlite:///{tmp_path}/crm.db")
    store.create()
    with store.write() as work:
        work.put("customer", "c1", {})
        work.commit_as(entry())
        assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}
    reader = store.read()
    assert reader.connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
    assert reader.connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def test_damage_is_found_and_named(tmp_path):
    store = open_sqlite(f"sqlite:///{tmp_path}/crm.db")
    store.create()
    for number in range(3):
        put(store, "customer", f"c{number}", {"name": "Ada"})
    with sqlite3.connect(tmp_path / "crm.db") as base:
        base.execute("UPDATE crm_document SET body = '{' WHERE key = 'c1'")
        base.execute("DELETE FROM crm_log WHERE number = 2")
    told = " ".join(store.check())
    assert f"customer 'c1' in {store.url} is damaged" in told
    assert "the change log lacks commit 2" in told
    with pytest.raises(StoreBroken):
        store.read().get("customer", "c1")


def test_a_file_whose_journal_was_changed_is_named_by_the_check(tmp_path):
    made = open_sqlite(f"sqlite:///{tmp_path}/crm.db")
    made.create()
    with sqlite3.connect(tmp_path / "crm.db", isolation_level=None) as other:
        other.execute("PRAGMA journal_mode = DELETE")
    other.close()
    assert made.check() == (
        f"{tmp_path}/crm.db: its journal is 'delete', so that readers and writers wait for each other",
    )


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        ("UPDATE crm_document SET body = replace(body, 'Ada', 'Eda')", "customer 'c0' in {url} is damaged"),
        ("UPDATE crm_document SET key = 'c9' WHERE key = 'c0'", "customer 'c9' in {url} is damaged"),
        ("UPDATE crm_document SET body = CAST(body AS BLOB) WHERE key = 'c0'", "customer 'c0' in {url} is damaged"),
        ("UPDATE crm_log SET line = replace(line, 'Ada', 'Eda') WHERE number = 2", "commit 2 was altered"),
        ("UPDATE crm_store SET places = 1", "later commits than it knows"),
        ("UPDATE crm_store SET commits = 'three'", "are damaged"),
        ("UPDATE crm_store SET log_link = 'other'", "does not end with the commit"),
        ("UPDATE record_customer SET name = 'eda' WHERE key = 'c1'", "columns of customer 'c1' are not what"),
        ("DELETE FROM record_customer WHERE key = 'c1'", "columns of customer 'c1' are not what"),
    ],
)
def test_whatever_is_changed_from_outside_is_named(tmp_path, harm, told):
    store = open_sqlite(f"sqlite:///{tmp_path}/crm.db")
    store.shape_by(lambda _: {"customer": [ColumnShape("name", ("name",), "text", indexed=True)]})
    store.create()
    for number in range(3):
        put(store, "customer", f"c{number}", {"name": "Ada"})
    assert store.check() == ()
    with sqlite3.connect(tmp_path / "crm.db") as base:
        base.execute(harm)
    base.close()
    assert told.format(url=store.url) in " ".join(store.check())


@pytest.mark.parametrize("harm", ["DROP TABLE record_customer", "UPDATE record_customer SET name = 'eve'"])
def test_typed_columns_are_made_anew_from_the_documents(tmp_path, harm):
    store = open_sqlite(f"sqlite:///{tmp_path}/crm.db")
    crm = make_crm(plugin("demo"), store=store)
    shape(store, crm.catalogue)
    in_crm(crm, Customer(id="c1", name="Ada"))
    assert store.check() == ()
    with sqlite3.connect(tmp_path / "crm.db") as base:
        base.execute(harm)
    base.close()
    assert store.check()
    open_sqlite(store.url).rebuild()
    assert open_sqlite(store.url).check() == ()
    assert store.read().get("customer", "c1")["name"] == "Ada"


def test_a_restore_without_room_for_the_old_state_is_refused_and_leaves_nothing(tmp_path, monkeypatch):
    store = open_sqlite(f"sqlite:///{tmp_path}/crm.db")
    store.create()
    put(store, "customer", "c1", {"name": "Ada"})
    store.backup(tmp_path / "backup")

    class Full(sqlite3.Connection):
        def backup(self, *_):
            raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(sqlite.sqlite3, "connect", partial(sqlite3.connect, factory=Full))
    with pytest.raises(NotCommitted, match="database or disk is full"):
        store.restore(tmp_path / "backup")
    monkeypatch.undo()
    assert sorted(path.name for path in tmp_path.glob("*restore*")) == []
    assert open_sqlite(store.url).read().get("customer", "c1") == {"name": "Ada"}


def test_an_id_that_is_no_utf_8_is_none_that_is_there(tmp_path):
    store = open_sqlite(f"sqlite:///{tmp_path}/crm.db")
    store.create()
    assert store.read().get("customer", "\udcff") is None
    with store.write() as work:
        assert work.get("customer", "\udcff") is None


def test_after_a_large_commit_the_database_knows_what_it_holds(tmp_path, monkeypatch):
    monkeypatch.setattr(working, "LARGE", 50)
    store = open_sqlite(f"sqlite:///{tmp_path}/crm.db")
    store.create()
    learnt = []
    for size in (49, 50):
        with store.write() as work:
            for number in range(size):
                work.put("customer", f"c{number}", {"name": "Ada"})
            work.commit_as(entry())
        with sqlite3.connect(tmp_path / "crm.db") as base:
            learnt.append(bool(base.execute("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1'").fetchall()))
        base.close()
    assert learnt == [False, True]
