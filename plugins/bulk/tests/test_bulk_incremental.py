"""Whatever is recorded in whatever order, a store classified in bulk is the store that is classified row by row."""

from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from test_incremental import SMALL, Company, catalogue

from crmcore.app import Crm
from crmcore.testing.memory_store import MemoryStore


def content(store: MemoryStore) -> dict[str, Any]:
    """Return everything that a store holds, in its order, and what its log says."""
    reader = store.read()
    held = {table: list(reader.items(table)) for table in reader.tables()}
    return {**held, "log": [(entry.why, entry.changes) for entry in store.log()]}


class Twice(Crm):
    """Classifies a copy row by row and itself in bulk, and compares."""

    def classify(self, *given: Any, **more: Any) -> Any:
        copy = MemoryStore()
        copy._shelf.state, copy._shelf.lines = self.store._shelf.state, list(self.store._shelf.lines)
        by_rows = Crm(copy, self.catalogue, self.actor, clock=self.clock).classify(*given, engine="python", **more)
        in_bulk = super().classify(*given, engine="polars", **more)
        assert (in_bulk.moves, in_bulk.evaluated, in_bulk.fitted) == (by_rows.moves, by_rows.evaluated, by_rows.fitted)
        assert content(self.store) == content(copy)
        return in_bulk


class BulkCompany(Company):
    """The company of the law of incremental placement, whose runs are made in bulk."""

    plugins = (SMALL, "bulk")

    def __init__(self) -> None:
        super().__init__()
        self.crm = Twice(self.crm.store, catalogue(*self.plugins), "ada", clock=self.now)


def test_a_store_classified_in_bulk_is_the_store_classified_row_by_row():
    run_state_machine_as_test(
        BulkCompany,
        settings=settings(
            max_examples=6,
            stateful_step_count=25,
            derandomize=True,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
            print_blob=False,
        ),
    )
