"""Fitting population values: which are due, what they are now, and how they are kept."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any, Final

from attrs import evolve, frozen

from crmcore.entities import Record, type_of
from crmcore.errors import reading
from crmcore.evaluation.evaluate import Evaluator, World
from crmcore.evaluation.facts import Case
from crmcore.evaluation.meaning import to_fraction
from crmcore.evaluation.population import REFIT_DAYS, REFIT_DAYS_TIMED, REFIT_GROWTH, finish
from crmcore.grammar.declare import Metric, Scheme
from crmcore.grammar.expr import PopulationValue
from crmcore.grammar.walk import needs, rules_of
from crmcore.records import Customer
from crmcore.store import Reader, Transaction

TABLE: Final = "population"


@frozen
class Fit:
    """A fitted population value: ``customers`` is how many it was computed from, ``rows`` how many rows there were."""

    value: Fraction | None
    fitted_on: date
    run: int
    customers: int
    rows: int = 0


def fits_in(reader: Reader) -> dict[str, Fit]:
    """Return every stored fit by its key."""
    with reading("a population value"):
        return {key: from_document(document) for key, document in reader.items(TABLE)}


def values_of(fits: Mapping[str, Fit]) -> dict[str, Fraction | None]:
    """Return the bare values of fits, as a `World` takes them."""
    return {key: fit.value for key, fit in fits.items()}


def population_of(schemes: Sequence[Scheme], metrics: Sequence[Metric] = ()) -> tuple[PopulationValue, ...]:
    """Return the population values that schemes and metrics reach, those that others need first."""
    return needs(*(rule for scheme in schemes for rule in rules_of(scheme)), *metrics).population


def moves_with_the_date(scheme: Scheme) -> bool:
    """Whether a scheme uses population values that look at the date, so that its cuts move from day to day."""
    return any(needs(node).uses_time for node in population_of((scheme,)))


def rows_read(node: PopulationValue, count: Callable[[str], int]) -> int:
    """Return how many rows there are of the record types that a population value reads, customers included."""
    classes: set[type[Record]] = {Customer, *(source.record_class for source in needs(node).rows)}
    return sum(count(type_of(record_class).name) for record_class in classes)


def fit(world: World, wanted: Sequence[PopulationValue], cases: Sequence[Case], day: date, run: int) -> dict[str, Fit]:
    """Return new fits of ``wanted``, in that order, over the customers in ``cases``; ``world`` holds those of before."""
    made: dict[str, Fit] = {}
    for node in wanted:
        key = world.key(node)
        if key in made:
            continue
        value, customers = _fitted(world, node, cases)
        made[key] = Fit(value, day, run, customers)
        world = evolve(world, population={**world.population, key: made[key].value})
    return made


def is_due(node: PopulationValue, fitted: Fit | None, world: World, day: date, rows: int) -> bool:
    """Whether a population value is to be fitted on ``day``, when it reads so many ``rows``.

    It is where it never was, has no value, comes from a later day, is too old, or was fitted on too different an amount
    of data.
    """
    if fitted is None or fitted.value is None or fitted.fitted_on > day:
        return True
    if abs(rows - fitted.rows) > world.setting(REFIT_GROWTH) * fitted.rows:
        return True
    setting = REFIT_DAYS_TIMED if needs(node).uses_time else REFIT_DAYS
    return (day - fitted.fitted_on).days >= int(world.setting(setting))


def _fitted(world: World, node: PopulationValue, cases: Sequence[Case]) -> tuple[Fraction | None, int]:
    evaluator = Evaluator(world)
    meaning = None if node.term is None else evaluator.meaning(node.term)
    values = []
    for case in cases:
        if node.among is not None and not evaluator.holds(node.among, case):
            continue
        found = 1 if meaning is None else meaning.compute(case, None)
        if found is not None:
            values.append(Fraction(found) if meaning is None else to_fraction(meaning, found))
    parameter = None if node.parameter is None else evaluator.meaning(node.parameter).constant
    return finish(node.op, values, parameter), len(values)


def keep(transaction: Transaction, fits: Mapping[str, Fit]) -> None:
    """Store fits under their keys."""
    for key, fitted in fits.items():
        transaction.put(TABLE, key, to_document(fitted))


def to_document(fitted: Fit) -> dict[str, Any]:
    """Return a fit as it is kept."""
    value = fitted.value
    return {
        "value": None if value is None else f"{value.numerator}/{value.denominator}",
        "fitted_on": fitted.fitted_on.isoformat(),
        "run": fitted.run,
        "customers": fitted.customers,
        "rows": fitted.rows,
    }


def from_document(document: Mapping[str, Any]) -> Fit:
    """Read back what `to_document` made."""
    value = document["value"]
    return Fit(
        value=None if value is None else Fraction(value),
        fitted_on=date.fromisoformat(document["fitted_on"]),
        run=document["run"],
        customers=document["customers"],
        rows=document["rows"],
    )
