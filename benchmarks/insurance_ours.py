"""Four schemes of the insurance plugin on the engine of plugin bulk."""

from attrs import evolve
from bulk_answers import Result, Task
from bulk_ours import Ours
from crm_bulk.engines.backend import Backend
from crm_industry_insurance.lifecycle import lapse_risk, lifecycle
from crm_industry_insurance.worth import risk_class, value

SCHEMES = (lifecycle, lapse_risk, value, risk_class)


def _run(backend: Backend, task: Task) -> Result:
    return evolve(Ours(backend, SCHEMES).run(task), population={})


def run(task: Task) -> Result:
    """Answer on Polars."""
    from crm_bulk.engines.polars_engine import PolarsBackend  # noqa: PLC0415 - only what is measured

    return _run(PolarsBackend(), task)


def run_duckdb(task: Task) -> Result:
    """Answer on DuckDB."""
    from crm_bulk.engines.duckdb_engine import DuckdbBackend  # noqa: PLC0415 - only what is measured

    backend = DuckdbBackend()
    try:
        return _run(backend, task)
    finally:
        backend.close()
