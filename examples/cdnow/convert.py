"""Turn the CDNOW sample (fixed width) into two CSV files that `crm import` reads.

    python convert.py CDNOW_sample.txt FOLDER

Each line of the sample is `` master_id sample_id yyyymmdd cds dollars``. The customers keep their id in the sample; the
id in the master file becomes their name, since the data has no names.
"""

import csv
import sys
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

Bought = tuple[str, str, str, str, str]
"""Master id, sample id, ISO date, number of CDs, dollars."""


def purchases(lines: Iterable[str]) -> Iterator[Bought]:
    """Yield what each line of the sample says; raises `ValueError` for a line that says something else."""
    for number, line in enumerate(lines, start=1):
        try:
            master, sample, day, cds, dollars = line.split()
            yield master, sample, date.fromisoformat(day).isoformat(), cds, dollars
        except ValueError as error:
            raise ValueError(f"line {number} is not one of the sample: {line!r}") from error


def convert(source: Path, folder: Path) -> tuple[int, int]:
    """Write ``customers.csv`` and ``purchases.csv`` to a folder; return how many rows each has."""
    bought = list(purchases(source.read_text(encoding="ascii").splitlines()))
    known = dict.fromkeys((sample, f"CDNOW {master}") for master, sample, *_ in bought)
    folder.mkdir(parents=True, exist_ok=True)
    write(folder / "customers.csv", [("id", "name"), *known])
    write(folder / "purchases.csv", [("customer", "at", "cds", "amount"), *(row[1:] for row in bought)])
    return len(known), len(bought)


def write(path: Path, rows: Iterable[Iterable[str]]) -> None:
    """Write one CSV file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


if __name__ == "__main__":
    if len(sys.argv[1:]) != len(("source", "folder")):
        sys.exit(__doc__)
    customers, bought = convert(*map(Path, sys.argv[1:]))
    sys.stdout.write(f"{customers} customers, {bought} purchases\n")
