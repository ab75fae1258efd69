"""The engines under test, each opened once: a session of Spark takes longer than most tests."""

from collections.abc import Iterator

import pytest
from crm_bulk.engines.backend import Backend
from crm_bulk.engines.duckdb_engine import DuckdbBackend
from crm_bulk.engines.polars_engine import PolarsBackend
from crm_bulk.engines.pyspark_engine import opened

OPEN = {"polars": PolarsBackend, "duckdb": DuckdbBackend, "pyspark": lambda: opened({"master": "local[2]"})}


@pytest.fixture(scope="session", params=OPEN)
def backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    """Each engine in turn."""
    found = OPEN[request.param]()
    yield found
    found.close()


@pytest.fixture(scope="session", params=["polars", "duckdb"])
def quick_backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    """Each engine that answers at once."""
    found = OPEN[request.param]()
    yield found
    found.close()
