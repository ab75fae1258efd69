"""Bulk: the rules of all schemes for all customers at once, on Polars, DuckDB or Spark.

The grammar is compiled to Narwhals; what an engine answers is what the row evaluator answers, cell by cell.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

from crmcore import CrmError, EngineKind, hookimpl

if TYPE_CHECKING:
    from crmcore.engines import Engine

_OPTIONS = {
    "polars": {},
    "duckdb": {},
    "pyspark": {
        "master": "address of the cluster, as spark://host:7077, sc://host:15002 or local[4]; local[*] unless given"
    },
}


@hookimpl
def crm_engines() -> list[EngineKind]:
    return [EngineKind(name, _version_of(name), _opener_of(name), options) for name, options in _OPTIONS.items()]


def _version_of(name: str) -> Callable[[], str]:
    def version() -> str:
        _check_installed(name)
        found: str = import_module(f"crm_bulk.engines.{name}_engine").version()
        return found

    return version


def _opener_of(name: str) -> "Callable[[Mapping[str, str]], Engine]":
    def opened(options: Mapping[str, str]) -> "Engine":
        _check_installed(name)
        from crm_bulk.answering import BulkEngine  # noqa: PLC0415 - loads what only a run needs

        module = import_module(f"crm_bulk.engines.{name}_engine")
        if name == "pyspark":
            return BulkEngine(lambda: module.opened(options))
        return BulkEngine(module.PolarsBackend if name == "polars" else module.DuckdbBackend)

    return opened


def _check_installed(name: str) -> None:
    missing = [library for library in ("narwhals", "numpy", "pyarrow", name) if find_spec(library) is None]
    if missing:
        extra = "" if name == "polars" else f"[{name}]"
        raise CrmError(
            f"the engine {name!r} needs {' and '.join(missing)}, which is not installed",
            todo=f'Run `pip install "crm-bulk{extra}"`.',
        )
