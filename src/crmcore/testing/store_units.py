"""The tests of how a store changes."""
# ruff: noqa: S101, PLR2004 - tests assert, and compare with small numbers

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from attrs import evolve

from crmcore.errors import Invalid, Overtaken, StoreError, StoreLocked
from crmcore.storage.log_chain import link_of, verify, vouching, without_values
from crmcore.store import ERASED, FORMAT, Change, LogEntry, Store, outcome, promises_of
from crmcore.testing.store_base import StoreHooks, entry, put


def _fail_half_way(store: Store) -> None:
    with store.write() as work:
        work.delete("customer", "c1")
        raise ZeroDivisionError


def _counted(store: Store) -> bool:
    """Count one up, unless somebody else was faster."""
    with store.write() as work:
        found = work.get("counter", "all") or {}
        work.put("counter", "all", {"n": found["n"] + 1})
        try:
            work.commit_as(entry())
        except Overtaken:
            return False
    return True


class UnitTests(StoreHooks):
    """Changes are whole, ordered, logged and seen by nobody too early."""

    def test_a_store_exists_once_it_was_created_and_not_before(self, tmp_path: Path) -> None:
        """Creating twice is refused and harms nothing."""
        store = self.make_store(tmp_path)
        assert not store.exists()
        with pytest.raises(StoreError):
            store.read()
        with pytest.raises(StoreError), store.write():
            pass
        store.create()
        assert store.exists()
        put(store, "customer", "c1", {"name": "Ada"})
        with pytest.raises(StoreError):
            store.create()
        assert store.read().get("customer", "c1") == {"name": "Ada"}

    def test_a_new_store_is_empty_and_sound(self, store: Store) -> None:
        """Nothing is in it, and asking for what is not there is no error."""
        reader = store.read()
        assert reader.commit == 0
        assert reader.tables() == ()
        assert reader.count("customer") == 0
        assert reader.get("customer", "c1") is None
        assert list(reader.items("customer")) == []
        assert list(store.log()) == []
        assert store.check() == ()

    def test_a_unit_of_work_sees_its_own_changes_and_nobody_else_does(self, store: Store) -> None:
        """Readers get the last committed state at once, while a writer is at work."""
        put(store, "customer", "c1", {"name": "Ada"})
        other = self.open_again(store, 0.1)
        with store.write() as work:
            work.put("customer", "c1", {"name": "Eve"})
            work.put("task", "t1", {})
            work.delete("customer", "c2")
            assert work.get("customer", "c1") == {"name": "Eve"}
            assert work.tables() == ("customer", "task")
            assert work.count("task") == 1
            assert work.commit == 1
            for handle in (store, other):
                assert handle.read().get("customer", "c1") == {"name": "Ada"}
                assert handle.read().tables() == ("customer",)
            assert work.commit_as(entry()) == 2
            assert work.commit == 2
            assert other.read().get("customer", "c1") == {"name": "Eve"}

    def test_leaving_without_a_commit_discards_the_changes(self, store: Store) -> None:
        """On purpose or by an error."""
        put(store, "customer", "c1", {"name": "Ada"})
        with store.write() as work:
            work.put("customer", "c1", {"name": "Eve"})
        with pytest.raises(ZeroDivisionError):
            _fail_half_way(store)
        assert store.read().get("customer", "c1") == {"name": "Ada"}
        assert store.read().commit == 1
        assert put(store, "customer", "c2", {}) == 2

    def test_a_unit_of_work_ends_with_its_commit(self, store: Store) -> None:
        """Afterwards it can be read but not changed."""
        with store.write() as work:
            work.put("customer", "c1", {"name": "Ada"})
            work.commit_as(entry())
            with pytest.raises(StoreError):
                work.put("customer", "c2", {})
            with pytest.raises(StoreError):
                work.delete("customer", "c1")
            with pytest.raises(StoreError):
                work.commit_as(entry())
        assert work.get("customer", "c1") == {"name": "Ada"}
        with store.write() as work:
            pass
        with pytest.raises(StoreError):
            work.put("customer", "c2", {})
        assert store.read().count("customer") == 1

    def test_a_reader_keeps_the_state_it_was_given(self, store: Store) -> None:
        """Later commits do not show in it, not even while it walks through a table."""
        put(store, "customer", "c1", {"name": "Ada"})
        put(store, "customer", "c2", {"name": "Bob"})
        before = store.read()
        walk = before.items("customer")
        next(walk)
        put(store, "customer", "c1", {"name": "Eve"})
        with store.write() as work:
            work.delete("customer", "c2")
            work.commit_as(entry())
        assert list(walk) == [("c2", {"name": "Bob"})]
        assert before.get("customer", "c1") == {"name": "Ada"}
        assert before.commit == 2
        assert store.read().commit == 4

    def test_commits_are_numbered_and_logged_without_a_gap(self, store: Store) -> None:
        """Entries come back as they were given, with their numbers."""
        with store.write() as work:
            work.put("customer", "c1", {"name": "Ada"})
            given = entry("first 牙", Change("customer", "c1", None, {"name": "Ada", "tags": ["x"]}))
            assert work.commit_as(given) == 1
        with store.write() as work:
            work.delete("customer", "c1")
            assert work.commit_as(entry("second", Change("customer", "c1", {"name": "Ada"}, None))) == 2
        with store.write() as work:
            assert work.commit_as(entry("nothing changed")) == 3
        for handle in (store, self.open_again(store, 30)):
            first, second, third = handle.log()
            assert first == LogEntry(1, given.at, "ada", "first 牙", given.changes)
            assert (second.commit, second.changes) == (2, (Change("customer", "c1", {"name": "Ada"}, None),))
            assert (third.commit, third.changes) == (3, ())
            assert list(handle.log(since=1)) == [second, third]
            assert list(handle.log(since=3)) == []
        assert store.read().commit == 3
        assert store.check() == ()

    def test_the_log_is_a_chain(self, store: Store, tmp_path: Path) -> None:
        """Each entry is tied to the one before, through backups too."""
        for number in range(3):
            put(store, "customer", "c1", {"number": number})
        first = verify(store.log())
        assert (first.commits, first.unsealed, first.problems) == (3, 0, ())
        store.backup(tmp_path / "backup")
        store.restore(tmp_path / "backup")
        put(store, "customer", "c1", {"number": 4})
        assert verify(self.open_again(store, 30).log(), first.head).problems == ()
        assert verify(store.log(since=2)).problems == ()

    def test_logged_values_can_be_erased(self, store: Store) -> None:
        """In the commit that erases them elsewhere; the chain holds, and later commits go on with it."""
        put(store, "customer", "c1", {"name": "Ada"})
        put(store, "customer", "c2", {"name": "Bob"})
        first, second = store.log()
        less = without_values(first, "put", (Change("customer", "c1", None, {}),))
        with store.write() as work:
            work.put("customer", "c1", {})
            vouched = Change(ERASED, "c1", None, vouching([less]))
            assert work.commit_as(entry("erase", vouched), [less]) == 3
        assert put(store, "customer", "c2", {"name": "Bo"}) == 4
        for handle in (store, self.open_again(store, 30)):
            assert list(handle.log())[:2] == [less, second]
            found = verify(handle.log(), link_of(second))
            assert (found.commits, found.erased, found.problems) == (4, 1, ())
            assert handle.check() == ()

    def test_an_entry_that_cannot_be_logged_stops_the_commit(self, store: Store) -> None:
        """Nothing is written, and a sound entry can follow."""
        with store.write() as work:
            work.put("customer", "c1", {})
            with pytest.raises(Invalid):
                work.commit_as(entry("bad", Change("customer", "c1", None, {"value": float("nan")})))
            assert store.read().commit == 0
            assert work.commit_as(entry()) == 1

    def test_a_unit_that_is_alone_lets_no_other_be(self, store: Store) -> None:
        """Another one waits, then is told so; the first is not disturbed."""
        other = self.open_again(store, 0.2)
        with store.write(serializable=not promises_of(store).one_writer) as work:
            work.put("customer", "c1", {})
            began = time.monotonic()
            with pytest.raises(StoreLocked), ThreadPoolExecutor(1) as pool:
                pool.submit(put, other, "customer", "c2", {}).result()
            assert time.monotonic() - began >= 0.2
            work.commit_as(entry())
        assert put(other, "customer", "c2", {}) == 2

    def test_who_comes_second_to_change_a_document_is_told_both_values(self, store: Store) -> None:
        """Only where units run beside each other; what they do to other documents does not disturb."""
        other = self.open_again(store, 0.2)
        put(store, "customer", "c1", {"phone": "0"})
        if promises_of(store).one_writer:
            return
        with store.write() as first, other.write() as second:
            for work, phone in ((first, "1"), (second, "2")):
                work.put("customer", "c1", {"phone": phone})
            assert first.commit_as(entry()) == 2
            with pytest.raises(Overtaken) as caught:
                second.commit_as(entry())
        assert caught.value.differences == (("phone", "2", "1"),)
        with store.write() as first, other.write() as second:
            first.put("customer", "c1", {"phone": "3"})
            second.put("customer", "c2", {})
            assert (first.commit_as(entry()), second.commit_as(entry())) == (3, 4)
        assert dict(store.read().items("customer")) == {"c1": {"phone": "3"}, "c2": {}}
        assert [logged.commit for logged in store.log()] == [1, 2, 3, 4]

    def test_one_can_ask_later_what_became_of_a_unit(self, store: Store) -> None:
        """The log keeps the name that it was given."""
        with store.write() as work:
            work.put("customer", "c1", {})
            work.commit_as(evolve(entry(), token="first"))  # noqa: S106 - it is no password
        put(store, "customer", "c2", {})
        assert outcome(self.open_again(store, 30), "first") == 1
        assert outcome(store, "first", since=1) == outcome(store, "second") == 0

    def test_units_of_work_build_on_each_other(self, store: Store) -> None:
        """Four threads that count to a hundred together lose nothing."""
        put(store, "counter", "all", {"n": 0})

        def count() -> None:
            handle = self.open_again(store, 60)
            for _ in range(25):
                while not _counted(handle):
                    pass

        threads = [threading.Thread(target=count) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert store.read().get("counter", "all") == {"n": 100}
        assert store.read().commit == 101
        assert [logged.commit for logged in store.log()] == list(range(1, 102))

    def test_a_store_tells_about_itself(self, store: Store) -> None:
        """Its address, format, last commit and size."""
        put(store, "customer", "c1", {})
        put(store, "task", "t1", {})
        info = store.info()
        assert (info["url"], info["format"], info["commit"]) == (store.url, FORMAT, 2)
        assert info["documents"] == {"customer": 1, "task": 1}
        assert info["bytes"] > 0
