"""``crm classify``: placing customers in segments."""

from datetime import date
from typing import TYPE_CHECKING, Any

import click

from crmcore.cli.cells import Look
from crmcore.cli.completing import names_of
from crmcore.cli.context import OPENING, catalogued, done, note, opened
from crmcore.cli.engines import Files, classify_files, clear, engines_of, print_plan, said_to_engine, tell
from crmcore.cli.options import Day, dry, formatted
from crmcore.cli.output import print_table
from crmcore.view import Table

if TYPE_CHECKING:
    from crmcore.store import Reader
    from crmcore.work.classifying import Run


@click.command(epilog="Example: crm classify --as-of 1998-05-07 --scheme value_tier.abc")
@click.option(
    "--as-of",
    type=Day(),
    metavar="YYYY-MM-DD",
    help="Close the books on this date: it counts until a classify without it.  [default: today, books open]",
)
@click.option("--scheme", "schemes", metavar="NAME", multiple=True, help="Only this scheme; may be repeated.")
@click.option("--full", is_flag=True, help="Fit all population values and place everyone anew, not only who is due.")
@click.option("--rewind", is_flag=True, help="Drop every placement since the date, if it is before the newest.")
@click.option(
    "--engine",
    metavar="NAME",
    default="",
    shell_complete=names_of("engine"),
    help="Compute on this engine, whatever the number of customers; python is the core itself.  [default: by settings]",
)
@click.option("--engine-option", "options", metavar="NAME=VALUE", multiple=True, help="Say this to the engine.")
@click.option("--master", metavar="URL", help="The same as --engine-option master=URL: the address of a cluster.")
@click.option("--plan", is_flag=True, help="Only show what would be done: passes, what they read, and who is due.")
@click.option("--from", "source", metavar="parquet:DIR", help="Read the records from files instead of the store.")
@click.option("--to", "target", metavar="parquet:DIR", help="Write the placements into files, with --from.")
@click.option("--engines", is_flag=True, help="Only list the engines, what they run on, and what they need.")
@dry
@formatted
@click.pass_context
def classify(ctx: click.Context, /, as_of: date | None, form: str, dry_run: bool, **how: Any) -> None:
    """Place customers in the segments of all schemes, and record who moved."""
    if how.pop("engines"):
        print_table(engines_of(catalogued(ctx)), form)
        return
    how["options"] = said_to_engine(how["options"], how.pop("master"))
    crm, source, target, is_plan = opened(ctx), how.pop("source"), how.pop("target"), how.pop("plan")
    if source or target:
        files = Files(source, target, as_of, dry_run)
        classify_files(ctx, files, form, is_plan=is_plan, **how)
        return
    if is_plan:
        print_plan(crm, as_of, form, **how)
        return
    if as_of is not None and as_of > crm.today(crm.state().company):
        note(f"{as_of} lies in the future: a run for an earlier day, today's too, will then need --rewind")
    run = crm.classify(as_of, dry_run=dry_run, tell=tell, **how)
    clear()
    table = _summary(run)
    if form == "table":
        table = _shown(table, None if dry_run else crm.store.read())
    if table.rows or form != "table":
        print_table(table, form, Look())
    first = sum(move.is_first for move in run.moves)
    how_made = "" if run.engine == "python" else f" by {run.engine}"
    counts = f"{sum(run.evaluated.values())} evaluated{how_made}, {first} placed first, {len(run.moves) - first} moved"
    done(ctx, f"as of {run.as_of}: {counts}, {run.fitted} population values fitted", dry_run=dry_run)
    if as_of is not None and not dry_run:
        note(f"the book date is now {as_of}; {OPENING}")


def _summary(run: "Run") -> Table:
    moved = dict.fromkeys(run.evaluated, 0)
    first = dict(moved)
    for move in run.moves:
        (first if move.is_first else moved)[move.scheme] += 1
    columns = ("scheme", "evaluated", "placed_first", "moved")
    return Table(columns, tuple((name, count, first[name], moved[name]) for name, count in run.evaluated.items()))


def _shown(table: Table, reader: "Reader | None") -> Table:
    """Leave out schemes where nothing happened; of the others say whom they cannot tell, if that was written."""
    rows = tuple(row for row in table.rows if any(row[1:]))
    if reader is None:
        return Table(table.columns, rows)
    return Table((*table.columns, "cannot_tell"), tuple((*row, _untold(reader, row[0])) for row in rows))


def _untold(reader: "Reader", scheme: str) -> int:
    from crmcore.evaluation.placements import from_document  # noqa: PLC0415 - only here
    from crmcore.work.placing import table_of  # noqa: PLC0415 - the same

    placed = (from_document(document).current for _, document in reader.items(table_of(scheme)))
    return sum(one is not None and one.segment is None for one in placed)
