"""Placing customers in segments: the classification run, and re-placing those whom a commit touches."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Any, Final

from attrs import define, evolve, field, frozen

from crmcore.errors import reading
from crmcore.evaluation.boundaries import Horizon
from crmcore.evaluation.evaluate import Evaluator, World
from crmcore.evaluation.facts import Case
from crmcore.evaluation.missing import missing_of, names_of
from crmcore.evaluation.placements import Cause, Move, Placement, Timeline, from_document, to_document
from crmcore.grammar.declare import Metric, Scheme
from crmcore.grammar.expr import PopulationValue
from crmcore.grammar.walk import canonical_scheme, fingerprint
from crmcore.records import Customer
from crmcore.store import Reader, Transaction
from crmcore.work.book import Book
from crmcore.work.fitting import Fit, fit, fits_in, is_due, keep, population_of, rows_read, values_of

SCHEMES: Final = "scheme"
RUNS: Final = "run"


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


@frozen
class Run:
    """The outcome of a classification; ``evaluated`` counts customers per scheme, ``fitted`` new population values."""

    number: int
    as_of: date
    evaluated: Mapping[str, int]
    fitted: int
    moves: tuple[Move, ...]


def state_of(reader: Reader, scheme: str) -> SchemeState | None:
    """Return when a scheme was last placed, or None if it never was."""
    document = reader.get(SCHEMES, scheme)
    if document is None:
        return None
    with reading(f"what is known of the scheme {scheme!r}"):
        return SchemeState(
            document["fingerprint"],
            date.fromisoformat(document["as_of"]),
            document["run"],
            dict(document["population"]),
            int(document.get("stale_since", 0)),
        )


def timeline_of(reader: Reader, scheme: str, customer: str) -> Timeline:
    """Return a customer's placements in a scheme."""
    return from_document(reader.get(table_of(scheme), customer))


def definition(scheme: Scheme, world: World) -> str:
    """Return the fingerprint of everything that a scheme reaches, settings included."""
    return fingerprint(canonical_scheme(scheme, world.settings))


@define(eq=False, slots=False)
class Placer:
    """Places customers on one date in one transaction; collects who moved."""

    transaction: Transaction
    book: Book
    world: World
    day: date
    run: int
    moves: list[Move] = field(factory=list)
    _cases: dict[str, Case] = field(factory=dict)
    _horizons: dict[str, Horizon] = field(factory=dict)

    def case(self, customer: Customer) -> Case:
        """Return the customer's facts on the date, with what was already computed of them."""
        if customer.id not in self._cases:
            self._cases[customer.id] = Case(self.book.facts(customer), self.day)
        return self._cases[customer.id]

    def _horizon(self, customer: Customer) -> Horizon:
        if customer.id not in self._horizons:
            self._horizons[customer.id] = Horizon(self._evaluator, self.case(customer))
        return self._horizons[customer.id]

    @cached_property
    def _evaluator(self) -> Evaluator:
        return Evaluator(self.world)

    def place(self, scheme: Scheme, customer: Customer, cause: Cause) -> None:
        """Evaluate a customer and record where it belongs."""
        case, horizon = self.case(customer), self._horizon(customer)
        evaluator = horizon.evaluator
        answer = evaluator.answer(scheme, case)
        new = Placement(
            segment=answer.segment,
            since=self.day,
            run=self.run,
            cause=cause,
            review_on=horizon.of_scheme(scheme),
            missing=names_of(missing_of(scheme, case, evaluator)),
        )
        self._record(scheme.name, customer.id, lambda timeline: timeline.placed(new))

    def withdraw(self, scheme: Scheme, customer: str) -> None:
        """End the placement of a customer that is archived or gone."""
        self._record(scheme.name, customer, lambda timeline: timeline.closed(self.day))

    def _record(self, scheme: str, customer: str, change: Any) -> None:
        old = timeline_of(self.transaction, scheme, customer)
        new = change(old)
        if new == old:
            return
        self.transaction.put(table_of(scheme), customer, to_document(new))
        before, after = (timeline.current.segment if timeline.current else None for timeline in (old, new))
        if before != after:
            cause: Cause = new.current.cause if new.current else "data"
            move = Move(customer, scheme, before, after, self.day, cause, is_first=not old.placements)
            self.moves.append(move)


def classify(  # noqa: PLR0913 - the state, the rules and the date of one run
    transaction: Transaction,
    book: Book,
    world: World,
    schemes: Sequence[Scheme],
    day: date,
    *,
    metrics: Sequence[Metric] = (),
    full: bool = False,
) -> Run:
    """Fit what is due, place everyone who is due, and return what happened; commits nothing.

    What ``metrics`` need of the population is fitted too, so that lists can show them. No scheme may have been placed
    later than on that day: see `rewind`.
    """
    number = 1 + max((int(key) for key, _ in transaction.items(RUNS)), default=0)
    customers = tuple(book.customers())
    placer = Placer(transaction, book, world, day, number)
    fits = _fit_due(placer, population_of(schemes, metrics), customers, full=full)
    evaluated = {scheme.name: _place_due(placer, scheme, customers, full=full) for scheme in schemes}
    run = Run(number, day, evaluated, len(fits), tuple(placer.moves))
    transaction.put(RUNS, str(number), _run_document(run))
    return run


