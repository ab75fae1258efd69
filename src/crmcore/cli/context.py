"""What every command starts from: the opened CRM of the options before the command, made once and when first asked."""

import os
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

import click

from crmcore.cli import index

if TYPE_CHECKING:
    from crmcore.app import Crm
    from crmcore.grammar.declare import Scheme
    from crmcore.plugging.catalogue import Catalogue
    from crmcore.plugging.config import Config
    from crmcore.plugging.plugins import Plugins
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
            store=options.get("store") or "",
            lang=options.get("lang") or "",
            disabled=options.get("no_plugin") or (),
            settings=options.get("setting") or (),
        )
    found: Config = kept["config"]
    return found


def catalogued(ctx: click.Context, only: "frozenset[str] | None" = None) -> "Catalogue":
    """Return what the core and the plugins contribute; says once which plugins do not work.

    Only plugins that the command needs are loaded: those in ``only``, else those by whose names it reads, else all.
    """
    kept = _kept(ctx)
    if "catalogue" in kept and kept["loaded"] is None:
        return cast("Catalogue", kept["catalogue"])
    from crmcore.cli import choosing  # noqa: PLC0415 - not for `crm --help`

    names = only or choosing.needed(ctx, configured(ctx))
    if "catalogue" in kept and names is not None and names <= kept["loaded"]:
        return cast("Catalogue", kept["catalogue"])
    known: Catalogue | None = kept.get("catalogue")
    kept.pop("crm", None)
    some = None if names is None else choosing.some(ctx, configured(ctx), names, known)
    kept["catalogue"], kept["loaded"] = (_all(ctx, known), None) if some is None else (some, some.plugins.loaded)
    return cast("Catalogue", kept["catalogue"])


def _all(ctx: click.Context, known: "Catalogue | None" = None) -> "Catalogue":
    """Load all plugins, say which do not work, and remember them if a command could have done with fewer."""
    from crmcore.cli import choosing  # noqa: PLC0415 - not for `crm --help`
    from crmcore.opening import catalogue_of  # noqa: PLC0415 - the same

    config, without, stage = configured(ctx), bool(ctx.find_root().params.get("no_plugins")), stage_of(ctx)
    start = _kept(ctx)["start"] = index.begin(ctx)
    if stage:
        catalogue = stage.catalogue(config, not without)
    else:
        catalogue = catalogue_of(config, () if without else None, known=known)
    _warn_of_plugins(ctx, catalogue)
    if choosing.is_reading(ctx) and index.read(ctx) is None:
        choosing.remember(ctx, start, catalogue, config)
    return catalogue


def catalogued_anyway(ctx: click.Context, only: "frozenset[str] | None" = None) -> "Catalogue":
    """Return the same even if the configuration is broken; then without what it says of plugins."""
    from crmcore.errors import CrmError  # noqa: PLC0415 - not for `crm --help`

    try:
        return catalogued(ctx, only)
    except CrmError as error:
        note(f"{error.message}\nGoing on without it.")
    from crmcore.opening import unconfigured  # noqa: PLC0415 - the same

    _kept(ctx)["config"] = unconfigured().with_flags(disabled=ctx.find_root().params.get("no_plugin") or ())
    found = catalogued(ctx)
    _kept(ctx)["start"] = None  # what plugins add here is not to be remembered
    return found


def remembered(ctx: click.Context) -> "Catalogue":
    """Load all plugins, and remember what they add."""
    from crmcore.cli import choosing  # noqa: PLC0415 - not for `crm --help`

    catalogue = catalogued_anyway(ctx)
    choosing.remember(ctx, _kept(ctx).get("start"), catalogue, configured(ctx))
    return catalogue


def opened(ctx: click.Context) -> "Crm":
    """Return the CRM that the command works on."""
    config, catalogue, kept = configured(ctx), catalogued(ctx), _kept(ctx)
    if "crm" not in kept:
        from crmcore.cli import choosing  # noqa: PLC0415 - not for `crm --help`
        from crmcore.opening import actor_of, crm_of, fitted, open_store  # noqa: PLC0415 - the same

        actor = ctx.find_root().params.get("actor") or actor_of(os.environ)
        stage = stage_of(ctx)
        store = open_store(config, catalogue)
        if kept["loaded"] is not None and not choosing.agrees(ctx, store):
            catalogue = kept["catalogue"] = _all(ctx, catalogue)
            kept["loaded"] = None
        _note_alterations(store)
        store = store if kept["loaded"] is None else choosing.for_reading(store)
        usable = fitted(catalogue, store)
        crm = kept["crm"] = crm_of(config, usable, store, actor=actor, clock=stage.clock if stage else None)
        _note_misfits(catalogue, usable)
        if ctx.find_root().params.get("sensitive"):
            from crmcore.desk.permissions import reveal  # noqa: PLC0415 - only here

            reveal(crm)
        be_strict(ctx)
        ctx.find_root().call_on_close(lambda: _tell_warnings(ctx))
    found: Crm = kept["crm"]
    return found


