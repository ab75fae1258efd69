"""What a classification would do: the engine, its passes, and who is due in which scheme; nothing is written."""

from collections.abc import Mapping
from datetime import date

from attrs import evolve, frozen

from crmcore.app import NO_OPTIONS, Crm
from crmcore.engines import Cause, Question, Step
from crmcore.view import Table
from crmcore.work.choosing import Chosen
from crmcore.work.classifying import state_now
from crmcore.work.due import counted, due_in, fits_due, present_in, with_touched
from crmcore.work.fitting import fits_in, population_of, rows_read, values_of

_SAID = {
    "data": "new or stale",
    "time": "due",
    "rule": "the rule changed",
    "refit": "population values changed",
}


@frozen
class RunPlan:
    """What would be done on which engine; ``due`` says for each scheme how many are evaluated, and why."""

    as_of: date
    chosen: Chosen
    steps: tuple[Step, ...]
    due: Mapping[str, tuple[int, tuple[str, ...]]]

    def table(self) -> Table:
        """Return one row for each step, and one for each scheme."""
        rows = [(step.step, step.reads, step.rows, step.makes) for step in self.steps]
        rows += [(f"record {name}", (), count, why) for name, (count, why) in self.due.items()]
        return Table(("step", "reads", "rows", "makes"), tuple(rows))


def plan_of(  # noqa: PLR0913 - the choices of `Crm.classify`
    crm: Crm,
    as_of: date | None = None,
    *,
    schemes: tuple[str, ...] = (),
    full: bool = False,
    engine: str = "",
    options: Mapping[str, str] = NO_OPTIONS,
) -> RunPlan:
    """Return what `Crm.classify` would do with the same arguments."""
    state = crm.state(as_of or crm.today(crm.state().company))
    reader, day = state.reader, state.day
    carried = crm.carried_over(crm.store.read(), state)
    chosen_schemes = tuple(crm.catalogue.scheme(name) for name in schemes) or crm.schemes
    stored = fits_in(reader)
    world = evolve(state.world, population=values_of(stored))
    wanted = population_of(chosen_schemes, crm.catalogue.values("metric"))
    rows = {world.key(node): rows_read(node, reader.count) for node in wanted}
    fit = fits_due(wanted, {} if full else stored, rows, world, day)
    present = present_in(reader)
    states = {scheme.name: state_now(scheme, world, day, 0) for scheme in chosen_schemes}
    dues = {
        name: with_touched(due_in(reader, name, now, present, full=full), present, carried)
        for name, now in states.items()
    }
    most = len(present) if fit else max((len(due.causes) for due in dues.values()), default=0)
    chosen = crm.engines(state.book, engine, options).choose(most)
    with chosen.used():
        steps = chosen.engine.plan(Question(world, day, chosen_schemes, fit), reader)
    fitted = {world.key(node) for node in fit}
    said = {
        name: (len(due.causes), _why(due.causes, full=full, refits=not fitted.isdisjoint(states[name].population)))
        for name, due in dues.items()
    }
    return RunPlan(day, chosen, steps, said)


def _why(due: Mapping[str, Cause | None], *, full: bool, refits: bool) -> tuple[str, ...]:
    found = ["all, for --full"] if full else [f"{count} {_SAID[cause]}" for cause, count in counted(due).items()]
    return (*found, *(["all if its population values change"] if refits and not full else []))