def _fit_due(
    placer: Placer, wanted: Sequence[PopulationValue], customers: Sequence[Customer], *, full: bool
) -> Mapping[str, Fit]:
    """Fit and store the population values that are due, and let the placer use them."""
    stored = fits_in(placer.transaction)
    world = evolve(placer.world, population=values_of(stored))
    rows = {world.key(node): rows_read(node, placer.transaction) for node in wanted}
    due = []
    for node in wanted:
        key = world.key(node)
        if full or is_due(node, stored.get(key), world, placer.day, rows[key]):
            due.append(node)
    made = fit(world, due, [placer.case(customer) for customer in customers] if due else [], placer.day, placer.run)
    fits = {key: evolve(fitted, rows=rows[key]) for key, fitted in made.items()}
    keep(placer.transaction, fits)
    placer.world = evolve(world, population={**world.population, **values_of(fits)})
    return fits


def _place_due(placer: Placer, scheme: Scheme, customers: Sequence[Customer], *, full: bool) -> int:
    reader, day = placer.transaction, placer.day
    state = state_of(reader, scheme.name)
    now = SchemeState(definition(scheme, placer.world), day, placer.run, _population_values(scheme, placer.world))
    everyone: Cause | None = None
    if state is None:
        everyone = "data"
    elif state.fingerprint != now.fingerprint:
        everyone = "rule"
    elif state.stale_since:
        everyone = "data"
    elif state.population != now.population:
        everyone = "refit"
    evaluated = 0
    for customer in customers:
        cause = everyone or _cause_if_due(timeline_of(reader, scheme.name, customer.id).current, day)
        if cause is None and full:
            cause = "time"  # nothing else is left that could move anybody
        if cause is not None:
            placer.place(scheme, customer, cause)
            evaluated += 1
    present = {customer.id for customer in customers}
    for key, _ in tuple(reader.items(table_of(scheme.name))):
        if key not in present:
            placer.withdraw(scheme, key)
    placer.transaction.put(SCHEMES, scheme.name, state_document(now))
    return evaluated


def _cause_if_due(current: Placement | None, day: date) -> Cause | None:
    if current is None:
        return "data"
    return "time" if current.review_on is not None and current.review_on <= day else None


def replace(
    placer: Placer, schemes: Iterable[Scheme], customers: Iterable[str], *, touches_records: bool = True
) -> tuple[Move, ...]:
    """Re-place touched customers in every scheme that was placed before and whose rule has not changed since.

    Others become stale, those of absent plugins too: the next classification places everyone in them. They do by any
    change of a record, since only their own rules could tell whom it touches.
    """
    touched, transaction = tuple(customers), placer.transaction
    known = {scheme.name: scheme for scheme in schemes}
    for name in [name for name, _ in transaction.items(SCHEMES)] if touched or touches_records else []:
        state, scheme = state_of(transaction, name), known.get(name)
        if state is None or state.stale_since:
            continue
        if scheme is None or state.fingerprint != definition(scheme, placer.world):
            now = evolve(state, stale_since=transaction.commit + 1)
        else:
            _replace_in(placer, scheme, touched)
            now = evolve(state, as_of=max(state.as_of, placer.day))
        if now != state:
            transaction.put(SCHEMES, name, state_document(now))
    return tuple(placer.moves)


def _replace_in(placer: Placer, scheme: Scheme, customers: Iterable[str]) -> None:
    for key in customers:
        customer = placer.book.get(Customer, key)
        if isinstance(customer, Customer) and customer.archived_at is None:
            placer.place(scheme, customer, "data")
        else:
            placer.withdraw(scheme, key)


def _population_values(scheme: Scheme, world: World) -> dict[str, str]:
    found: dict[str, Fraction | None] = {}
    for node in population_of((scheme,)):
        key = world.key(node)
        found[key] = world.population.get(key)
    return {key: str(value) for key, value in found.items()}


def state_document(state: SchemeState) -> dict[str, Any]:
    """Return a scheme's state as it stands in the store."""
    return {
        "fingerprint": state.fingerprint,
        "as_of": state.as_of.isoformat(),
        "run": state.run,
        "population": dict(state.population),
        **({"stale_since": state.stale_since} if state.stale_since else {}),
    }


def _run_document(run: Run) -> dict[str, Any]:
    return {
        "as_of": run.as_of.isoformat(),
        "evaluated": dict(run.evaluated),
        "fitted": run.fitted,
        "moved": len(run.moves),
    }
