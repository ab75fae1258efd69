"""Opening a company's CRM: its configuration, plugins, catalogue and store, put together."""

import getpass
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Final

import attrs

from crmcore.addresses import DEFAULT, address, folder_of, scheme_of
from crmcore.app import Crm
from crmcore.errors import StoreError
from crmcore.plugging.catalogue import Catalogue, build_catalogue
from crmcore.plugging.config import COMPANY_FILE, Config, Given, read_config
from crmcore.plugging.loading import load_plugins
from crmcore.storage.tinydb_store import open_tinydb
from crmcore.store import LogEntry, Store
from crmcore.work import company as companies
from crmcore.work.company import Company
from crmcore.work.plugin_marks import marks_in
from crmcore.work.plugin_schemas import fitting

COMMAND_WORDS: Final = frozenset(
    {
        *("classify", "config", "doctor", "explain", "export", "import", "init", "log", "merge", "migration", "plugin"),
        *("report", "segments", "serve", "store", "undo", "upcoming", "view", "whatif"),
    }
)
"""What plugins cannot call their commands or record types: the core's commands, those that are planned included."""

_RESERVED: Final[Mapping[str, Iterable[str]]] = MappingProxyType({"command": COMMAND_WORDS, "store": ("tinydb",)})


def open(  # noqa: A001 - read as `crmcore.open("crm.json")`
    store: str | Path = "",
    *,
    actor: str = "",
    language: str = "",
    without: Iterable[str] = (),
    plugins: Sequence[str | ModuleType] | None = None,
) -> Crm:
    """Open the CRM whose data is in ``store``, a path or URL; by default the configured one, else ``crm.json``.

    ``without`` names plugins to leave out; ``plugins`` limits them to these names or modules. A plugin that fails is
    set aside: see ``catalogue.plugins``. Raises `Invalid` for a broken configuration, `UnknownName` for the URL of an
    unknown kind of store; whether there is a store shows when it is first used.
    """
    config = configuration(str(store), os.environ).with_flags(lang=language, disabled=without)
    catalogue = catalogue_of(config, plugins)
    store = open_store(config, catalogue)
    return Crm(store, fitted(catalogue, store), actor or actor_of(os.environ), config.lang.value)


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
    """Return what holds where nothing is configured."""
    nothing: Mapping[str, str] = MappingProxyType({})
    return Config(Path(), Given(DEFAULT, "default"), Given("en", "default"), nothing, nothing, {})


def catalogue_of(config: Config, plugins: Sequence[str | ModuleType] | None = None) -> Catalogue:
    """Load the plugins that a configuration asks for and return everything that can be used."""
    found = load_plugins(disabled=config.disabled, local=config.local_files, only=plugins)
    return build_catalogue(found, reserved=_RESERVED)


def open_store(config: Config, catalogue: Catalogue) -> Store:
    """Return the configured store; raises `UnknownName` if nobody knows its kind."""
    url = address(config.store.value)
    scheme = scheme_of(url)
    return open_tinydb(url) if scheme == "tinydb" else catalogue.store(scheme).open(url)


def fitted(catalogue: Catalogue, store: Store) -> Catalogue:
    """Return what can be used with a store: without plugins whose data there has another schema than their code."""
    try:
        marks = marks_in(store.read()) if store.exists() else {}
    except StoreError:  # whoever uses the store is told
        return catalogue
    plugins = fitting(catalogue, marks)
    return catalogue if plugins is catalogue.plugins else build_catalogue(plugins, reserved=_RESERVED)


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
    if crm.store.exists() and crm.store.read().get(companies.TABLE, companies.KEY) is not None:
        todo = "Use it, or choose another place with --store."
        raise StoreError(f"there is a store at {crm.store.url} already", todo=todo)
    if dry_run:
        return
    if not crm.store.exists():
        crm.store.create()
    with crm.store.write() as transaction:
        transaction.put(companies.TABLE, companies.KEY, company.document())
        now = crm.clock().isoformat().replace("+00:00", "Z")
        transaction.commit_as(LogEntry(transaction.commit + 1, now, crm.actor, "init", ()))
