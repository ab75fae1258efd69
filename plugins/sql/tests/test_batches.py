"""Columns that databases keep are, value by value, those that the bulk engine makes of documents."""

from types import SimpleNamespace

import pytest
from crm_bulk.scopes import Wanted
from crm_bulk.store_source import StoreTables
from crm_sql import open_postgresql, open_sqlite
from postgres_kit import address
from test_finding import cases, fill
from vocabulary import FIELDS, RECORDS

from crmcore.engines import World
from crmcore.storage.json_values import decode_value
from crmcore.work.company import company

OPENERS = {
    "sqlite": lambda folder: open_sqlite(f"sqlite:///{folder}/crm.db"),
    "postgresql": lambda _: open_postgresql(address()),
}


class Documents:
    """A reader that gives documents only."""

    def __init__(self, reader):
        self.items, self.count = reader.items, reader.count


def every_column(record_class):
    """Every physical column that an engine may ask of a record type."""
    for column in record_class.__crm__.columns:
        if column.name != "id":
            yield Wanted((column,), "moment" if column.kind.name == "instant" else "value").own
            if column.refers_to:
                yield Wanted((column,), "key")
    for field in FIELDS:
        if field.on is record_class:
            yield Wanted((), "moment" if field.result_kind().name == "instant" else "value", field)
            if field.soft:
                yield Wanted((), "stated", field)


def columns_of(reader, world, record_class):
    """Every column by name, with its values by id."""
    tables = StoreTables(SimpleNamespace(frame=lambda table: table), reader, world)
    wanted = tuple(every_column(record_class))
    table = tables.scan(record_class, wanted)
    ids = table.column("id").to_pylist()
    return {one.name: dict(zip(ids, table.column(one.name).to_pylist(), strict=True)) for one in wanted}, tables


@pytest.mark.parametrize("kind", OPENERS)
def test_every_column_is_what_the_documents_say(kind, tmp_path):
    seen = 0
    for number, (given, _, _) in enumerate(cases(5, 4, 2)):
        (tmp_path / str(number)).mkdir()
        reader = fill(OPENERS[kind](tmp_path / str(number)), given).read()
        world = World({}, {}, given.zone, company("USD", "UTC").money_digits, decode_value)
        for record_class in RECORDS:
            ours, tables = columns_of(reader, world, record_class)
            theirs, _ = columns_of(Documents(reader), world, record_class)
            assert ours == theirs
            seen += len(ours) * (bool(tables._keys) and not tables._documents)
    assert seen
