"""SQLite keeps what every store promises."""

from crm_sql import open_sqlite

from crmcore.testing.store_kit import StoreConformance


class TestSqliteStore(StoreConformance):
    def make_store(self, tmp_path):
        return open_sqlite(f"sqlite:///{tmp_path}/crm.db")

    def open_again(self, store, patience):
        return open_sqlite(f"{store.url}?timeout={patience}")
