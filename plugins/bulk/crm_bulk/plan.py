"""The passes of a run: one over the rows of each source, one for each level of population values, one for all schemes."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import partial
from typing import Any, TypeVar

import narwhals.stable.v2 as nw
from attrs import define, evolve, field, frozen

from crm_bulk.columns import Columns
from crm_bulk.compiling import Compiler
from crm_bulk.days import Days
from crm_bulk.engines.backend import Frame, Table
from crm_bulk.frames import Database, Frames
from crm_bulk.horizons import FOREVER, Horizon
from crm_bulk.logic import any_of
from crm_bulk.missing import Parts, named, parts_of
from crm_bulk.order_statistics import finished
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
    rules_of,
    type_of,
)

Made = TypeVar("Made")


@frozen(eq=False)
class _Bounds(Bounds):
    database: Database

    def extent(self, record_class: Any, wanted: Any) -> tuple[int, int] | None:
        return self.database.extent(record_class, wanted)

    def rows(self, record_class: Any) -> int:
        return self.database.rows(record_class)


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

    def compiler(self, columns: Columns, population: Mapping[str, Fraction | None] | None = None) -> Compiler:
        """Return a compiler of customers' terms that names metrics and answers in ``columns``."""
        world = self.world if population is None else evolve(self.world, population=population)
        return Compiler(world, self.scope, self.day, columns, self.aggregate)

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
            compiler = Compiler(self.world, scope, self.day, Columns(f"r{len(self.passes)}c"))
            rows = self.database.rows(source.record_class)
            self.passes[source] = RowPass(source, compiler, f"r{len(self.passes)}_", rows, partial(self._most, source))
        return self.passes[source]

    # -- running -----------------------------------------------------------------------------------------------------

    def read(self, roots: Iterable[Node], schemes: Sequence[Scheme] = ()) -> Frame:
        """Read what ``roots`` need of every customer that is not archived: its columns and what its rows add up to.

        For ``schemes`` that includes what looking ahead needs.
        """
        with sizes(checked=False):
            columns = Columns("_")
            compiler = self.compiler(columns, {})
            self.compile_all(compiler, roots)
            horizon = self.horizon(compiler)
            for scheme in schemes:
                self.compile_all(compiler, rules_of(scheme))
                horizon.of_scheme(scheme)
        archived = self.scope.column(tuple(c for c in _columns(Customer) if c.name == "archived_at"))
        present = archived.day().is_null() if archived.day else None
        frames = Frames(self.database, Days(self.world.zone, *self._range()))
        frame = frames.rows(Customer, self.scope.wanted.values()).filter(present)
        for done in self.passes.values():
            frame = frames.beside(frame, done)
        self.facts = self.database.backend.keep(frame)
        return self.facts

    def _most(self, source: Rows) -> int:
        """Return how many rows of a source at most are one customer's."""
        owners = Frames(self.database, Days(self.world.zone, 0, 0)).owners(source)
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
        exprs = {name: self._aggregates[key].expr for name, key in found.items()}
        lows = {f"low{name}": expr.min() for name, expr in exprs.items()}
        highs = {f"high{name}": expr.max() for name, expr in exprs.items()}
        row = self.database.backend.collect(self.facts.select(**lows, **highs)).to_pylist()[0] if found else {}
        for name, key in found.items():
            bound = max(abs(row[f"low{name}"] or 0), abs(row[f"high{name}"] or 0))
            self._aggregates[key] = evolve(self._aggregates[key], bound=int(bound))

    def _range(self) -> tuple[int, int]:
        """Return the first and the last day that any time has to do with."""
        scopes = (self.scope, *(done.compiler.scope for done in self.passes.values()))
        found = [days for scope in scopes if (days := scope.range_of_days())]
        return min((first for first, _ in found), default=0), max((last for _, last in found), default=0)

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
        columns = Columns("p")
        compiler = self.compiler(columns, population)
        asked: dict[str, tuple[PopulationValue, Vector]] = {}
        values: dict[str, Any] = {}
        for node in level:
            vector = _population_term(node, compiler)
            kept = nw.lit(True, nw.Boolean) if node.among is None else compiler.rule(node.among)
            values.setdefault(self._definition(node), nw.when(kept).then(vector.expr))
            asked[self.world.key(node)] = (node, vector)
        numbered = {key: f"value{number}" for number, key in enumerate(values)}
        frame = columns.added_to(self.facts).with_columns(**{numbered[key]: expr for key, expr in values.items()})
        table = self.database.backend.collect(frame.select(*numbered.values()))
        known = {name: table.column(name).drop_null() for name in numbered.values()}
        result = {}
        for key, (node, vector) in asked.items():
            known_values = known[numbered[self._definition(node)]]
            parameter = None if node.parameter is None else compiler.term(node.parameter).constant
            result[key] = (_finished(node, vector, known_values, parameter), len(known_values))
        return result

    def placed(self, schemes: Sequence[Scheme], population: Mapping[str, Fraction | None]) -> Frame:
        """Return each customer's answer and date of review in each scheme: columns id, answer0, review0, answer1, ..."""
        return self.fitting(lambda: self._placed(schemes, population))

    def _placed(self, schemes: Sequence[Scheme], population: Mapping[str, Fraction | None]) -> Frame:
        columns = Columns("c")
        compiler = self.compiler(columns, population)
        horizon = self.horizon(compiler)
        chosen: dict[str, Any] = {}
        for number, scheme in enumerate(schemes):
            review = horizon.of_scheme(scheme)
            chosen[f"answer{number}"] = compiler.answer(scheme)
            chosen[f"review{number}"] = nw.lit(FOREVER, nw.Int64) if review is None else review
        return columns.added_to(self.facts).select(nw.col(KEY), **chosen)

    def missing(
        self, schemes: Sequence[Scheme], population: Mapping[str, Fraction | None], customers: Table | None = None
    ) -> dict[Scheme, dict[str, tuple[str, ...]]]:
        """Return for each scheme the customers whose segment cannot be told, with the names of what is missing.

        ``customers`` holds the ids of all of them, where that is known: nobody else is looked at.
        """
        facts = self.facts
        if customers is not None:
            facts = facts.join(self.database.backend.frame(customers, is_small=True), on=KEY, how="semi")
        return self.fitting(lambda: self._unplaced(schemes, population, facts))

    def _unplaced(
        self, schemes: Sequence[Scheme], population: Mapping[str, Fraction | None], facts: Frame
    ) -> dict[Scheme, dict[str, tuple[str, ...]]]:
        columns = Columns("m")
        compiler = self.compiler(columns, population)
        unplaced = [compiler.answer(scheme) < 0 for scheme in schemes]
        parts = [parts_of(scheme, compiler) for scheme in schemes]
        codes = {f"code{n}_{m}": code for n, one in enumerate(parts) for m, code in enumerate(one.codes)}
        flags = {f"unplaced{number}": flag for number, flag in enumerate(unplaced)}
        frame = columns.added_to(facts).filter(any_of(unplaced)).select(nw.col(KEY), **flags, **codes)
        table = self.database.backend.collect(frame)
        return {one.scheme: _missing(one, number, table, self.world) for number, one in enumerate(parts)}

    def _definition(self, node: PopulationValue) -> str:
        """Return what the values are of which a population value is made."""
        parts = (node.term, node.among)
        return " ".join("" if part is None else canonical(part, self.world.settings) for part in parts)


def _missing(parts: Parts, number: int, table: Table, world: World) -> dict[str, tuple[str, ...]]:
    found = table.filter(table.column(f"unplaced{number}"))
    codes = [found.column(f"code{number}_{place}") for place in range(len(parts.codes))]
    return dict(zip(found.column(KEY).to_pylist(), named(parts, world, codes), strict=True))


def _population_term(node: PopulationValue, compiler: Compiler) -> Vector:
    """Return the term of a population value; what is the same for every customer is counted, and its value kept."""
    if node.term is None:
        return Vector("fixed", nw.lit(1, nw.Int64), constant=Fraction(1))
    vector = compiler.term(node.term)
    if vector.shape != "exact":
        return vector
    expr = null() if vector.constant is None else nw.lit(1, nw.Int64)
    return Vector("exact", expr, constant=vector.constant)


def _finished(node: PopulationValue, vector: Vector, values: Any, parameter: Fraction | None) -> Fraction | None:
    if vector.shape == "exact":
        return finish(node.op, [vector.constant] * len(values), parameter)
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
