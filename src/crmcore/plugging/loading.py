"""Loading plugins: in a fixed order and each on its own, so that one broken plugin never stops the CRM."""

import importlib
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Final, NoReturn

import attrs
from pluggy import PluginManager

from crmcore.attributes import is_line
from crmcore.deprecations import Use, uses_in, watched
from crmcore.grammar.declare import Place
from crmcore.plugging.contributions import HOOK_OF, Contribution, joined, place_of, place_of_function
from crmcore.plugging.costs import measured
from crmcore.plugging.distributions import Candidate, missing_distributions
from crmcore.plugging.finding import candidates, in_order, unknown_disabled
from crmcore.plugging.hookcheck import check_module, checked_values, wrong_prefix
from crmcore.plugging.isolation import Failure, Refused, apart
from crmcore.plugging.obstacles import Obstacles
from crmcore.plugging.plugins import PluginRecord, Plugins, implementations, new_manager
from crmcore.plugging.shapes import malformed
from crmcore.plugging.surroundings import Diverted, surroundings

_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


def load_plugins(
    *,
    disabled: Mapping[str, str] = _NOTHING,
    local: Sequence[Path] = (),
    only: Sequence[str | ModuleType | Candidate] | None = None,
    known: Plugins | None = None,
) -> Plugins:
    """Find, import and ask all plugins; what is wrong with one of them stands in its record.

    ``disabled`` maps names to where that was asked for; those are not imported. ``local`` are one-file plugins.
    ``only`` limits the search to these names; a module in it is a plugin as it is (``crm_northwind`` is called
    northwind), a candidate is one that need not be installed; without names nothing is searched. What ``known`` has
    loaded is neither imported nor asked again. Raises `UnknownName` where ``only`` names no plugin.
    """
    found = candidates(local, only)
    manager, obstacles = new_manager(), Obstacles(found, disabled)
    records: list[PluginRecord] = []
    contributions: list[Contribution] = []
    for candidate in in_order(found):
        record = _record(candidate, obstacles.needs[candidate])
        if obstacle := obstacles.before(candidate, records):
            records.append(attrs.evolve(record, status=obstacle[0], reason=obstacle[1]))
            continue
        again = known is not None and candidate.name in known.loaded
        with watched() as uses:
            record, made = (
                known.again(candidate.name, manager) if known and again else _load(candidate, record, manager)
            )
        records.append(_with_uses(record, uses, earlier=not isinstance(candidate.source, Path)))
        contributions += made
    unknown = unknown_disabled(disabled, found) if only is None else ()
    return Plugins(tuple(records), tuple(contributions), (*unknown, *_idle(records, manager)), manager)


def _with_uses(record: PluginRecord, uses: Iterable[Use], *, earlier: bool) -> PluginRecord:
    """Return a record with every use of what is going away; ``earlier`` if somebody may have imported it before."""
    before = uses_in(record.file) if earlier and record.file else ()
    found = dict.fromkeys((*record.deprecated, *map(str, before), *map(str, uses)))
    return attrs.evolve(record, deprecated=tuple(found))


def _record(candidate: Candidate, needs: tuple[str, ...]) -> PluginRecord:
    file = str(candidate.source) if isinstance(candidate.source, Path) else ""
    name, distribution, version = candidate.name, candidate.distribution, candidate.version
    return PluginRecord(name, distribution, version, module=candidate.module, file=file, needs=needs)


def _load(
    candidate: Candidate, record: PluginRecord, manager: PluginManager
) -> tuple[PluginRecord, tuple[Contribution, ...]]:
    """Import one plugin and ask it; whatever it does meanwhile that it should not is put back and said."""
    restored, output = surroundings(), Diverted()
    with measured() as cost:
        record, found = _asked(candidate, record, manager, output)
    record = attrs.evolve(record, seconds=cost.seconds, modules=cost.modules)
    printed = ("it printed to standard output while it was loaded; that went to standard error",)
    return attrs.evolve(record, warnings=(*restored(), *(printed if output.was_used else ()))), found


def _asked(
    candidate: Candidate, record: PluginRecord, manager: PluginManager, output: Diverted
) -> tuple[PluginRecord, tuple[Contribution, ...]]:
    module = apart(partial(_import, candidate), output)
    if isinstance(module, Failure):
        hint = missing_distributions(candidate) if module.reason.startswith("ModuleNotFoundError") else ""
        return attrs.evolve(record, status="failed", reason=module.reason + hint, traceback=module.traceback), ()
    version, file = (_said(module, name) for name in ("__version__", "__file__"))
    record = attrs.evolve(record, version=record.version or version, file=file or record.file)
    found = apart(partial(_ask, record, module, manager), output)
    if isinstance(found, Failure):
        if manager.has_plugin(record.name):
            manager.unregister(name=record.name)
        reason = found.stands_in(record.file)
        return attrs.evolve(record, status="failed", reason=reason, traceback=found.traceback), ()
    return record, found


def _said(module: ModuleType, name: str) -> str:
    said = vars(module).get(name)  # never getattr, which may run the plugin's code
    return said if isinstance(said, str) and is_line(said) else ""


class _SourceOnly(SourceFileLoader):
    """Leaves no compiled files beside the company's data."""

    def path_stats(self, path: str) -> NoReturn:
        raise OSError(f"{path} is compiled anew each time")


def _import(candidate: Candidate) -> ModuleType:
    source = candidate.source
    if isinstance(source, ModuleType):
        return source
    if isinstance(source, str):
        found = importlib.import_module(source)
        if not isinstance(found, ModuleType):
            raise Refused(f"the module {source!r} put {found!r:.60} in its own place; a plugin is a module")
        return found
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
        sys.modules.pop(name, None)
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
    wrong = [text for item in found for text in (*malformed(item), wrong_prefix(item, record.name)) if text]
    if wrong:
        raise Refused("\n".join(wrong))
    return tuple(part for item in found for part in _parts(item))


def _parts(item: Contribution) -> Iterator[Contribution]:
    """Yield what a contribution adds under names of its own."""
    for value in joined(item.value):
        stands = place_of(value, Place(item.file, item.line))
        yield attrs.evolve(item, value=value, file=stands.file, line=stands.line)


def _idle(records: Iterable[PluginRecord], manager: PluginManager) -> Iterator[str]:
    for record in records:
        module = manager.get_plugin(record.name)
        if record.status == "active" and not manager.get_hookcallers(module):
            yield f"the plugin {record.name!r} has no hooks, so it adds nothing by itself"
