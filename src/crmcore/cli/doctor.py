"""``crm doctor``: everything that is not as it should be, with what to do about it."""

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import click

from crmcore.cli.context import catalogued, configured, note, stage_of
from crmcore.cli.options import FOR_PEOPLE, formatted
from crmcore.cli.output import print_table
from crmcore.errors import CrmError, Invalid
from crmcore.view import Table

if TYPE_CHECKING:
    from crmcore.plugging.catalogue import Catalogue
    from crmcore.plugging.config import Config
    from crmcore.upkeep.findings import Finding

FOUND: Final = 3
_COLUMNS: Final = ("level", "id", "what", "where", "todo")


@click.command(epilog="Example: crm doctor --format json")
@formatted
@click.pass_context
def doctor(ctx: click.Context, form: str) -> None:
    """Look at the configuration, the plugins and the store, and say what is wrong; exit code 3 if anything is.

    Changes nothing, and goes on where something is broken.
    """
    found = _findings(ctx)
    if found or form not in FOR_PEOPLE:
        print_table(Table(_COLUMNS, tuple(tuple(getattr(one, name) for name in _COLUMNS) for one in found)), form)
    errors = sum(1 for one in found if one.level == "error")
    note(f"errors: {errors}, warnings: {len(found) - errors}" if found else "all is well")
    if found:
        ctx.exit(FOUND)


def _findings(ctx: click.Context) -> "tuple[Finding, ...]":
    from crmcore.opening import fitted, open_store  # noqa: PLC0415 - not for `crm --help`
    from crmcore.upkeep.doctor import Practice, examine, of_configuration  # noqa: PLC0415 - the same
    from crmcore.upkeep.findings import Finding  # noqa: PLC0415 - the same

    wrong: tuple[Finding, ...] = ()
    try:
        config, catalogue = configured(ctx), catalogued(ctx)
    except CrmError as error:
        wrong = tuple(of_configuration(error)) if isinstance(error, Invalid) else ()
        wrong = wrong or (Finding("broken-configuration", "error", error.message, "", error.todo),)
        config, catalogue = _without_configuration(ctx)
    try:
        store = open_store(config, catalogue)
    except CrmError as error:
        todo = error.todo or "Name another store with --store, or install the plugin that opens this one."
        return (*wrong, Finding("store-unusable", "error", error.message, config.store.value, todo))
    stage = stage_of(ctx)
    now = stage.clock() if stage else datetime.now(UTC)
    return (*wrong, *examine(Practice(store, catalogue, fitted(catalogue, store), None if wrong else config, now)))


def _without_configuration(ctx: click.Context) -> "tuple[Config, Catalogue]":
    """Return what holds without crm.toml: the store of the flag or the environment, and the installed plugins."""
    from crmcore.opening import catalogue_of, unconfigured  # noqa: PLC0415 - not for `crm --help`

    options = ctx.find_root().params
    store = options.get("store") or os.environ.get("CRM_STORE", "").strip()
    config = unconfigured().with_flags(store=store, disabled=options.get("no_plugin") or ())
    return config, catalogue_of(config, () if options.get("no_plugins") else None)
