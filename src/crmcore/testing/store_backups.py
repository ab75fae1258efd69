"""The tests of backups."""
# ruff: noqa: S101 - tests assert, and compare with small numbers

from pathlib import Path

import pytest

from crmcore.errors import StoreBroken, StoreError
from crmcore.store import Store
from crmcore.testing.memory_store import MemoryStore
from crmcore.testing.store_base import TRICKY, StoreHooks, entry, put


class BackupTests(StoreHooks):
    """A backup is complete, verified and never in the way."""

    def test_a_backup_brings_everything_back_with_its_log(self, store: Store, tmp_path: Path) -> None:
        """Into the same store after changes, and into another one."""
        for key, document in TRICKY.items():
            put(store, "customer", key, document)
        wanted, logged = list(store.read().items("customer")), list(store.log())
        target = tmp_path / "backup"
        store.backup(target)
        with store.write() as work:
            work.delete("customer", "c1")
            work.put("task", "t1", {})
            work.commit_as(entry())
        (tmp_path / "elsewhere").mkdir()
        for restored in (store, self.make_store(tmp_path / "elsewhere")):
            restored.restore(target)
            reader = self.open_again(restored, 30).read()
            assert list(reader.items("customer")) == wanted
            assert reader.tables() == ("customer",)
            assert reader.commit == len(logged)
            assert list(restored.log()) == logged
            assert restored.check() == ()
            assert put(restored, "customer", "c1", {"name": "Eve"}) == len(logged) + 1
            assert [each.commit for each in restored.log()] == list(range(1, len(logged) + 2))

    def test_a_backup_can_be_restored_by_any_other_kind_of_store(self, store: Store, tmp_path: Path) -> None:
        """There and back again."""
        for key, document in TRICKY.items():
            put(store, "customer", key, document)
        wanted, logged = list(store.read().items("customer")), list(store.log())
        elsewhere = MemoryStore()
        elsewhere.create()
        store.backup(tmp_path / "there")
        elsewhere.restore(tmp_path / "there")
        assert (list(elsewhere.read().items("customer")), list(elsewhere.log())) == (wanted, logged)
        put(elsewhere, "customer", "new", {})
        elsewhere.backup(tmp_path / "back")
        store.restore(tmp_path / "back")
        assert list(store.read().items("customer")) == [*wanted, ("new", {})]
        assert list(store.log())[:-1] == logged

    def test_a_backup_never_overwrites(self, store: Store, tmp_path: Path) -> None:
        """What is there stays."""
        target = tmp_path / "backup"
        target.write_text("mine")
        with pytest.raises(StoreError):
            store.backup(target)
        assert target.read_text() == "mine"

    def test_a_damaged_backup_is_refused_and_changes_nothing(self, store: Store, tmp_path: Path) -> None:
        """Wherever the damage is."""
        for number in range(20):
            put(store, "customer", f"c{number}", {"name": f"n{number}" * 5})
        target = tmp_path / "backup"
        store.backup(target)
        put(store, "customer", "c1", {"name": "newer"})
        whole = target.read_bytes()
        for cut in range(0, len(whole), max(1, len(whole) // 25)):
            target.write_bytes(whole[:cut])
            with pytest.raises(StoreBroken):
                store.restore(target)
        for place in range(20, len(whole), max(1, len(whole) // 25)):
            target.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
            with pytest.raises(StoreBroken):
                store.restore(target)
        with pytest.raises(StoreError):
            store.restore(tmp_path / "nowhere")
        assert store.read().get("customer", "c1") == {"name": "newer"}
        assert store.check() == ()
