"""The tables of a store: facts about it, every document as it was given, and the change log.

There is nothing in them that only one kind of database has: no sequences, no triggers, no foreign keys. Numbers are
counted in `crm_store`, whose one row is locked by whoever commits.
"""

from typing import Final
from zlib import crc32

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, Table, Text, UniqueConstraint

FORMAT: Final = 1
"""The layout of tables that is written here. A store of a higher one is read, if it says that it can be, not written."""

own: Final = MetaData()

_NUMBER: Final = BigInteger().with_variant(Integer(), "sqlite")

facts: Final = Table(
    "crm_store",
    own,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("format", Integer, nullable=False),
    Column("reads", Integer, nullable=False),  # the lowest format whose code can read this one
    Column("commits", _NUMBER, nullable=False),
    Column("places", _NUMBER, nullable=False),
    Column("log_after", _NUMBER, nullable=False),
    Column("log_accepted", _NUMBER, nullable=False),
    Column("log_link", Text, nullable=False),
)
"""One row: how many commits there are, and how many places were given to documents."""

documents: Final = Table(
    "crm_document",
    own,
    Column("place", _NUMBER, primary_key=True, autoincrement=False),
    Column("record", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("commit_no", _NUMBER, nullable=False),
    Column("body", Text, nullable=False),
    Column("sum", _NUMBER, nullable=False),
    UniqueConstraint("record", "key"),
    Index("crm_document_in_order", "record", "place"),
)
"""Documents by record type and key, in order of place; `commit_no` is the commit that wrote one last, `sum` its `sum_of`."""


def sum_of(table: str, key: str, body: bytes) -> int:
    """Return what tells a document from a damaged one: databases do not notice a bit that a disk changes."""
    return crc32(body, crc32(f"{table}\0{key}\0".encode()))


log: Final = Table(
    "crm_log",
    own,
    Column("number", _NUMBER, primary_key=True, autoincrement=False),
    Column("line", Text, nullable=False),
)
"""The change log, one line of JSON per commit."""

FIRST: Final = {
    "id": 1,
    "format": FORMAT,
    "reads": FORMAT,
    "commits": 0,
    "places": 0,
    "log_after": 0,
    "log_accepted": 0,
    "log_link": "",
}
"""What a new store says of itself."""

shapes: Final = Table(
    "crm_column",
    own,
    Column("record", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("path", Text, nullable=False),
    Column("form", Text, nullable=False),
    Column("indexed", Integer, nullable=False),
)
"""The typed columns that are kept beside the documents, by record type."""
