"""An engine as the core asks it: what a plan over a store computes, as answers."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from functools import cache, cached_property, reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import define, field, frozen

from crm_bulk.compiling import CANNOT_TELL
from crm_bulk.dates import FOREVER
from crm_bulk.days import day_number, day_of_number
from crm_bulk.engines.backend import Backend
from crm_bulk.explaining import explained
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
        ids, answers, reviews = (column.to_pylist() for column in _only(self.columns(scheme), only).columns)
        missing = self.missing(scheme) if any(answer < 0 for answer in answers) else {}
        segments = [segment.name for segment in scheme.segments]
        for key, answer, review in zip(ids, answers, reviews, strict=True):
            position = CANNOT_TELL - answer if answer < 0 else answer
            segment = segments[answer] if 0 <= answer < len(segments) else None
            yield Placed(key, segment, position, missing.get(key, ()), _day(review))

    def columns(self, scheme: Scheme) -> Any:
        """Return an Arrow table of every customer's id, answer (see `CANNOT_TELL`) and day of review (or FOREVER)."""
        number = self.schemes.index(scheme)
        return self._table.select(["id", f"answer{number}", f"review{number}"])

    def missing(self, scheme: Scheme) -> Mapping[str, tuple[str, ...]]:
        """Return what is missing for the customers whose segment cannot be told."""
        return self._missing.get(scheme, {})

    @cached_property
    def _table(self) -> Any:
        return self.plan.database.backend.collect(self.plan.placed(self.schemes, self.population))

    @cached_property
    def _missing(self) -> Mapping[Scheme, Mapping[str, tuple[str, ...]]]:
        """Return what is missing where segments cannot be told, of all schemes at once."""
        schemes, customers = unplaced(self._table, self.schemes)
        return self.plan.missing(schemes, self.population, customers) if schemes else {}


def unplaced(table: Any, schemes: Sequence[Scheme]) -> tuple[list[Scheme], Any]:
    """Return the schemes in which some segments cannot be told, and the ids and answers of these customers."""
    import pyarrow.compute as pc  # noqa: PLC0415 - only where an engine runs

    unknown = {number: pc.less(table.column(f"answer{number}"), 0) for number in range(len(schemes))}
    found = {number: flags for number, flags in unknown.items() if pc.any(flags).as_py()}
    if not found:
        return [], None
    columns = table.select(["id", *(f"answer{number}" for number in found)]).filter(reduce(pc.or_, found.values()))
    return [schemes[n] for n in found], columns.rename_columns(["id", *(f"answer{n}" for n in range(len(found)))])


def _only(table: Any, only: Collection[str] | None) -> Any:
    """Return the rows of the customers in ``only``; all of them where that leaves out few."""
    if only is None or 2 * len(only) > table.num_rows:
        return table
    import pyarrow as pa  # noqa: PLC0415 - only where an engine runs
    import pyarrow.compute as pc  # noqa: PLC0415 - the same

    return table.filter(pc.is_in(table.column("id"), pa.array(list(only), pa.string())))


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
