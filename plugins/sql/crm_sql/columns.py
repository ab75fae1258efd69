"""Typed columns beside the documents: one table for each record type, made from the documents and always rebuildable.

Which columns there are is written down in the store, so that whoever changes a document keeps all of them right, those
of plugins that are not there too.
"""

import hashlib
from collections.abc import Container, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any, Final

import orjson
from attrs import frozen
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Double,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    bindparam,
    delete,
    insert,
    select,
)

from crm_sql.reading import SqlReader, loaded, walked
from crm_sql.tables import shapes
from crmcore import ColumnShape, StoreBroken, column_value

PIECE: Final = 2000
"""Rows that are written with one statement."""

_LONGEST: Final = 50
"""Letters of a name as databases take it: PostgreSQL cuts at 63 bytes."""

_TEXT: Final = Text().with_variant(Text(collation="C"), "postgresql")
_TYPES: Final[Mapping[str, Any]] = {"text": _TEXT, "texts": _TEXT, "key": _TEXT, "ratio": Double()}
"""The types of columns by the name of their form; all others are whole numbers."""


@frozen(eq=False)
class Typed:
    """The table of a record type and its columns, by the names that they have in crmcore."""

    table: Table
    columns: tuple[ColumnShape, ...]

    def __contains__(self, name: str) -> bool:
        return name in self.table.c

    def row(self, key: str, document: Mapping[str, Any]) -> dict[str, Any]:
        """Return the row of a document; `odd` says that a value has no place in its column."""
        values = {shape.name: column_value(shape, document) for shape in self.columns}
        odd = [name for name, value in values.items() if not isinstance(value, int | float | str | None)]
        return {"key": key, "odd": int(bool(odd)), **values, **dict.fromkeys(odd)}


def known_shapes(connection: Connection, where: str = "the store") -> dict[str, tuple[ColumnShape, ...]]:
    """Return the columns that are kept, by record type; raises `StoreBroken`."""
    found: dict[str, list[ColumnShape]] = {}
    for row in connection.execute(select(shapes).order_by(shapes.c.record, shapes.c.name)):
        try:
            shape = ColumnShape(str(row.name), tuple(orjson.loads(row.path)), str(row.form), bool(row.indexed))
        except (ValueError, TypeError) as error:
            raise StoreBroken(
                f"what {where} says of the column {row.name!r} of {row.record!r} is damaged", todo="Restore a backup."
            ) from error
        found.setdefault(row.record, []).append(shape)
    return {record: tuple(each) for record, each in found.items()}


def kept(connection: Connection, where: str = "the store") -> dict[str, Typed]:
    """Return the tables of the record types that have typed columns, by record type."""
    return {record: typed(record, columns) for record, columns in known_shapes(connection, where).items()}


@lru_cache(256)
def typed(record: str, columns: tuple[ColumnShape, ...]) -> Typed:
    """Return the table of a record type, as SQLAlchemy sees it."""
    made = [Column(_named(shape.name), _type(shape), key=shape.name, nullable=True) for shape in columns]
    name = _named(f"record_{record}")
    keys = Column("key", _TEXT, primary_key=True), Column("odd", Integer, nullable=False)
    indexes = [
        Index(_named(f"{name}:{shape.name}"), column)
        for shape, column in zip(columns, made, strict=True)
        if shape.indexed
    ]
    odd = Index(_named(f"{name}:odd"), keys[1], sqlite_where=keys[1] == 1, postgresql_where=keys[1] == 1)
    return Typed(Table(name, MetaData(), *keys, *made, odd, *indexes), columns)


def has_odd(reader: SqlReader, found: Typed) -> bool:
    """Whether there is a document with a value that has no place in its column."""
    return bool(reader.asked(select(found.table.c.key).where(found.table.c.odd == 1).limit(1)))


def _type(shape: ColumnShape) -> Any:
    return _TYPES.get(shape.form.partition(":")[0], BigInteger())


def _named(name: str) -> str:
    """Return a name as databases take it."""
    if len(name.encode()) <= _LONGEST:
        return name
    return f"{name.encode()[: _LONGEST - 13].decode(errors='ignore')}~{hashlib.sha256(name.encode()).hexdigest()[:12]}"


def keep(connection: Connection, columns: Mapping[str, Typed], table: str, changed: Mapping[str, bytes]) -> None:
    """Bring the typed columns of a table's documents up to date; an empty body stands for one that was removed."""
    found = columns.get(table)
    if found is None:
        return
    keys, rows = iter(changed), (found.row(key, loaded(body, table, key)) for key, body in changed.items() if body)
    while piece := list(islice(keys, PIECE)):
        connection.execute(
            delete(found.table).where(found.table.c.key == bindparam("id")), [{"id": one} for one in piece]
        )
    _insert(connection, found, rows)


def _insert(connection: Connection, found: Typed, rows: Iterable[Mapping[str, Any]]) -> None:
    left = iter(rows)
    statement = insert(found.table)
    while piece := list(islice(left, PIECE)):
        connection.execute(statement, piece)


def missing(known: Mapping[str, Sequence[ColumnShape]], wanted: Mapping[str, Sequence[ColumnShape]]) -> list[str]:
    """Return the record types of which columns are wanted that are not kept, or not in this form."""
    return [record for record, columns in wanted.items() if not {*columns} <= {*known.get(record, ())}]


def grow(connection: Connection, wanted: Mapping[str, Sequence[ColumnShape]]) -> None:
    """Make anew the tables of the record types that lack some of these columns; what else they keep stays."""
    known = known_shapes(connection)
    for record in missing(known, wanted):
        both = {shape.name: shape for shape in (*known.get(record, ()), *wanted[record])}
        connection.execute(delete(shapes).where(shapes.c.record == record))
        connection.execute(insert(shapes), [_noted(record, shape) for shape in both.values()])
        if record in known:
            typed(record, known[record]).table.drop(connection)
        columns = tuple(sorted(both.values(), key=lambda shape: shape.name))
        _make(connection, record, typed(record, columns))


def restore(connection: Connection, wanted: Mapping[str, Sequence[ColumnShape]], held: Container[str]) -> None:
    """Make all tables anew from the documents that stand there now, and those that are wanted of what the store holds."""
    for record, columns in known_shapes(connection).items():
        typed(record, columns).table.drop(connection, checkfirst=True)
        connection.execute(delete(shapes).where(shapes.c.record == record))
    grow(connection, {record: columns for record, columns in wanted.items() if record in held})


def _make(connection: Connection, record: str, found: Typed) -> None:
    found.table.create(connection)
    rows = walked(connection, record)
    _insert(connection, found, (found.row(row.key, loaded(row.body, record, row.key)) for row in rows))


def _noted(record: str, shape: ColumnShape) -> dict[str, Any]:
    path = orjson.dumps(shape.path).decode()
    return {"record": record, "name": shape.name, "path": path, "form": shape.form, "indexed": int(shape.indexed)}
