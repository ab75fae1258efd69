"""The classification run: what is due is fitted and evaluated by an engine, and recorded, whichever engine it was."""

import gc
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from fractions import Fraction
from typing import Any

from attrs import evolve, field, frozen

from crmcore.engines import Answers, Placed, Question
from crmcore.errors import CrmError
from crmcore.evaluation.evaluate import World
from crmcore.evaluation.placements import Move
from crmcore.grammar.declare import Metric, Scheme
from crmcore.store import Reader, Transaction
from crmcore.work.book import Book
from crmcore.work.choosing import Chosen
from crmcore.work.due import Due, due_in, fits_due, present_in, with_touched
from crmcore.work.fitting import Fit, fits_in, keep, population_of, rows_read, values_of
from crmcore.work.placing import (
    RUNS,
    SCHEMES,
    Placer,
    SchemeState,
    definition,
    population_values,
    state_document,
    table_of,
)


@frozen(eq=False)
class Job:
    """What a run is asked to do: in which schemes to place customers, as of which day, and on which engine.

    What ``metrics`` need of the population is fitted too, so that lists can show them. ``choose`` takes the number of
    customers to evaluate; ``tell`` hears what is going on. ``touched`` are due whatever the store says.
    """

    schemes: Sequence[Scheme]
    day: date
    choose: Callable[[int], Chosen]
    metrics: Sequence[Metric] = ()
    full: bool = False
    touched: Collection[str] = ()
    tell: Callable[[str], None] = field(default=lambda _: None)


@frozen
class Run:
    """The outcome of a classification; ``evaluated`` counts customers per scheme, ``fitted`` new population values."""

    number: int
    as_of: date
    evaluated: Mapping[str, int]
    fitted: int
    moves: tuple[Move, ...]
    engine: str = "python"


def classify(transaction: Transaction, book: Book, world: World, job: Job) -> Run:
    """Fit what is due, place everyone who is due, and return what happened; commits nothing.

    ``book`` reads the store as of the job's day. No scheme may have been placed later than on that day: see `rewind`.
    """
    number = 1 + max((int(key) for key, _ in transaction.items(RUNS)), default=0)
    stored = fits_in(transaction)
    world = evolve(world, population=values_of(stored))
    present = present_in(book.reader)
    wanted = population_of(job.schemes, job.metrics)
    rows = {world.key(node): rows_read(node, transaction.count) for node in wanted}
    due = fits_due(wanted, {} if job.full else stored, rows, world, job.day)
    dues = {} if due else _dues(transaction, world, job, present)
    chosen = job.choose(len(present) if due else max((len(each.causes) for each in dues.values()), default=0))
    with chosen.used(), _uncollected():
        question = Question(world, job.day, tuple(job.schemes), due)
        is_asked = due or any(each.causes for each in dues.values())
        answers = _asked(chosen, question, book.reader, job) if is_asked else None
        fits = {key: Fit(value, job.day, number, made, rows[key]) for key, (value, made) in _fits(answers).items()}
        keep(transaction, fits)
        placer = Placer(transaction, book, world_with(world, fits), job.day, number)
        dues = dues or _dues(transaction, placer.world, job, present)
        _place_all(placer, job, answers, dues, frozenset(present))
    evaluated = {name: len(due.causes) for name, due in dues.items()}
    run = Run(number, job.day, evaluated, len(fits), tuple(placer.moves), chosen.name)
    transaction.put(RUNS, str(number), _run_document(run))
    return run


def _place_all(
    placer: Placer, job: Job, answers: Answers | None, dues: Mapping[str, Due], present: Collection[str]
) -> None:
    for scheme in job.schemes:
        if answers is not None:
            job.tell(f"placing in {scheme.name}")
        for customer in _place(placer, scheme, answers, dues[scheme.name]):
            if customer not in present:
                placer.withdraw(scheme.name, customer)
        now = state_now(scheme, placer.world, placer.day, placer.run)
        placer.transaction.put(SCHEMES, scheme.name, state_document(now))


@contextmanager
def _uncollected() -> Iterator[None]:
    """Do without the search for dead cycles: what a run makes stays, and going through it again and again costs half."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _asked(chosen: Chosen, question: Question, reader: Reader, job: Job) -> Answers:
    job.tell(f"computing with {chosen.name}")
    return chosen.engine.answer(question, reader)


def _fits(answers: Answers | None) -> Mapping[str, tuple[Fraction | None, int]]:
    return {} if answers is None else answers.fits


def world_with(world: World, fits: Mapping[str, Fit]) -> World:
    """Return a world with new fits."""
    return evolve(world, population={**world.population, **values_of(fits)})


def state_now(scheme: Scheme, world: World, day: date, run: int) -> SchemeState:
    """Return what a scheme is placed with."""
    return SchemeState(definition(scheme, world), day, run, population_values(scheme, world))


def _dues(reader: Reader, world: World, job: Job, present: Sequence[str]) -> dict[str, Due]:
    """Return who is due in each scheme, and why."""
    states = {scheme.name: state_now(scheme, world, job.day, 0) for scheme in job.schemes}
    dues = {name: due_in(reader, name, now, present, full=job.full) for name, now in states.items()}
    return {name: with_touched(due, present, job.touched) for name, due in dues.items()}


def _place(placer: Placer, scheme: Scheme, answers: Answers | None, due: Due) -> Collection[str]:
    """Record where those who are due belong, in the order of the customers; returns who may be gone of those placed before."""
    causes = due.causes
    found = {placed.customer: placed for placed in answers.placed(scheme, causes)} if answers and causes else {}
    walked = placer.record_all(
        scheme, [(said_of(customer, found, scheme), cause) for customer, cause in causes.items()]
    )
    if due.gone is not None:
        return due.gone
    return walked if walked is not None else [key for key, _ in placer.transaction.items(table_of(scheme.name))]


def said_of(customer: str, found: Mapping[str, Placed], scheme: Scheme) -> Placed:
    """Return where an engine said that a customer belongs; raises `CrmError` if it said nothing."""
    if customer not in found:
        raise CrmError(
            f"the engine did not say where customer {customer!r} belongs in {scheme.name}",
            todo="Nothing was written. `--engine python` does without it; please tell the engine's author.",
        )
    return found[customer]


def _run_document(run: Run) -> dict[str, Any]:
    return {
        "as_of": run.as_of.isoformat(),
        "evaluated": dict(run.evaluated),
        "fitted": run.fitted,
        "moved": len(run.moves),
    }
