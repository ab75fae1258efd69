"""Customers and what they did, as Parquet files: one folder per record type, seeded, as skewed as CDNOW.

    python benchmarks/generate.py DIR [--customers 10000] [--seed 1]

Ten purchases a customer in the mean, over 18 months: more than half of the customers bought once or twice, a few some
hundred times. Amounts are lognormal, 3 in 100 are returns; some amounts, costs and directions are unknown, some rows lie
in the future. Written in pieces of 100,000 customers, so memory does not grow with their number. Rows stand in no order.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

AS_OF = date(2026, 6, 30)
ZONE = "Europe/Berlin"
MONTHS_18 = 546
PIECE = 100_000
SOFT = ("interest", "has_motive", "can_pay", "cannot_buy", "targeted")
SECOND = 1_000_000

Table = Any
"""A table, or column, of Arrow; pyarrow has no types."""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--customers", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    rows = generate(given.folder, given.customers, given.seed)
    sys.stdout.write(", ".join(f"{number:,} {name} records" for name, number in rows.items()) + f" in {given.folder}\n")


def generate(folder: Path, customers: int, seed: int = 1, piece: int = PIECE) -> dict[str, int]:
    """Write the files and return how many records of each type there are."""
    written: dict[str, int] = {}
    for number, first in enumerate(range(0, customers, piece)):
        for name, table in tables(first, min(piece, customers - first), np.random.default_rng([seed, number])):
            target = folder / name
            target.mkdir(parents=True, exist_ok=True)
            pq.write_table(table, target / f"part-{number:05}.parquet", compression="zstd")
            written[name] = written.get(name, 0) + table.num_rows
    company = {"currency": "EUR", "zone": ZONE, "settings": {}}
    (folder / "company.json").write_text(json.dumps(company), encoding="utf-8")
    return written


def tables(first: int, number: int, random: Any) -> Iterator[tuple[str, Table]]:
    """Yield the tables of one piece."""
    ids = _ids("c", np.arange(first, first + number))
    yield "customer", _customers(ids, random)
    yield "purchase", _purchases(ids, first, random)
    yield "interaction", _interactions(ids, first, random)


def _customers(ids: Table, random: Any) -> Table:
    number = len(ids)
    kinds = pa.array(["person", "organization", "partner"])
    kind = kinds.take(pa.array(random.choice(3, number, p=(0.9, 0.09, 0.01))))
    archived = (AS_OF - date(1970, 1, 1)).days - random.integers(1, 300, number).astype(np.int32)
    columns = {
        "id": ids,
        "name": pc.binary_join_element_wise("Customer", ids, " "),
        "kind": _known(kind, random.random(number) < 0.95),
        "archived_at": _known(pa.array(archived).cast(pa.date32()), random.random(number) < 0.002),
    }
    for name in SOFT:
        held = random.random(number) < 0.08
        stated = (AS_OF - date(1970, 1, 1)).days + 1 - random.geometric(0.01, number).astype(np.int32)
        stated += np.where(random.random(number) < 0.02, 400, 0).astype(np.int32)
        columns[f"lifecycle.{name}"] = _known(pa.array(random.random(number) < 0.4), held)
        columns[f"lifecycle.{name}@on"] = _known(pa.array(stated).cast(pa.date32()), held)
    return pa.table(columns)


def _purchases(ids: Table, first: int, random: Any) -> Table:
    customers = len(ids)
    shape, mean = 0.2, 10 / 0.95 - 1
    times = 1 + random.poisson(random.gamma(shape, mean / shape, customers))
    times[random.random(customers) < 0.05] = 0
    begun = random.random(customers) ** 1.5 * MONTHS_18
    ended = np.minimum(begun + random.exponential(400, customers), MONTHS_18)
    owner = np.repeat(np.arange(customers), times)
    random.shuffle(owner)
    number = len(owner)
    day = begun[owner] + random.random(number) * (ended - begun)[owner]
    day += np.where(random.random(number) < 0.001, random.random(number) * 60, 0)
    level = 3.3 + random.normal(0, 0.5, customers)[owner]
    cents = np.rint(np.exp(random.normal(level, 0.7)) * 100).astype(np.int64) + 1
    cost = np.rint(cents * random.uniform(0.5, 1.05, number)).astype(np.int64)
    sign = np.where(random.random(number) < 0.03, -1, 1)
    return pa.table(
        {
            "id": _ids(f"p{first}_", np.arange(number)),
            "customer": ids.take(pa.array(owner)),
            "at": _moments(day),
            "amount": _known(_money(cents * sign), random.random(number) >= 0.004),
            "cost": _known(_money(cost * sign), random.random(number) >= 0.2),
        }
    )


def _interactions(ids: Table, first: int, random: Any) -> Table:
    customers = len(ids)
    number = customers // 2
    direction = pa.array(["out", "in"]).take(pa.array(random.choice(2, number, p=(0.6, 0.4))))
    return pa.table(
        {
            "id": _ids(f"i{first}_", np.arange(number)),
            "customer": ids.take(pa.array(random.integers(0, customers, number))),
            "at": _moments(random.random(number) * (MONTHS_18 + 1)),
            "direction": _known(direction, random.random(number) >= 0.01),
        }
    )


def _ids(prefix: str, numbers: Any) -> Table:
    digits = pc.utf8_lpad(pa.array(numbers).cast(pa.string()), 8, "0")
    return pc.binary_join_element_wise(prefix, digits, "")


def _moments(days: Any) -> Table:
    """Return moments so many days after the beginning of the 18 months, to the second."""
    end = datetime(AS_OF.year, AS_OF.month, AS_OF.day, tzinfo=UTC) + timedelta(days=1)
    begin = int((end - timedelta(days=MONTHS_18)).timestamp()) * SECOND
    return pa.array(begin + (days * 86_400).astype(np.int64) * SECOND, pa.timestamp("us", "UTC"))


def _money(cents: Any) -> Table:
    """Return cents as decimals of two digits: the same 128 bits, read otherwise."""
    wide = np.empty((len(cents), 2), np.int64)
    wide[:, 0], wide[:, 1] = cents, cents >> 63
    return pa.Array.from_buffers(pa.decimal128(14, 2), len(cents), [None, pa.py_buffer(wide)])


def _known(values: Table, held: Any) -> Table:
    return pc.if_else(pa.array(held), values, pa.scalar(None, values.type))


if __name__ == "__main__":
    main()
