"""``crm plugin check``: what is wrong with a plugin, and the tier that it reaches."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from crmcore.cli.context import configured, note
from crmcore.cli.options import FOR_PEOPLE, formatted
from crmcore.cli.output import print_table
from crmcore.errors import CrmError, counted
from crmcore.view import Table

if TYPE_CHECKING:
    from crmcore.author.checking import Checked, Tier

CHECK_FAILED: Final = 3
_COLUMNS: Final = ("id", "tier", "level", "where", "message", "todo")


@click.command(epilog="Example: crm plugin check plugins/acme --tier silver")
@click.argument("path", default=".")
@click.option(
    "--tier",
    type=click.Choice(["bronze", "silver", "gold"]),
    help="Fail unless this tier is reached.  [default: fail on errors]",
)
@formatted
@click.pass_context
def check(ctx: click.Context, path: str, tier: "Tier | None", form: str) -> int:
    """Check a plugin: PATH is its project folder, its one file, or the name of one that is in use.

    Bronze loads and is safe, silver is documented, bilingual and tested, gold is total, reachable, light and packaged.
    Writes nothing.

    What a plugin has a reason for is exempt by a line under [tool.crm.check.exempt] in its pyproject.toml, such as
    "scheme-total:acme.tier" = "why".
    """
    from crmcore.author import checking  # noqa: PLC0415 - the validators are not for `crm plugin list`

    found = checking.check(_target(ctx, path))
    if found.findings or form not in FOR_PEOPLE:
        print_table(_table(found), form)
    for finding in found.exempt:
        note(f"exempt: {finding.id} at {finding.where}: {finding.reason}")
    note(_summary(found))
    failed = bool(found.errors) if tier is None else not checking.is_at_least(found.tier, tier)
    if failed and tier is not None:
        note(f"{tier} is not reached")
    return CHECK_FAILED if failed else 0


def _target(ctx: click.Context, path: str) -> Path | str:
    """Return what a word names: something on disk, a one-file plugin of crm.toml, or else an installed plugin."""
    if Path(path).exists():
        return Path(path)
    try:
        files = configured(ctx).local_files
    except CrmError:  # a broken crm.toml is no matter for an installed plugin
        return path
    return next((file for file in files if file.stem == path), path)


def _table(found: "Checked") -> Table:
    rows = tuple(tuple(getattr(finding, name) for name in _COLUMNS) for finding in found.findings)
    return Table(_COLUMNS, rows)


def _summary(found: "Checked") -> str:
    errors = len(found.errors)
    warnings = len(found.findings) - errors
    reached = f"reaches {found.tier}" if found.tier else "does not reach bronze"
    names = ", ".join(found.plugins)
    return f"{names} {reached}: {counted(errors, 'error')}, {counted(warnings, 'warning')}"
