"""Import, classify and edit the CDNOW sample, beside plain TinyDB scripts that insert the same rows.

    python benchmarks/cdnow.py

Every figure is a whole process: wall seconds and peak resident memory as the operating system reports them.
"""

import os
import platform
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parent.parent
CRM = [sys.executable, "-m", "crmcore"]

PLAIN = """
import csv, sys
from tinydb import TinyDB
db = TinyDB(sys.argv[1])
for name in ("customers", "purchases"):
    table = db.table(name)
    with open(f"{name}.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    if sys.argv[2] == "multiple":
        table.insert_multiple(rows)
    else:
        for row in rows:
            table.insert(row)
"""


def measured(command: list[str], folder: Path) -> tuple[float, float]:
    """Run a command to its end and return wall seconds and peak memory in MB; stops the benchmark if it fails."""
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = process.stderr.read() if process.stderr else b""
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{' '.join(command[:6])}: {errors.decode()}")
    return time.perf_counter() - started, usage.ru_maxrss / 1024


def main() -> None:
    """Print one row per step."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        subprocess.run(
            [sys.executable, ROOT / "examples/cdnow/convert.py", ROOT / "examples/cdnow/CDNOW_sample.txt", folder],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        steps = [
            ("crm init", [*CRM, "init", "--currency", "USD", "--zone", "UTC"]),
            ("crm import: 2,357 customers", [*CRM, "import", "customers.csv", "--as", "customer"]),
            ("crm import: 6,919 purchases", [*CRM, "import", "purchases.csv", "--as", "purchase", "--map", "cds=-"]),
            ("crm classify, 12 schemes, first time", [*CRM, "classify", "--as-of", "1998-06-30"]),
            ("crm classify, next day", [*CRM, "classify", "--as-of", "1998-07-01"]),
            ("crm customer edit", [*CRM, "customer", "edit", "0001", "--name", "Eve"]),
            ("crm customer show", [*CRM, "customer", "show", "0001"]),
            ("plain TinyDB, insert_multiple", [sys.executable, "-c", PLAIN, "multiple.json", "multiple"]),
            ("plain TinyDB, insert one by one", [sys.executable, "-c", PLAIN, "single.json", "single"]),
        ]
        names = ("crmcore", "tinydb", "orjson")
        versions = ", ".join(f"{name} {version(name)}" for name in names)
        print(
            f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {versions}"
        )
        print(f"{'step':40} {'seconds':>8} {'peak MB':>8}")
        for name, command in steps:
            seconds, memory = measured(command, folder)
            print(f"{name:40} {seconds:8.2f} {memory:8.0f}")
        print(
            f"store: {(folder / 'crm.json').stat().st_size / 1e6:.1f} MB, log: {(folder / 'crm.json.log').stat().st_size / 1e6:.1f} MB"
        )


if __name__ == "__main__":
    main()
