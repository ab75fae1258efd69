"""``list``, ``show`` and ``export`` of a record type."""

import io
import os
from collections.abc import Callable
from datetime import date
from pathlib import Path, PurePath
from typing import Any, Final

import click

from crmcore.cli.banners import framed
from crmcore.cli.cells import Look
from crmcore.cli.context import note, read
from crmcore.cli.extra import opened_for
from crmcore.cli.looks import look_of
from crmcore.cli.options import FOR_PEOPLE, dated, dry, formatted
from crmcore.cli.output import print_object, print_table
from crmcore.cli.targets import check_target
from crmcore.desk.listing import ListRequest, list_rows, show_record
from crmcore.entities import Record, type_of
from crmcore.errors import NotFound, counted
from crmcore.records import Customer
from crmcore.view import Table

_LIST_HELP: Final = "List records. Columns may be any column, field, metric or scheme, also of a record referred to."
_LIST_EXAMPLE: Final = (
    "Example: crm customer list --columns id,name,value_tier.abc --where value_tier.abc=A --sort -value_tier.spend_12m "
    "--limit 20. A filter is NAME=VALUE or has != < <= > >= in the middle; NAME= finds what is unknown, SCHEME=? whom "
    "a scheme cannot tell. A column of a record referred to: crm purchase list --columns customer.name,amount."
)
_STANDARD_OUTPUT: Final = frozenset({"-", "/dev/stdout", "/dev/fd/1"})
_SUFFIXES: Final = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl"}


def list_command(record: type[Record]) -> click.Command:
    """Return ``list`` for a record type."""

    @click.command("list", help=_LIST_HELP, epilog=_LIST_EXAMPLE)
    @paged
    @click.option("--archived", is_flag=True, hidden=record is not Customer, help="With the archived customers.")
    @dated
    @formatted
    @click.pass_context
    def command(ctx: click.Context, /, form: str, as_of: Any, columns: str | None, **asked: Any) -> None:
        print_list(ctx, ListRequest(record, named(columns), **asked), form, as_of)

    return command


def named(columns: str | None) -> tuple[str, ...]:
    """Return the names of the columns that were asked for, none if that was left open."""
    return tuple(name.strip() for name in (columns or "").split(",") if name.strip())


def print_list(ctx: click.Context, request: ListRequest, form: str, as_of: date | None) -> None:
    """Print the records that are asked for, with their labels; columns that nobody named only if they hold something."""
    record = request.record
    crm = opened_for(ctx, type_of(record).name)
    state = read(ctx, as_of)
    table = list_rows(state, crm.catalogue, request)
    look = look_of(table.columns, record, crm.catalogue, state.company, crm.language)
    table = table if request.columns or form not in FOR_PEOPLE else _without_blanks(table)
    label = type_of(record).label(crm.language, type_of(record).name)
    print_table(table, form, look, framed(ctx, state, as_of, label) if form == "html" else None)


def paged(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say which records to list, and what of them."""
    for option in (
        click.option("--offset", type=click.IntRange(0, 10**9), default=0, help="Leave out the first so many."),
        click.option("--limit", type=click.IntRange(0, 10**9), help="At most so many records."),
        click.option("--sort", metavar="NAME,...", default="", help="-NAME is descending.  [default: oldest first]"),
        click.option("--where", metavar="FILTER", multiple=True, help="Only records that meet it; repeated: and."),
        click.option("--columns", metavar="NAME,...", help="What to show.  [default: all columns]"),
    ):
        command = option(command)
    return command


def show_command(record: type[Record]) -> click.Command:
    """Return ``show`` for a record type."""
    name = type_of(record).name

    @click.command("show", epilog=f"Example: crm {name} show ID --format json")
    @click.argument("id_", metavar="ID")
    @dated
    @formatted
    @click.pass_context
    def command(ctx: click.Context, id_: str, as_of: Any, form: str) -> None:
        """Show one record with its columns and fields; a customer also with its metrics and schemes."""
        crm = opened_for(ctx, name)
        state = read(ctx, as_of)
        found = state.book.get(record, id_)
        if found is None:
            raise NotFound(name, id_, todo=f"`crm {name} list --columns id` lists them.")
        values = show_record(state, crm.catalogue, found)
        look = look_of(values, record, crm.catalogue, state.company, crm.language)
        title = f"{type_of(record).label(crm.language, name)} {id_}"
        frame = framed(ctx, state, as_of, title) if form == "html" else None
        print_object(_known(values, look) if form in FOR_PEOPLE else values, form, look, frame)

    return command


def export_command(record: type[Record]) -> click.Command:
    """Return ``export`` for a record type."""
    name = type_of(record).name

    @click.command("export", epilog=f"Example: crm {name} export {name}s.csv; crm {name} export - --format jsonl")
    @click.argument("file")
    @click.option("--format", "form", type=click.Choice(["csv", "jsonl"]), help="[default: by FILE's name, else csv]")
    @dry
    @click.pass_context
    def command(ctx: click.Context, file: str, form: str | None, dry_run: bool) -> None:
        """Write all records, with all columns and fields, to FILE (- is standard output) for `crm import`."""
        from crmcore.desk.exporting import export_rows, hidden_in  # noqa: PLC0415 - only here

        crm = opened_for(ctx, name)
        if file not in _STANDARD_OUTPUT:
            check_target(file, crm.store.url)
        state = crm.state()
        table, left_out = export_rows(state, crm.catalogue, record)
        form = form or _SUFFIXES.get(PurePath(file).suffix.lower(), "csv")
        if not dry_run:
            _into(file, table, form)
        if left_out:
            note(f"left out, since no active plugin declares them: {', '.join(left_out)}")
        if hidden := hidden_in(state, crm.catalogue, record):
            note(f"left out, since they are sensitive: {', '.join(hidden)}; `crm --sensitive` writes them too")
        note(
            f"{counted(len(table.rows), 'record')} of type {name}{' (dry run: nothing was written)' if dry_run else ''}"
        )

    return command


def _into(file: str, table: Table, form: str) -> None:
    """Write a table to standard output, a file that only its owner can read, or into a device or pipe."""
    if file in _STANDARD_OUTPUT:
        print_table(table, form)
        return
    text = io.StringIO()
    print_table(table, form, to=text)
    path, content = Path(os.path.realpath(file)), text.getvalue().encode()
    if path.exists() and not path.is_file():
        path.write_bytes(content)
    else:
        from crmcore.storage.safe_file import replace_file  # noqa: PLC0415 - only here

        replace_file(path, [content])


def _without_blanks(table: Table) -> Table:
    """Leave out columns that are empty in all rows."""
    kept = [place for place, _ in enumerate(table.columns) if any(row[place] not in (None, ()) for row in table.rows)]
    if not kept:
        return table
    rows = tuple(tuple(row[place] for place in kept) for row in table.rows)
    return Table(tuple(table.columns[place] for place in kept), rows, table.title)


def _known(values: dict[str, Any], look: Look) -> dict[str, Any]:
    """Leave out what is unset, and the details of placements that JSON has."""
    return {
        name: value
        for name, value in values.items()
        if name in look.answers or (value not in (None, ()) and not name.endswith((".review_on", ".since")))
    }
