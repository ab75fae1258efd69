"""Engines on the command line: which there are, what is said to one, and what it is doing."""

import sys
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from crmcore.cli.cells import Look
from crmcore.cli.context import done, note, opened
from crmcore.cli.output import print_table
from crmcore.view import Table

if TYPE_CHECKING:
    from crmcore.app import Crm
    from crmcore.desk.lake import LakeOrder, LakeRun
    from crmcore.plugging.catalogue import Catalogue
    from crmcore.work.choosing import Chosen


def engines_of(catalogue: "Catalogue", plugin: str = "") -> Table:
    """Return the engines, the core's own first: what each runs on, or what it needs; only those of a plugin, if named."""
    from platform import python_version  # noqa: PLC0415 - only here

    from crmcore.work.choosing import PYTHON, engines_in, state_of  # noqa: PLC0415 - the same

    rows = [] if plugin else [(PYTHON, "crm", f"python {python_version()}", "")]
    found = (one for one in engines_in(catalogue) if plugin in {"", one.plugin})
    rows += [(one.name, one.plugin, *state_of(one)) for one in found]
    return Table(("engine", "plugin", "runs_on", "problem"), tuple(rows), "Engines" if plugin else "")


def said_to_engine(options: Iterable[str], master: str | None) -> dict[str, str]:
    """Return options as names and values; ``master`` is one of them."""
    from crmcore.files.binding import pairs  # noqa: PLC0415 - not for `crm --help`

    found = pairs(options, "--engine-option")
    return found if master is None else {**found, "master": master}


def tell(text: str) -> None:
    """Say on a terminal what is going on, in one line; elsewhere be silent."""
    if sys.stderr.isatty():
        click.echo(f"\r\x1b[K{text} ...", nl=False, err=True)


def clear() -> None:
    """Take that line away."""
    if sys.stderr.isatty():
        click.echo("\r\x1b[K", nl=False, err=True)


class Files(NamedTuple):
    """Where records are read from and placements written to, as said on the command line."""

    source: str | None
    target: str | None
    as_of: date | None
    dry_run: bool


def print_plan(crm: "Crm", as_of: date | None, form: str, *, rewind: bool, **how: Any) -> None:
    """Print what a classification of the store would do."""
    from crmcore.desk.run_plans import plan_of  # noqa: PLC0415 - not for other commands

    if rewind:
        raise click.UsageError("--plan shows no rewind: leave out one of the two")
    plan = plan_of(crm, as_of, **how)
    print_table(plan.table(), form, Look())
    _note_plan(plan.as_of, plan.chosen)


def _note_plan(day: date, chosen: "Chosen") -> None:
    version = f" ({chosen.version})" if chosen.version else ""
    note(f"as of {day} on the engine {chosen.name}{version}: {chosen.why}; nothing was written")


def classify_files(ctx: click.Context, files: Files, form: str, *, is_plan: bool, **how: Any) -> None:
    """Classify folders of files, and print what was counted."""
    from crmcore.desk.lake import classify_lake, plan_of_lake  # noqa: PLC0415 - not for other commands

    crm, order = opened(ctx), _order(files, how)
    if is_plan:
        day, chosen, steps = plan_of_lake(crm, order)
        print_table(Table(("step", "reads", "rows", "makes"), tuple(map(tuple, steps))), form, Look())
        _note_plan(day, chosen)
        return
    from crmcore.evaluation.grace import has_grace  # noqa: PLC0415 - the same

    run = classify_lake(crm, order)
    clear()
    columns = ("scheme", "evaluated", "placed_first", "moved", "written")
    rows = tuple((name, one.customers, one.first, one.moved, one.changed) for name, one in run.counts.items())
    print_table(Table(columns, rows), form, Look())
    done(ctx, f"as of {run.as_of}: {_told(run, files)}", dry_run=files.dry_run)
    if graced := [scheme.name for scheme in crm.schemes if scheme.name in run.counts and has_grace(scheme)]:
        note(f"files hold what the rules answer, without the grace of {', '.join(graced)}")


def _told(run: "LakeRun", files: Files) -> str:
    counts = run.counts.values()
    moved = f"{sum(one.first for one in counts)} placed first, {sum(one.moved for one in counts)} moved"
    text = f"{sum(one.customers for one in counts)} evaluated by {run.engine}, {moved}"
    text += f", {run.fitted} population values fitted"
    if files.dry_run:
        return text
    return f"{text}; {f'written to {run.folder}' if run.folder else 'all is as the last run left it'}"


def _order(files: Files, how: dict[str, Any]) -> "LakeOrder":
    from crmcore.desk.lake import LakeOrder  # noqa: PLC0415 - not for other commands
    from crmcore.desk.lake_folders import folder_of  # noqa: PLC0415 - the same

    if not files.source or not files.target:
        raise click.UsageError("--from and --to belong together: where the records are, and where placements are to be")
    if how.pop("rewind"):
        raise click.UsageError("--rewind is for stores: give another folder with --to instead")
    places = folder_of(files.source, "--from"), folder_of(files.target, "--to")
    return LakeOrder(*places, as_of=files.as_of, dry_run=files.dry_run, tell=tell, **how)
