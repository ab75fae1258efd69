"""SQLite keeps what every store promises."""

import sqlite3
import stat

import pytest
from crm_sql import open_sqlite

from crmcore import StoreBroken, StoreError, StoreTooNew
from crmcore.testing.store_base import entry, put
from crmcore.testing.store_kit import StoreConformance


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
    assert "customer 'c1' in the store is damaged" in told
    assert "the change log lacks commit 2" in told
    with pytest.raises(StoreBroken):
        store.read().get("customer", "c1")
