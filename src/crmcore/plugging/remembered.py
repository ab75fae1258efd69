"""Loading some of the plugins, when it is known from an earlier time that all of them work and what they are."""

import sys
from collections.abc import Container, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final, Protocol

import attrs

from crmcore.hookspecs import ENTRY_POINT_GROUP
from crmcore.plugging.distributions import Candidate
from crmcore.plugging.loading import load_plugins
from crmcore.plugging.plugins import PluginRecord, Plugins, Status
from crmcore.plugging.requirements import normal_name

_FILE: Final = "entry_points.txt"
_LARGEST: Final = 100_000


class Remembered(Protocol):
    """What is remembered of a plugin; ``points`` is the file of its distribution that names its module."""

    @property
    def name(self) -> str: ...  # noqa: D102 - as in PluginRecord

    @property
    def status(self) -> str: ...  # noqa: D102 - as in PluginRecord

    @property
    def distribution(self) -> str: ...  # noqa: D102 - as in PluginRecord

    @property
    def version(self) -> str: ...  # noqa: D102 - as in PluginRecord

    @property
    def module(self) -> str: ...  # noqa: D102 - as in PluginRecord

    @property
    def file(self) -> str: ...  # noqa: D102 - as in PluginRecord

    @property
    def points(self) -> str: ...  # noqa: D102 - as in PluginRecord

    @property
    def needs(self) -> tuple[str, ...]: ...  # noqa: D102 - as in PluginRecord


def load_some(
    remembered: Sequence[Remembered], names: Container[str], local: Iterable[Path], known: Plugins | None = None
) -> Plugins | None:
    """Return the plugins of which only those called ``names`` are loaded; None if one of them is not as remembered.

    The records of the others stand as they were. What ``known`` has loaded is not asked again.
    """
    files = {path.stem: path for path in local}
    wanted = [_candidate(one, files) for one in remembered if one.name in names]
    candidates = tuple(one for one in wanted if one is not None)
    if len(candidates) < len(wanted):
        return None
    plugins = load_plugins(only=candidates, known=known)
    loaded = {record.name: record for record in plugins.records}
    if plugins.notes or any(record.status != "active" or record.warnings for record in loaded.values()):
        return None
    return attrs.evolve(plugins, records=tuple(_record(one, loaded.get(one.name)) for one in remembered))


def _candidate(one: Remembered, local: Mapping[str, Path]) -> Candidate | None:
    if one.points:
        found = names_plugin(one.points, one.name, one.module)
        return Candidate(one.name, one.module, one.distribution, one.version) if found else None
    return Candidate(one.name, local[one.name]) if one.name in local else None


def _record(one: Remembered, loaded: PluginRecord | None) -> PluginRecord:
    if loaded:
        return attrs.evolve(loaded, needs=one.needs)
    status: Status = "active" if one.status == "active" else "disabled"
    return PluginRecord(
        one.name, one.distribution, one.version, status, module=one.module, file=one.file, needs=one.needs
    )


def entry_points_of(candidates: Iterable[Candidate]) -> Mapping[str, str]:
    """Return the file in which each plugin of an installed distribution is named, where that is an ordinary file."""
    places: dict[str, list[str]] = {}
    for place in map(Path, dict.fromkeys(sys.path)):
        for folder in place.glob("*.dist-info") if place.is_dir() else ():
            places.setdefault(normal_name(folder.name.partition("-")[0]), []).append(str(folder / _FILE))
    found: dict[str, str] = {}
    for one in candidates:
        for file in places.get(normal_name(one.distribution), ()) if isinstance(one.source, str) else ():
            if names_plugin(file, one.name, one.module):
                found.setdefault(one.name, file)
    return found


def names_plugin(file: str, name: str, module: str) -> bool:
    """Whether a file is that of a distribution on Python's path, and says that a plugin stands in a module."""
    path = Path(file)
    if path.name != _FILE or path.parent.suffix != ".dist-info" or str(path.parent.parent) not in sys.path:
        return False
    try:
        with path.open(encoding="utf-8") as content:
            text = content.read(_LARGEST)
    except (OSError, ValueError):
        return False
    return _points(text).get(name) == module


def _points(text: str) -> Mapping[str, str]:
    found: dict[str, str] = {}
    group = ""
    for line in map(str.strip, text.splitlines()):
        if line.startswith("["):
            group = line.strip("[] ")
        elif group == ENTRY_POINT_GROUP and "=" in line and not line.startswith(("#", ";")):
            name, _, value = line.partition("=")
            found[name.strip()] = value.strip()
    return found
