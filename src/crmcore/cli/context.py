"""What every command starts from: the opened CRM of the options before the command, made once and when first asked."""

import os
from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import click

if TYPE_CHECKING:
    from crmcore.app import Crm
    from crmcore.plugging.catalogue import Catalogue
    from crmcore.plugging.config import Config
    from crmcore.store import Store
    from crmcore.work.state import State

OPENING: Final = "`crm classify` without --as-of opens the books again and re-places everybody as of today"

_HERE: Final = "crmcore.cli"


class Stage(NamedTuple):
    """Plugins and a clock that stand in for this machine's: a program that runs commands gives it as ``obj``.

    ``catalogue`` takes the configuration, with the flags on top, and whether there is to be any plugin at all.
    """

    catalogue: "Callable[[Config, bool], Catalogue]"
    clock: Callable[[], datetime]


def stage_of(ctx: click.Context) -> Stage | None:
    """Return what stands in for this machine, if anything does."""
    found = ctx.find_root().obj
    return found if isinstance(found, Stage) else None


def configured(ctx: click.Context) -> "Config":
    """Return the configuration, with the options before the command on top."""
    kept = _kept(ctx)
    if "config" not in kept:
        from crmcore.opening import configuration  # noqa: PLC0415 - not for `crm --help`

        options = ctx.find_root().params
        config = configuration(options.get("store") or "", os.environ)
        kept["config"] = config.with_flags(
            store=options.get("store") or "", lang=options.get("lang") or "", disabled=options.get("no_plugin") or ()
        )
    found: Config = kept["config"]
    return found


def catalogued(ctx: click.Context) -> "Catalogue":
    """Return everything that the core and the plugins contribute; says once which plugins do not work."""
    kept = _kept(ctx)
    if "catalogue" not in kept:
        from crmcore.opening import catalogue_of  # noqa: PLC0415 - not for `crm --help`

        without, stage = bool(ctx.find_root().params.get("no_plugins")), stage_of(ctx)
        if stage:
            kept["catalogue"] = stage.catalogue(configured(ctx), not without)
        else:
            kept["catalogue"] = catalogue_of(configured(ctx), () if without else None)
        _warn_of_plugins(kept["catalogue"])
    found: Catalogue = kept["catalogue"]
    return found


def catalogued_anyway(ctx: click.Context) -> "Catalogue":
    """Return the same even if the configuration is broken; then without what it says of plugins."""
    from crmcore.errors import CrmError  # noqa: PLC0415 - not for `crm --help`

    try:
        return catalogued(ctx)
    except CrmError as error:
        note(f"{error.message}\nGoing on without it.")
    from crmcore.opening import unconfigured  # noqa: PLC0415 - the same

    _kept(ctx)["config"] = unconfigured().with_flags(disabled=ctx.find_root().params.get("no_plugin") or ())
    return catalogued(ctx)


def opened(ctx: click.Context) -> "Crm":
    """Return the CRM that the command works on."""
    kept = _kept(ctx)
    if "crm" not in kept:
        from crmcore.app import Crm  # noqa: PLC0415 - not for `crm --help`
        from crmcore.opening import actor_of, fitted, open_store  # noqa: PLC0415 - the same

        config, catalogue = configured(ctx), catalogued(ctx)
        actor = ctx.find_root().params.get("actor") or actor_of(os.environ)
        stage = stage_of(ctx)
        clock = {"clock": stage.clock} if stage else {}
        store = open_store(config, catalogue)
        usable = fitted(catalogue, store)
        kept["crm"] = Crm(store, usable, actor, config.lang.value, **clock)
        _note_misfits(catalogue, usable)
        ctx.find_root().call_on_close(lambda: _tell_warnings(ctx))
    found: Crm = kept["crm"]
    return found


def store_of(ctx: click.Context) -> "Store":
    """Return the store alone; the one in the core is opened without loading any plugin."""
    from crmcore.addresses import address, scheme_of  # noqa: PLC0415 - not for `crm --help`

    url = address(configured(ctx).store.value)
    if scheme_of(url) != "tinydb":
        return opened(ctx).store
    from crmcore.storage.tinydb_store import open_tinydb  # noqa: PLC0415 - the same

    return open_tinydb(url)


def read(ctx: click.Context, as_of: date | None = None) -> "State":
    """Return the state to read from; says so when the book date is pinned."""
    state = opened(ctx).state(as_of)
    pinned = state.company.book_date
    if as_of is None and pinned is not None:
        note(f"as of the book date {pinned}; {OPENING}")
    return state


def note(text: str) -> None:
    """Say something that is not data."""
    click.echo(f"crm: {text}", err=True)


def done(ctx: click.Context, text: str, *, dry_run: bool = False) -> None:
    """Say what was written, or would have been, and what plugins made of it."""
    _tell_warnings(ctx)
    note(f"{text} (dry run: nothing was written)" if dry_run else text)


def _tell_warnings(ctx: click.Context) -> None:
    """Say what commits warned of, each warning once in a command; a plugin's own command need not ask for it."""
    kept = _kept(ctx)
    told: set[str] = kept.setdefault("told", set())
    for warning in kept["crm"].warnings if "crm" in kept else ():
        if warning not in told:
            told.add(warning)
            note(warning)


def _note_misfits(catalogue: "Catalogue", usable: "Catalogue") -> None:
    """Say which plugins stay out because of what this store holds of them."""
    for record in usable.plugins.records if usable is not catalogue else ():
        if record.status != "active" and record.name in catalogue.plugins.active:
            note(f"the plugin {record.name!r} takes no part: {record.reason}")


def _kept(ctx: click.Context) -> dict[str, Any]:
    kept: dict[str, Any] = ctx.find_root().meta.setdefault(_HERE, {})
    return kept


def _warn_of_plugins(catalogue: "Catalogue") -> None:
    broken = [one.name for one in catalogue.plugins.records if one.status in {"failed", "conflict", "incompatible"}]
    if broken:
        names = ", ".join(broken)
        verb = "plugins do" if len(broken) > 1 else "plugin does"
        note(f"{len(broken)} {verb} not work: {names}; see `crm plugin show {broken[0]}`")
    for text in catalogue.plugins.notes:
        note(text)
