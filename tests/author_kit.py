"""A plugin author's project for tests: a folder with tests of its own, run by pytest inside pytest."""

from importlib import import_module
from pkgutil import walk_packages

import crm_lifecycle
import crm_value_tier

import crmcore

PLUGINS = (crm_lifecycle, crm_value_tier)


def import_everything():
    """Import all of crmcore: a run forgets what it was the first to import, and two copies do not know each other."""
    for module in walk_packages(crmcore.__path__, "crmcore."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
