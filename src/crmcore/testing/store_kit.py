"""The tests that every store must pass, as a class to inherit.

A store's own test file needs no more than this::

    class TestMyStore(StoreConformance):
        def make_store(self, tmp_path): return open_mine(f"mine://{tmp_path}/crm")
        def open_again(self, store, patience): return open_mine(f"{store.url}?timeout={patience}")
"""

from crmcore.testing.store_backups import BackupTests
from crmcore.testing.store_documents import DocumentTests
from crmcore.testing.store_units import UnitTests


class StoreConformance(DocumentTests, UnitTests, BackupTests):
    """Inherit it, name the subclass ``Test...`` and provide `make_store` and `open_again`."""
