"""Turn the telco churn file into two CSV files that `crm import` reads: customers, and their monthly bills.

    python convert.py Telco-Customer-Churn.csv.gz FOLDER [first|second]

The file says of each customer how many months it has been one, what a month costs, and whether it left in the month
after. It has no dates: here the last month before that is December 2017. So each customer has a bill on the first day
of its months up to then, and those who stayed have one more, on 1 January 2018. With `first` or `second` every other
customer is taken: rules can be found on one half and judged on the other.
"""

import csv
import gzip
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path

STAYED = date(2018, 1, 1)
"""The day of the bill that only those have who stayed."""

FIELDS = {"telco.contract": "Contract", "telco.internet": "InternetService", "telco.payment": "PaymentMethod"}
HALVES = {"first": slice(0, None, 2), "second": slice(1, None, 2)}


def customer(row: Mapping[str, str]) -> tuple[str, ...]:
    """Return a customer as `crm import` takes it; the data has no names."""
    return row["customerID"], f"Telco {row['customerID']}", "person", *(row[name] for name in FIELDS.values())


def bills(row: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    """Yield a customer's bills, the latest first."""
    ages = range(int(row["tenure"]) + 1) if row["Churn"] == "No" else range(1, int(row["tenure"]) + 1)
    for age in ages:
        month = STAYED.year * 12 - age
        yield row["customerID"], date(month // 12, month % 12 + 1, 1).isoformat(), row["MonthlyCharges"]


def convert(source: Path, folder: Path, half: str = "") -> tuple[int, int]:
    """Write ``customers.csv`` and ``bills.csv`` to a folder; return how many rows each has."""
    with gzip.open(source, "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))[HALVES.get(half, slice(None))]
    billed = [bill for row in rows for bill in bills(row)]
    folder.mkdir(parents=True, exist_ok=True)
    write(folder / "customers.csv", [("id", "name", "kind", *FIELDS), *map(customer, rows)])
    write(folder / "bills.csv", [("customer", "at", "amount"), *billed])
    return len(rows), len(billed)


def write(path: Path, rows: Iterable[Iterable[str]]) -> None:
    """Write one CSV file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


if __name__ == "__main__":
    given = sys.argv[1:]
    if len(given) not in {2, 3} or (given[2:] and given[2] not in HALVES):
        sys.exit(__doc__)
    customers, billed = convert(Path(given[0]), Path(given[1]), *given[2:])
    sys.stdout.write(f"{customers} customers, {billed} bills\n")
