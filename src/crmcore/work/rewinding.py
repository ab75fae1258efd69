"""Going back to an earlier date: what was placed since then is dropped, if that was asked for, and can be brought back."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from attrs import evolve, frozen

from crmcore.errors import RunRefused
from crmcore.evaluation.placements import Move, from_document, to_document
from crmcore.grammar.declare import Scheme
from crmcore.store import Change, Document, Reader, Transaction
from crmcore.work import company as companies
from crmcore.work.fitting import TABLE as FITS
from crmcore.work.placing import SCHEMES, state_document, state_of, table_of

Place = tuple[str, str]


@frozen(eq=False)
class WayBack:
    """What a run may change as it was before, so that a rewind stands in the change log and can be undone."""

    before: Mapping[Place, Document]

    @classmethod
    def of(cls, reader: Reader) -> "WayBack":
        """Remember the present state."""
        return cls(dict(_of_runs(reader)))

    def changes(self, reader: Reader) -> tuple[Change, ...]:
        """Return every document that is different by now."""
        after = dict(_of_runs(reader))
        places = dict.fromkeys((*self.before, *after))
        changed = (Change(*place, self.before.get(place), after.get(place)) for place in places)
        return tuple(change for change in changed if change.before != change.after)


def _of_runs(reader: Reader) -> Iterator[tuple[Place, Document]]:
    schemes = [name for name, _ in reader.items(SCHEMES)]
    for table in (companies.TABLE, FITS, SCHEMES, *map(table_of, schemes)):
        for key, document in reader.items(table):
            yield (table, key), document


def moves_back(changes: Iterable[Change], day: date) -> Iterator[Move]:
    """Yield the moves of a commit that puts placements back, as undoing a rewind does."""
    mark = table_of("")
    for change in changes:
        if not change.table.startswith(mark):
            continue
        old, new = from_document(change.before), from_document(change.after)
        before, after = (timeline.current.segment if timeline.current else None for timeline in (old, new))
        if before != after:
            cause = new.current.cause if new.current else "data"
            name = change.table.removeprefix(mark)
            yield Move(change.key, name, before, after, day, cause, is_first=not old.placements)


@frozen(eq=False)
class Rewound:
    """What a run dropped before it places anybody: whether of its own schemes, and the way back if it dropped any."""

    dropped: bool
    way_back: WayBack | None

    def changes(self, reader: Reader) -> tuple[Change, ...]:
        """Return what is different since then, nothing if nothing was dropped."""
        return () if self.way_back is None else self.way_back.changes(reader)


def rewound(
    transaction: Transaction, schemes: Sequence[Scheme], present: Iterable[Scheme], day: date, *, asked: bool
) -> Rewound:
    """Go back to a day in ``schemes``, and if that was ``asked`` for in those of absent plugins too."""
    way_back = WayBack.of(transaction) if asked else None
    dropped = rewind(transaction, schemes, day, allowed=asked)
    dropped_absent = asked and rewind_absent(transaction, present, day)
    return Rewound(dropped, way_back if dropped or dropped_absent else None)


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


def is_unplaced(reader: Reader, scheme: str) -> bool:
    """Whether a scheme is to place customers for the first time: it never did, or every placement was dropped."""
    if state_of(reader, scheme) is None:
        return True
    is_empty = True
    for _, document in reader.items(table_of(scheme)):
        if document["rows"]:
            return False
        is_empty = False
    return not is_empty


def rewind_absent(transaction: Transaction, present: Iterable[Scheme], day: date) -> bool:
    """Drop the same of the schemes whose plugins take no part, so that they can catch up; they are stale then."""
    dropped = False
    known = {scheme.name for scheme in present}
    for name in [name for name, _ in transaction.items(SCHEMES) if name not in known]:
        state = state_of(transaction, name)
        if state is not None and state.as_of > day:
            _drop_since(transaction, name, day)
            stale = evolve(state, as_of=day, stale_since=state.stale_since or transaction.commit + 1)
            transaction.put(SCHEMES, name, state_document(stale))
            dropped = True
    return dropped


def _drop_since(transaction: Transaction, scheme: str, day: date) -> None:
    for key, document in tuple(transaction.items(table_of(scheme))):
        transaction.put(table_of(scheme), key, to_document(from_document(document).rewound(day)))
