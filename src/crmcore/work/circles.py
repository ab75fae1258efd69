"""Customers above and before each other: no chain of parents, or of referrers, leads back to where it began."""

from collections.abc import Iterator
from typing import Final

from attrs import define, field

from crmcore.errors import Problem
from crmcore.store import Document, Reader

CHAINS: Final = ("parent", "referred_by")
"""Columns of customers that lead to another one: who is above it, and who was there before it."""

_SHOWN: Final = 6
"""Customers of a circle that a message names."""


@define(eq=False)
class Circles:
    """The circles among the customers of one state; what was found to lead to an end is not followed again."""

    reader: Reader
    _ending: set[tuple[str, str]] = field(factory=set, init=False)

    def problems(self, key: str, before: Document | None) -> Iterator[Problem]:
        """Yield a problem for each column of a customer that was changed and leads back to it."""
        document = self.reader.get("customer", key) or {}
        for column in CHAINS:
            if document.get(column) != (before or {}).get(column) and (circle := self.of(key, column)):
                yield Problem(reason(circle, column), column=column, value=str(document[column]))

    def of(self, key: str, column: str) -> tuple[str, ...]:
        """Return the customers from one on that lead back to it, empty if none do."""
        chain: dict[str, None] = {}
        at: str | None = key
        while isinstance(at, str) and at not in chain and (column, at) not in self._ending:
            chain[at] = None
            at = (self.reader.get("customer", at) or {}).get(column)
        if at is not None and at == key:
            return tuple(chain)
        if at not in chain:
            self._ending.update((column, one) for one in chain)
        return ()


def reason(circle: tuple[str, ...], column: str) -> str:
    """Say what is wrong with a circle."""
    what = "parent" if column == "parent" else "referrer"
    if len(circle) == 1:
        return f"a customer cannot be its own {what}"
    return f"leads back to the customer: {said(circle)}"


def said(circle: tuple[str, ...]) -> str:
    """Return a circle in words, the longest ones without their middle."""
    names = [*circle, circle[0]]
    return " -> ".join(names if len(names) <= _SHOWN else [*names[: _SHOWN - 2], "...", *names[-2:]])
