"""What placing changed customers anew costs beside classifying everybody: each time the store is opened and read again.

    python benchmarks/bulk_changed.py [--customers 4000] [--rounds 3]

A file store and one in SQLite, with ten purchases a customer. One purchase each is added to some customers in one unit of
work, which places them in all bundled schemes; beside it stands `classify --full` of all of them.
"""

import argparse
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, time
from decimal import Decimal
from pathlib import Path
from time import process_time

import polars as pl
from generate import AS_OF, ZONE, generate

import crmcore
from crmcore.app import Crm
from crmcore.opening import create
from crmcore.work.company import company

SHARES = (0.001, 0.01, 0.1)
STORES = {"file": "crm.json", "SQLite": "sqlite:///{}/crm.db"}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--customers", type=int, default=4000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        generate(Path(made, "data"), given.customers)
        for name, place in STORES.items():
            url = place.format(made) if "{}" in place else str(Path(made, place))
            print_store(name, url, Path(made, "data"), given.rounds)


def print_store(name: str, url: str, data: Path, rounds: int) -> None:
    """Print what one store takes."""

    def best(work: Callable[[Crm], object]) -> float:
        return min(timed(url, work) for _ in range(rounds))

    ids = filled(url, data)
    opened(url).classify(AS_OF, engine="polars")
    full = best(lambda crm: crm.classify(AS_OF, full=True, engine="polars"))
    rows = best(lambda crm: crm.classify(AS_OF, full=True, engine="python"))
    reading = best(lambda crm: crm.state().customer(ids[0]))
    print(
        f"\n| {len(ids):,} customers, {name} store, {full:.2f} s for a full run | of a full run on Polars |\n|---|--:|"
    )
    print(f"| full run, row by row | {rows / full:.2f} |\n| opening, and reading one customer | {reading / full:.3f} |")
    for share in SHARES:
        some = ids[:: round(1 / share)]
        taken = best(lambda crm, some=some: bought(crm, some))
        print(f"| {share:.1%} changed | {taken / full:.3f} |", flush=True)


def opened(store: str) -> Crm:
    """Return a store on the day of the runs: on an earlier day a unit would look up what was known then."""
    crm = crmcore.open(store, actor="bench")
    crm.clock = lambda: datetime.combine(AS_OF, time(12), UTC)
    return crm


def filled(store: str, data: Path) -> list[str]:
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


def timed(store: str, work: Callable[[Crm], object]) -> float:
    """Return the processor time of opening a store and doing something with it."""
    started = process_time()
    work(opened(store))
    return process_time() - started


if __name__ == "__main__":
    main()
