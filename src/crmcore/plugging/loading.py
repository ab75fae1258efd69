"""Loading plugins: in a fixed order and each on its own, so that one broken plugin never stops the CRM."""

import importlib
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_file_location
from itertools import groupby
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Final, NoReturn

import attrs
from pluggy import PluginManager

from crmcore.grammar.declare import Place
from crmcore.plugging.contributions import HOOK_OF, Contribution, place_of, place_of_function
from crmcore.plugging.distributions import Candidate
from crmcore.plugging.finding import candidates, in_order, unknown_disabled
from crmcore.plugging.hookcheck import check_module, checked_values, wrong_prefix
from crmcore.plugging.isolation import Failure, Refused, apart
from crmcore.plugging.obstacles import obstacle
from crmcore.plugging.plugins import PluginRecord, Plugins, Status, implementations, new_manager

_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


def load_plugins(
    *,
    disabled: Mapping[str, str] = _NOTHING,
    local: Sequence[Path] = (),
    only: Sequence[str | ModuleType | Candidate] | None = None,
) -> Plugins:
    """Find, import and ask all plugins; what is wrong with one of them stands in its record.

    ``disabled`` maps names to where that was asked for; those are not imported. ``local`` are one-file plugins.
    ``only`` limits the search to these names; a module in it is a plugin as it is (``crm_northwind`` is called
    northwind), a candidate is one that need not be installed; without names nothing is searched. Raises `UnknownName` where ``only`` names no plugin.
    """
    found = candidates(local, only)
    manager = new_manager()
    records: list[PluginRecord] = []
    contributions: list[Contribution] = []
    for _, named in groupby(in_order(found), key=lambda candidate: candidate.name):
        same = tuple(named)
        for candidate in same:
            record, made = _load(candidate, obstacle(candidate, same, disabled), manager)
            records.append(record)
            contributions += made
    unknown = unknown_disabled(disabled, found) if only is None else ()
    return Plugins(tuple(records), tuple(contributions), (*unknown, *_idle(records, manager)), manager)


def _load(
    candidate: Candidate, in_the_way: tuple[Status, str] | None, manager: PluginManager
) -> tuple[PluginRecord, tuple[Contribution, ...]]:
    record = PluginRecord(candidate.name, candidate.distribution, candidate.version, module=candidate.module)
    if isinstance(candidate.source, Path):
        record = attrs.evolve(record, file=str(candidate.source))
    if in_the_way:
        return attrs.evolve(record, status=in_the_way[0], reason=in_the_way[1]), ()
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
        for implementation in implementations(manager, hook, record.name):
            place = place_of_function(implementation.function) or Place(record.file)
            for value in checked_values(hook, implementation.function(), str(place)):
                stands = place_of(value, place)
                found.append(Contribution(record.name, record.version, stands.file, stands.line, value))
    if wrong := [text for text in (wrong_prefix(item, record.name) for item in found) if text]:
        raise Refused("\n".join(wrong))
    return tuple(found)


def _idle(records: Iterable[PluginRecord], manager: PluginManager) -> Iterator[str]:
    for record in records:
        module = manager.get_plugin(record.name)
        if record.status == "active" and not manager.get_hookcallers(module):
            yield f"the plugin {record.name!r} has no hooks, so it adds nothing by itself"
