"""The store in memory keeps what every store promises, so that tests with it can be believed."""

import pytest

pytest.register_assert_rewrite("crmcore.testing")

from crmcore.testing.memory_store import MemoryStore  # noqa: E402 - as below
from crmcore.testing.store_kit import StoreConformance  # noqa: E402 - its assertions were registered first


class TestMemoryStore(StoreConformance):
    def make_store(self, tmp_path):
        return MemoryStore()

    def open_again(self, store, patience):
        return store.another(patience)


def test_what_is_in_it_can_be_counted():
    store = MemoryStore()
    store.create()
    assert store.info()["documents"] == {}
    assert store.check() == ()
