"""``crm import``: records from files."""

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from crmcore.cli.context import done, note, opened
from crmcore.cli.import_problems import advice, lines_of
from crmcore.cli.options import dry, said_options
from crmcore.cli.targets import check_target
from crmcore.desk.importing import ImportOptions, import_all
from crmcore.errors import counted
from crmcore.files.binding import pairs

if TYPE_CHECKING:
    from crmcore.desk.importing import ImportResult
    from crmcore.errors import Problem

FAILED: Final = 1

_SHOWN: Final = 100
"""Lines about problems that are printed; --errors writes all."""


@click.command(
    "import",
    epilog="Example: crm import orders.csv --as purchase --map orderID=id --map customerID=customer "
    "--map orderDate=at --map '*=-' --errors bad.csv",
)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--as", "record", required=True, metavar="TYPE", help="The record type: customer, purchase, ...")
@click.option(
    "--map",
    "mapping",
    metavar="COLUMN=NAME",
    multiple=True,
    help="A file's column fills a column or field; - leaves it out, *=- all others; A+B=NAME joins two. May be repeated.",
)
@click.option(
    "--set", "constants", metavar="NAME=VALUE", multiple=True, help="The same value in every row; may be repeated."
)
@click.option("--key", default="", metavar="NAME", help="Change the records with the same value there, add the others.")
@click.option("--format", type=click.Choice(["csv", "tsv", "jsonl"]), help="[default: by name and content]")
@click.option("--encoding", metavar="NAME", help="utf-8, gb18030, utf-16, ...  [default: detected]")
@click.option("--delimiter", metavar="MARK", help="What separates columns; also the word tab.  [default: detected]")
@click.option("--date-format", metavar="FORMAT", help="DMY, MDY, YMD or as in %d.%m.%Y.  [default: YYYY-MM-DD only]")
@click.option(
    "--decimal", "decimal_mark", default=".", show_default=True, metavar="MARK", help="The decimal mark: . or ,"
)
@click.option("--errors", metavar="FILE", help="Write every problem to this CSV file.")
@click.option("--skip-bad", is_flag=True, help="Import the good rows although others are bad.")
@click.option("--again", is_flag=True, help="Import a file a second time.")
@dry
@click.pass_context
def import_files(ctx: click.Context, /, files: tuple[str, ...], errors: str | None, **given: Any) -> None:
    """Read records from FILEs (- is standard input): CSV, TSV or JSON lines.

    All files are imported in one commit, or nothing at all if a row is bad. A file that was imported before is not
    imported again.
    """
    names: dict[str, Any] = {
        "mapping": pairs(given.pop("mapping"), "--map"),
        "constants": pairs(given.pop("constants"), "--set"),
    }
    options, crm = ImportOptions(**names, **given), opened(ctx)
    if errors not in {None, "-"}:
        check_target(str(errors), crm.store.url, files)
    results = import_all(crm, files, options, _progress)
    _clear_progress()
    for file, result in zip(files, results, strict=True):
        _report(ctx, file, result, options)
    is_refused = any(result.is_refused for result in results)
    _tell(
        [problem for result in results for problem in result.problems],
        errors,
        options.record,
        is_partly_in=not is_refused and not options.dry_run,
    )
    if is_refused:
        ctx.exit(FAILED)


import_files.params[-2:-2] = said_options()


def _report(ctx: click.Context, file: str, result: "ImportResult", options: ImportOptions) -> None:
    place = "standard input" if file == "-" else file
    if result.same_as:
        note(f"{place} holds the same as {result.same_as}; --again imports it anyway")
        return
    if result.earlier:
        note(f"{place} was imported as {result.record} before (commit {result.earlier}); --again imports it anyway")
        return
    unchanged = f", {result.unchanged} unchanged" if options.key else ""
    counts = f"{result.new} new, {result.changed} changed{unchanged}, {result.bad} bad"
    nothing = "; nothing of it was written" if result.is_refused else ""
    nothing += ", since other files cannot be taken" if result.is_refused and not result.bad else ""
    rows = counted(result.rows, result.record.replace("_", " "))
    if "gb" in result.encoding and not options.encoding:
        note(f"{place} was read as GB18030; if its texts look wrong, `crm undo` the import and say --encoding")
    done(ctx, f"{place}: {rows}: {counts}{nothing}", dry_run=options.dry_run)


def _tell(listed: Sequence["Problem"], errors: str | None, record: str, *, is_partly_in: bool) -> None:
    """Print problems and what mends many of them, and write them to a file if that was asked for."""
    lines = tuple(lines_of(listed))
    for line in lines[:_SHOWN]:
        click.echo(line, err=True)
    if len(lines) > _SHOWN or (errors is None and len(lines) < len(listed)):
        note(f"{len(listed)} problems in all; --errors FILE writes all of them")
    for line in advice(listed, record):
        note(line)
    if errors is not None:
        from crmcore.files.problem_file import write_problems  # noqa: PLC0415 - only here

        with tempfile.TemporaryDirectory() as folder:
            count = write_problems(listed, Path(folder, "problems.csv") if errors == "-" else errors)
            if errors == "-":
                click.echo(Path(folder, "problems.csv").read_text("utf-8-sig"), nl=False)
        note(f"{counted(count, 'problem')} written to {'standard output' if errors == '-' else errors}")
    elif listed:
        note(
            "mend these rows and import them from a file of their own"
            if is_partly_in
            else "mend these rows and import the file again, or import the others with --skip-bad"
        )


def _progress(file: str, rows: int) -> None:
    """Count rows on a terminal; elsewhere be silent."""
    if sys.stderr.isatty():
        click.echo(f"\r{file}: {rows:,} rows", nl=False, err=True)


def _clear_progress() -> None:
    if sys.stderr.isatty():
        click.echo("\r\x1b[K", nl=False, err=True)
