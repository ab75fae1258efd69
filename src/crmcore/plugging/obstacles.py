"""Why a plugin is not even imported."""

import re
from collections.abc import Mapping
from typing import Final

from crmcore import __version__
from crmcore.plugging.contributions import CORE
from crmcore.plugging.distributions import Candidate
from crmcore.plugging.plugins import Status
from crmcore.plugging.requirements import unmet

_PLUGIN_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")


def obstacle(
    candidate: Candidate, same: tuple[Candidate, ...], disabled: Mapping[str, str]
) -> tuple[Status, str] | None:
    """Return why a plugin is not even imported, or None."""
    name = candidate.name
    if name in disabled:
        return "disabled", f"disabled by {disabled[name]}"
    if len(same) > 1:
        listed = " and ".join(str(one) for one in same)
        return "conflict", f"{listed} both provide a plugin {name!r}; uninstall or rename one of them"
    if name == CORE or not _PLUGIN_NAME.fullmatch(name):
        return "failed", f"{name!r} cannot name a plugin; use small letters, digits and _, and not {CORE!r} alone"
    if candidate.problem:
        return "failed", candidate.problem
    if reason := unmet(candidate.requires, "crmcore", __version__):
        return "incompatible", reason
    return None
