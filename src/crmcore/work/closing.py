"""What closed books left out: values of undated records that were committed after their date, and count from a later one."""

from collections.abc import Iterable, Mapping
from typing import Any

from attrs import evolve

from crmcore.entities import Record
from crmcore.grammar.declare import Scheme
from crmcore.store import Document, Reader, Transaction
from crmcore.work.past_reader import PastReader
from crmcore.work.placing import SCHEMES, state_document, state_of
from crmcore.work.touched import followed, touched_customers

Place = tuple[str, str]
_HOUSEKEEPING = frozenset({"version", "created", "changed"})


def moved_since(
    closed: Reader, now: Reader, classes: Mapping[str, type[Record]], schemes: Iterable[Scheme]
) -> tuple[str, ...]:
    """Return the customers whose placements may differ since their undated records hold other values than in ``closed``.

    ``closed`` is the store as of the date on which the books were closed, itself if they are open.
    """
    before = dict(_different(closed, now)) if isinstance(closed, PastReader) else {}
    return touched_customers(now, classes, before, followed(tuple(schemes))) if before else ()


def _different(closed: PastReader, now: Reader) -> Iterable[tuple[Place, Document | None]]:
    later = now.past if isinstance(now, PastReader) else {}
    for table in dict.fromkeys((*closed.past, *later)):
        for key in dict.fromkeys((*closed.past.get(table, ()), *later.get(table, ()))):
            old, new = closed.get(table, key), now.get(table, key)
            if _content(old) != _content(new):
                yield (table, key), old


def _content(document: Document | None) -> dict[str, Any] | None:
    return None if document is None else {name: value for name, value in document.items() if name not in _HOUSEKEEPING}


def leave_stale(transaction: Transaction, placed: Iterable[Scheme]) -> None:
    """Mark every scheme but those in ``placed`` as one whose customers changed without being placed."""
    done = {scheme.name for scheme in placed}
    for name in [name for name, _ in transaction.items(SCHEMES) if name not in done]:
        state = state_of(transaction, name)
        if state is not None and not state.stale_since:
            transaction.put(SCHEMES, name, state_document(evolve(state, stale_since=transaction.commit + 1)))
