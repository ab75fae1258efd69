"""The default store keeps what every store promises."""

import pytest

from crmcore.storage.tinydb_store import open_tinydb
from crmcore.testing.store_kit import StoreConformance


class TestTinyDBStore(StoreConformance):
    def make_store(self, tmp_path):
        return open_tinydb(f"tinydb:///{tmp_path}/crm.json")

    def open_again(self, store, patience):
        return open_tinydb(f"{store.url}?timeout={patience}")


def test_a_kit_without_a_store_says_what_is_missing(tmp_path):
    with pytest.raises(NotImplementedError):
        StoreConformance().make_store(tmp_path)
    with pytest.raises(NotImplementedError):
        StoreConformance().open_again(None, 1)
