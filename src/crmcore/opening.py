"""Opening a company's CRM: its configuration, plugins, catalogue and store, put together."""

import getpass
import os
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Final

import attrs

from crmcore.addresses import DEFAULT, address, folder_of, scheme_of
from crmcore.app import Crm
from crmcore.errors import CrmError, StoreError
from crmcore.plugging.catalogue import Catalogue, build_catalogue
from crmcore.plugging.config import COMPANY_FILE, Config, Given, read_config
from crmcore.plugging.contributions import Contribution
from crmcore.plugging.isolation import Failure, apart
from crmcore.plugging.loading import load_plugins
from crmcore.plugging.remedies import refuse_broken
from crmcore.plugging.remembered import Remembered, load_some
from crmcore.plugging.setting_sources import Sources
from crmcore.storage.tinydb_store import open_tinydb
from crmcore.store import ERASED, LogEntry, Store
from crmcore.work import company as companies
from crmcore.work.company import Company
from crmcore.work.fitting import TABLE as FITS
from crmcore.work.outbox import TABLE as OUTBOX
from crmcore.work.placing import RUNS, SCHEMES
from crmcore.work.plugin_marks import TABLE as MARKS
from crmcore.work.plugin_marks import marks_in
from crmcore.work.plugin_schemas import fitting, without_dependents
from crmcore.work.requests import TABLE as REQUESTS
from crmcore.work.settings import SETTINGS
from crmcore.work.shapes import shape

COMMAND_WORDS: Final = frozenset(
    {
        *(
            "classify",
            "completion",
            "config",
            "doctor",
            "explain",
            "export",
            "history",
            "import",
            "init",
            "log",
            "merge",
            "playbook",
            "plugin",
        ),
        *("report", "segments", "serve", "store", "undo", "upcoming", "view"),
    }
)
"""What plugins cannot call their commands or record types: the core's commands, those that are planned included."""

TABLES: Final = frozenset({companies.TABLE, FITS, MARKS, OUTBOX, REQUESTS, RUNS, SCHEMES, SETTINGS, ERASED, "import"})
"""What plugins cannot call their record types: the store keeps other things under these names."""

JOINED: Final = tuple(f"playbook {verb}" for verb in ("list", "show", "coverage", "visits"))
"""What a plugin's group that joins one of the core's cannot say again."""

VERBS: Final = ("list", "show", "add", "edit", "remove", "export")
"""What can be done with every record type; a group that joins its commands cannot say it again."""

RESERVED: Final[Mapping[str, Iterable[str]]] = MappingProxyType(
    {
        "command": (*COMMAND_WORDS, *JOINED),
        "engine": ("auto", "python"),
        "store": ("tinydb",),
        "record": TABLES,
        "verb": VERBS,
    }
)
_NO: Final = frozenset({"", "0", "no", "false", "off"})


def open(  # noqa: A001, PLR0913 - read as `crmcore.open("crm.json")`; keyword-only choices of one call
    store: str | Path = "",
    *,
    actor: str = "",
    language: str = "",
    without: Iterable[str] = (),
    plugins: Sequence[str | ModuleType] | None = None,
    strict: bool | None = None,
) -> Crm:
    """Open the CRM whose data is in ``store``, a path or URL; by default the configured one, else ``crm.json``.

    ``without`` names plugins to leave out; ``plugins`` limits them to these names or modules. A plugin that fails is
    set aside: see ``catalogue.plugins``; with ``strict``, or CRM_STRICT_PLUGINS=1, it is an error. Raises `Invalid` for
    a broken configuration, `UnknownName` for the URL of an unknown kind of store; whether there is a store shows when
    it is first used.
    """
    config = configuration(str(store), os.environ).with_flags(lang=language, disabled=without)
    catalogue = catalogue_of(config, plugins)
    opened = open_store(config, catalogue)
    fitting_ones = fitted(catalogue, opened)
    if is_strict(os.environ) if strict is None else strict:
        refuse_broken(fitting_ones.plugins)
    return crm_of(config, fitting_ones, opened, actor=actor or actor_of(os.environ))


def crm_of(
    config: Config, catalogue: Catalogue, store: Store, *, actor: str, clock: Callable[[], datetime] | None = None
) -> Crm:
    """Return the CRM over a store, with what was said of settings; raises `UsageError` for a flag that sets nothing."""
    more = {"clock": clock} if clock else {}
    crm = Crm(store, catalogue, actor, config.lang.value, sources=config.sources, **more)
    shape(store, catalogue)
    crm.plain.check_flags()
    crm.warnings += crm.plain.variable_warnings()
    return crm


def configuration(store: str, environ: Mapping[str, str]) -> Config:
    """Return the configuration for a store that was asked for, or for the configured one; raises `Invalid`.

    The company's file is the one beside the store.
    """
    asked = store or environ.get("CRM_STORE", "").strip()
    if asked:
        return read_config(Path(folder_of(address(asked))), environ).with_flags(store=store)
    config = read_config(Path(), environ)
    elsewhere = folder_of(address(config.store.value))
    if config.store.origin.startswith(COMPANY_FILE) or elsewhere == ".":
        return config
    return attrs.evolve(read_config(Path(elsewhere), environ), store=config.store)


