"""``crm config``: what is configured, where that was said, and recording the company's settings."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from crmcore.cli.context import catalogued, configured, done, note, opened
from crmcore.cli.groups import Suggesting
from crmcore.cli.options import dry, formatted
from crmcore.cli.output import print_table
from crmcore.errors import CrmError, Invalid, UnknownName, counted
from crmcore.plugging.contributions import CORE
from crmcore.plugging.secrets import HIDDEN
from crmcore.plugging.setting_values import HEADING, checked_settings
from crmcore.view import Table

if TYPE_CHECKING:
    from crmcore.grammar.declare import Setting

Row = tuple[str, Any, str]


@click.group(cls=Suggesting, epilog="Example: crm config show --origin")
def config() -> None:
    """See and apply settings."""


@config.command(epilog="Example: crm config show value_tier --origin --format md")
@click.argument("plugin", required=False)
@click.option("--origin", is_flag=True, help="Say where each value comes from.")
@formatted
@click.pass_context
def show(ctx: click.Context, plugin: str | None, origin: bool, form: str) -> None:
    """Show the configuration and every setting as it is in force; with PLUGIN, its settings alone."""
    if plugin is not None:
        _check_plugin(ctx, plugin)
    _check(ctx)
    rows = [*(() if plugin else configured(ctx).rows()), *_settings(ctx, plugin)]
    columns = ("key", "value", "origin") if origin else ("key", "value")
    print_table(Table(columns, tuple(row[: len(columns)] for row in rows)), form)
    _note_what_is_odd(ctx)
    in_force = _in_force(ctx)
    waiting = [name for name, value in _proposed(ctx).items() if in_force.get(name, _default(ctx, name)) != value]
    if waiting:
        note(f"crm.toml proposes other values for {', '.join(waiting)}; `crm config apply` records them")


@config.command(epilog="Example: crm config template value_tier >> crm.toml")
@click.argument("plugin", required=False)
@click.pass_context
def template(ctx: click.Context, plugin: str | None) -> None:
    """Print a section of crm.toml with every setting, what it may be, and its default; with PLUGIN, for it alone."""
    from crmcore.plugging.setting_template import template_of  # noqa: PLC0415 - only here

    if plugin is not None:
        _check_plugin(ctx, plugin)
    catalogue, language = catalogued(ctx), configured(ctx).lang.value
    settings = tuple(one for one in catalogue.values("setting") if plugin in {None, one.name.partition(".")[0]})
    if settings:
        click.echo(template_of(settings, catalogue.rule_settings, language), nl=False)
    else:
        note(f"the plugin {plugin!r} has no settings")


@config.command(epilog="Example: crm config apply --dry-run")
@dry
@formatted
@click.pass_context
def apply(ctx: click.Context, dry_run: bool, form: str) -> None:
    """Record in the store what crm.toml proposes for settings that rules use; the others count without it."""
    _check(ctx)
    _note_what_is_odd(ctx)
    changed = opened(ctx).apply_settings(_proposed(ctx), dry_run=dry_run)
    rows = tuple((name, before, after) for name, (before, after) in changed.items())
    if rows or form != "table":
        print_table(Table(("setting", "from", "to"), rows), form)
    more = "; `crm classify` moves whom they concern" if changed else ""
    done(ctx, f"{counted(len(changed), 'setting')} changed{more}", dry_run=dry_run)


def _check_plugin(ctx: click.Context, name: str) -> None:
    plugins = catalogued(ctx).plugins
    if name == CORE:
        return
    if name not in {record.name for record in plugins.records}:
        raise UnknownName("plugin", name, (CORE, *(record.name for record in plugins.records)))
    record = plugins.record(name)
    if record.status != "active":
        raise CrmError(
            f"the plugin {name!r} is {record.status}: {record.reason}", todo=f"See `crm plugin show {name}`."
        )


def _check(ctx: click.Context) -> None:
    plain = opened(ctx).plain
    problems = tuple(plain.problems(plain.plugins))
    if problems:
        raise Invalid(problems, heading=HEADING)


def _note_what_is_odd(ctx: click.Context) -> None:
    for text in opened(ctx).plain.file_warnings():
        note(text)


def _settings(ctx: click.Context, plugin: str | None) -> Iterator[Row]:
    catalogue, in_force = opened(ctx).catalogue, _in_force(ctx)
    for setting in catalogue.values("setting"):
        if plugin in {None, setting.name.partition(".")[0]}:
            rules = setting.name in catalogue.rule_settings
            value, origin = _of_rules(ctx, setting, in_force) if rules else _of_code(ctx, setting)
            yield f"settings.{setting.name}", value, origin
    for name, given, why in opened(ctx).plain.passed_over() if plugin is None else ():
        yield f"settings.{name}", None, f"{given.origin}, passed over: {why}"


def _of_rules(ctx: click.Context, setting: "Setting", in_force: dict[str, Any]) -> tuple[Any, str]:
    if setting.name in in_force:
        return in_force[setting.name], "store"
    owner = opened(ctx).catalogue.owner("setting", setting.name)
    return setting.default, f"default of {owner.plugin} ({owner.place})"


def _of_code(ctx: click.Context, setting: "Setting") -> tuple[Any, str]:
    """Return a plain setting as it may be seen; a secret that cannot be had is a note, since nobody uses it here."""
    try:
        given = opened(ctx).plain.given(setting)
    except Invalid as missing:
        problem = missing.problems[0]
        note(str(problem))
        return None, f"{problem.file}: {problem.reason}"
    return (HIDDEN if setting.secret and given.value else given.value), given.origin


def _proposed(ctx: click.Context) -> dict[str, Any]:
    """Return what crm.toml proposes for settings that rules use."""
    catalogue = opened(ctx).catalogue
    known = {name: catalogue.setting(name) for name in catalogue.rule_settings}
    given = {name: one for name, one in configured(ctx).sources.company.items() if name in known}
    return {name: one.value for name, one in checked_settings(given, known).items()}


def _default(ctx: click.Context, name: str) -> Any:
    return opened(ctx).catalogue.setting(name).default


def _in_force(ctx: click.Context) -> dict[str, Any]:
    """Return the values that stand in the store; none where there is no store yet."""
    crm = opened(ctx)
    return dict(crm.state().world.settings) if crm.store.exists() else {}
