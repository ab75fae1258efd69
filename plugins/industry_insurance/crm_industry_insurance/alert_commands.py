"""`crm alert scan` and `close`: beside `crm alert list`."""

from datetime import date

import click

from crmcore import opened

from . import alert_work as work
from .alerts import Alert
from .commands_kit import Told, day_option, step
from .desk import Desk


@click.group("alert", epilog="Example: crm alert list --where 'closed_on=' --sort -level")
def alert() -> None:
    """Raise risk alerts, and close them with what was done."""


@alert.command("scan", epilog="Example: crm alert scan --dry-run")
@day_option("--on", "The day that is looked at.  [default: the book date, else today]")
@click.option("--dry-run", is_flag=True, help="Do everything but write.")
@click.pass_context
def scan(ctx: click.Context, on: date | None, *, dry_run: bool) -> None:
    """Raise an alert for each indicator that passes its threshold, and bring open ones up to date; for every day."""
    crm = opened(ctx)
    state = crm.state(on)
    with crm.unit("scan for risks", dry_run=dry_run) as unit:
        found = work.scan(unit, state)
    for one in found:
        click.echo(f"{one.level}\t{one.indicator}\t{one.subject}\t{one.value}\t{one.threshold}")
    click.echo(f"crm: {len(found)} alerts{' (dry run: nothing was written)' if dry_run else ''}", err=True)


@alert.command("close", epilog="Example: crm alert close ID --action 'premium raised'")
@click.argument("key", metavar="ALERT")
@click.option("--action", required=True, metavar="TEXT", help="What was done about it.")
@step("close alert")
def close(desk: Desk, key: str, action: str) -> Told:
    """Close an alert."""
    made = work.close(desk.unit, desk.unit.get(Alert, key), action, desk.on)
    return Told(f"alert {key} ({made.indicator}, {made.subject}) closed")
