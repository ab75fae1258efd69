"""An engine as the core asks it: what a plan over a store computes, as answers."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from functools import cache, cached_property, reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import define, field, frozen

from crm_bulk.compiling import CANNOT_TELL, Compiler
from crm_bulk.dates import FOREVER
from crm_bulk.days import day_number, day_of_number
from crm_bulk.engines.backend import Backend
from crm_bulk.explaining import explained
from crm_bulk.expressions import col
from crm_bulk.missing import Missing, Parts, in_order_of, parts_of
from crm_bulk.plan import Plan
from crm_bulk.store_source import StoreTables
from crmcore import Scheme
from crmcore.engines import Node, Placed, Question, Reader, Step, rules_of

if TYPE_CHECKING:
    from crm_bulk.lake import Lake


@frozen(eq=False, slots=False)
class Answers:
    """What a plan found; all schemes are placed in one pass, when the first is asked for."""

    plan: Plan
    schemes: Sequence[Scheme]
    population: Mapping[str, Fraction | None]
    fits: Mapping[str, tuple[Fraction | None, int]]

    def placed(self, scheme: Scheme, only: Collection[str] | None = None) -> Iterator[Placed]:
        """Yield where customers belong, those in ``only`` if there are not many."""
        ids, answers, reviews, places = (column.to_pylist() for column in _only(self.columns(scheme), only).columns)
        segments, names = [segment.name for segment in scheme.segments], self.missing[scheme].names
        for key, answer, review, place in zip(ids, answers, reviews, places, strict=True):
            position = CANNOT_TELL - answer if answer < 0 else answer
            segment = segments[answer] if 0 <= answer < len(segments) else None
            yield Placed(key, segment, position, names[place] if place >= 0 else (), _day(review))

    def columns(self, scheme: Scheme) -> Any:
        """Return every customer with its answer (see `CANNOT_TELL`), day of review (or FOREVER) and place in `missing`."""
        import pyarrow as pa  # noqa: PLC0415 - only where an engine runs

        number = self.schemes.index(scheme)
        found = self._table.select(["id", f"answer{number}", f"review{number}"])
        found = found.rename_columns(["customer", "answer", "review"])
        return found.append_column("missing", pa.array(self.missing[scheme].places))

    @property
    def customers(self) -> Any:
        """The ids of all customers, in the order of `columns`."""
        return self._table.column("id")

    @cached_property
    def missing(self) -> Mapping[Scheme, Missing]:
        """What is missing where segments cannot be told, of all schemes at once."""
        return missing_in(self._table, self.plan, self.schemes, self.population)

    @cached_property
    def _table(self) -> Any:
        return self.plan.database.backend.collect(self.plan.placed(self.schemes, self.population))


@frozen(eq=False)
class _Stopped:
    """Customers who are not placed in some scheme: their rows among all, their ids, and their answers in each scheme."""

    rows: Any
    ids: Any
    answers: Sequence[Any]


def missing_in(
    table: Any, plan: Plan, schemes: Sequence[Scheme], population: Mapping[str, Fraction | None]
) -> dict[Scheme, Missing]:
    """Return what is missing to the customers in a table whose answers, answer0, answer1, ..., say that they are not placed."""
    import numpy as np  # noqa: PLC0415 - only where an engine runs

    answers = [table.column(f"answer{number}").to_numpy() for number in range(len(schemes))]
    rows = np.flatnonzero(reduce(np.logical_or, (each < 0 for each in answers), np.zeros(table.num_rows, bool)))
    found = {scheme: Missing(np.broadcast_to(np.int32(-1), table.num_rows)) for scheme in schemes}
    if not len(rows):
        return found
    stopped = _Stopped(rows, table.select(["id"]).take(rows), [each[rows] for each in answers])
    return found | plan.fitting(lambda: _missing(plan, plan.compiler(population), schemes, stopped, table.num_rows))


def _missing(
    plan: Plan, compiler: Compiler, schemes: Sequence[Scheme], stopped: _Stopped, customers: int
) -> dict[Scheme, Missing]:
    import numpy as np  # noqa: PLC0415 - only where an engine runs

    columns = {"id": col("id")}
    asked: dict[Scheme, list[tuple[Parts, Any]]] = {}
    for scheme, answers in zip(schemes, stopped.answers, strict=True):
        for answer in np.unique(answers[answers < 0]).tolist():
            parts = parts_of(scheme, CANNOT_TELL - answer, compiler, columns)
            asked.setdefault(scheme, []).append((parts, answers == answer))
    table = in_order_of(stopped.ids.column("id"), plan.of_some(stopped.ids, columns))
    found = {}
    for scheme, each in asked.items():
        names: list[tuple[str, ...]] = []
        places = np.full(customers, -1, np.int32)
        for parts, is_there in each:
            kinds, more = parts.missing(plan.world, table, is_there)
            places[stopped.rows[is_there]] = kinds + len(names)
            names += more
        found[scheme] = Missing(places, names)
    return found


def _only(table: Any, only: Collection[str] | None) -> Any:
    """Return the rows of the customers in ``only``; all of them where that leaves out few."""
    if only is None or 2 * len(only) > table.num_rows:
        return table
    import pyarrow as pa  # noqa: PLC0415 - only where an engine runs
    import pyarrow.compute as pc  # noqa: PLC0415 - the same

    return table.filter(pc.is_in(table.column("customer"), pa.array(list(only), pa.string())))


@cache
def _day(number: int) -> date | None:
    return None if number >= FOREVER else day_of_number(number)


@define(eq=False)
class BulkEngine:
    """Answers on one library, which is opened when it is first needed."""

    open: Callable[[], Backend]
    _backend: Backend | None = field(default=None, init=False)

    def answer(self, question: Question, reader: Reader) -> Answers:
        """Read the store, fit what is to be fitted, and return what places everybody."""
        return answers_of(self._plan(question, reader), question)

    def plan(self, question: Question, reader: Reader) -> tuple[Step, ...]:
        """Return the passes."""
        return explained(self._plan(question, reader), question, roots_of(question))

    def lake(self, folder: Path) -> "Lake":
        """Return what reads a folder of Parquet files."""
        from crm_bulk.lake import Lake  # noqa: PLC0415 - stores need nothing of it

        return Lake(folder, self._opened())

    def close(self) -> None:
        """Close the library."""
        if self._backend is not None:
            self._backend.close()
            self._backend = None

    def _plan(self, question: Question, reader: Reader) -> Plan:
        tables = StoreTables(self._opened(), reader, question.world)
        return Plan(question.world, tables, day_number(question.day))

    def _opened(self) -> Backend:
        if self._backend is None:
            self._backend = self.open()
        return self._backend


def answers_of(plan: Plan, question: Question) -> Answers:
    """Read and fit, and return what places everybody."""
    plan.read(roots_of(question), question.schemes)
    fits = plan.fit(question.fit, question.world.population)
    population = {**question.world.population, **{key: value for key, (value, _) in fits.items()}}
    return Answers(plan, question.schemes, population, fits)


def roots_of(question: Question) -> tuple[Node, ...]:
    """Return everything that a question needs computed."""
    return (*(rule for scheme in question.schemes for rule in rules_of(scheme)), *question.fit)
