"""Engines on the command line: which there are, what is said to one, and what it is doing."""

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from crmcore.view import Table

if TYPE_CHECKING:
    from crmcore.plugging.catalogue import Catalogue


def engines_of(catalogue: "Catalogue") -> Table:
    """Return the engines, the core's own first: what each runs on, or what it needs."""
    from platform import python_version  # noqa: PLC0415 - only here

    from crmcore.work.choosing import PYTHON, engines_in, state_of  # noqa: PLC0415 - the same

    rows = [(PYTHON, "crm", f"python {python_version()}", "")]
    rows += [(one.name, one.plugin, *state_of(one)) for one in engines_in(catalogue)]
    return Table(("engine", "plugin", "runs_on", "problem"), tuple(rows))


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
