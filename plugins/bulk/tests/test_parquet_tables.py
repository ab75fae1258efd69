"""Folders of Parquet files: every cell is that of the row evaluator, and what is inexact is refused with its column."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import attrs
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from crm_bulk.days import day_number
from crm_bulk.encoding import Unfit
from crm_bulk.engines.polars_engine import PolarsBackend
from crm_bulk.parquet_tables import ParquetTables
from crm_bulk.plan import Plan
from crm_bulk.rows import KEY
from crm_bulk.scopes import Wanted
from equality_kit import batches, differences, expected, roots_of
from vocabulary import FIELDS

from crmcore import CrmError
from crmcore.engines import World, type_of
from crmcore.records import Customer, Purchase

TYPES = {
    "text": pa.string(),
    "texts": pa.list_(pa.string()),
    "boolean": pa.bool_(),
    "money": pa.decimal128(20, 6),
    "integer": pa.int32(),
    "date": pa.date32(),
    "instant": pa.timestamp("us", "Asia/Tokyo"),
}
DAYS = {**TYPES, "instant": pa.date32()}


def type_for(kind, types):
    return types.get(kind.name) or pa.decimal128(30, kind.scale)


def lake_of(records, folder, types=TYPES, parts=2):
    """Write records as files, a folder for each type, and return the folder."""
    for record_class in {type(record) for record in records}:
        found = [record for record in records if type(record) is record_class]
        columns = {"id": pa.array([record.id for record in found])}
        for column in type_of(record_class).columns:
            values = [getattr(record, column.name) for record in found]
            columns[column.name] = pa.array(values, type_for(column.kind, types))
        for field in (each for each in FIELDS if each.on is record_class):
            raws = [record.fields.get(field.name) for record in found]
            if field.soft:
                days = [raw and date.fromisoformat(raw["on"]) for raw in raws]
                columns[f"{field.name}@on"] = pa.array(days, pa.date32())
                raws = [raw and raw["value"] for raw in raws]
            raws = [getattr(raw, "value", raw) for raw in raws]
            columns[field.name] = pa.array(raws, type_for(field.result_kind(), types))
        write(folder, type_of(record_class).name, pa.table(columns), parts)
    return folder


def write(folder, name, table, parts=1):
    (folder / name).mkdir(parents=True)
    size = -(-len(table) // parts) or 1
    for number in range(parts):
        pq.write_table(table.slice(number * size, size), folder / name / f"{number}.parquet", row_group_size=7)


def all_of_one_kind(given, change):
    """Return facts with each date or moment in a column of moments changed, as a column of files holds one kind."""

    def changed(record):
        columns = [column.name for column in type_of(type(record)).columns if column.kind.name == "instant"]
        made = {name: change(value, given.zone) for name in columns if (value := getattr(record, name)) is not None}
        moments = {each.name for each in FIELDS if each.result_kind().name == "instant"}
        fields = {
            name: change(value, given.zone) if name in moments else value for name, value in record.fields.items()
        }
        return attrs.evolve(record, **made, fields=fields)

    return attrs.evolve(given, records=tuple(map(changed, given.records)))


def to_moment(value, zone):
    return value if isinstance(value, datetime) else datetime.combine(value, time(), zone).astimezone(UTC)


def to_day(value, zone):
    return value.astimezone(zone).date() if isinstance(value, datetime) else value


def plan_of(batch, backend, folder):
    world = World(batch.given.settings, {}, batch.given.zone)
    plan = Plan(world, ParquetTables(backend, folder, world), day_number(batch.given.as_of))
    plan.read(roots_of(batch), batch.schemes)
    return plan


@pytest.mark.parametrize(("change", "types"), [(to_moment, TYPES), (to_day, DAYS)], ids=["moments", "days"])
def test_every_cell_is_that_of_the_row_evaluator(quick_backend, tmp_path, change, types):
    for number, batch in enumerate(batches(31, companies=30, schemes=5, roots=5)):
        found = attrs.evolve(batch, given=all_of_one_kind(batch.given, change))
        folder = lake_of(found.given.records, tmp_path / str(number), types)
        assert differences(expected(found), quick_backend, plan_of(found, quick_backend, folder)) == []


def test_values_become_columns_alike_on_every_engine(backend, tmp_path):
    table = pa.table(
        {
            "id": [1, 2, 3],
            "customer": ["A", "b", None],
            "at": pa.array([-62134732800000, 253401181323000, None], pa.timestamp("ms", "UTC")),
            "amount": pa.array([Decimal("1.2500000000"), Decimal(-7), None], pa.decimal128(38, 10)),
            "cost": [0.1, -1234567.654321, None],
            "channel": pa.array(["Straße", None, "x"]).dictionary_encode(),
            "tags": [["Ä", "b"], [], None],
        }
    )
    write(tmp_path, "purchase", table.drop_columns("tags"), 2)
    write(tmp_path, "customer", table.select(["id", "tags"]).append_column("name", table["customer"]), 2)
    world = World({}, {}, ZoneInfo("UTC"))
    tables = ParquetTables(backend, tmp_path, world)

    def columns(record_class, **parts):
        wanted = [Wanted((type_of(record_class).column(name),), part) for name, part in parts.items()]
        rows = backend.collect(tables.scan(record_class, wanted)).to_pylist()
        return [tuple(row[one.name] for one in wanted) for row in sorted(rows, key=lambda row: row[KEY])]

    found = columns(Purchase, customer="key", at="moment", amount="value", cost="value", channel="value")
    assert found == [
        ("A", -62134732800000000, 1_250_000, 100_000, "strasse"),
        ("b", 253401181323000000, -7_000_000, -1_234_567_654_321, None),
        (None, None, None, None, "x"),
    ]
    assert columns(Customer, tags="value") == [("\x1fä\x1fb\x1f",), ("\x1f",), ("\x1f",)]
    assert tables.extent(Purchase, Wanted((type_of(Purchase).column("amount"),), "value")) == (-7_000_000, 1_250_000)


REFUSED = {
    "more digits": ("amount", pa.array([Decimal("0.00000001")], pa.decimal128(20, 8)), "amount='1 rows'.*6 digits"),
    "digits far behind": (
        "amount",
        pa.array([Decimal("2.5" + "0" * 28 + "1")], pa.decimal128(38, 30)),
        "amount='1 r",
    ),
    "a rounded float": ("amount", pa.array([1 / 3]), "amount='1 rows'.*6 digits"),
    "text for money": ("amount", pa.array(["12.5"]), "column amount, which is no money"),
    "a time without zone": ("at", pa.array([0], pa.timestamp("us")), "which is no instant"),
    "nanoseconds": ("at", pa.array([0], pa.timestamp("ns", "UTC")), "which is no instant|NANOS"),
    "not a number": ("amount", pa.array([float("nan")]), "amount='1 rows'"),
    "infinity": ("amount", pa.array([float("inf")]), "amount='1 rows'"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_inexact_is_refused(backend, tmp_path, name):
    column, values, said = REFUSED[name]
    columns = {"id": ["p"], "customer": ["c"], "at": pa.array([date(2024, 1, 1)]), "amount": pa.array([1])}
    write(tmp_path, "purchase", pa.table({**columns, column: values}))
    tables = ParquetTables(backend, tmp_path, World({}, {}, ZoneInfo("UTC")))
    wanted = Wanted((type_of(Purchase).column(column),), "moment" if column == "at" else "value")
    with pytest.raises(CrmError, match=said):
        backend.collect(tables.scan(Purchase, [wanted]))


def test_a_day_that_clocks_went_past_is_refused(tmp_path):
    columns = {"id": ["p"], "customer": ["c"], "at": pa.array([date(2011, 12, 30)]), "amount": pa.array([1])}
    write(tmp_path, "purchase", pa.table(columns))
    tables = ParquetTables(PolarsBackend(), tmp_path, World({}, {}, ZoneInfo("Pacific/Apia")))
    with pytest.raises(Unfit, match="clocks went past"):
        tables.scan(Purchase, [Wanted((type_of(Purchase).column("at"),), "moment")])


def test_missing_columns_are_unknown_and_missing_folders_empty(quick_backend, tmp_path):
    write(tmp_path, "customer", pa.table({"id": ["c"]}))
    tables = ParquetTables(quick_backend, tmp_path, World({}, {}, ZoneInfo("UTC")))
    wanted = [Wanted((type_of(Customer).column(name),), "value") for name in ("province", "tags")]
    assert quick_backend.collect(tables.scan(Customer, wanted)).to_pylist() == [
        {"id": "c", "value:province": None, "value:tags": "\x1f"}
    ]
    amount = Wanted((type_of(Purchase).column("amount"),), "value")
    assert quick_backend.collect(tables.scan(Purchase, [amount])).num_rows == 0
    assert tables.rows(Purchase) == 0
    assert tables.extent(Purchase, amount) is None


def test_a_column_that_every_record_needs_is_asked_for(tmp_path: Path):
    write(tmp_path, "purchase", pa.table({"id": ["p"], "amount": [1]}))
    tables = ParquetTables(PolarsBackend(), tmp_path, World({}, {}, ZoneInfo("UTC")))
    with pytest.raises(CrmError, match="no column at"):
        tables.scan(Purchase, [Wanted((type_of(Purchase).column("at"),), "moment")])


def test_only_columns_that_are_needed_are_read(tmp_path):
    """A column whose pages are destroyed does no harm to who does not read it."""
    days = [date(2024, 1, 1) + timedelta(n) for n in range(50)]
    table = pa.table({"id": [f"p{n}" for n in range(50)], "customer": ["c"] * 50, "at": days, "amount": range(50), "note": ["z" * 50] * 50})  # fmt: skip
    write(tmp_path, "purchase", table)
    path = tmp_path / "purchase" / "0.parquet"
    destroy(path, "note")
    tables = ParquetTables(PolarsBackend(), tmp_path, World({}, {}, ZoneInfo("UTC")))
    frame = tables.scan(Purchase, [Wanted((type_of(Purchase).column("amount"),), "value")])
    assert PolarsBackend().collect(frame).column("value:amount").to_pylist() == [n * 10**6 for n in range(50)]


def destroy(path, column):
    found = pq.ParquetFile(path).metadata
    data = bytearray(path.read_bytes())
    for number in range(found.num_row_groups):
        group = found.row_group(number)
        place = next(n for n in range(found.num_columns) if found.schema.column(n).path == column)
        chunk = group.column(place)
        start = chunk.dictionary_page_offset or chunk.data_page_offset
        data[start : start + chunk.total_compressed_size] = b"\xff" * chunk.total_compressed_size
    path.write_bytes(bytes(data))
