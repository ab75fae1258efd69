"""What is said before a table that lacks something: to people in the output itself, beside data on standard error."""

from typing import TYPE_CHECKING, Final

import click

from crmcore.cli.context import note, opened

if TYPE_CHECKING:
    from crmcore.work.state import State

FOR_PEOPLE: Final = frozenset({"table", "md"})


def say_banner(ctx: click.Context, state: "State", form: str) -> None:
    """Say which plugins are missing and which schemes are not up to date, if any."""
    from crmcore.desk.degraded import banner  # noqa: PLC0415 - only where a table is printed

    crm = opened(ctx)
    lines = banner(state, crm.catalogue, crm.language)
    for line in lines:
        if form in FOR_PEOPLE:
            click.echo(f"> {line}" if form == "md" else line)
        else:
            note(line)
    if lines and form in FOR_PEOPLE:
        click.echo()
