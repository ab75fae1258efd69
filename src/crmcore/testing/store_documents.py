"""The tests of what a store keeps."""
# ruff: noqa: S101, PLR2004 - tests assert, and compare with small numbers

import random
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from crmcore.errors import Invalid
from crmcore.store import Store
from crmcore.testing.store_base import TRICKY, UNFIT, StoreHooks, entry, put
from crmcore.testing.store_machine import StoreMachine


class DocumentTests(StoreHooks):
    """Documents come back as they were put."""

    lives: ClassVar[int] = 10
    """How many generated lives a store has to live."""

    def test_everything_comes_back_exactly_as_it_was_put(self, store: Store) -> None:
        """Also what looks like a number, and keys that differ only in case or spaces."""
        with store.write() as work:
            for key, document in TRICKY.items():
                work.put("customer", key, document)
            work.commit_as(entry())
        for reader in (store.read(), self.open_again(store, 30).read()):
            assert dict(reader.items("customer")) == TRICKY
            assert reader.get("customer", "客户") == TRICKY["客户"]
            assert type((reader.get("customer", "c1") or {})["yes"]) is bool

    @pytest.mark.parametrize("unfit", UNFIT.values(), ids=UNFIT)
    def test_what_would_not_come_back_is_refused(self, store: Store, unfit: Any) -> None:
        """The unit of work can go on without it."""
        with store.write() as work:
            with pytest.raises(Invalid):
                work.put("customer", "c1", {"value": unfit})
            with pytest.raises(Invalid):
                work.put("customer", "c1", {"nested": [{"value": unfit}]})
            assert work.get("customer", "c1") is None
            work.put("customer", "c2", {"fine": True})
            work.commit_as(entry())
        assert dict(store.read().items("customer")) == {"c2": {"fine": True}}

    @pytest.mark.parametrize(("table", "key"), [("", "c1"), ("customer", "")])
    def test_a_document_needs_a_table_and_a_key(self, store: Store, table: str, key: str) -> None:
        """Neither may be empty."""
        with store.write() as work, pytest.raises(Invalid):
            work.put(table, key, {})

    def test_changing_a_document_after_putting_it_changes_nothing(self, store: Store) -> None:
        """The store keeps a copy."""
        document = {"tags": ["a"]}
        with store.write() as work:
            work.put("customer", "c1", document)
            document["tags"].append("b")
            assert work.get("customer", "c1") == {"tags": ["a"]}
            work.commit_as(entry())
            document["tags"].append("c")
        assert store.read().get("customer", "c1") == {"tags": ["a"]}

    def test_documents_stay_in_the_order_in_which_they_were_first_put(self, store: Store) -> None:
        """A replaced document keeps its place; one that was removed and put again stands last."""
        with store.write() as work:
            for key in ("b", "a", "c"):
                work.put("customer", key, {"n": 1})
            work.put("customer", "b", {"n": 2})
            work.commit_as(entry())
        put(store, "customer", "a", {"n": 3})
        assert [key for key, _ in store.read().items("customer")] == ["b", "a", "c"]
        with store.write() as work:
            work.delete("customer", "b")
            work.put("customer", "b", {"n": 4})
            assert [key for key, _ in work.items("customer")] == ["a", "c", "b"]
            work.commit_as(entry())
        assert [key for key, _ in self.open_again(store, 30).read().items("customer")] == ["a", "c", "b"]

    def test_a_table_can_be_changed_while_walking_through_it(self, store: Store) -> None:
        """The walk shows what was there when it began."""
        with store.write() as work:
            for number in range(10):
                work.put("customer", f"c{number}", {"n": number})
            work.commit_as(entry())
        with store.write() as work:
            for key, document in work.items("customer"):
                work.put("copy", key, document)
                work.delete("customer", key)
            work.commit_as(entry())
        assert store.read().tables() == ("copy",)
        assert store.read().count("copy") == 10

    def test_any_steps_leave_what_they_leave_in_a_dictionary(self, store: Store) -> None:
        """Puts, removals, commits, discarded units and other handles, in any order."""

        class Machine(StoreMachine):
            pass

        Machine.store = store
        Machine.again = lambda handle: self.open_again(handle, 30)
        unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # disks are busy at times
        run_state_machine_as_test(
            Machine, settings=settings(unhurried, max_examples=self.lives, stateful_step_count=15)
        )

    def test_a_long_random_life_ends_as_a_dictionary_would(self, store: Store) -> None:
        """Puts, removals, discarded units and reopened handles, compared after each step."""
        rng = random.Random(20261121)  # noqa: S311 - a test that repeats itself
        wanted: dict[str, dict[str, Any]] = {}
        commits = 0
        for _ in range(150):
            handle = self.open_again(store, 30) if rng.random() < 0.2 else store
            trial = {table: dict(documents) for table, documents in wanted.items()}
            with handle.write() as work:
                for _ in range(rng.randrange(1, 6)):
                    table, key = rng.choice("abc"), f"k{rng.randrange(12)}"
                    if rng.random() < 0.3:
                        work.delete(table, key)
                        trial.get(table, {}).pop(key, None)
                    else:
                        document = {"text": "x" * rng.randrange(200), "n": rng.randrange(10**9)}
                        work.put(table, key, document)
                        trial.setdefault(table, {})[key] = document
                if rng.random() < 0.8:
                    wanted, commits = trial, commits + 1
                    assert work.commit_as(entry()) == commits
            reader = store.read()
            assert {table: dict(reader.items(table)) for table in reader.tables()} == {
                table: documents for table, documents in wanted.items() if documents
            }
            for table in "abc":
                assert [key for key, _ in reader.items(table)] == list(wanted.get(table, {}))
        assert store.check() == ()
