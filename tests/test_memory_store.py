"""The store in memory keeps what every store promises, so that tests with it can be believed."""

from crmcore.testing.memory_store import MemoryStore
from crmcore.testing.store_kit import StoreConformance


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
