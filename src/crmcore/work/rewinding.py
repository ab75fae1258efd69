"""Going back to an earlier date: what was placed since then is dropped, if that was asked for."""

from collections.abc import Iterable, Sequence
from datetime import date

from attrs import evolve

from crmcore.errors import RunRefused
from crmcore.evaluation.placements import from_document, to_document
from crmcore.grammar.declare import Scheme
from crmcore.store import Transaction
from crmcore.work.placing import SCHEMES, state_document, state_of, table_of


def rewind(transaction: Transaction, schemes: Sequence[Scheme], day: date, *, allowed: bool) -> bool:
    """Drop every placement of ``schemes`` since a day; returns whether there was any.

    Raises `RunRefused` if there is and that is not allowed.
    """
    newest = max((state.as_of for scheme in schemes if (state := state_of(transaction, scheme.name))), default=day)
    if newest <= day:
        return False
    if not allowed:
        raise RunRefused(
            f"customers are already classified as of {newest}; a run as of {day} would contradict that history",
            todo="Use --dry-run to only look, or --rewind to drop every placement since that day.",
        )
    for scheme in schemes:
        _drop_since(transaction, scheme.name, day)
    return True


def rewind_absent(transaction: Transaction, present: Iterable[Scheme], day: date) -> None:
    """Drop the same of the schemes whose plugins take no part, so that they can catch up; they are stale then."""
    known = {scheme.name for scheme in present}
    for name in [name for name, _ in transaction.items(SCHEMES) if name not in known]:
        state = state_of(transaction, name)
        if state is not None and state.as_of > day:
            _drop_since(transaction, name, day)
            stale = evolve(state, as_of=day, stale_since=state.stale_since or transaction.commit + 1)
            transaction.put(SCHEMES, name, state_document(stale))


def _drop_since(transaction: Transaction, scheme: str, day: date) -> None:
    for key, document in tuple(transaction.items(table_of(scheme))):
        transaction.put(table_of(scheme), key, to_document(from_document(document).rewound(day)))
