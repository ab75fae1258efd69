"""``crm view`` and ``crm report``: declared tables."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, Final

import click
from attrs import evolve

from crmcore.cli.banners import say_banner
from crmcore.cli.completing import names_of
from crmcore.cli.context import opened, read
from crmcore.cli.looks import declared_label, headed, known_look, look_of
from crmcore.cli.options import dated, formatted
from crmcore.cli.output import print_objects, print_table
from crmcore.view import Table

_ENGLISH: Final = {"count": "Count"}
_CHINESE: Final = {"count": "数量"}


@click.command(epilog="Example: crm view value_tier.top --format md")
@click.argument("name", required=False, shell_complete=names_of("view"))
@dated
@formatted
@click.pass_context
def view(ctx: click.Context, name: str | None, as_of: date | None, form: str) -> None:
    """Print the table of the view NAME; without it, list all views."""
    if name is None:
        _list(ctx, "view", form)
        return
    from crmcore.desk.viewing import view_table  # noqa: PLC0415 - only here

    crm = opened(ctx)
    declared, state = crm.catalogue.view(name), read(ctx, as_of)
    listed = (*declared.columns, *declared.sums, *((declared.group,) if declared.group is not None else ()))
    look = look_of(listed, declared.on, crm.catalogue, state.company, crm.language).drawn(declared.bar)
    table = evolve(view_table(state, crm.catalogue, declared), title=declared.label(crm.language, name))
    say_banner(ctx, state, form)
    print_table(table, form, headed(look, _ENGLISH, _CHINESE, crm.language))


@click.command(epilog="Example: crm report value_tier.yearly --format json")
@click.argument("name", required=False, shell_complete=names_of("report"))
@dated
@formatted
@click.pass_context
def report(ctx: click.Context, name: str | None, as_of: date | None, form: str) -> None:
    """Print the tables of the report NAME; without it, list all reports."""
    if name is None:
        _list(ctx, "report", form)
        return
    from crmcore.desk.viewing import report_tables  # noqa: PLC0415 - only here

    crm = opened(ctx)
    declared, state = crm.catalogue.report(name), read(ctx, as_of)
    tables = report_tables(state, crm.catalogue, declared)
    say_banner(ctx, state, form)
    if form in {"json", "jsonl"}:
        print_objects(_as_data(tables, form), form)
        return
    for place, table in enumerate(tables):
        if place:
            click.echo()
        look = known_look(table.columns, crm.catalogue, state.company, crm.language)
        titled = evolve(table, title=declared_label(table.title, crm.catalogue, crm.language))
        print_table(titled, form, headed(look, _ENGLISH, _CHINESE, crm.language))


def _as_data(tables: Iterable[Table], form: str) -> Iterator[dict[str, Any]]:
    """Yield each table with its title and rows; for JSON lines each row with the title of its table."""
    for table in tables:
        rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
        if form == "json":
            yield {"title": table.title, "rows": rows}
        else:
            yield from ({"table": table.title, **row} for row in rows)


def _list(ctx: click.Context, kind: str, form: str) -> None:
    crm = opened(ctx)
    owners = [crm.catalogue.owner(kind, name) for name in crm.catalogue.names(kind)]
    rows = tuple((one.name, one.value.label(crm.language, one.name), one.value.doc(crm.language)) for one in owners)
    print_table(Table(("name", "label", "doc"), rows), form)
