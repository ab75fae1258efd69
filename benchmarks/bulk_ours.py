"""The rules of the bundled plugins on the engines of plugin bulk, from the same files to the same answers."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import crm_lifecycle
import crm_value_tier
from attrs import evolve, frozen
from bulk_answers import SCHEMES, Result, Task
from crm_bulk.answering import missing_in, roots_of
from crm_bulk.days import day_number
from crm_bulk.engines.backend import Backend
from crm_bulk.expressions import col
from crm_bulk.lowering import selected
from crm_bulk.parquet_tables import ParquetTables
from crm_bulk.plan import Plan

from crmcore import Scheme, Setting
from crmcore.engines import PopulationValue, Question, World, needs, rules_of

NAMES = {"recency": "quiet"}


def schemes() -> tuple[Scheme, ...]:
    found = {scheme.name: scheme for scheme in (*crm_lifecycle.crm_schemes(), *crm_value_tier.crm_schemes())}
    return tuple(found[name] for name in SCHEMES)


@frozen(eq=False)
class Ours:
    """All bundled schemes, or others, on one engine."""

    backend: Backend
    schemes: Sequence[Scheme] = ()

    def run(self, task: Task) -> Result:
        return self.placed(task)[0]

    def placed(self, task: Task) -> tuple[Result, Mapping[str, Fraction | None]]:
        """Return the answers and the population values as they are kept for later."""
        world, asked = World({}, {}, task.zone), tuple(self.schemes or schemes())
        wanted = needs(*(rule for scheme in asked for rule in rules_of(scheme))).population
        question = Question(world, task.day, asked, wanted)
        plan = Plan(world, ParquetTables(self.backend, task.folder, world), day_number(task.day))
        plan.read(roots_of(question), asked if task.whole else ())
        found = plan.fit(wanted, {})
        kept = {key: value for key, (value, _) in found.items()}
        names = dict.fromkeys((_name(node, world), kept[world.key(node)]) for node in wanted)
        return evolve(
            self.answers(plan, asked, kept, whole=task.whole),
            population={name: None if value is None else float(value) for name, value in names},
        ), kept

    def answers(self, plan: Plan, asked: Sequence[Scheme], kept: Mapping[str, Any], *, whole: bool) -> Result:
        if not whole:
            compiler = plan.compiler(kept)
            chosen = {scheme.name: compiler.answer(scheme) for scheme in asked}
            return Result(self.backend.collect(selected(plan.facts, {"id": col("id"), **chosen})), {})
        table = self.backend.collect(plan.placed(asked, kept))
        ids = table.column("id").to_numpy()
        missing: dict[tuple[str, str], Any] = {}
        for scheme, each in missing_in(table, plan, asked, kept).items():
            for place, names in enumerate(each.names):
                found = ids[each.places == place]
                for name in names:
                    missing[scheme.name, name] = [*missing.get((scheme.name, name), ()), *found]
        order = [f"{part}{number}" for number in range(len(asked)) for part in ("answer", "review")]
        columns = [f"{scheme.name}{end}" for scheme in asked for end in ("", ".on")]
        return Result(table.select(["id", *order]).rename_columns(["id", *columns]), {}, missing)


def run(task: Task) -> Result:
    """Answer on Polars."""
    from crm_bulk.engines.polars_engine import PolarsBackend  # noqa: PLC0415 - only what is measured

    return Ours(PolarsBackend()).run(task)


def run_duckdb(task: Task) -> Result:
    """Answer on DuckDB."""
    from crm_bulk.engines.duckdb_engine import DuckdbBackend  # noqa: PLC0415 - only what is measured

    backend = DuckdbBackend()
    try:
        return Ours(backend).run(task)
    finally:
        backend.close()


def _name(node: PopulationValue, world: World) -> str:
    """Return the name that versions written by hand have for a population value."""
    share = (
        world.setting(node.parameter) if isinstance(node.parameter, Setting) else getattr(node.parameter, "value", "")
    )
    term = "" if node.term is None else getattr(node.term, "name", "").split(".")[-1]
    return " ".join(str(part) for part in (node.op, share, NAMES.get(term, term)) if part != "")
