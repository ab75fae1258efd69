"""Lakes for tests: the records of a store, or made-up ones, as Parquet files."""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from crmcore.app import Crm
from crmcore.entities import Record, type_of
from crmcore.kinds import Kind
from crmcore.storage.json_values import decode_value

TYPES = {
    "text": pa.string(),
    "texts": pa.list_(pa.string()),
    "boolean": pa.bool_(),
    "ratio": pa.float64(),
    "money": pa.decimal128(24, 6),
    "integer": pa.int64(),
    "date": pa.date32(),
    "instant": pa.date32(),
}


def arrow_type(kind: Kind) -> pa.DataType:
    return TYPES.get(kind.name) or pa.decimal128(30, kind.scale)


def company_file(folder: Path, currency: str = "EUR", zone: str = "Europe/Berlin", **more: Any) -> Path:
    """Write what a lake says of its company, and return the lake."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "company.json").write_text(json.dumps({"currency": currency, "zone": zone, **more}))
    return folder


def lake_of(crm: Crm, folder: Path, parts: int = 2) -> Path:
    """Write the records of a store as a lake, each type in several files, and return its folder."""
    state = crm.state()
    company_file(folder, state.company.currency, state.company.zone.key)
    for cls in crm.classes.values():
        records = list(state.book.all(cls))
        if records:
            write(folder, cls, records, crm.catalogue.column_kinds(cls), parts)
    return folder


def write(folder: Path, cls: type[Record], records: Iterable[Record], kinds: Mapping[str, Kind], parts: int) -> None:
    listed = list(records)
    columns = {name: [value_of(record, name, kind) for record in listed] for name, kind in kinds.items()}
    table = pa.table({name: pa.array(values, arrow_type(kinds[name])) for name, values in columns.items()})
    place = folder / type_of(cls).name
    place.mkdir(exist_ok=True)
    size = -(-len(listed) // parts)
    for number in range(parts):
        pq.write_table(table.slice(number * size, size), place / f"part-{number}.parquet")


def value_of(record: Record, name: str, kind: Kind) -> Any:
    if "." not in name:
        found = getattr(record, name)
        return list(found) if isinstance(found, tuple) else found
    return decode_value(kind, record.fields.get(name))


def customers(folder: Path, *ids: str, **columns: list[Any]) -> Path:
    """Write customers by hand, with other columns as they are given."""
    return table(folder, "customer", {"id": list(ids), "name": list(ids), **columns})


def purchases(folder: Path, *rows: tuple[str, date, Any], money: Any = None) -> Path:
    """Write purchases by hand: customer, day and amount."""
    owners, days, amounts = zip(*rows, strict=True) if rows else ((), (), ())
    kept = pa.array(amounts, money or pa.decimal128(18, 2))
    columns = {"id": [f"p{n}" for n in range(len(rows))], "customer": list(owners), "at": list(days), "amount": kept}
    return table(folder, "purchase", columns)


def table(folder: Path, name: str, columns: Mapping[str, Any]) -> Path:
    place = folder / name
    place.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(dict(columns)), place / "all.parquet")
    return folder
