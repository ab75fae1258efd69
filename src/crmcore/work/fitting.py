"""Fitting population values: which are due, what they are now, and how they are kept."""

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any, Final

from attrs import evolve, frozen

from crmcore.evaluation.evaluate import Evaluator, World
from crmcore.evaluation.facts import Case
from crmcore.evaluation.meaning import to_fraction
from crmcore.evaluation.population import finish
from crmcore.grammar.declare import Scheme, Setting
from crmcore.grammar.expr import PopulationValue
from crmcore.grammar.walk import needs, rules_of
from crmcore.store import Reader, Transaction

TABLE: Final = "population"

REFIT_DAYS: Final = Setting(
    "crm.refit_days",
    7,
    unit="days",
    least=1,
    label={"en": "Days between fits of population values", "zh": "总体数值重新拟合的间隔天数"},
    doc="After how many days the daily run fits a population value again; our default",
)
REFIT_DAYS_TIMED: Final = Setting(
    "crm.refit_days_timed",
    1,
    unit="days",
    least=1,
    label={"en": "The same for values that use time", "zh": "与时间有关的总体数值的重新拟合间隔天数"},
    doc="The same for values whose term depends on the date, such as spend in 12 months; our default",
)


@frozen
class Fit:
    """A fitted population value; ``customers`` is how many it was computed from."""

    value: Fraction | None
    fitted_on: date
    run: int
    customers: int


def fits_in(reader: Reader) -> dict[str, Fit]:
    """Return every stored fit by its key."""
    return {key: _from_document(document) for key, document in reader.items(TABLE)}


def values_of(fits: Mapping[str, Fit]) -> dict[str, Fraction | None]:
    """Return the bare values of fits, as a `World` takes them."""
    return {key: fit.value for key, fit in fits.items()}


def population_of(schemes: Sequence[Scheme]) -> tuple[PopulationValue, ...]:
    """Return the population values that schemes reach, those that others need first."""
    return needs(*(rule for scheme in schemes for rule in rules_of(scheme))).population


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


def is_due(node: PopulationValue, fitted: Fit | None, world: World, day: date) -> bool:
    """Whether a population value was never fitted, is too old on ``day``, or comes from a later day."""
    if fitted is None or fitted.fitted_on > day:
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
        value = fitted.value
        transaction.put(
            TABLE,
            key,
            {
                "value": None if value is None else f"{value.numerator}/{value.denominator}",
                "fitted_on": fitted.fitted_on.isoformat(),
                "run": fitted.run,
                "customers": fitted.customers,
            },
        )


def _from_document(document: Mapping[str, Any]) -> Fit:
    value = document["value"]
    return Fit(
        value=None if value is None else Fraction(value),
        fitted_on=date.fromisoformat(document["fitted_on"]),
        run=document["run"],
        customers=document["customers"],
    )
