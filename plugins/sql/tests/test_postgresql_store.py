"""PostgreSQL keeps what every store promises; with units that run beside each other, what such a store promises."""

from crm_sql import open_postgresql
from postgres_kit import address

from crmcore.testing.store_kit import StoreConformance


class TestPostgresqlStore(StoreConformance):
    units = "alone"

    def make_store(self, tmp_path):
        return open_postgresql(address(units=self.units))

    def open_again(self, store, patience):
        return open_postgresql(f"{store.url}&timeout={patience}")


class TestUnitsBesideEachOther(TestPostgresqlStore):
    units = "checked"
