"""What a commit reads of a database, it reads as if it had read everything: placements are those of a fresh run."""

import tempfile

import pytest
from crm_sql import open_sqlite
from crm_sql.reading import SqlReader
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from test_incremental import SMALL, Company, catalogue

from crmcore.work import linking
from crmcore.work.shapes import shape


@pytest.fixture(autouse=True)
def _always_by_index(monkeypatch):
    monkeypatch.setattr(linking, "_FEW", 0)


def test_a_company_in_a_database_is_placed_as_a_fresh_run_would(tmp_path, monkeypatch):
    asked = []
    linked = SqlReader.linked
    monkeypatch.setattr(SqlReader, "linked", lambda *given: asked.append(given[1:3]) or linked(*given))

    class Kept(Company):
        plugins = (SMALL,)

        def make_store(self):
            store = open_sqlite(f"sqlite:///{tempfile.mkdtemp(dir=tmp_path)}/crm.db")
            shape(store, catalogue(*self.plugins, "sql"))
            return store

    run_state_machine_as_test(
        Kept,
        settings=settings(
            max_examples=4,
            stateful_step_count=20,
            derandomize=True,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
            print_blob=False,
        ),
    )
    assert {("purchase", "customer"), ("purchase_line", "purchase"), ("customer", "parent")} <= {*asked}
