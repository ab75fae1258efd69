"""The passes of a run: one over the rows of each source, one for each level of population values, one for all schemes."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import partial
from typing import Any, Final, TypeVar

import narwhals.stable.v2 as nw
from attrs import define, evolve, field, frozen

from crm_bulk.compiling import Compiler
from crm_bulk.dates import plain
from crm_bulk.engines.backend import Frame, Table
from crm_bulk.expressions import Expr, col, columns_of, lit, when
from crm_bulk.frames import Database, Frames
from crm_bulk.horizons import Horizon
from crm_bulk.lowering import native, selected
from crm_bulk.order_statistics import Values, finished
from crm_bulk.reviews import RowReviews
from crm_bulk.rows import KEY, OWNER, RowPass
from crm_bulk.scopes import Bounds, Scope
from crm_bulk.vectors import TooLarge, Vector, null, sizes
from crmcore import Customer, Scheme, Term
from crmcore.engines import (
    Aggregate,
    Node,
    PopulationValue,
    Predicate,
    Rows,
    World,
    canonical,
    finish,
    needs,
    reached,
    type_of,
)

Made = TypeVar("Made")
_FEW: Final = 8
"""A smaller part of the customers than one in so many is picked out; of more, all are looked at."""


@frozen(eq=False)
class _Bounds(Bounds):
    database: Database

    def extent(self, record_class: Any, wanted: Any) -> tuple[int, int] | None:
        return self.database.extent(record_class, wanted)

    def is_full(self, record_class: Any, wanted: Any) -> bool:
        return self.database.is_full(record_class, wanted)

    def rows(self, record_class: Any) -> int:
        return self.database.rows(record_class)


class _Some(dict[str, Fraction | None]):
    """Values of the population before they are fitted: some number for each."""

    def get(self, key: str, default: Fraction | None = None) -> Fraction | None:  # type: ignore[override]  # no value is no default
        """Return the number of a key."""
        return self.setdefault(key, Fraction(10_007 + len(self)) if default is None else default)


@define(eq=False)
class Plan:
    """Computes terms, rules and schemes of all customers of a database as of a day (days since 1970)."""

    world: World
    database: Database
    day: int
    scope: Scope = field(init=False)
    passes: dict[Rows, RowPass] = field(factory=dict, init=False)
    _aggregates: dict[str, Vector] = field(factory=dict, init=False)
    _reviews: dict[str, Any] = field(factory=dict, init=False)
    _of_rows: dict[Rows, RowReviews] = field(factory=dict, init=False)
    _is_measured: bool = field(default=False, init=False)
    facts: Frame = field(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        self.scope = Scope(Customer, self.world, _Bounds(self.database))

    # -- compiling ---------------------------------------------------------------------------------------------------

    def compiler(self, population: Mapping[str, Fraction | None] | None = None) -> Compiler:
        """Return a compiler of customers' terms."""
        world = self.world if population is None else evolve(self.world, population=population)
        return Compiler(world, self.scope, self.day, self.aggregate)

    def aggregate(self, node: Aggregate) -> Vector:
        """Return an aggregate as a column of the frame of customers, equal ones as the same column."""
        key = canonical(node, self.world.settings)
        if key not in self._aggregates:
            with sizes(checked=True):
                self._aggregates[key] = self.row_pass(node.source).aggregate(node)
        return self._aggregates[key]

    def review(self, node: Aggregate) -> Any:
        """Return when an aggregate may next change, as an expression on the frame of customers."""
        key = canonical(node, self.world.settings)
        if key not in self._reviews:
            done = self.row_pass(node.source)
            with sizes(checked=True):
                self._reviews[key] = self._of_rows.setdefault(node.source, RowReviews(done)).of(node)
        return self._reviews[key]

    def horizon(self, compiler: Compiler) -> Horizon:
        """Return what looks ahead with a compiler's expressions."""
        return Horizon(compiler, self.review)

    def row_pass(self, source: Rows) -> RowPass:
        """Return the pass over the rows of a source."""
        if source not in self.passes:
            scope = Scope(source.record_class, self.world, self.scope.bounds)
            compiler = Compiler(self.world, scope, self.day)
            rows = self.database.rows(source.record_class)
            self.passes[source] = RowPass(source, compiler, f"r{len(self.passes)}_", rows, partial(self._most, source))
        return self.passes[source]

    # -- running -----------------------------------------------------------------------------------------------------

    def read(self, roots: Iterable[Node], schemes: Sequence[Scheme] = ()) -> Frame:
        """Read what ``roots`` need of every customer that is not archived: its columns and what its rows add up to.

        For ``schemes`` that includes what looking ahead needs.
        """
        with sizes(checked=False):
            compiler = self.compiler(_Some())
            self.compile_all(compiler, roots)
            horizon = self.horizon(compiler)
            dates = [plain(horizon.of_scheme(scheme)) for scheme in schemes]
            used = columns_of(dates)
        for done in self.passes.values():
            done.leave_out(used)
        return self._read()

    def _read(self) -> Frame:
        archived = self.scope.column(tuple(c for c in _columns(Customer) if c.name == "archived_at"))
        present = nw.col(archived.day().detail).is_null() if archived.day else None
        frames = Frames(self.database, self.world.zone)
        frame = frames.rows(Customer, self.scope.wanted.values()).filter(present)
        for done in self.passes.values():
            frame = frames.beside(frame, done)
        self.facts = self.database.backend.keep(frame)
        return self.facts

    def _most(self, source: Rows) -> int:
        """Return how many rows of a source at most are one customer's."""
        owners = Frames(self.database, self.world.zone).owners(source)
        most = owners.group_by(OWNER).agg(rows=nw.len()).select(most=nw.col("rows").max())
        return int(self.database.backend.collect(most).column("most").to_pylist()[0] or 0)

    def fitting(self, make: Callable[[], Made]) -> Made:
        """Return what ``make`` compiles; where numbers might be too large, after looking how large they really are."""
        try:
            return make()
        except TooLarge:
            if self._is_measured:
                raise
        self._measure()
        return make()

    def _measure(self) -> None:
        """Note between which values aggregates really lie."""
        self._is_measured = True
        found = {str(n): key for n, (key, one) in enumerate(self._aggregates.items()) if one.shape == "fixed"}
        exprs = {name: native(self._aggregates[key].expr) for name, key in found.items()}
        lows = {f"low{name}": expr.min() for name, expr in exprs.items()}
        highs = {f"high{name}": expr.max() for name, expr in exprs.items()}
        row = self.database.backend.collect(self.facts.select(**lows, **highs)).to_pylist()[0] if found else {}
        for name, key in found.items():
            bound = max(abs(row[f"low{name}"] or 0), abs(row[f"high{name}"] or 0))
            self._aggregates[key] = evolve(self._aggregates[key], bound=int(bound))

    def compile_all(self, compiler: Compiler, roots: Iterable[Node]) -> None:
        """Compile ``roots`` only to learn what they need."""
        for root in roots:
            for part in reached(root, into_rows=False):
                match part:
                    case Predicate():
                        compiler.rule(part)
                    case Term():
                        vector = compiler.term(part)
                        if vector.day:
                            vector.day()

    def fit(self, wanted: Sequence[PopulationValue], known: Mapping[str, Fraction | None]) -> dict[str, Any]:
        """Return the value of each of ``wanted``, which come in order of need, and over how many customers it is."""
        found: dict[str, tuple[Fraction | None, int]] = {}
        population = dict(known)
        for level in levels(wanted, self.world):
            made = self.fitting(partial(self._fitted, level, population))
            found |= made
            population |= {key: value for key, (value, _) in made.items()}
        return found

    def _fitted(
        self, level: Sequence[PopulationValue], population: Mapping[str, Fraction | None]
    ) -> dict[str, tuple[Fraction | None, int]]:
        compiler = self.compiler(population)
        asked: dict[str, tuple[PopulationValue, Vector]] = {}
        values: dict[str, Expr] = {}
        for node in level:
            vector = _population_term(node, compiler)
            kept = vector.expr if node.among is None else when(compiler.rule(node.among), vector.expr)
            values.setdefault(self._definition(node), kept)
            asked[self.world.key(node)] = (node, vector)
        numbered = {key: f"value{number}" for number, key in enumerate(values)}
        frame = selected(self.facts, {numbered[key]: expr for key, expr in values.items()})
        table = self.database.backend.collect(frame)
        known = {name: Values(table.column(name).drop_null()) for name in numbered.values()}
        result = {}
        for key, (node, vector) in asked.items():
            values_ = known[numbered[self._definition(node)]]
            parameter = None if node.parameter is None else compiler.term(node.parameter).constant
            result[key] = (_finished(node, vector, values_, parameter), values_.number)
        return result

    def placed(self, schemes: Sequence[Scheme], population: Mapping[str, Fraction | None]) -> Frame:
        """Return each customer's answer and date of review in each scheme: columns id, answer0, review0, answer1, ..."""
        return self.fitting(lambda: self._placed(schemes, population))

    def _placed(self, schemes: Sequence[Scheme], population: Mapping[str, Fraction | None]) -> Frame:
        compiler = self.compiler(population)
        horizon = self.horizon(compiler)
        chosen: dict[str, Expr] = {KEY: col(KEY)}
        for number, scheme in enumerate(schemes):
            chosen[f"answer{number}"] = compiler.answer(scheme).cast(nw.Int16)
            chosen[f"review{number}"] = plain(horizon.of_scheme(scheme)).cast(nw.Int32)
        if columns_of(chosen.values()) & self._left_out():  # other values of the population lead elsewhere
            for done in self.passes.values():
                done.left_out.clear()
            self._read()
        return selected(self.facts, chosen)

    def _left_out(self) -> set[str]:
        found = ((done, name) for done in self.passes.values() for name in done.left_out)
        return {form for done, name in found for form in (name, done.days.get(name), done.moments.get(name)) if form}

    def of_some(self, ids: Table, columns: Mapping[str, Expr]) -> Table:
        """Return columns of the customers whose ids these are, and perhaps of others."""
        facts = self.facts
        if ids.num_rows * _FEW < self.database.rows(Customer):
            facts = facts.join(self.database.backend.frame(ids, is_small=True), on=KEY, how="semi")
        return self.database.backend.collect(selected(facts, columns))

    def _definition(self, node: PopulationValue) -> str:
        """Return what the values are of which a population value is made."""
        parts = (node.term, node.among)
        return " ".join("" if part is None else canonical(part, self.world.settings) for part in parts)