def unconfigured() -> Config:
    """Return what holds where the configuration cannot be used."""
    nothing: Mapping[str, str] = MappingProxyType({})
    sources = Sources(is_unread=True)
    return Config(Path(), Given(DEFAULT, "default"), Given("en", "default"), nothing, nothing, sources)


def catalogue_of(
    config: Config, plugins: Sequence[str | ModuleType] | None = None, *, known: Catalogue | None = None
) -> Catalogue:
    """Load the plugins that a configuration asks for and return everything that can be used.

    What ``known`` has of them already is not loaded again.
    """
    loaded = known.plugins if known else None
    found = load_plugins(disabled=config.disabled, local=config.local_files, only=plugins, known=loaded)
    return build_catalogue(found, reserved=RESERVED)


def catalogue_of_some(
    config: Config, remembered: Iterable[Remembered], names: Container[str], known: Catalogue | None = None
) -> Catalogue | None:
    """Return what the plugins called ``names`` contribute; None if one of them is not as it is remembered."""
    found = load_some(tuple(remembered), names, config.local_files, known.plugins if known else None)
    catalogue = build_catalogue(found, reserved=RESERVED) if found else None
    return catalogue if catalogue and catalogue.plugins.records == (found.records if found else ()) else None


def is_strict(environ: Mapping[str, str]) -> bool:
    """Whether a plugin that does not work is to be an error."""
    return environ.get("CRM_STRICT_PLUGINS", "").strip().lower() not in _NO


def open_store(config: Config, catalogue: Catalogue) -> Store:
    """Return the configured store; raises `UnknownName` if nobody knows its kind."""
    url = address(config.store.value)
    scheme = scheme_of(url)
    return open_tinydb(url) if scheme == "tinydb" else _opened_by(catalogue.owner("store", scheme), url)


def _opened_by(owner: Contribution, url: str) -> Store:
    """Open a store of a plugin's kind; raises what the plugin means for people, else an error that names the plugin."""

    def opened() -> Store | CrmError:
        try:
            found: Store = owner.value.open(url)
        except CrmError as error:
            return error
        missing = [name for name in ("exists", "create", "read", "write", "log") if not hasattr(found, name)]
        if missing:
            raise TypeError(f"it returned {found!r:.60}, which has no {' and no '.join(missing)}")
        return found

    answer = apart(opened)
    if isinstance(answer, CrmError):
        raise answer
    if isinstance(answer, Failure):
        what = f"the plugin {owner.plugin!r} cannot open the store {url}: {answer.reason}"
        error = CrmError(what, todo=f"Its kind of store is declared at {owner.place}; --debug shows the details.")
        error.add_note(answer.traceback)
        raise error
    return answer


def fitted(catalogue: Catalogue, store: Store, keeping: Container[str] = ()) -> Catalogue:
    """Return what can be used with a store: without plugins whose data there has another schema than their code.

    Those in ``keeping`` stay if their data is only older, since it is about to be migrated.
    """
    try:
        marks = marks_in(store.read()) if store.exists() else {}
    except StoreError:  # whoever uses the store is told
        return catalogue
    plugins = fitting(catalogue, marks, keeping)
    return catalogue if plugins is catalogue.plugins else build_catalogue(plugins, reserved=RESERVED)


def doing_without(catalogue: Catalogue, name: str, why: str) -> Catalogue:
    """Return what can be used without a plugin, and without those that use something of it."""
    plugins = catalogue.plugins.set_aside(name, "disabled", why)
    return build_catalogue(without_dependents(plugins, catalogue, name), reserved=RESERVED)


def actor_of(environ: Mapping[str, str]) -> str:
    """Return who acts: ``CRM_ACTOR``, else the login name."""
    named = environ.get("CRM_ACTOR", "").strip()
    if named:
        return named
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a user without a name, as in some containers
        return "unknown"


def create(crm: Crm, company: Company, *, dry_run: bool = False) -> None:
    """Make the store, for one company; raises `StoreError` if it has one already."""
    reader = crm.store.read() if crm.store.exists() else None
    if reader is not None and reader.get(companies.TABLE, companies.KEY) is not None:
        todo = "Use it, or choose another place with --store."
        raise StoreError(f"there is a store at {crm.store.url} already", todo=todo)
    if reader is not None and (reader.commit or reader.tables()):
        raise companies.missing(crm.store.url, reader)
    if dry_run:
        return
    if not crm.store.exists():
        crm.store.create()
    with crm.store.write() as transaction:
        transaction.put(companies.TABLE, companies.KEY, company.document())
        now = crm.clock().isoformat().replace("+00:00", "Z")
        transaction.commit_as(LogEntry(transaction.commit + 1, now, crm.actor, "init", ()))
