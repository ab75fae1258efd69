"""Parquet files as an engine's source, and its placements as Parquet files."""

from collections.abc import Mapping
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

import narwhals.stable.v2 as nw
import polars as pl
from attrs import define, frozen

from crm_bulk.answering import Answers, answers_of, roots_of
from crm_bulk.dates import FOREVER
from crm_bulk.days import day_number
from crm_bulk.engines.backend import Backend
from crm_bulk.explaining import explained
from crm_bulk.frames import Frames
from crm_bulk.parquet_tables import ParquetTables
from crm_bulk.plan import Plan
from crm_bulk.rows import KEY, OWNER
from crm_bulk.scopes import Wanted
from crm_bulk.sinks import Sink
from crmcore import CrmError, Customer, Invalid, Problem, Record, Scheme
from crmcore.engines import NUMBER_LIMIT, Question, Rows, Step, Writing, Written, type_of

_SHOWN = 3
"""So many ids are shown of those that are wrong."""


@frozen(eq=False)
class Lake:
    """A folder of files on one library."""

    folder: Path
    backend: Backend

    def count(self, table: str) -> int:
        """Return how many records of a type there are, from what the files say of themselves."""
        import pyarrow.parquet as pq  # noqa: PLC0415 - only where files are read

        files = sorted((self.folder / table).glob("*.parquet"))
        return sum(pq.read_metadata(path).num_rows for path in files)

    def answer(self, question: Question) -> "LakeAnswers":
        """Check the customers, read and fit, and return what places everybody."""
        _check_files(self.folder)
        plan = self._plan(question)
        _check_customers(plan)
        answers = answers_of(plan, question)
        _check_owners(plan)
        return LakeAnswers(answers)

    def plan(self, question: Question) -> tuple[Step, ...]:
        """Return the passes."""
        _check_files(self.folder)
        return explained(self._plan(question), question, roots_of(question))

    def _plan(self, question: Question) -> Plan:
        tables = _Tables(self.backend, self.folder, question.world)
        return Plan(question.world, tables, day_number(question.day))


@define(eq=False)
class _Tables(ParquetTables):
    """Tables whose numbers are checked where they are first asked for."""

    def extent(self, record_class: type[Record], wanted: Wanted) -> tuple[int, int] | None:
        """Return the least and the greatest value; raises `Invalid` where they are larger than any number may be."""
        found = super().extent(record_class, wanted)
        if found is not None and wanted.kind.name in {"money", "decimal", "integer"}:
            digits = self.world.money_digits if wanted.kind.name == "money" else wanted.kind.scale
            if max(map(abs, found)) > NUMBER_LIMIT * 10**digits:
                name = wanted.field.name if wanted.field is not None else wanted.path[-1].name
                why = f"holds numbers beyond {NUMBER_LIMIT:,}"
                raise Invalid([Problem(why, file=type_of(record_class).name, column=name)])
        return found


@frozen(eq=False, slots=False)
class LakeAnswers:
    """What a plan over files found."""

    answers: Answers

    @property
    def fits(self) -> Mapping[str, tuple[Fraction | None, int]]:
        """What was fitted."""
        return self.answers.fits

    def write(self, scheme: Scheme, order: Writing) -> Written:
        """Write the placements of a scheme that differ from those before."""
        table = self.answers.columns(scheme)
        segments = pl.Series([segment.name for segment in scheme.segments], dtype=pl.String)
        missing = pl.Series(list(map(list, self.answers.missing[scheme].names)), dtype=pl.List(pl.String))
        answer, place, review = pl.col("answer"), pl.col("missing"), pl.col("review")
        told = pl.when((answer >= 0) & (answer < len(segments))).then(answer)
        placed = pl.DataFrame(table.drop_columns("customer").take(self._order)).select(
            customer=self._customers,
            segment=pl.lit(segments).gather(told),
            review_on=pl.when(review < FOREVER).then(review).cast(pl.Date),
            missing=pl.lit(missing).gather(pl.when(place >= 0).then(place)),
        )
        return Sink(scheme.name, order).write(placed)

    @cached_property
    def _order(self) -> Any:
        """In which order customers are written: that of their ids."""
        import pyarrow.compute as pc  # noqa: PLC0415 - only where files are read

        return pc.sort_indices(self.answers.customers)

    @cached_property
    def _customers(self) -> pl.Series:
        return pl.Series(self.answers.customers.take(self._order))


def _check_files(folder: Path) -> None:
    """Refuse a folder without customers, and files that are no Parquet."""
    import pyarrow as pa  # noqa: PLC0415 - only where files are read
    import pyarrow.parquet as pq  # noqa: PLC0415 - the same

    customers = folder / type_of(Customer).name
    if not any(customers.glob("*.parquet")):
        raise CrmError(
            f"there are no Parquet files in {customers}", todo="Write the customers there, one row for each."
        )
    problems = []
    for path in sorted(folder.glob("*/*.parquet")):
        try:
            pq.read_metadata(path)
        except (pa.ArrowException, OSError) as error:
            problems.append(Problem(f"cannot be read as Parquet: {error}", file=str(path)))
    if problems:
        raise Invalid(problems)


def _check_customers(plan: Plan) -> None:
    """Refuse two customers with one id, and customers without: each would count more than once, or for nobody."""
    ids = plan.database.scan(Customer, ()).select(KEY)
    counted = ids.group_by(KEY).agg(times=nw.len())
    bad = plan.database.backend.collect(counted.filter((nw.col("times") > 1) | nw.col(KEY).is_null()))
    if bad.num_rows:
        raise Invalid(
            [
                Problem("stands for several customers" if key else "has no id", column="id", value=key or "")
                for key in _some(bad)
            ],
            heading=f"{bad.num_rows} ids in the files of customer cannot be used:",
        )


def _check_owners(plan: Plan) -> None:
    """Refuse records of customers that there are not: they would be left out without a word."""
    ids = plan.database.scan(Customer, ()).select(nw.col(KEY).alias("known"))
    problems = []
    for source in plan.passes:
        owner = _link(source)
        rows = Frames(plan.database, plan.world.zone).rows(source.record_class, [owner])
        owners = rows.select(nw.col(owner.name).alias(OWNER)).unique().filter(~nw.col(OWNER).is_null())
        found = plan.database.backend.collect(owners.join(ids, left_on=OWNER, right_on="known", how="anti"))
        name = type_of(source.record_class).name
        problems += [
            Problem("there is no such customer", file=name, column=source.role, value=key) for key in _some(found)
        ]
    if problems:
        raise Invalid(problems, heading="there are records of customers that are not in the files of customer:")


def _link(source: Rows) -> Wanted:
    """Return the column that leads from a row to its customer."""
    record_class, steps = source.record_class, []
    for name in dict(type_of(record_class).links)[source.role]:
        step = next(column for column in type_of(record_class).columns if column.name == name)
        steps.append(step)
        record_class = step.target or record_class
    return Wanted(tuple(steps), "key")


def _some(table: Any) -> list[str]:
    """Return a few values of the first column, in order."""
    return sorted(table.column(0).to_pylist(), key=str)[:_SHOWN]
