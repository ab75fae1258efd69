"""What a store shows of one committed state, read piece by piece while nobody waits for it."""

import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import orjson
from attrs import frozen
from sqlalchemy import Connection, Row, Select, bindparam, func, select

from crm_sql.databases import Database, complaining
from crm_sql.tables import FORMAT, documents, facts, sum_of
from crmcore import Document, StoreBroken, StoreError, StoreTooNew

if TYPE_CHECKING:
    from crmcore.engines import Group, Sought, Term

PIECE: Final = 2000
"""Documents that are fetched at once while a table is walked through."""

REMEMBERED: Final = 100_000
"""Documents, or that there is none, that a reader remembers: its state never changes."""

ASKED: Final = 500
"""Documents that are asked for by their ids at once."""

_FACTS: Final = select(facts).where(facts.c.id == 1)
_ONE: Final = select(documents.c.key, documents.c.body, documents.c.sum).where(
    documents.c.record == bindparam("table"), documents.c.key == bindparam("id")
)
_MORE: Final = (
    select(documents.c.place, documents.c.key, documents.c.body, documents.c.sum)
    .where(documents.c.record == bindparam("table"), documents.c.place > bindparam("after"))
    .order_by(documents.c.place)
    .limit(PIECE)
)
_COUNT: Final = select(func.count()).select_from(documents).where(documents.c.record == bindparam("table"))
_COUNTS: Final = select(documents.c.record, func.count().label("number")).group_by(documents.c.record)


@frozen
class Facts:
    """What a store says of itself."""

    format: int
    reads: int
    commits: int
    places: int
    log_after: int
    log_accepted: int
    log_link: str


def facts_in(connection: Connection, url: str) -> Facts:
    """Return what the store says of itself; raises `StoreBroken`, or `StoreTooNew` for one that cannot be read."""
    row = connection.execute(_FACTS).one_or_none()
    if row is None:
        raise StoreBroken(f"{url} has lost the facts about itself", todo="Restore a backup (`crm store restore`).")
    _, *told = row
    found = Facts(*told)
    if not all(isinstance(one, int) for one in told[:-1]) or not isinstance(found.log_link, str):
        raise StoreBroken(f"the facts that {url} tells of itself are damaged", todo="Restore a backup.")
    if found.reads > FORMAT:
        raise too_new(url, found)
    return found


def too_new(url: str, found: Facts) -> StoreTooNew:
    """Return the error for a store that only newer code can use."""
    return StoreTooNew(
        f"{url} has format {found.format}; this version of crm-sql writes {FORMAT}",
        todo="Install a newer one (`pip install -U crm-sql`).",
    )


def is_storable(key: str) -> bool:
    """Whether a text can be a key: half a surrogate pair, which stands for bytes that are no UTF-8, cannot."""
    try:
        key.encode()
    except UnicodeEncodeError:
        return False
    return True


