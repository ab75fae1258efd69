"""What stands around tables: what they lack, said to people in the output itself, beside data on standard error."""

from datetime import date
from typing import TYPE_CHECKING

import click

from crmcore.cli.context import note, opened
from crmcore.cli.options import FOR_PEOPLE

if TYPE_CHECKING:
    from crmcore.cli.page import Frame
    from crmcore.work.state import State


def framed(ctx: click.Context, state: "State", as_of: date | None, title: str = "", doc: str = "") -> "Frame":
    """Return what stands around tables on a page, what they lack among it; their day if it was asked for or pinned."""
    from crmcore.cli.page import Frame  # noqa: PLC0415 - only for a page
    from crmcore.desk.degraded import banner  # noqa: PLC0415 - only where a table is printed

    crm = opened(ctx)
    notes = banner(state, crm.catalogue, crm.language)
    return Frame(title, doc, as_of or state.company.book_date, tuple(notes), crm.language)


def say_banner(ctx: click.Context, state: "State", form: str) -> None:
    """Say which plugins are missing and which schemes are not up to date, if any."""
    from crmcore.desk.degraded import banner  # noqa: PLC0415 - only where a table is printed

    crm = opened(ctx)
    if form == "html":  # the page has it
        return
    lines = banner(state, crm.catalogue, crm.language)
    for line in lines:
        if form in FOR_PEOPLE:
            click.echo(f"> {line}" if form == "md" else line)
        else:
            note(line)
    if lines and form in FOR_PEOPLE:
        click.echo()
