"""Loading plugins: in a fixed order and each on its own, so that one broken plugin never stops the CRM."""

import importlib
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_file_location
from itertools import groupby
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any, Final, Literal, NoReturn

import attrs
from attrs import frozen
from pluggy import HookImpl, PluginManager

from crmcore import __version__, hookspecs
from crmcore.errors import UnknownName
from crmcore.grammar.declare import Place
from crmcore.plugging.contributions import CORE, HOOK_OF, Contribution, place_of, place_of_function
from crmcore.plugging.distributions import Candidate, installed, required_names
from crmcore.plugging.hookcheck import check_module, checked_values, wrong_prefix
from crmcore.plugging.isolation import Failure, Refused, apart
from crmcore.plugging.requirements import normal_name, unmet

Status = Literal["active", "disabled", "failed", "incompatible", "conflict"]

_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
_PLUGIN_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")


@frozen
class PluginRecord:
    """What became of one plugin; ``reason`` says why it is not active, ``traceback`` has the details.

    ``module`` is known even of a plugin that was not imported, ``file`` only of one that was.
    """

    name: str
    distribution: str = ""
    version: str = ""
    status: Status = "active"
    reason: str = ""
    traceback: str = attrs.field(default="", repr=False)
    module: str = ""
    file: str = ""


def _new_manager() -> PluginManager:
    manager = PluginManager(CORE)
    manager.add_hookspecs(hookspecs)
    return manager


@frozen
class Plugins:
    """All plugins that were found, in their order, with what the active ones contribute.

    ``notes`` are sentences for people about requests that could not be met.
    """

    records: tuple[PluginRecord, ...] = ()
    contributions: tuple[Contribution, ...] = attrs.field(default=(), repr=False)
    notes: tuple[str, ...] = ()
    _manager: PluginManager = attrs.field(factory=_new_manager, eq=False, repr=False)

    @property
    def active(self) -> tuple[str, ...]:
        """The names of the plugins that work, in their order."""
        return tuple(record.name for record in self.records if record.status == "active")

    def record(self, name: str) -> PluginRecord:
        """Return what became of a plugin; raises `UnknownName`."""
        for record in self.records:
            if record.name == name:
                return record
        raise UnknownName("plugin", name, (record.name for record in self.records))

    def set_aside(self, name: str, status: Status, reason: str, traceback: str = "") -> "Plugins":
        """Return the plugins with an active one taken out, its contributions and events included."""
        records = tuple(
            attrs.evolve(record, status=status, reason=reason, traceback=traceback)
            if record.name == name and record.status == "active"
            else record
            for record in self.records
        )
        kept = tuple(item for item in self.contributions if item.plugin != name)
        return attrs.evolve(self, records=records, contributions=kept)

    def listeners(self, event: str) -> tuple[str, ...]:
        """Return the names of the active plugins that listen to an event, in their order."""
        return tuple(name for name in self.active if any(_implementations(self._manager, event, name)))

    def tell(self, plugin: str, event: str, **facts: Any) -> Failure | None:
        """Tell one plugin of an event; return what it raised, or None."""
        for implementation in _implementations(self._manager, event, plugin):
            answer = apart(partial(implementation.function, *(facts[name] for name in implementation.argnames)))
            if isinstance(answer, Failure):
                return answer
        return None


def _implementations(manager: PluginManager, hook: str, plugin: str) -> Iterator[HookImpl]:
    return (found for found in getattr(manager.hook, hook).get_hookimpls() if found.plugin_name == plugin)


def load_plugins(
    *,
    disabled: Mapping[str, str] = _NOTHING,
    local: Sequence[Path] = (),
    only: Sequence[str | ModuleType] | None = None,
) -> Plugins:
    """Find, import and ask all plugins; what is wrong with one of them stands in its record.

    ``disabled`` maps names to where that was asked for; those are not imported. ``local`` are one-file plugins.
    ``only`` limits the search to these names; a module in it is a plugin as it is (``crm_northwind`` is called
    northwind), and with modules alone nothing is searched. Raises `UnknownName` where ``only`` names no plugin.
    """
    candidates = _candidates(local, only)
    manager = _new_manager()
    records: list[PluginRecord] = []
    contributions: list[Contribution] = []
    for _, named in groupby(in_order(candidates), key=lambda candidate: candidate.name):
        same = tuple(named)
        for candidate in same:
            record, found = _load(candidate, _obstacle(candidate, same, disabled), manager)
            records.append(record)
            contributions += found
    unknown = _unknown_disabled(disabled, candidates) if only is None else ()
    return Plugins(tuple(records), tuple(contributions), (*unknown, *_idle(records, manager)), manager)


