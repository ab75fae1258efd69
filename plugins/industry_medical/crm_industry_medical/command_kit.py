"""What the commands of all desks share: a dry run, one unit of work each, and what they say."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

import click

from crmcore import Unit, opened


class Amount(click.ParamType):  # type: ignore[type-arg]  # click 8.3 has no argument there
    """An exact number."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        """Return the number, or say how numbers are written."""
        try:
            found = Decimal(value)
        except InvalidOperation:
            return self.fail(f"{value!r} is no number; write one such as 12.50", param, ctx)
        return found if found.is_finite() else self.fail(f"{value!r} is no amount", param, ctx)


class Day(click.ParamType):  # type: ignore[type-arg]  # the same
    """A date as YYYY-MM-DD."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the date, or say how dates are written."""
        try:
            return value if isinstance(value, date) else date.fromisoformat(value)
        except ValueError:
            return self.fail(f"{value!r} is no date; write YYYY-MM-DD, as in 2026-05-07", param, ctx)


AMOUNT, DAY = Amount(), Day()


def group(name: str, text: str, example: str) -> click.Group:
    """Return a group of commands."""
    return click.Group(name, help=text, epilog=f"Example: crm {name} {example}")


def desk(parent: click.Group, name: str, example: str) -> Callable[[Callable[..., None]], click.Command]:
    """Make a function a command of a group, with --dry-run and an example."""

    def made(function: Callable[..., None]) -> click.Command:
        dry = click.option("--dry-run", is_flag=True, help="Do everything but write.")
        epilog = f"Example: crm {parent.name} {name} {example}"
        return parent.command(name, epilog=epilog)(dry(click.pass_context(function)))

    return made


def working(ctx: click.Context, why: str, *, dry_run: bool) -> AbstractContextManager[Unit]:
    """Open a unit of work of the command's company."""
    return opened(ctx).unit(why, dry_run=dry_run)


def done(key: str, text: str, *, dry_run: bool) -> None:
    """Print the id of what was made as data, and what happened beside it."""
    if key:
        click.echo(key)
    click.echo(f"crm: {text}{' (dry run: nothing was written)' if dry_run else ''}", err=True)
