"""Commands that plugins add, and groups for the record types that they add."""

from typing import TYPE_CHECKING, Any

import click

from crmcore.cli import choosing, index
from crmcore.cli.context import catalogued, catalogued_anyway, configured, opened, remembered
from crmcore.errors import CrmError

if TYPE_CHECKING:
    from crmcore.app import Crm


def command(ctx: click.Context, name: str) -> click.Command | None:
    """Return a plugin's command, or the group of its record type; None if no plugin has one of this name."""
    found = index.read(ctx)
    entry = found.word(name) if found else None
    only = choosing.closed(found, (entry.plugin,)) if found and entry else None
    catalogue = catalogued_anyway(ctx, only)
    own = catalogue.owner("command", name) if name in catalogue.names("command") else None
    if name in catalogue.names("record"):
        from crmcore.cli.records import group_of  # noqa: PLC0415 - only where it is used

        group = group_of(catalogue.record(name), own.value if own else None)
        group.more = {word: _guarded(each, own.plugin) for word, each in group.more.items()} if own else {}
        return group
    if own is not None:
        return _guarded(own.value, own.plugin)
    _refuse_absent(ctx, name)
    return None


def _refuse_absent(ctx: click.Context, name: str) -> None:
    """Raise `CrmError` if the store has records of this type whose plugin takes no part; be silent without a store."""
    if ctx.resilient_parsing:
        return
    from crmcore.work.absent import absent_in  # noqa: PLC0415 - only where a plugin takes no part

    try:
        crm = opened(ctx)
        absent = absent_in(crm.store.read(), crm.catalogue.plugins)
    except (CrmError, OSError):
        return
    table = name.replace("-", "_")
    if owner := absent.owner("record", table):
        what = f"there is no command {name!r}, since {absent.why(owner)}"
        raise CrmError(what, todo=f"Its records of type {table} are kept: {absent.way_out(owner)}.")


def opened_for(ctx: click.Context, name: str) -> "Crm":
    """Return the CRM; raises `CrmError` if the plugin of this record type does not fit its data here."""
    crm = opened(ctx)
    if name not in crm.catalogue.names("record"):
        from crmcore.work.absent import absent_in  # noqa: PLC0415 - only where a plugin takes no part

        owner = catalogued(ctx).owner("record", name).plugin
        absent = absent_in(crm.store.read(), crm.catalogue.plugins)
        what = f"there is nothing to do with records of type {name}, since {absent.why(owner)}"
        raise CrmError(what, todo=f"What is stored of it is kept: {absent.way_out(owner)}.")
    return crm


def _guarded(command: click.Command, plugin: str) -> click.Command:
    """Name the plugin where its command fails in a way that was not meant for people."""
    invoke = command.invoke

    def guarded(ctx: click.Context) -> Any:
        try:
            return invoke(ctx)
        except (CrmError, OSError, click.ClickException, click.Abort, click.exceptions.Exit):
            raise
        except SystemExit as ended:
            if isinstance(ended.code, str):  # Python would print it as the program ends, and end with 1
                raise CrmError(ended.code) from ended
            raise
        except Exception as error:
            what = f"the command {command.name!r} of the plugin {plugin!r} failed: {type(error).__name__}: {error}"
            raise CrmError(what, todo="--debug before the command shows the traceback, for who wrote it.") from error

    command.invoke = guarded  # type: ignore[method-assign]  # the plugin's own object; it is asked for once
    return command


def rebuilt(ctx: click.Context) -> index.Index:
    """Ask the plugins what they add, and remember it if there is nothing else to say of them."""
    from crmcore.cli.indexing import index_of  # noqa: PLC0415 - only here

    return index_of(remembered(ctx), configured(ctx))
