"""Why a plugin is not even imported: it is disabled, does not fit, or needs another one that does not work."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from attrs import field, frozen

from crmcore import __version__
from crmcore.plugging.contributions import CORE
from crmcore.plugging.distributions import Candidate
from crmcore.plugging.needs import circles, needs_of
from crmcore.plugging.plugins import PluginRecord, Plugins, Status
from crmcore.plugging.requirements import unmet

_PLUGIN_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
_ENDS: Final[Mapping[Status, str]] = {"failed": "failed", "conflict": "is in conflict", "incompatible": "does not fit"}


@frozen
class Obstacles:
    """What stands in the way of the plugins that were found; ``disabled`` says where each was asked to stay out."""

    found: Sequence[Candidate]
    disabled: Mapping[str, str]
    needs: Mapping[Candidate, tuple[str, ...]] = field(init=False)
    circles: Mapping[str, tuple[str, ...]] = field(init=False)

    @needs.default
    def _needs(self) -> Mapping[Candidate, tuple[str, ...]]:
        return needs_of(self.found)

    @circles.default
    def _circles(self) -> Mapping[str, tuple[str, ...]]:
        return circles({one.name: needed for one, needed in self.needs.items()})

    def before(self, candidate: Candidate, known: Iterable[PluginRecord]) -> tuple[Status, str] | None:
        """Return why a plugin is not imported, or None; ``known`` is what became of those before it."""
        if candidate.name in self.disabled:
            return "disabled", f"disabled by {self.disabled[candidate.name]}"
        return self._clash(candidate) or self._misfit(candidate) or missing_need(self.needs[candidate], known)

    def _clash(self, candidate: Candidate) -> tuple[Status, str] | None:
        name = candidate.name
        same = [one for one in self.found if one.name == name]
        if len(same) > 1:
            listed = " and ".join(map(str, same))
            return "conflict", f"{listed} both provide a plugin {name!r}; uninstall or rename one of them"
        if name == CORE or not _PLUGIN_NAME.fullmatch(name):
            return "failed", f"{name!r} cannot name a plugin; use small letters, digits and _, and not {CORE!r} alone"
        return ("failed", candidate.problem) if candidate.problem else None

    def _misfit(self, candidate: Candidate) -> tuple[Status, str] | None:
        name = candidate.name
        versions = {one.distribution: one.version for one in self.found if one.name in self.needs[candidate]}
        wanted = {"crmcore": __version__, **versions}
        reasons = (unmet(candidate.requires, one, version) for one, version in wanted.items() if one)
        if reason := next(filter(None, reasons), ""):
            return "incompatible", f"{reason}; install versions that fit each other"
        if name in self.circles:
            way = ", which needs ".join(self.circles[name][1:])
            return "failed", f"it needs {way} itself: take one of these requirements out"
        return None


def without_needed(plugins: Plugins) -> Plugins:
    """Return the plugins with those taken out that need one that does not work."""
    for record in plugins.records:  # in their order, so that whoever needs one of these comes later
        if record.status == "active" and (lost := missing_need(record.needs, plugins.records)):
            plugins = plugins.set_aside(record.name, *lost)
    return plugins


def missing_need(needs: Iterable[str], known: Iterable[PluginRecord]) -> tuple[Status, str] | None:
    """Return what becomes of a plugin if one of those that it needs does not work, and why; None if all do."""
    records = {record.name: record for record in known}
    lost = [records[name] for name in needs if name in records and records[name].status != "active"]
    if not lost:
        return None
    status: Status = "disabled" if all(record.status == "disabled" for record in lost) else "failed"
    return status, "; ".join(f"it needs {record.name}, which {_why(record)}" for record in lost)


def _why(record: PluginRecord) -> str:
    reason = record.reason.strip().partition("\n")[0].removeprefix("it ")
    if record.status == "disabled":
        return reason if reason.startswith("needs ") else f"is {reason}"
    return reason if reason.startswith("needs ") else f"{_ENDS[record.status]}: {record.reason.partition(chr(10))[0]}"
