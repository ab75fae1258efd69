"""Runs one version of the bulk benchmark, each time that it is told to, and says what that took.

    python benchmarks/bulk_worker.py VERSION FOLDER A|B

For every line of input it runs once and prints {"wall", "cpu", "peak"}; ``peak`` is the process's so far, in MB. A line
that names a folder has the answers written into it.
"""

import json
import sys
import time
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from zoneinfo import ZoneInfo

from bulk_answers import Result, Task, write
from generate import AS_OF, ZONE

VERSIONS = {
    "polars": "bulk_ours:run",
    "duckdb": "bulk_ours:run_duckdb",
    "pyspark": "bulk_ours:run_pyspark",
    "polars by hand": "bulk_polars:run",
    "duckdb by hand": "bulk_duckdb:run",
    "pandas by hand": "bulk_pandas:run",
    "30 schemes": "schemes_ours:run",
    "30 schemes by hand": "schemes_polars:run",
    "lifetimes": "bulk_reference:run_lifetimes",
    "pymc-marketing": "bulk_reference:run_pymc_marketing",
    "insurance": "insurance_ours:run",
    "insurance on duckdb": "insurance_ours:run_duckdb",
    "insurance by hand": "insurance_polars:run",
    "insurance in SQL by hand": "insurance_duckdb:run",
    "1 scheme": "bulk_schemes:run_1",
    "10 schemes": "bulk_schemes:run_10",
    "50 schemes": "bulk_schemes:run_50",
}


def version(name: str) -> Callable[[Task], Result]:
    """Return what runs a version; its libraries are imported now."""
    module, _, function = VERSIONS[name].partition(":")
    found: Callable[[Task], Result] = getattr(import_module(module), function)
    return found


def task(folder: str, outputs: str) -> Task:
    return Task(Path(folder), AS_OF, ZoneInfo(ZONE), whole=outputs == "B")


def peak() -> float:
    """Return the most memory in MB that this process has held; ``ru_maxrss`` would count what started it as well."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM:"))


def main() -> None:
    name, folder, outputs = sys.argv[1:]
    run = partial(version(name), task(folder, outputs))
    for line in sys.stdin:
        wall, cpu = time.perf_counter(), time.process_time()
        result = run()
        taken = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
        if line.strip():
            write(result, Path(line.strip()))
        del result  # its memory is not the next run's
        sys.stdout.write(json.dumps({**taken, "peak": peak()}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
