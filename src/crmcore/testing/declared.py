"""What a plugin declares, found by name where a test has no company at hand."""

import sys
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, TypeVar

from crmcore.errors import UnknownName
from crmcore.grammar.declare import Field, Setting
from crmcore.plugging.catalogue import Catalogue, build_catalogue
from crmcore.plugging.distributions import Candidate, installed
from crmcore.plugging.loading import load_plugins

Declared = TypeVar("Declared", Field, Setting)


def declared(kind: str, name: str, reached: Iterable[Declared]) -> Declared:
    """Return the field or setting called ``name``: one that the rules reach, or another one of its plugin.

    Raises `UnknownName` with a hint.
    """
    known: dict[str, Any] = {one.name: one for one in reached}
    if name not in known:
        catalogue = _catalogue_of(name.partition(".")[0])
        if catalogue is not None:
            known = {one.name: one for one in catalogue.values(kind)} | known
    if name not in known:
        raise UnknownName(kind, name, known)
    found: Declared = known[name]
    return found


def _catalogue_of(plugin: str) -> Catalogue | None:
    """Return what a plugin declares that is imported already, or installed; None if there is none of this name."""
    for name in (f"crm_{plugin}", f"crm_plugins_{plugin}"):
        if name in sys.modules:
            return _asked(Candidate(plugin, sys.modules[name]))
    candidate = next((one for one in installed() if one.name == plugin), None)
    return None if candidate is None else _asked(candidate)


@lru_cache(32)
def _asked(candidate: Candidate) -> Catalogue:
    return build_catalogue(load_plugins(only=(candidate,)))
