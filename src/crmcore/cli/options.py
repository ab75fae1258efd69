"""Options that many commands share."""

from collections.abc import Callable
from datetime import date
from typing import Any, Final, TypeVar

import click

FORMATS: Final = ("table", "json", "jsonl", "csv", "md", "html")
FOR_PEOPLE: Final = frozenset({"table", "md", "html"})
"""Formats with labels and rounded numbers; the others are data."""

_Command = TypeVar("_Command", bound=Callable[..., Any])


class Day(click.ParamType):  # type: ignore[type-arg]  # click 8.3 has no argument there
    """A date as YYYY-MM-DD."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the date, or say how dates are written."""
        if isinstance(value, date):
            return value
        try:
            if len(value) == len("YYYY-MM-DD"):
                return date.fromisoformat(value)
        except ValueError:
            pass
        return self.fail(f"{value!r} is no date; write YYYY-MM-DD, as in 1998-05-07", param, ctx)


def formatted(command: _Command) -> _Command:
    """Add --format, as ``form``."""
    text = "How to print: table, md and html (a page with charts) for people, json, jsonl and csv as data.  [default: table]"
    return click.option("--format", "form", type=click.Choice(FORMATS), default="table", help=text)(command)


def dated(command: _Command) -> _Command:
    """Add --as-of, as ``as_of``."""
    text = "Ask as of this date; changes nothing.  [default: the book date, else today]"
    return click.option("--as-of", type=Day(), metavar="YYYY-MM-DD", help=text)(command)


def said_options() -> list[click.Parameter]:
    """Return --said-on and --said-by."""
    on = "When what is entered of soft fields was said, from when it holds.  [default: today, a first value since always]"
    by = "Who said what is entered of soft fields.  [default: who enters it]"
    return [
        click.Option(["--said-on"], type=Day(), metavar="YYYY-MM-DD", help=on),
        click.Option(["--said-by"], metavar="NAME", help=by),
    ]


def dry(command: _Command) -> _Command:
    """Add --dry-run, as ``dry_run``."""
    return click.option("--dry-run", is_flag=True, help="Do everything but write.")(command)
