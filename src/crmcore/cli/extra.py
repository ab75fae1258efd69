"""Commands that plugins add, and groups for the record types that they add."""

from typing import TYPE_CHECKING, Any

import click

from crmcore.cli import index
from crmcore.cli.context import catalogued_anyway, stage_of
from crmcore.entities import type_of
from crmcore.errors import CrmError

if TYPE_CHECKING:
    from crmcore.plugging.catalogue import Catalogue


def command(ctx: click.Context, name: str) -> click.Command | None:
    """Return a plugin's command, or the group of its record type; None if no plugin has one of this name."""
    catalogue = catalogued_anyway(ctx)
    if name in catalogue.names("command"):
        owner = catalogue.owner("command", name)
        return _guarded(owner.value, owner.plugin)
    if name in catalogue.names("record"):
        from crmcore.cli.records import group_of  # noqa: PLC0415 - only where it is used

        return group_of(catalogue.record(name))
    return None


def _guarded(command: click.Command, plugin: str) -> click.Command:
    """Name the plugin where its command fails in a way that was not meant for people."""
    invoke = command.invoke

    def guarded(ctx: click.Context) -> Any:
        try:
            return invoke(ctx)
        except (CrmError, OSError, click.ClickException, click.Abort, click.exceptions.Exit):
            raise
        except Exception as error:
            what = f"the command {command.name!r} of the plugin {plugin!r} failed: {type(error).__name__}: {error}"
            raise CrmError(what, todo="--debug before the command shows the traceback, for who wrote it.") from error

    command.invoke = guarded  # type: ignore[method-assign]  # the plugin's own object; it is asked for once
    return command


def rebuilt(ctx: click.Context) -> tuple[index.Entry, ...]:
    """Ask the plugins what they add, and remember it if all of them could be asked."""
    catalogue = catalogued_anyway(ctx)
    found = tuple(_entries(catalogue))
    asked = ctx.find_root().params
    partly = asked.get("no_plugin") or asked.get("no_plugins") or stage_of(ctx)
    if not partly and all(one.status in {"active", "disabled"} for one in catalogue.plugins.records):
        files = [one.file for one in catalogue.plugins.records]
        files += [one.file for one in catalogue.contributions if one.kind in {"record", "command"}]
        index.write(ctx, found, filter(None, files))
    return found


def _entries(catalogue: "Catalogue") -> list[index.Entry]:
    from crmcore.cli.commands import target  # noqa: PLC0415 - a table of names

    found = []
    for kind in ("record", "command"):
        for name in catalogue.names(kind):
            owner = catalogue.owner(kind, name)
            if not target(name):
                text = owner.value.get_short_help_str(60) if kind == "command" else _described(owner.value)
                found.append(index.Entry(name, kind, owner.plugin, text))
    return sorted(found)


def _described(record: type) -> str:
    facts = type_of(record)
    return f"{facts.label('en', facts.name)}: list, show, add, edit, remove, export."
