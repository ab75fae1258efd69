"""Placing customers in segments: what is kept of it, and re-placing those whom a commit touches."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from attrs import Factory, define, evolve, field, frozen

from crmcore.engines import Placed
from crmcore.errors import reading
from crmcore.evaluation.boundaries import sooner
from crmcore.evaluation.evaluate import Answer, World
from crmcore.evaluation.grace import has_grace, held_back, held_until
from crmcore.evaluation.placements import (
    Cause,
    Move,
    Placement,
    Timeline,
    cause_of,
    from_document,
    is_as_written,
    is_due,
    to_document,
)
from crmcore.grammar.declare import Scheme
from crmcore.grammar.walk import canonical_scheme, fingerprint
from crmcore.records import Customer
from crmcore.store import Document, Reader, Transaction
from crmcore.work.book import Book
from crmcore.work.fitting import population_of
from crmcore.work.linking import fetch
from crmcore.work.row_engine import RowAnswers
from crmcore.work.touched import tables_of

SCHEMES: Final = "scheme"
RUNS: Final = "run"

_PIECE: Final = 2000
"""Customers whose placements are fetched at once."""


def table_of(scheme: str) -> str:
    """Return the table that holds a scheme's timelines, one per customer."""
    return f"placement:{scheme}"


@frozen
class SchemeState:
    """When and how a scheme was last placed: the definition then, and the population values it used.

    ``stale_since`` is the first commit that changed customers without placing them, 0 if there is none: the scheme's
    plugin was absent or its rule had changed.
    """

    fingerprint: str
    as_of: date
    run: int
    population: Mapping[str, str]
    stale_since: int = 0


def state_of(reader: Reader, scheme: str) -> SchemeState | None:
    """Return when a scheme was last placed, or None if it never was."""
    document = reader.get(SCHEMES, scheme)
    if document is None:
        return None
    with reading(f"what is known of the scheme {scheme!r}"):
        return state_from(document)


def state_from(document: Document) -> SchemeState:
    """Read back what `state_document` made."""
    return SchemeState(
        document["fingerprint"],
        date.fromisoformat(document["as_of"]),
        document["run"],
        dict(document["population"]),
        int(document.get("stale_since", 0)),
    )


def is_behind(known: SchemeState | None, scheme: Scheme, settings: Mapping[str, Any]) -> bool:
    """Whether a scheme was placed, and customers, its rule or a setting that it uses changed since."""
    if known is None:
        return False
    return known.stale_since > 0 or known.fingerprint != fingerprint(canonical_scheme(scheme, settings))


def stale_in(reader: Reader, schemes: Iterable[Scheme]) -> tuple[str, ...]:
    """Return the names of the schemes of which customers changed without being placed."""
    states = ((scheme.name, state_of(reader, scheme.name)) for scheme in schemes)
    return tuple(name for name, state in states if state is not None and state.stale_since)


def timeline_of(reader: Reader, scheme: str, customer: str) -> Timeline:
    """Return a customer's placements in a scheme."""
    return from_document(reader.get(table_of(scheme), customer))


def definition(scheme: Scheme, world: World) -> str:
    """Return the fingerprint of everything that a scheme reaches, settings included."""
    return fingerprint(canonical_scheme(scheme, world.settings))


