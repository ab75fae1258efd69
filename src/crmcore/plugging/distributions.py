"""The plugins that are installed as Python distributions, found without importing any of them."""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Final

from attrs import frozen

from crmcore.hookspecs import ENTRY_POINT_GROUP
from crmcore.plugging.requirements import normal_name, read_requirement, read_version

if TYPE_CHECKING:
    from importlib.metadata import Distribution

_MODULE: Final = re.compile(r"\w+(\.\w+)*")


@frozen
class Candidate:
    """A plugin that could be loaded: from a module by name, from a file, or a module that is there already.

    ``requires`` are the lines of its distribution's Requires-Dist; ``problem`` says why it cannot be loaded at all.
    """

    name: str
    source: str | Path | ModuleType
    distribution: str = ""
    version: str = ""
    requires: tuple[str, ...] = ()
    problem: str = ""

    @property
    def module(self) -> str:
        """The name of its module."""
        if isinstance(self.source, Path):
            return f"crm_plugins_{self.name}"
        return self.source if isinstance(self.source, str) else self.source.__name__

    def __str__(self) -> str:
        if self.distribution:
            return f"{self.distribution} {self.version}".rstrip()
        return str(self.source) if isinstance(self.source, Path) else f"the module {self.name!r}"


def installed() -> tuple[Candidate, ...]:
    """Return every plugin that an installed distribution names, sorted by name and distribution."""
    from importlib.metadata import distributions  # noqa: PLC0415 - costs as much as the rest of a start

    found: list[Candidate] = []
    seen: dict[str, list[Distribution]] = {}
    for distribution in distributions():
        try:
            if any(point.group == ENTRY_POINT_GROUP for point in distribution.entry_points):
                seen.setdefault(_name_of(distribution), []).append(distribution)
        except Exception as error:  # noqa: BLE001 - any broken package on this machine
            found += _unreadable(distribution, error)
    for name, copies in seen.items():
        found += _candidates(_newest(copies)) if name else (_nameless(copy) for copy in copies)
    return tuple(sorted(found, key=lambda candidate: (candidate.name, candidate.distribution, candidate.version)))


def _name_of(distribution: "Distribution") -> str:
    try:
        return normal_name(distribution.name)
    except Exception:  # noqa: BLE001 - METADATA is missing or broken; what is raised depends on Python's version
        return ""


def _newest(copies: "list[Distribution]") -> "Distribution":
    """Return the copy that Python imports: of the first folder on the path, and there the newest."""
    first = str(copies[0].locate_file(""))
    beside = [copy for copy in copies if str(copy.locate_file("")) == first]
    return max(beside, key=lambda copy: (_order(str(copy.version)), str(copy.version)))


def _order(version: str) -> tuple[int, ...]:
    try:
        return read_version(version).release
    except ValueError:
        return ()


def _candidates(distribution: "Distribution") -> Iterator[Candidate]:
    points = sorted((p for p in distribution.entry_points if p.group == ENTRY_POINT_GROUP), key=lambda p: p.name)
    requires = tuple(distribution.requires or ())
    for _, same in groupby(points, key=lambda point: (point.name, point.value)):
        point = next(same)
        problem = ""
        if not _MODULE.fullmatch(point.value.strip()):
            problem = f"its entry point must name a module such as 'crm_{point.name}', not {point.value!r}"
        yield Candidate(
            point.name, point.value.strip(), distribution.name, distribution.version or "", requires, problem
        )


def _unreadable(distribution: "Distribution", error: Exception) -> Iterator[Candidate]:
    """Yield a distribution with broken entry points if they speak of us; others are none of our business."""
    text = error.object if isinstance(error, UnicodeDecodeError) else str(error).encode()
    name = _name_of(distribution)
    if ENTRY_POINT_GROUP.encode() in text or name.startswith("crm-"):
        plugin = name.removeprefix("crm-").replace("-", "_") or "unnamed"
        yield Candidate(plugin, plugin, name, problem=f"its entry points cannot be read: {error}")


def _nameless(distribution: "Distribution") -> Candidate:
    point = next(point for point in distribution.entry_points if point.group == ENTRY_POINT_GROUP)
    folder = distribution.locate_file("")
    return Candidate(point.name, point.value, problem=f"a distribution in {folder} does not say its name; reinstall it")


def required_names(requires: Iterable[str]) -> frozenset[str]:
    """Return the names of the distributions that are required, without those for extras."""
    names = set()
    for line in requires:
        try:
            requirement = read_requirement(line)
        except ValueError:
            continue
        if "extra" not in requirement.marker:
            names.add(requirement.name)
    return frozenset(names)


def missing_distributions(candidate: Candidate) -> str:
    """Return what to install for a plugin that could not be imported; empty if all that it requires is there."""
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - costs as much as the rest of a start

    missing = []
    for name in sorted(required_names(candidate.requires) - {"crmcore"}):
        try:
            version(name)
        except PackageNotFoundError:
            missing.append(name)
    if not missing:
        return ""
    return f"; it requires {' and '.join(missing)}, which cannot be found: run `pip install {' '.join(missing)}`"
