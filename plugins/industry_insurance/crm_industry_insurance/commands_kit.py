"""What the commands share: options, the unit of work with its desk, and what is said at the end."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import wraps
from typing import Any, TypeVar

import click
from attrs import frozen

from crmcore import opened

from .desk import Desk

_Command = TypeVar("_Command", bound=Callable[..., Any])


class Amount(click.ParamType):  # type: ignore[type-arg]  # click 8.3 has no argument there
    """An exact number."""

    name = "amount"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        """Return the number, or say how one is written."""
        if isinstance(value, Decimal):
            return value
        try:
            found = Decimal(value)
        except InvalidOperation:
            return self.fail(f"{value!r} is no number; write 1250 or 99.95", param, ctx)
        return found if found.is_finite() else self.fail(f"{value!r} is no finite number", param, ctx)


class When(click.ParamType):  # type: ignore[type-arg]  # the same
    """A date as YYYY-MM-DD."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the date, or say how dates are written."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            return self.fail(f"{value!r} is no date; write YYYY-MM-DD, as in 2026-05-07", param, ctx)


def day_option(name: str, help_: str, *, required: bool = False) -> Callable[[_Command], _Command]:
    """Return an option for a date."""
    return click.option(name, type=When(), metavar="YYYY-MM-DD", required=required, help=help_)


def amount_option(name: str, help_: str, *, required: bool = False) -> Callable[[_Command], _Command]:
    """Return an option for an amount or share."""
    return click.option(name, type=Amount(), metavar="NUMBER", required=required, help=help_)


reason_option = click.option("--reason", default="", metavar="TEXT", help="Why; kept in the history.")


@frozen
class Told:
    """What a command says when it is done: a sentence for people, and lines of data."""

    text: str
    lines: tuple[str, ...] = ()


def step(why: str) -> Callable[[Callable[..., Told]], Callable[..., None]]:
    """Make a function of a desk a command that takes a step in one unit of work, with --on and --dry-run."""

    def decorate(work: Callable[..., Told]) -> Callable[..., None]:
        @day_option("--on", "The day on which it counts.  [default: the book date, else today]")
        @click.option("--dry-run", is_flag=True, help="Do everything but write.")
        @click.pass_context
        @wraps(work)
        def command(ctx: click.Context, /, on: date | None, dry_run: bool, **given: Any) -> None:  # noqa: FBT001 - as click calls it
            crm = opened(ctx)
            state = crm.state()
            with crm.unit(f"{why} {given.get('key') or ''}".strip(), dry_run=dry_run) as unit:
                told = work(Desk(unit, on or state.day, state.company.currency_digits), **given)
            for line in told.lines:
                click.echo(line)
            click.echo(f"crm: {told.text}{' (dry run: nothing was written)' if dry_run else ''}", err=True)

        return command

    return decorate
