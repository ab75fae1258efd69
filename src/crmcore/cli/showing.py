"""Tables as commands print them, those of the core and of plugins alike: in every format, labelled, with their charts."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

import click
from attrs import evolve

from crmcore.cli.banners import framed, say_banner
from crmcore.cli.context import opened
from crmcore.cli.looks import declared_label, table_look
from crmcore.cli.output import print_objects, print_page, print_table
from crmcore.view import Table

if TYPE_CHECKING:
    from crmcore.cli.cells import Look
    from crmcore.work.state import State


def print_tables(
    ctx: click.Context, tables: Iterable[Table], state: "State", form: str, *, as_of: date | None = None, **about: str
) -> None:
    """Print tables of the company's data as a report prints its own, in the format ``form``.

    ``state`` is what they were made from, ``as_of`` its day if that was asked for; ``title`` and ``doc`` say on a page
    what it is about.
    """
    made = tuple(tables)
    say_banner(ctx, state, form)
    if form in {"json", "jsonl"}:
        print_objects(_as_data(made, form), form)
        return
    shown = tuple(_shown(ctx, table, state) for table in made)
    if form == "html":
        from crmcore.cli.page import Sheet  # noqa: PLC0415 - only for a page

        print_page([Sheet(*one) for one in shown], framed(ctx, state, as_of, **about))
        return
    for place, (table, look) in enumerate(shown):
        if place:
            click.echo()
        print_table(table, form, look)


def _shown(ctx: click.Context, table: Table, state: "State") -> "tuple[Table, Look]":
    crm = opened(ctx)
    title = table.label(crm.language) or declared_label(table.title, crm.catalogue, crm.language)
    return evolve(table, title=title), table_look(table, crm.catalogue, state.company, crm.language)


def _as_data(tables: Iterable[Table], form: str) -> Iterator[dict[str, Any]]:
    """Yield each table with its title and rows; for JSON lines each row with the title of its table."""
    for table in tables:
        rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
        if form == "json":
            yield {"title": table.title, "rows": rows}
        else:
            yield from ({"table": table.title, **row} for row in rows)