def _candidates(local: Sequence[Path], only: Sequence[str | ModuleType] | None) -> tuple[Candidate, ...]:
    files = tuple(Candidate(path.stem, path) for path in local)
    if only is None:
        return (*installed(), *files)
    names = [name for name in only if isinstance(name, str)]
    found = (*installed(), *files) if names else ()
    known = {candidate.name for candidate in found}
    for name in names:
        if name not in known:
            raise UnknownName("plugin", name, known)
    modules = (module for module in only if isinstance(module, ModuleType))
    given = (Candidate(module.__name__.rpartition(".")[2].removeprefix("crm_"), module) for module in modules)
    return (*(candidate for candidate in found if candidate.name in names), *given)


def in_order(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """Return plugins in the order in which they are asked: required ones first, then by name; local files last.

    Where distributions require each other in a circle, the first by name starts.
    """
    waiting = sorted(candidates, key=lambda one: (isinstance(one.source, Path), one.name, str(one)))
    needed = {one: required_names(one.requires) - {normal_name(one.distribution)} for one in waiting}
    ordered: list[Candidate] = []
    while waiting:
        missing = {normal_name(one.distribution) for one in waiting if one.distribution}
        chosen = next((one for one in waiting if not needed[one] & missing), waiting[0])
        ordered += [one for one in waiting if one.name == chosen.name]
        waiting = [one for one in waiting if one.name != chosen.name]
    return tuple(ordered)


def _obstacle(
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


def _load(
    candidate: Candidate, obstacle: tuple[Status, str] | None, manager: PluginManager
) -> tuple[PluginRecord, tuple[Contribution, ...]]:
    record = PluginRecord(candidate.name, candidate.distribution, candidate.version, module=candidate.module)
    if isinstance(candidate.source, Path):
        record = attrs.evolve(record, file=str(candidate.source))
    if obstacle:
        return attrs.evolve(record, status=obstacle[0], reason=obstacle[1]), ()
    module = apart(partial(_import, candidate))
    if isinstance(module, Failure):
        return attrs.evolve(record, status="failed", reason=module.reason, traceback=module.traceback), ()
    said = vars(module)  # never getattr, which may run the plugin's code
    version = record.version or str(said.get("__version__", ""))
    record = attrs.evolve(record, version=version, file=str(said.get("__file__") or record.file))
    found = apart(partial(_ask, record, module, manager))
    if isinstance(found, Failure):
        if manager.has_plugin(record.name):
            manager.unregister(name=record.name)
        return attrs.evolve(record, status="failed", reason=found.reason, traceback=found.traceback), ()
    return record, found


class _SourceOnly(SourceFileLoader):
    """Leaves no compiled files beside the company's data."""

    def path_stats(self, path: str) -> NoReturn:
        raise OSError(f"{path} is compiled anew each time")


def _import(candidate: Candidate) -> ModuleType:
    source = candidate.source
    if isinstance(source, ModuleType):
        return source
    if isinstance(source, str):
        return importlib.import_module(source)
    if not source.is_file():
        raise Refused(f"there is no file {source}")
    name = candidate.module
    spec = spec_from_file_location(name, source, loader=_SourceOnly(name, str(source)))
    if spec is None or spec.loader is None:
        raise Refused(f"{source} is no Python file")
    module = sys.modules[name] = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _ask(record: PluginRecord, module: ModuleType, manager: PluginManager) -> tuple[Contribution, ...]:
    """Register a module and return what its contribution hooks return; raises whatever is wrong with it."""
    if problems := check_module(module):
        raise Refused("\n".join(problems))
    manager.register(module, record.name)
    found: list[Contribution] = []
    for hook in HOOK_OF.values():
        for implementation in _implementations(manager, hook, record.name):
            place = place_of_function(implementation.function) or Place(record.file)
            for value in checked_values(hook, implementation.function(), str(place)):
                stands = place_of(value, place)
                found.append(Contribution(record.name, record.version, stands.file, stands.line, value))
    if wrong := [text for text in (wrong_prefix(item, record.name) for item in found) if text]:
        raise Refused("\n".join(wrong))
    return tuple(found)


def _unknown_disabled(disabled: Mapping[str, str], candidates: Iterable[Candidate]) -> tuple[str, ...]:
    known = {candidate.name for candidate in candidates}
    return tuple(
        f"{origin} disables {name!r}: {UnknownName('plugin', name, known).message}"
        for name, origin in sorted(disabled.items())
        if name not in known
    )


def _idle(records: Iterable[PluginRecord], manager: PluginManager) -> Iterator[str]:
    for record in records:
        module = manager.get_plugin(record.name)
        if record.status == "active" and not manager.get_hookcallers(module):
            yield f"the plugin {record.name!r} has no hooks, so it adds nothing by itself"