def _population_term(node: PopulationValue, compiler: Compiler) -> Vector:
    """Return the term of a population value; what is the same for every customer is counted, and its value kept."""
    if node.term is None:
        return Vector("fixed", lit(1, nw.Int64), constant=Fraction(1))
    vector = compiler.term(node.term)
    if vector.shape != "exact":
        return vector
    expr = null() if vector.constant is None else lit(1, nw.Int64)
    return Vector("exact", expr, constant=vector.constant)


def _finished(node: PopulationValue, vector: Vector, values: Values, parameter: Fraction | None) -> Fraction | None:
    if vector.shape == "exact":
        return finish(node.op, [vector.constant] * values.number, parameter)
    return finished(node.op, values, vector.digits, parameter)


def levels(wanted: Sequence[PopulationValue], world: World) -> list[list[PopulationValue]]:
    """Return population values in groups, each needing only those of earlier groups."""
    depths: dict[str, int] = {}
    groups: list[list[PopulationValue]] = []
    for node in wanted:
        key = world.key(node)
        if key in depths:
            continue
        inner = [part for part in (node.term, node.among, node.parameter) if part is not None]
        depth = max((depths.get(world.key(each), 0) + 1 for each in needs(*inner).population), default=0)
        depths[key] = depth
        while len(groups) <= depth:
            groups.append([])
        groups[depth].append(node)
    return groups


def _columns(record_class: Any) -> Any:
    return type_of(record_class).columns