def plugins_here(ctx: click.Context, catalogue: "Catalogue") -> "Plugins":
    """Return what became of the plugins beside the store's data; without a store that can be read, as they were found.

    Nothing that is wrong with the store is said.
    """
    from crmcore.opening import fitted, open_store  # noqa: PLC0415 - not for `crm --help`
    from crmcore.plugging.isolation import Failure, apart  # noqa: PLC0415 - the same

    found = apart(lambda: fitted(catalogue, open_store(configured(ctx), catalogue)).plugins)
    return catalogue.plugins if isinstance(found, Failure) else found


def store_of(ctx: click.Context) -> "Store":
    """Return the store alone; the one in the core is opened without loading any plugin."""
    from crmcore.addresses import address, scheme_of  # noqa: PLC0415 - not for `crm --help`

    url = address(configured(ctx).store.value)
    if scheme_of(url) != "tinydb":
        return opened(ctx).store
    from crmcore.storage.tinydb_store import open_tinydb  # noqa: PLC0415 - the same

    return open_tinydb(url)


def read(ctx: click.Context, as_of: date | None = None) -> "State":
    """Return the state from which a command reads, as of the book date unless asked otherwise; says so if it is pinned."""
    state = opened(ctx).state(as_of)
    pinned = state.company.book_date
    if as_of is None and pinned is not None:
        note(f"as of the book date {pinned}; {OPENING}")
    return state


def note(text: str) -> None:
    """Say something that is not data; no secret that is in use gets through. Where nobody can hear it, go on."""
    from crmcore.legible import visible  # noqa: PLC0415 - most commands have nothing to say

    secrets = sys.modules.get("crmcore.plugging.secrets")
    with suppress(OSError):
        click.echo(f"crm: {visible(secrets.masked(text) if secrets else text)}", err=True)


def shown(crm: "Crm", schemes: "Iterable[Scheme]", *, named: bool = True, facts: bool = False) -> "list[Scheme]":
    """Return the schemes whose answers for single customers may be shown, and say which are left out for being sensitive.

    With ``facts``, those are left out too that read sensitive values. Raises `NotAllowed` if one of them was ``named``.
    """
    from crmcore.desk import permissions  # noqa: PLC0415 - most commands show nobody's answers

    found, hidden = permissions.shown(crm, schemes, named=named, facts=facts)
    if hidden:
        note(f"left out, since they are sensitive: {', '.join(hidden)}; `crm --sensitive` shows them too")
    return found


def note_committed(ctx: click.Context) -> None:
    """Say what was committed by a command that fails after it, since it cannot print what it should."""
    crm: Crm | None = _kept(ctx).get("crm")
    if crm is not None and crm.committed:
        note(f"the output could not be written, but commit {crm.committed} was: see `crm log {crm.committed}`")


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


def _note_alterations(store: "Store") -> None:
    """Say what a command is about to read that nobody wrote with `crm`; where it cannot be read, that is said later."""
    from crmcore.errors import StoreError  # noqa: PLC0415 - not for `crm --help`
    from crmcore.storage.tinydb_store import TinyDBStore  # noqa: PLC0415 - the same

    with suppress(StoreError):
        for text in store.alterations() if isinstance(store, TinyDBStore) else ():
            note(f"{text}; see `crm store check`")


def _kept(ctx: click.Context) -> dict[str, Any]:
    kept: dict[str, Any] = ctx.find_root().meta.setdefault(_HERE, {})
    return kept


def _warn_of_plugins(ctx: click.Context, catalogue: "Catalogue") -> None:
    from crmcore.plugging.remedies import broken, count_said  # noqa: PLC0415 - not for `crm --help`

    if (found := broken(catalogue.plugins)) and not _has_banner(ctx):
        names = ", ".join(dict.fromkeys(record.name for record in found))
        note(f"{count_said(len(found))}: {names}; see `crm plugin show {found[0].name}`")
    for text in catalogue.plugins.notes:
        note(text)


def _has_banner(ctx: click.Context) -> bool:
    """Whether a command is about to say the same on standard error before its data."""
    named = ctx.info_name == "segments" or (ctx.info_name in {"view", "report"} and ctx.params.get("name"))
    is_top = ctx.parent is not None and ctx.parent.parent is None
    return bool(named) and is_top and ctx.params.get("form") not in {"table", "md", "html"}


def be_strict(ctx: click.Context) -> None:
    """Raise `CrmError` if a plugin does not work and CRM_STRICT_PLUGINS is set; ``crm plugin`` works all the same."""
    from crmcore.opening import is_strict  # noqa: PLC0415 - not for `crm --help`
    from crmcore.plugging.remedies import refuse_broken  # noqa: PLC0415 - the same

    if is_strict(os.environ) and ctx.find_root().invoked_subcommand != "plugin":
        kept = _kept(ctx)
        refuse_broken((kept["crm"].catalogue if "crm" in kept else catalogued(ctx)).plugins)