@define(eq=False)
class Placer:
    """Records on one date in one transaction where customers belong; collects who moved."""

    transaction: Transaction
    book: Book
    world: World
    day: date
    run: int
    moves: list[Move] = field(factory=list)
    _answers: RowAnswers = field(
        init=False, default=Factory(lambda self: RowAnswers(self.book, self.world, self.day), takes_self=True)
    )

    def place(self, scheme: Scheme, customer: Customer, cause: Cause) -> None:
        """Evaluate a customer and record where it belongs."""
        self.record(scheme, self._answers.of(scheme, customer), cause)

    def record(self, scheme: Scheme, placed: Placed, cause: Cause | None) -> None:
        """Record where a customer belongs; a demotion only when its grace is over."""
        self._keep(scheme, placed, cause, self.transaction.get(table_of(scheme.name), placed.customer))

    def record_all(self, scheme: Scheme, found: Sequence[tuple[Placed, Cause | None]]) -> Collection[str] | None:
        """Record where several customers belong; of many, what was recorded before is read in one walk.

        Returns who had been placed before, None without that walk.
        """
        table = table_of(scheme.name)
        if 2 * len(found) < self.transaction.count(table):
            fetch(self.transaction, table, [placed.customer for placed, _ in found])
            for placed, cause in found:
                self.record(scheme, placed, cause)
            return None
        before = dict(self.transaction.items(table))
        for placed, cause in found:
            self._keep(scheme, placed, cause, before.get(placed.customer))
        return before

    def _keep(self, scheme: Scheme, placed: Placed, cause: Cause | None, document: Document | None) -> None:
        graceful, said = has_grace(scheme), (placed.segment, placed.review_on, placed.missing)
        if document is not None and not graceful and is_as_written(document, *said):
            return
        old, why = from_document(document), cause or cause_of(document)
        new = Placement(placed.segment, self.day, self.run, why, None, placed.review_on, placed.missing)
        if document is not None and graceful:
            new = self._graced(scheme, placed, new, old)
            if is_as_written(document, new.segment, new.review_on, new.missing, new.held):
                return
        self._put(scheme.name, placed.customer, old, old.placed(new))

    def _graced(self, scheme: Scheme, placed: Placed, new: Placement, timeline: Timeline) -> Placement:
        eve, answer = timeline.eve(self.day), Answer(placed.segment, placed.position)
        held = held_back(scheme, answer, eve, self.day, self.world.settings)
        if held is None or eve is None:
            return new
        staying = evolve(new, segment=eve.segment, held=held)
        ends = held_until(scheme, staying, self.world.settings)
        return evolve(staying, review_on=sooner((new.review_on, ends)))

    def withdraw(self, scheme: str, customer: str) -> None:
        """End the placement of a customer that is archived or gone."""
        old = timeline_of(self.transaction, scheme, customer)
        self._put(scheme, customer, old, old.closed(self.day))

    def _put(self, scheme: str, customer: str, old: Timeline, new: Timeline) -> None:
        if new == old:
            return
        self.transaction.put(table_of(scheme), customer, to_document(new))
        before, after = (timeline.current.segment if timeline.current else None for timeline in (old, new))
        if before != after:
            cause: Cause = new.current.cause if new.current else "data"
            move = Move(customer, scheme, before, after, self.day, cause, is_first=not old.placements)
            self.moves.append(move)


def replace(
    placer: Placer,
    schemes: Iterable[Scheme],
    customers: Iterable[str],
    tables: Collection[str] | None = None,
    *,
    touches_records: bool = True,
) -> tuple[Move, ...]:
    """Re-place touched customers in every scheme that was placed before and whose rule has not changed since.

    ``tables`` are the record types that were changed, None for any: in a scheme that reads none of them, only who is
    due is evaluated, since the rest would be placed where it is. Others become stale, those of absent plugins too: the next classification places everyone in them. They do by any
    change of a record, since only their own rules could tell whom it touches.
    """
    touched, transaction = tuple(customers), placer.transaction
    placer.book.expect(touched)
    known = {scheme.name: scheme for scheme in schemes}
    for name in [name for name, _ in transaction.items(SCHEMES)] if touched or touches_records else []:
        state, scheme = state_of(transaction, name), known.get(name)
        if state is None or state.stale_since:
            continue
        if scheme is None or state.fingerprint != definition(scheme, placer.world):
            now = evolve(state, stale_since=transaction.commit + 1)
        else:
            spared = tables is not None and not (tables_of(scheme) & {*tables}) and _is_current(state, scheme, placer)
            _replace_in(placer, scheme, touched, only_due=spared)
            now = evolve(state, as_of=max(state.as_of, placer.day))
        if now != state:
            transaction.put(SCHEMES, name, state_document(now))
    return tuple(placer.moves)


def _is_current(state: SchemeState, scheme: Scheme, placer: Placer) -> bool:
    """Whether placements were made no later than now, with the population values that are in force."""
    return state.as_of <= placer.day and state.population == population_values(scheme, placer.world)


def population_values(scheme: Scheme, world: World) -> dict[str, str]:
    """Return the population values that a scheme uses, as its state keeps them."""
    keys = dict.fromkeys(world.key(node) for node in population_of((scheme,)))
    return {key: str(world.population.get(key)) for key in keys}


def _replace_in(placer: Placer, scheme: Scheme, customers: Sequence[str], *, only_due: bool) -> None:
    table = table_of(scheme.name)
    for piece in (customers[begin : begin + _PIECE] for begin in range(0, len(customers), _PIECE)):
        fetch(placer.transaction, table, piece)
        for key in piece:
            customer = placer.book.get(Customer, key)
            if not isinstance(customer, Customer) or customer.archived_at is not None:
                placer.withdraw(scheme.name, key)
            elif not only_due or is_due(placer.transaction.get(table, key), placer.day):
                placer.place(scheme, customer, "data")


def state_document(state: SchemeState) -> dict[str, Any]:
    """Return a scheme's state as it stands in the store."""
    return {
        "fingerprint": state.fingerprint,
        "as_of": state.as_of.isoformat(),
        "run": state.run,
        "population": dict(state.population),
        **({"stale_since": state.stale_since} if state.stale_since else {}),
    }
