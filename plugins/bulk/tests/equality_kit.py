"""Random companies and rules in batches, and every cell in which an engine differs from the row evaluator."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import expressions
import hypothesis
import random_customers
from attrs import frozen
from crm_bulk.answering import missing_in
from crm_bulk.compiling import CANNOT_TELL
from crm_bulk.dates import FOREVER
from crm_bulk.days import day_number, microseconds
from crm_bulk.engines.backend import Backend
from crm_bulk.expressions import col
from crm_bulk.lowering import selected
from crm_bulk.plan import Plan
from crm_bulk.record_tables import RecordTables
from crm_bulk.scopes import SEPARATOR
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from random_customers import Given
from vocabulary import DATE, INSTANT, NUMERIC

from crmcore import Predicate, Scheme, Term
from crmcore.engines import Evaluator, Node, World, canonical, needs, reached, rules_of, type_of
from crmcore.evaluation.boundaries import Horizon
from crmcore.evaluation.facts import instant, local_day
from crmcore.evaluation.missing import missing_of, names_of
from crmcore.kinds import BOOLEAN, TEXT
from crmcore.work.fitting import fit, values_of

ZONES = (
    *("Asia/Shanghai", "Europe/Berlin", "America/New_York", "UTC"),
    *("America/St_Johns", "Pacific/Apia", "Asia/Kathmandu", "America/Sao_Paulo"),
)
ROOTS = st.one_of(
    expressions.predicates(), st.sampled_from((*NUMERIC, TEXT, BOOLEAN, DATE, INSTANT)).flatmap(expressions.terms)
)


@frozen(eq=False)
class Batch:
    """One company, schemes for its customers, and expressions of which every part is compared."""

    given: Given
    schemes: tuple[Scheme, ...] = ()
    roots: tuple[Node, ...] = ()


def drawn(strategy: st.SearchStrategy[Any], number: int, seed: int) -> list[Any]:
    """Return so many random values, the same ones for a seed."""
    found: list[Any] = []

    @hypothesis.seed(seed)
    @settings(
        max_examples=number,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(strategy)
    def collect(value: Any) -> None:
        found.append(value)

    collect()
    return found


def batches(seed: int, *, companies: int = 60, schemes: int = 20, roots: int = 12) -> Iterator[Batch]:
    """Yield batches, each for another day: so many small companies in all, schemes and roots for each batch."""
    by_day: dict[date, list[Given]] = {}
    for given in drawn(random_customers.customers(), companies, seed):
        by_day.setdefault(given.as_of, []).append(given)
    for number, found in enumerate(by_day.values()):
        zone = ZoneInfo(ZONES[(seed + number) % len(ZONES)])
        yield Batch(
            attrs.evolve(merged(found), zone=zone),
            tuple(drawn(expressions.schemes(), schemes, seed + number)) if schemes else (),
            tuple(drawn(ROOTS, roots, seed + number)) if roots else (),
        )


def merged(companies: Sequence[Given]) -> Given:
    """Return all records of several companies as one company's, with the settings of the first."""
    records = tuple(_renamed(record, f"g{n}") for n, given in enumerate(companies) for record in given.records)
    return attrs.evolve(companies[0], records=records)


def _renamed(record: Any, prefix: str) -> Any:
    names = ["id", *(column.name for column in type_of(type(record)).columns if column.target)]
    given = {name: getattr(record, name) for name in names}
    return attrs.evolve(record, **{name: f"{prefix}{key}" for name, key in given.items() if key})


@frozen(eq=False)
class Expected:
    """What the row evaluator answers on a batch."""

    batch: Batch
    fits: dict[str, Any]
    evaluator: Evaluator
    cases: tuple[Any, ...]

    @property
    def population(self) -> dict[str, Any]:
        return values_of(self.fits)


def expected(batch: Batch) -> Expected:
    given = batch.given
    world, cases = World(given.settings, {}, given.zone), tuple(given.cases())
    fits = fit(world, _population(batch), cases, given.as_of, 1)
    return Expected(batch, fits, Evaluator(attrs.evolve(world, population=values_of(fits))), cases)


def roots_of(batch: Batch) -> tuple[Node, ...]:
    """Return everything that is compared."""
    return (*batch.roots, *(rule for scheme in batch.schemes for rule in rules_of(scheme)))


def _population(batch: Batch) -> Any:
    return needs(*roots_of(batch)).population


def plan_of(batch: Batch, backend: Backend) -> Plan:
    """Return the plan of a batch, with everything read."""
    given = batch.given
    records: dict[Any, list[Any]] = {}
    for record in given.records:
        records.setdefault(type(record), []).append(record)
    world = World(given.settings, {}, given.zone)
    plan = Plan(world, RecordTables(backend, records, world), day_number(given.as_of))
    plan.read(roots_of(batch), batch.schemes)
    return plan


