"""Records that the database finds: chosen and ordered by typed columns, given as the documents that they stand for."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, Final

from sqlalchemy import Row, Select, and_, select

from crm_sql.columns import Typed, has_odd, kept
from crm_sql.comparing import Unsupported
from crm_sql.compiling import Compiler, Place
from crm_sql.reading import SqlReader, loaded, sound_body
from crm_sql.tables import documents
from crmcore import Document, StoreError
from crmcore.engines import Column, Field, Sought, Term, type_of

_PIECE: Final = 500
"""Documents that are fetched at once."""

_SORTABLE: Final = frozenset({"fixed", "text", "days", "boolean", "ratio"})


def find(reader: SqlReader, sought: Sought) -> Iterator[tuple[str, Document]] | None:
    """Return what is sought; None where the typed columns cannot tell exactly."""
    rows = answered(reader, sought, lambda compiler, found: _asked(compiler, found, sought))
    return None if rows is None else _documents(reader, type_of(sought.record).name, [row[0] for row in rows])


def answered(
    reader: SqlReader, sought: Sought, made: Callable[[Compiler, Typed], Select[Any]]
) -> Sequence[Row[Any]] | None:
    """Return what a database answers to a question of what is sought; None where the typed columns cannot tell exactly."""
    tables = kept(reader.connection, reader.url)
    name = type_of(sought.record).name
    if name not in tables:
        return None
    compiler = Compiler(tables, sought.world, sought.day)
    try:
        asked = made(compiler, tables[name])
    except Unsupported:
        return None
    if any(has_odd(reader, tables[one]) for one in (name, *compiler.used)):
        return None
    try:
        return reader.asked(asked)
    except StoreError as error:
        if "integer overflow" in error.message:
            return None
        raise


def _asked(compiler: Compiler, found: Typed, sought: Sought) -> Select[Any]:
    place = Place(sought.record, found.table)
    rules = [compiler.truth(rule, place) for rule in sought.where]
    name = type_of(sought.record).name
    made = select(found.table.c.key).where(and_(*rules)) if rules else select(found.table.c.key)
    if not rules and not sought.order:
        made = select(documents.c.key).where(documents.c.record == name).order_by(documents.c.place)
    elif sought.order:
        for term, largest in sought.order:
            by = _position(compiler, term, place)
            made = made.order_by(by.desc().nulls_last() if largest else by.asc().nulls_last())
        made = made.order_by(found.table.c.key)
    else:
        same = and_(documents.c.record == name, documents.c.key == found.table.c.key)
        made = made.join(documents, same).order_by(documents.c.place)
    if sought.limit is not None:
        made = made.limit(sought.limit)
    return made.offset(sought.offset) if sought.offset else made


def _position(compiler: Compiler, term: Term, place: Place) -> Any:
    """Return what a list is sorted by: of moments, the moment itself."""
    if term.result_kind().name == "instant":
        if not isinstance(term, Column | Field) or (
            isinstance(term, Field) and (term.soft or term.default is not None)
        ):
            raise Unsupported(term)
        name = term.steps[0].name if isinstance(term, Column) else term.name
        compiler.value(term, place)
        return place.table.c[name]
    value = compiler.value(term, place)
    if value.shape not in _SORTABLE:
        raise Unsupported(term)
    return value.sql


def _documents(reader: SqlReader, table: str, keys: Sequence[str]) -> Iterator[tuple[str, Document]]:
    left = iter(keys)
    while piece := list(islice(left, _PIECE)):
        question = select(documents.c.key, documents.c.body, documents.c.sum).where(
            documents.c.record == table, documents.c.key.in_(piece)
        )
        bodies = {row.key: sound_body(row, table, reader.url) for row in reader.asked(question)}
        for key in piece:
            yield key, loaded(bodies[key], table, key)