class SqlReader:
    """One committed state; it holds a connection as long as somebody holds it."""

    def __init__(self, database: Database, connection: Connection, seen: Facts, *, lent: bool = False) -> None:
        """Show what a transaction on `connection` sees, which is given back with the reader unless it is only lent."""
        self.database = database
        self.connection = connection
        self.facts = seen
        self._seen: dict[tuple[str, str], str | None] = {}
        self._release = weakref.finalize(self, _nothing if lent else _let_go, connection)

    @property
    def commit(self) -> int:
        """The number of the last commit, 0 for an empty store."""
        return self.facts.commits

    @property
    def url(self) -> str:
        """The address of the store, without a password."""
        return self.database.url

    @property
    def source(self) -> Path:
        """What messages about damaged lines name."""
        return self.database.source()

    def get(self, table: str, key: str) -> Document | None:
        """Return a document, or None."""
        place = table, key
        if not key.isprintable() and not is_storable(key):
            return None
        if place not in self._seen:
            if len(self._seen) >= REMEMBERED:
                self._seen.clear()
            found = self.asked(_ONE, {"table": table, "id": key})
            self._seen[place] = sound_body(found[0], table, self.database.url) if found else None
        body = self._seen[place]
        return None if body is None else loaded(body, table, key)

    def items(self, table: str) -> Iterator[tuple[str, Document]]:
        """Yield every key and document of a table, in the order in which keys were first put."""
        return ((row.key, loaded(row.body, table, row.key)) for row in self.rows(table))

    def rows(self, table: str) -> Iterator[Row[Any]]:
        """Yield place, key and body of each document, in order; other questions may be asked meanwhile."""
        rows = _pieces(lambda after: self.asked(_MORE, {"table": table, "after": after}))
        return _sound(rows, table, self.database.url)

    def count(self, table: str) -> int:
        """Return the number of documents in a table; 0 for an unknown one."""
        found: int = self.asked(_COUNT, {"table": table})[0][0]
        return found

    def tables(self) -> tuple[str, ...]:
        """Return the names of all tables that hold a document, sorted."""
        return tuple(self.counts())

    def counts(self) -> dict[str, int]:
        """Return how many documents each table has, by name."""
        counted = {row.record: row.number for row in self.asked(_COUNTS)}
        if odd := [name for name in counted if not isinstance(name, str)]:
            raise StoreBroken(f"{self.url} has a table called {odd[0]!r}", todo="Restore a backup.")
        return dict(sorted(counted.items()))

    def find(self, sought: "Sought") -> Iterator[tuple[str, Document]] | None:
        """Yield the records that are sought, as the row evaluator would; None where the database cannot tell."""
        from crm_sql.finding import find  # noqa: PLC0415 - it reads through this class

        return find(self, sought)

    def groups(self, sought: "Sought", by: "Term", sums: "Sequence[Term]") -> "Iterator[Group] | None":
        """Yield the records that are sought in groups of equal ``by``; None where the database cannot do it exactly."""
        from crm_sql.grouping import groups  # noqa: PLC0415 - it reads through this class

        return groups(self, sought, by, sums)

    def existing(self, table: str, keys: Sequence[str]) -> int:
        """Return how many of these documents there are."""
        pieces = (keys[begin : begin + ASKED] for begin in range(0, len(keys), ASKED))
        asked = (_COUNT.where(documents.c.key.in_(piece)) for piece in pieces)
        return sum(self.asked(one, {"table": table})[0][0] for one in asked)

    def prefetch(self, table: str, keys: Sequence[str]) -> None:
        """Remember these documents, as far as there is room: they will be asked for."""
        lacking = [key for key in keys[:REMEMBERED] if (table, key) not in self._seen]
        if len(self._seen) + len(lacking) > REMEMBERED:
            self._seen.clear()
        self._seen.update(dict.fromkeys((table, key) for key in lacking))
        for begin in range(0, len(lacking), ASKED):
            piece = lacking[begin : begin + ASKED]
            asked = select(documents.c.key, documents.c.body, documents.c.sum).where(
                documents.c.record == table, documents.c.key.in_(piece)
            )
            for row in self.asked(asked):
                self._seen[table, row.key] = sound_body(row, table, self.url)

    def linked(self, table: str, column: str, values: Sequence[str]) -> Iterator[tuple[str, str]] | None:
        """Yield the id of each record whose reference is one of `values`, and that value; None if no such column is kept."""
        from crm_sql.linking import linked  # noqa: PLC0415 - it reads through this class

        return linked(self, table, column, values)

    def batches(self, table: str, names: Sequence[str]) -> Iterator[Any] | None:
        """Yield Arrow batches of typed columns; None where they are not kept, or do not say everything."""
        from crm_sql.batches import batches  # noqa: PLC0415 - it reads through this class

        return batches(self, table, names)

    @property
    def is_open(self) -> bool:
        """Whether it can be read."""
        return self._release.alive

    def close(self) -> None:
        """Give the connection back; nothing can be read afterwards."""
        self._release()

    def asked(self, question: Select[Any], values: Mapping[str, Any] = MappingProxyType({})) -> Sequence[Row[Any]]:
        """Return the rows that answer a question about this state; raises `StoreError`."""
        if not self._release.alive:
            raise StoreError("this view of the store has ended", todo="Read the store again.")
        with complaining(self.database, f"{self.database.url} cannot be read"):
            return self.connection.execute(question, values).all()


def walked(connection: Connection, table: str) -> Iterator[Row[Any]]:
    """Yield place, key and body of each document of a table in the transaction that is open, in order."""

    def fetch(after: int) -> Sequence[Row[Any]]:
        return connection.execute(_MORE, {"table": table, "after": after}).all()  # type: ignore[return-value]  # rows

    return _sound(_pieces(fetch), table, "the store")


def sound_body(row: Row[Any], table: str, url: str) -> str:
    """Return the text of a document with its key and sum; raises `StoreBroken` where they do not agree."""
    body: str = row.body
    whole = isinstance(body, str) and isinstance(row.key, str)  # a damaged SQLite file may say that a text is none
    if not whole or sum_of(table, row.key, body.encode()) != row.sum:
        raise StoreBroken(
            f"{table} {row.key!r} in {url} is damaged: its sum is another",
            todo="Restore a backup (`crm store restore`).",
        )
    return body


def _sound(rows: Iterator[Row[Any]], table: str, url: str) -> Iterator[Row[Any]]:
    for row in rows:
        sound_body(row, table, url)
        yield row


def _pieces(fetch: Callable[[int], Sequence[Row[Any]]]) -> Iterator[Row[Any]]:
    after = 0
    while True:
        found = fetch(after)
        yield from found
        if len(found) < PIECE:
            return
        after = found[-1].place


def loaded(body: bytes | str, table: str, key: str) -> Document:
    """Return the document in a text; raises `StoreBroken`."""
    try:
        found = orjson.loads(body)
    except ValueError as error:
        raise StoreBroken(
            f"{table} {key!r} in the store is damaged: {error}", todo="Restore a backup (`crm store restore`)."
        ) from error
    if not isinstance(found, dict):
        raise StoreBroken(f"{table} {key!r} in the store is no document", todo="Restore a backup.")
    return found


def _nothing(_: Connection) -> None:
    """Leave the connection to who has lent it."""


def _let_go(connection: Connection) -> None:
    if not connection.closed:
        connection.close()
