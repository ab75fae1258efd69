"""``crm plugin``: what plugins there are, what they add, and what is wrong with them.

A store that can be read is asked whether they fit its data; none is needed.
"""

from collections.abc import Iterable
from typing import Any

import click

from crmcore.cli.cells import Look
from crmcore.cli.context import catalogued_anyway, configured, note, plugins_here
from crmcore.cli.engines import engines_of
from crmcore.cli.groups import Suggesting
from crmcore.cli.options import formatted
from crmcore.cli.output import facts, print_object, print_page, print_table
from crmcore.cli.plugin_check import check
from crmcore.cli.plugin_data import impact, migrate, purge, restore
from crmcore.cli.plugin_new import new
from crmcore.cli.plugin_times import slow, times, total
from crmcore.plugging.catalogue import Catalogue
from crmcore.plugging.contributions import HOOK_OF
from crmcore.plugging.plugins import PluginRecord
from crmcore.plugging.remedies import remedy, warnings_of
from crmcore.view import Table


@click.group(cls=Suggesting, epilog="Example: crm plugin show value_tier")
def plugin() -> None:
    """See what plugins add, and why one does not work."""


for _command in (check, impact, migrate, purge, restore):
    plugin.add_command(_command)
plugin.add_command(new)


@plugin.command("list", epilog="Example: crm plugin list --format json; crm plugin list --times")
@click.option("--times", "timed", is_flag=True, help="What loading each one takes: seconds and modules.")
@formatted
@click.pass_context
def list_(ctx: click.Context, timed: bool, form: str) -> None:
    """List every plugin that was found, with its state."""
    catalogue = catalogued_anyway(ctx)
    for text in slow(catalogue.plugins.records):
        note(text)
    if timed:
        print_table(times(catalogue.plugins.records), form)
        note(total(catalogue.plugins.records))
        return
    counts = {record.name: 0 for record in catalogue.plugins.records}
    for one in catalogue.contributions:
        if one.plugin in counts:
            counts[one.plugin] += 1
    rows = tuple(
        (
            *(one.name, one.status, one.version, one.distribution, counts[one.name], len(one.deprecated)),
            _first_line(one.reason),
        )
        for one in plugins_here(ctx, catalogue).records
    )
    print_table(Table(("name", "status", "version", "distribution", "adds", "deprecated", "reason"), rows), form)
    _note_deprecated(catalogue.plugins.records)
    for record in catalogue.plugins.records:
        for text in warnings_of(record):
            note(f"{record.name}: {text}")


@plugin.command(epilog="Example: crm plugin show value_tier")
@click.argument("name")
@click.option("--debug", is_flag=True, help="Show the traceback of its failure.")
@formatted
@click.pass_context
def show(ctx: click.Context, name: str, debug: bool, form: str) -> None:
    """Show one plugin: everything it adds with file and line, or why it does not work and what to do."""
    catalogue = catalogued_anyway(ctx)
    catalogue.plugins.record(name)
    record = plugins_here(ctx, catalogue).record(name)
    is_unfit = record.status != "active" and name in catalogue.plugins.active  # then its reason says what to do
    told = {key: getattr(record, key) for key in ("name", "status", "version", "distribution", "file", "reason")}
    values = {**told, "todo": "" if is_unfit else remedy(record), "needs": ", ".join(record.needs)}
    added = [one for one in catalogue.contributions if one.plugin == name]
    adds = Table(("kind", "name", "place"), tuple((one.kind, one.name, one.place) for one in added))
    tables = {"adds": adds, "settings": _settings(ctx, catalogue, name), "engines": engines_of(catalogue, name)}
    if form in {"json", "jsonl"}:
        said = {"warnings": warnings_of(record), "deprecated": record.deprecated, "traceback": record.traceback}
        print_object({**values, **said, **{key: _objects(table) for key, table in tables.items()}}, form)
        return
    values = {key: value for key, value in values.items() if value}
    if form == "html":
        _print_page(values, tables.values(), record.traceback if debug else "")
        return
    print_object(values, form)
    for table in tables.values():
        if table.rows:
            click.echo()
            print_table(table, form)
    for text in (*warnings_of(record), *record.deprecated):
        note(text)
    if record.traceback and (debug or ctx.find_root().params.get("debug")):
        click.echo(f"\n{record.traceback.rstrip()}")
    elif record.traceback:
        note(f"`crm plugin show {name} --debug` shows the traceback")


