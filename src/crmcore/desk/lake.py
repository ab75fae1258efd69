"""Classifying files: the records of a company as Parquet, its placements as Parquet, without a store."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

from attrs import evolve, field, frozen

from crmcore.app import Crm
from crmcore.desk.lake_folders import Past, Target, company_in, target_in, write_past
from crmcore.engines import LakeAnswers, PopulationValue, Question, Step, World, Writing, Written
from crmcore.errors import RunRefused, UsageError
from crmcore.grammar.declare import Scheme
from crmcore.work.choosing import Chosen
from crmcore.work.classifying import state_now, world_with
from crmcore.work.company import Company
from crmcore.work.due import cause_for_all, fits_due
from crmcore.work.fitting import Fit, population_of, rows_read, values_of


@frozen(eq=False)
class LakeOrder:
    """What is to be classified, and where the placements belong; ``as_of`` is today unless it is given."""

    source: Path
    target: Path
    schemes: Sequence[str] = ()
    as_of: date | None = None
    full: bool = False
    dry_run: bool = False
    engine: str = ""
    options: Mapping[str, str] = field(factory=dict)
    tell: Callable[[str], None] = field(default=lambda _: None)


@frozen
class LakeRun:
    """The outcome: what was counted in each scheme, how many population values were fitted, and what was written.

    ``folder`` is None where nothing was: for a dry run, or if nothing changed on that day.
    """

    as_of: date
    counts: Mapping[str, Written]
    fitted: int
    engine: str = ""
    folder: Path | None = None


@frozen(eq=False)
class _Work:
    """What one run goes by; ``wanted`` are the population values that schemes and metrics need."""

    order: LakeOrder
    company: Company
    target: Target
    world: World
    day: date
    schemes: tuple[Scheme, ...]
    wanted: tuple[PopulationValue, ...]

    @property
    def number(self) -> int:
        """The run's number."""
        return self.target.past.run + 1


def classify_lake(crm: Crm, order: LakeOrder) -> LakeRun:
    """Place the customers in the files of a folder and write what changed since the last run into another.

    Raises `RunRefused` for a day before that run, and `CrmError` for files or folders that cannot be used.
    """
    work, chosen = _prepared(crm, order), _chosen(crm, order)
    order.tell(f"reading {order.source} with {chosen.name}")
    with chosen.used():
        lake = chosen.engine.lake(order.source)
        rows = {work.world.key(node): rows_read(node, lake.count) for node in work.wanted}
        stored = {} if order.full else work.target.past.fits
        answers = lake.answer(Question(work.world, work.day, work.schemes, _due(work, stored, rows)))
        fits = {key: Fit(value, work.day, work.number, made, rows[key]) for key, (value, made) in answers.fits.items()}
        if order.dry_run:
            run, _ = _placed(work, answers, fits, None)
            return evolve(run, engine=chosen.name)
        with work.target.run() as draft:
            run, past = _placed(work, answers, fits, draft.folder)
            write_past(draft.folder, past, {"engine": chosen.version, "placements": _counts(run)})
            draft.is_kept = not _is_nothing_new(run, work.target.past, past)
    return evolve(run, engine=chosen.name, folder=draft.name if draft.is_kept else None)


def plan_of_lake(crm: Crm, order: LakeOrder) -> tuple[date, Chosen, tuple[Step, ...]]:
    """Return for which day, on which engine and how it would be done; writes nothing."""
    work, chosen = _prepared(crm, order), _chosen(crm, order)
    with chosen.used():
        lake = chosen.engine.lake(order.source)
        rows = {work.world.key(node): rows_read(node, lake.count) for node in work.wanted}
        stored = {} if order.full else work.target.past.fits
        question = Question(work.world, work.day, work.schemes, _due(work, stored, rows))
        return work.day, chosen, lake.plan(question)


def _prepared(crm: Crm, order: LakeOrder) -> _Work:
    """Check the folders and the date, and put together what the run goes by."""
    catalogue = crm.catalogue
    company, settings = company_in(order.source, catalogue)
    target = target_in(order.target)
    past = target.past
    if past.company is not None and past.company.document() != company.document():
        raise UsageError(
            f"{order.target} holds placements for {_said(past.company)}; {order.source} is of {_said(company)}",
            todo="Give another folder to the placements.",
        )
    day = order.as_of or crm.today(company)
    if past.as_of is not None and day < past.as_of:
        raise RunRefused(
            f"customers are already classified as of {past.as_of}; a run as of {day} would contradict that history",
            todo="Give another folder to the placements, or a later date.",
        )
    schemes = tuple(catalogue.scheme(name) for name in order.schemes) or crm.schemes
    world = World(settings, values_of(past.fits), company.zone, company.money_digits)
    return _Work(order, company, target, world, day, schemes, population_of(schemes, catalogue.values("metric")))


def _said(company: Company) -> str:
    return f"a company in {company.currency} and {company.zone.key}"


def _chosen(crm: Crm, order: LakeOrder) -> Chosen:
    return crm.engines(None, order.engine, order.options).choose(None)


def _due(work: _Work, stored: Mapping[str, Fit], rows: Mapping[str, int]) -> tuple[PopulationValue, ...]:
    return fits_due(work.wanted, stored, rows, work.world, work.day)


def _placed(work: _Work, answers: LakeAnswers, fits: Mapping[str, Fit], folder: Path | None) -> tuple[LakeRun, Past]:
    """Write what changed in each scheme, and return what the next run has to know."""
    past, world = work.target.past, world_with(work.world, fits)
    states = {scheme.name: state_now(scheme, world, work.day, work.number) for scheme in work.schemes}
    counts = {}
    for scheme in work.schemes:
        work.order.tell(f"placing in {scheme.name}")
        cause = cause_for_all(past.states.get(scheme.name), states[scheme.name])
        before = work.target.placements(scheme.name)
        counts[scheme.name] = answers.write(scheme, Writing(before, folder, work.day, work.number, cause))
    now = Past(work.number, work.day, work.company, {**past.states, **states}, {**past.fits, **fits})
    return LakeRun(work.day, counts, len(fits)), now


def _is_nothing_new(run: LakeRun, before: Past, now: Past) -> bool:
    """Whether a run on the day of the last one found everything as that left it."""
    if before.as_of != now.as_of or any(written.changed for written in run.counts.values()):
        return False
    return _lasting(before) == _lasting(now)


def _lasting(past: Past) -> tuple[object, object]:
    states = {name: (state.fingerprint, state.population) for name, state in past.states.items()}
    return states, values_of(past.fits)


def _counts(run: LakeRun) -> dict[str, dict[str, int]]:
    return {name: dict(written._asdict()) for name, written in run.counts.items()}