def differences(want: Expected, backend: Backend, plan: Plan | None = None) -> list[str]:
    """Return every cell in which an engine answers something else; ``plan`` may have read from another source."""
    plan = plan or plan_of(want.batch, backend)
    found = plan.fit(_population(want.batch), {})
    fits = {key: (one.value, one.customers) for key, one in want.fits.items()}
    wrong = [f"fit {key}: {fits[key]} != {found.get(key)}" for key in fits if fits[key] != found.get(key)]
    return [*wrong, *_of_answers(want, plan), *_of_missing(want, plan), *_of_parts(want, plan)]


def _rows(plan: Plan, frame: Any) -> dict[str, dict[str, Any]]:
    table = plan.database.backend.collect(frame).to_pylist()
    rows = {row["id"]: row for row in table}
    assert len(rows) == len(table), "a customer is answered for twice"
    return rows


def _of_answers(want: Expected, plan: Plan) -> Iterator[str]:
    schemes = want.batch.schemes
    if not schemes:
        return
    rows = _rows(plan, plan.placed(schemes, want.population))
    yield from _of_keys(want, rows)
    for case in want.cases:
        horizon, row = Horizon(want.evaluator, case), rows[case.facts.customer.id]
        for number, scheme in enumerate(schemes):
            answer, review = want.evaluator.answer(scheme, case), horizon.of_scheme(scheme)
            unknown = answer.segment is None and answer.position < len(scheme.segments)
            position = CANNOT_TELL - answer.position if unknown else answer.position
            yield from _told(scheme, case, "answer", position, row[f"answer{number}"])
            day = FOREVER if review is None else day_number(review)
            yield from _told(scheme, case, "review", day, row[f"review{number}"])


def _of_missing(want: Expected, plan: Plan) -> Iterator[str]:
    if not want.batch.schemes:
        return
    table = plan.database.backend.collect(plan.placed(want.batch.schemes, want.population))
    missing = missing_in(table, plan, want.batch.schemes, want.population)
    for scheme in want.batch.schemes:
        found_ = zip(table.column("id").to_pylist(), missing[scheme].places.tolist(), strict=True)
        names = {key: missing[scheme].names[place] for key, place in found_ if place >= 0}
        for case in want.cases:
            found = names.get(case.facts.customer.id, ())
            yield from _told(scheme, case, "missing", names_of(missing_of(scheme, case, want.evaluator)), found)


def _of_parts(want: Expected, plan: Plan) -> Iterator[str]:
    parts = list(dict.fromkeys(part for root in want.batch.roots for part in reached(root, into_rows=False)))
    if not parts:
        return
    vectors, frame = plan.fitting(lambda: _compiled(parts, plan, want))
    rows = _rows(plan, frame)
    yield from _of_keys(want, rows)
    for case in want.cases:
        row = rows[case.facts.customer.id]
        for number, part in enumerate(parts):
            if number not in vectors:
                yield from _told(part, case, "rule", want.evaluator.holds(part, case), row[f"x{number}"])
                continue
            vector, meaning = vectors[number], want.evaluator.meaning(part)
            value = meaning.compute(case, None)
            if vector.shape == "exact":
                yield from _told(part, case, "constant", value, vector.constant)
                continue
            if vector.shape == "fixed":
                yield from _told(part, case, "digits", meaning.digits, vector.digits)
            yield from _told(part, case, "value", _physical(value, vector.shape, want), row[f"x{number}"])


def _compiled(parts: Sequence[Any], plan: Plan, want: Expected) -> tuple[dict[int, Any], Any]:
    compiler = plan.compiler(want.population)
    vectors = {n: compiler.term(part) for n, part in enumerate(parts) if isinstance(part, Term)}
    exprs = {f"x{n}": vector.expr for n, vector in vectors.items() if vector.shape != "exact"}
    exprs |= {f"x{n}": compiler.rule(part) for n, part in enumerate(parts) if isinstance(part, Predicate)}
    return vectors, selected(plan.facts, {"id": col("id"), **exprs})


def _physical(value: Any, shape: str, want: Expected) -> Any:
    zone = want.batch.given.zone
    if value is None:
        return None
    if shape == "date":
        return day_number(local_day(value, zone))
    if isinstance(value, datetime | date):
        return microseconds(instant(value, zone))
    return SEPARATOR + "".join(text + SEPARATOR for text in value) if isinstance(value, tuple) else value


def _of_keys(want: Expected, rows: dict[str, Any]) -> Iterator[str]:
    ids = {case.facts.customer.id for case in want.cases}
    if ids != set(rows):
        yield f"customers: {sorted(ids ^ set(rows))}"


def _told(part: Any, case: Any, what: str, expected_: Any, found: Any) -> Iterator[str]:
    if expected_ != found or (expected_ is None) != (found is None):
        settings_ = {}
        text = " | ".join(canonical(rule, settings_) for rule in rules_of(part)) if isinstance(part, Scheme) else ""
        text = text or (canonical(part, settings_) if not isinstance(part, Scheme) else part.name)
        yield f"{what} of {case.facts.customer.id}: {expected_!r} != {found!r} in {text}"
