"""``crm view`` and ``crm report``: declared tables."""

from datetime import date

import click
from attrs import evolve

from crmcore.cli.banners import framed, say_banner
from crmcore.cli.completing import names_of
from crmcore.cli.context import opened, read
from crmcore.cli.looks import COUNT, COUNT_ZH, headed, look_of
from crmcore.cli.options import dated, formatted
from crmcore.cli.output import print_table
from crmcore.cli.showing import print_tables
from crmcore.view import Table


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
    look = look_of(listed, declared.on, crm.catalogue, state.company, crm.language)
    table = evolve(view_table(state, crm.catalogue, declared), title=declared.label(crm.language, name))
    say_banner(ctx, state, form)
    frame = framed(ctx, state, as_of, table.title, declared.doc(crm.language)) if form == "html" else None
    print_table(table, form, headed(look, COUNT, COUNT_ZH, crm.language), frame)


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
    about = {"title": declared.label(crm.language, name), "doc": declared.doc(crm.language)}
    print_tables(ctx, tables, state, form, as_of=as_of, **about)


def _list(ctx: click.Context, kind: str, form: str) -> None:
    crm = opened(ctx)
    owners = [crm.catalogue.owner(kind, name) for name in crm.catalogue.names(kind)]
    rows = tuple((one.name, one.value.label(crm.language, one.name), one.value.doc(crm.language)) for one in owners)
    print_table(Table(("name", "label", "doc"), rows), form)
