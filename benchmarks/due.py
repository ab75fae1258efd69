"""How many placements of the CDNOW sample are due for review on each day, and how many of them really move.

python benchmarks/due.py
"""

import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

import crmcore
from crmcore.desk.segments import due_per_day

ROOT = Path(__file__).parent.parent
DAY = date(1998, 6, 30)
DAYS = 14


def run(folder: Path, *arguments: str | Path) -> None:
    """Run Python in a folder, silently; raises if it fails."""
    subprocess.run([sys.executable, *arguments], cwd=folder, check=True, capture_output=True)


def main() -> None:
    """Print one row per day."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        source = ROOT / "examples/cdnow"
        run(folder, source / "convert.py", source / "CDNOW_sample.txt", folder)
        run(folder, "-m", "crmcore", "init", "--currency", "USD", "--zone", "UTC")
        run(folder, "-m", "crmcore", "import", "customers.csv", "--as", "customer")
        run(folder, "-m", "crmcore", "import", "purchases.csv", "--as", "purchase", "--map", "cds=-")
        opened = crmcore.open(folder / "crm.json")
        opened.classify(DAY)
        report(opened)


def report(crm: crmcore.Crm) -> None:
    """Print how many placements are due per day, and in the mean."""
    state = crm.state()
    due = [(day, count) for day, count in due_per_day(state, crm.schemes, DAYS + 1).rows if day > DAY]
    print(f"placements: {len(crm.schemes) * sum(1 for _ in state.book.customers())}")
    for day, count in due:
        print(day, count)
    print("mean per day:", round(sum(count for _, count in due) / len(due), 1))


if __name__ == "__main__":
    main()
