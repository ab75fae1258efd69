"""What placing changed customers anew costs beside classifying everybody: each time the store is opened and read again.

    python benchmarks/bulk_changed.py [--customers 4000]

A file store with ten purchases a customer. One purchase each is added to some customers in one unit of work, which places
them in all bundled schemes; beside it stands `classify --full` of all of them on Polars.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import polars as pl
from generate import AS_OF, ZONE, generate

import crmcore
from crmcore.app import Crm
from crmcore.opening import create
from crmcore.work.company import company

SHARES = (0.001, 0.01, 0.1)
ROUNDS = 3


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--customers", type=int, default=4000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        generate(folder / "data", given.customers)
        store = folder / "crm.json"
        ids = filled(store, folder / "data")
        opened(store).classify(AS_OF, engine="polars")
        full = best(lambda: timed(store, lambda crm: crm.classify(AS_OF, full=True, engine="polars")))
        rows = best(lambda: timed(store, lambda crm: crm.classify(AS_OF, full=True, engine="python")))
        print(f"| {len(ids):,} customers, file store | of a full run on Polars |\n|---|--:|")
        print(f"| full run, row by row | {rows / full:.2f} |")
        reading = best(lambda: timed(store, lambda crm: crm.state().customer(ids[0])))
        print(f"| opening and reading alone | {reading / full:.3f} |")
        for share in SHARES:
            some = ids[:: round(1 / share)]
            taken = best(lambda some=some: timed(store, lambda crm: bought(crm, some)))
            print(f"| {share:.1%} changed | {taken / full:.3f} |")


def opened(store: Path) -> Crm:
    return crmcore.open(store, actor="bench")


def filled(store: Path, data: Path) -> list[str]:
    """Put the generated records into a new store and return the customers' ids."""
    crm = opened(store)
    create(crm, company("EUR", ZONE))
    customers = pl.read_parquet(data / "customer" / "*.parquet").filter(pl.col("archived_at").is_null())
    ids = customers["id"].to_list()
    with crm.unit("customers") as unit:
        for row in customers.select("id", "name", "kind").iter_rows(named=True):
            unit.add(crmcore.Customer(**row))
    purchases = pl.read_parquet(data / "purchase" / "*.parquet").filter(pl.col("customer").is_in(ids))
    with crm.unit("purchases") as unit:
        for row in purchases.iter_rows(named=True):
            unit.add(crmcore.Purchase(**row))
    return ids


def bought(crm: Crm, customers: list[str]) -> None:
    with crm.unit("changed") as unit:
        for customer in customers:
            unit.add(crmcore.Purchase(customer=customer, at=AS_OF, amount=Decimal(10)))


def timed(store: Path, work: Callable[[Crm], object]) -> float:
    """Return the processor time of opening a store and doing something with it."""
    started = time.process_time()
    work(opened(store))
    return time.process_time() - started


def best(measure: Callable[[], float]) -> float:
    return min(measure() for _ in range(ROUNDS))


if __name__ == "__main__":
    main()