@plugin.command(epilog="Example: crm plugin hooks crm_schemes")
@click.argument("name", required=False)
@formatted
@click.pass_context
def hooks(ctx: click.Context, name: str | None, form: str) -> None:
    """List the hooks that plugins can implement and who does; with NAME, explain one."""
    from crmcore import hookspecs  # noqa: PLC0415 - only here
    from crmcore.errors import UnknownName  # noqa: PLC0415 - only here

    known = {word: getattr(hookspecs, word) for word in hookspecs.__all__ if word.startswith("crm_")}
    if name is not None and name not in known:
        raise UnknownName("hook", name, known)
    catalogue = catalogued_anyway(ctx)
    users = {word: ", ".join(_users(catalogue, word)) for word in known}
    if name is None:
        rows = tuple((word, _first_line(hook.__doc__ or ""), users[word]) for word, hook in known.items())
        print_table(Table(("hook", "purpose", "plugins"), rows), form)
    elif form in {"json", "jsonl"}:
        print_object({"hook": name, "doc": _unindented(known[name].__doc__ or ""), "plugins": users[name]}, form)
    elif form == "html":
        from crmcore.cli.page import Frame, Passage  # noqa: PLC0415 - only for a page

        text = f"{_unindented(known[name].__doc__ or '')}\n\nUsed by: {users[name] or 'nobody'}"
        print_page([Passage(text)], Frame(name))
    else:
        click.echo(f"{name}\n\n{_unindented(known[name].__doc__ or '')}\n\nUsed by: {users[name] or 'nobody'}")


def _print_page(said: dict[str, Any], tables: Iterable[Table], traceback: str) -> None:
    from crmcore.cli.page import Frame, Passage, Sheet  # noqa: PLC0415 - only for a page

    details = [Passage(traceback)] if traceback else []
    sheets = [Sheet(table, Look()) for table in tables if table.rows]
    print_page([facts(said), *sheets, *details], Frame(f"crm plugin show {said['name']}"))


def _objects(table: Table) -> tuple[dict[str, Any], ...]:
    return tuple(dict(zip(table.columns, row, strict=True)) for row in table.rows)


def _settings(ctx: click.Context, catalogue: Catalogue, plugin: str) -> Table:
    """Return the settings of a plugin: whose they are, what they are without a word from anybody, and what they mean."""
    language, rules = configured(ctx).lang.value, catalogue.rule_settings
    found = (one for one in catalogue.values("setting") if one.name.partition(".")[0] == plugin)
    rows = tuple(
        (one.name, "rules" if one.name in rules else "code", one.default, one.unit, one.doc(language)) for one in found
    )
    return Table(("name", "used by", "default", "unit", "doc"), rows, "Settings")


def _note_deprecated(records: Iterable[PluginRecord]) -> None:
    for one in records:
        if one.deprecated:
            things = "a thing that is" if len(one.deprecated) == 1 else f"{len(one.deprecated)} things that are"
            called = f"{one.name} {one.version}".rstrip()
            note(f"{called} uses {things} an error in crmcore 2.0; `crm plugin show {one.name}` says where")


def _users(catalogue: Catalogue, hook: str) -> tuple[str, ...]:
    if hook not in HOOK_OF.values():
        return catalogue.plugins.listeners(hook)
    kinds = {kind for kind, used in HOOK_OF.items() if used == hook}
    return tuple(
        dict.fromkeys(one.plugin for one in catalogue.contributions if one.kind in kinds and one.plugin != "crm")
    )


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0]


def _unindented(text: str) -> str:
    from textwrap import dedent  # noqa: PLC0415 - only here

    first, _, rest = text.strip().partition("\n")
    return f"{first}\n{dedent(rest)}".strip()
