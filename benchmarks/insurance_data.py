"""An insurer as Parquet files: 100,000 policies with 1,000,000 instalments and payments, and 100,000 claims; seeded."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from generate import AS_OF, ZONE, _ids, _known, _money

Table = Any
"""A table, or column, of Arrow; pyarrow has no types."""

TODAY = (AS_OF - date(1970, 1, 1)).days
LINES = ("life", "medical", "accident", "motor", "home", "liability")


def generate(folder: Path, policies: int, seed: int = 1) -> None:
    """Write the files; instalments and payments are ten for each policy, claims and customers as many as policies."""
    random = np.random.default_rng(seed)
    for name, table in tables(policies, random):
        (folder / name).mkdir(parents=True, exist_ok=True)
        pq.write_table(table, folder / name / "part-00000.parquet", compression="zstd")
    company = {"currency": "EUR", "zone": ZONE, "settings": {}}
    (folder / "company.json").write_text(json.dumps(company), encoding="utf-8")


def tables(number: int, random: Any) -> Any:
    """Yield each record type with its rows, which stand in no order."""
    ids = _ids("c", np.arange(number * 4 // 5))
    yield "customer", pa.table({"id": ids, "name": ids})
    products = pa.array(LINES)
    yield (
        "insurance_product",
        pa.table({"id": products, "name": products, "line": products, "renewal_days": pa.array([14, 30] * 3)}),
    )
    agents = _ids("a", np.arange(500))
    left = _known(_dates(TODAY - random.integers(-50, 900, 500)), random.random(500) < 0.1)
    yield "insurance_agent", pa.table({"id": agents, "name": agents, "left_on": left})
    yield "policy", _policies(number, ids, agents, random)
    keys = _ids("P", np.arange(number))
    many = number * 10
    owner = keys.take(pa.array(random.integers(0, number, many)))
    due = TODAY - random.integers(-10, 1500, many)
    settled = _known(_dates(due + random.integers(-5, 25, many)), random.random(many) < 0.95)
    premium = {"policy": owner, "due": _dates(due), "settled_on": settled, "amount": _amounts(many, 100, random)}
    yield "premium", pa.table({"id": _ids("i", np.arange(many)), **premium})
    paid = {"policy": owner, "on": _dates(due + 3), "amount": _amounts(many, 100, random)}
    yield "premium_payment", pa.table({"id": _ids("y", np.arange(many)), **paid})
    yield from _claims(number, keys, random)


def _policies(number: int, ids: Table, agents: Table, random: Any) -> Table:
    starts = TODAY - random.integers(-20, 1800, number)
    issued = starts - random.integers(0, 20, number)
    renewed = random.random(number) < 0.5
    ended = random.random(number) < 0.15
    states = pa.array(["lapsed", "surrendered", "in_force", "quoted"])
    is_issued = random.random(number) < 0.95
    state = np.where(is_issued, np.where(ended, random.integers(0, 2, number), 2), 3)
    return pa.table(
        {
            "id": _ids("P", np.arange(number)),
            "holder": ids.take(pa.array(random.integers(0, len(ids), number))),
            "product": pa.array(LINES).take(pa.array(random.integers(0, len(LINES), number))),
            "agent": _known(
                agents.take(pa.array(random.integers(0, len(agents), number))), random.random(number) < 0.95
            ),
            "state": states.take(pa.array(state)),
            "applied_on": _dates(issued - 2),
            "issued_on": _known(_dates(issued), is_issued),
            "starts": _known(_dates(starts), is_issued),
            "ends": _known(_dates(starts + 364), is_issued),
            "paid_until": _known(
                _dates(np.minimum(starts + random.integers(300, 400, number), starts + 364)), is_issued
            ),
            "ended_on": _known(_dates(starts + random.integers(1, 365, number)), is_issued & ended),
            "renewed_on": _known(_dates(starts + 350), is_issued & renewed),
            "premium": _amounts(number, 1000, random),
            "loading": _shares(np.where(random.random(number) < 0.05, 25, 0)),
        }
    )


def _claims(number: int, keys: Table, random: Any) -> Any:
    occurred = TODAY - random.integers(0, 1500, number)
    ids = _ids("C", np.arange(number))
    claims = {
        "policy": keys.take(pa.array(random.integers(0, number, number))),
        "occurred_on": _dates(occurred),
        "reported_on": _dates(occurred + random.integers(0, 30, number)),
        "reserve": _money(np.where(random.random(number) < 0.3, random.integers(1, 400_000, number), 0)),
    }
    yield "claim", pa.table({"id": ids, **claims})
    out = {
        "claim": ids,
        "on": _dates(occurred + random.integers(10, 200, number)),
        "amount": _amounts(number, 900, random),
    }
    yield "claim_payment", pa.table({"id": _ids("o", np.arange(number)), **out})


def _dates(days: Any) -> Table:
    return pa.array(np.asarray(days, np.int32)).cast(pa.date32())


def _amounts(number: int, mean: int, random: Any) -> Table:
    return _money(random.integers(1, mean * 200, number))


def _shares(hundredths: Any) -> Table:
    return pc.cast(_money(hundredths), pa.decimal128(14, 6))
