"""``crm config``: what is configured, where that was said, and recording the company's settings."""

from typing import TYPE_CHECKING, Any

import click

from crmcore.cli.context import catalogued, configured, done, note, opened
from crmcore.cli.groups import Suggesting
from crmcore.cli.options import dry, formatted
from crmcore.cli.output import print_table
from crmcore.plugging.config import checked_settings
from crmcore.view import Table

if TYPE_CHECKING:
    from crmcore.plugging.config import Given


@click.group(cls=Suggesting, epilog="Example: crm config show --origin")
def config() -> None:
    """See and apply settings."""


@config.command(epilog="Example: crm config show --origin --format md")
@click.option("--origin", is_flag=True, help="Say where each value comes from.")
@formatted
@click.pass_context
def show(ctx: click.Context, origin: bool, form: str) -> None:
    """Show the configuration, and every setting of the rules as it is in force in the store."""
    configuration = configured(ctx)
    rows = [row for row in configuration.rows() if not row[0].startswith("settings.")]
    in_force = _in_force(ctx)
    for name in catalogued(ctx).names("setting"):
        owner = catalogued(ctx).owner("setting", name)
        default = f"default of {owner.plugin} ({owner.place})"
        rows.append(
            (f"settings.{name}", in_force.get(name, owner.value.default), "store" if name in in_force else default)
        )
    columns = ("key", "value", "origin") if origin else ("key", "value")
    print_table(Table(columns, tuple(row[: len(columns)] for row in rows)), form)
    waiting = [name for name, given in _proposed(ctx).items() if in_force.get(name, _default(ctx, name)) != given.value]
    if waiting:
        note(f"crm.toml proposes other values for {', '.join(waiting)}; `crm config apply` records them")


@config.command(epilog="Example: crm config apply --dry-run")
@dry
@formatted
@click.pass_context
def apply(ctx: click.Context, dry_run: bool, form: str) -> None:
    """Record what crm.toml proposes under [settings] in the store, where the rules take it from."""
    proposed = {name: given.value for name, given in _proposed(ctx).items()}
    changed = opened(ctx).apply_settings(proposed, dry_run=dry_run)
    rows = tuple((name, before, after) for name, (before, after) in changed.items())
    if rows or form != "table":
        print_table(Table(("setting", "from", "to"), rows), form)
    more = "; `crm classify` moves whom they concern" if changed else ""
    done(ctx, f"{len(changed)} settings changed{more}", dry_run=dry_run)


def _proposed(ctx: click.Context) -> "dict[str, Given]":
    catalogue = catalogued(ctx)
    known = {name: catalogue.setting(name) for name in catalogue.names("setting")}
    inactive = [record.name for record in catalogue.plugins.records if record.status != "active"]
    return dict(checked_settings(configured(ctx).settings, known, inactive=inactive))


def _default(ctx: click.Context, name: str) -> Any:
    return catalogued(ctx).setting(name).default


def _in_force(ctx: click.Context) -> dict[str, Any]:
    """Return the values that stand in the store; none where there is no store yet."""
    crm = opened(ctx)
    return dict(crm.state().world.settings) if crm.store.exists() else {}
