"""A small company in memory for tests, with plugins made on the spot."""

from datetime import UTC, datetime
from types import ModuleType

from crmcore.app import Crm
from crmcore.hookspecs import hookimpl
from crmcore.opening import create
from crmcore.plugging.catalogue import build_catalogue
from crmcore.plugging.loading import load_plugins
from crmcore.testing.memory_store import MemoryStore
from crmcore.work.company import company

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def plugin(name, **contributions):
    """Return a plugin whose hooks return the given lists: ``plugin("demo", fields=[...], schemes=[...])``."""
    module = ModuleType(f"crm_{name}")
    for kind, values in contributions.items():
        setattr(module, f"crm_{kind}", hookimpl(_named(f"crm_{kind}", values)))
    return module


def _named(name, values):
    def hook():
        return values

    hook.__name__ = name
    return hook


def make_crm(*plugins, currency="USD", zone="UTC", store=None, now=NOW):
    """Return a new company; every plugin given must work."""
    catalogue = build_catalogue(load_plugins(only=plugins))
    assert [(record.name, record.reason) for record in catalogue.plugins.records if record.status != "active"] == []
    crm = Crm(store or MemoryStore(), catalogue, "ada", clock=lambda: now)
    create(crm, company(currency, zone))
    return crm


def reopened(crm, *plugins):
    """Return the same company with other plugins, which need not work."""
    catalogue = build_catalogue(load_plugins(only=plugins))
    return Crm(crm.store, catalogue, crm.actor, clock=crm.clock)


def stored(crm, table):
    """Return every document of a table by key."""
    return dict(crm.store.read().items(table))


def put(crm, *records):
    """Commit records and return them as they were stored."""
    with crm.unit("test") as unit:
        return [unit.add(record) for record in records]
