"""Records by what they belong to: one pass over a table, however many of them a commit changes."""

from collections.abc import Iterable
from typing import TypeVar

from crmcore import Record

Kept = TypeVar("Kept", bound=Record)


def by(records: Iterable[Kept], column: str) -> dict[str, list[Kept]]:
    """Return records by the value of a column; those without one are left out."""
    found: dict[str, list[Kept]] = {}
    for record in records:
        if (value := getattr(record, column)) is not None:
            found.setdefault(value, []).append(record)
    return found
