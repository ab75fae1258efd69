"""Which records refer to given ones: by the database's index for few of them, where there is one, else in one walk."""

from collections.abc import Collection, Iterator
from typing import Final

from crmcore.store import Reader

_FEW: Final = 20
"""A database is asked for records if there are this many times more than those they refer to."""


def referring(reader: Reader, table: str, column: str, keys: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield the id of each record of a table whose column holds one of ``keys``, and that key."""
    linked = getattr(reader, "linked", None)
    if linked is not None and len(keys) * _FEW < reader.count(table):
        found: Iterator[tuple[str, str]] | None = linked(table, column, tuple(keys))
        if found is not None:
            return found
    wanted = frozenset(keys)
    return (
        (key, value)
        for key, document in reader.items(table)
        if (value := document.get(column)) is not None and value in wanted
    )


def fetch(reader: Reader, table: str, keys: Collection[str]) -> None:
    """Let a reader that fetches documents one by one fetch these at once, since all of them will be asked for."""
    prefetch = getattr(reader, "prefetch", None)
    if prefetch is not None:
        prefetch(table, tuple(keys))
