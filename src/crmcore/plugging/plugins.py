"""What became of the plugins, and what the ones that work contribute and listen to."""

from collections.abc import Iterator
from functools import partial
from typing import Any, Literal

import attrs
from attrs import frozen
from pluggy import HookImpl, PluginManager

from crmcore import hookspecs
from crmcore.errors import UnknownName
from crmcore.plugging.contributions import CORE, Contribution
from crmcore.plugging.isolation import Failure, apart

Status = Literal["active", "disabled", "failed", "incompatible", "conflict"]


@frozen
class PluginRecord:
    """What became of one plugin; ``reason`` says why it is not active, ``traceback`` has the details.

    ``module`` is known even of a plugin that was not imported, ``file`` only of one that was. ``deprecated`` names each
    use of something that is going away, with file and line, ``needs`` the plugins without which it cannot work, and
    ``warnings`` what it does that it should not. ``seconds`` and new ``modules`` are what loading it took.
    """

    name: str
    distribution: str = ""
    version: str = ""
    status: Status = "active"
    reason: str = ""
    traceback: str = attrs.field(default="", repr=False)
    module: str = ""
    file: str = ""
    needs: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    deprecated: tuple[str, ...] = ()
    seconds: float = attrs.field(default=0.0, eq=False)
    modules: int = attrs.field(default=0, eq=False)


def new_manager() -> PluginManager:
    """Return a manager that knows our hooks, and no plugin."""
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
    _manager: PluginManager = attrs.field(factory=new_manager, eq=False, repr=False)

    @property
    def active(self) -> tuple[str, ...]:
        """The names of the plugins that work, in their order."""
        return tuple(record.name for record in self.records if record.status == "active")

    @property
    def loaded(self) -> frozenset[str]:
        """The names of the active plugins that were imported; of all of them, unless only some were asked for."""
        return frozenset(name for name in self.active if self._manager.has_plugin(name))

    def record(self, name: str) -> PluginRecord:
        """Return what became of a plugin; raises `UnknownName`."""
        for record in self.records:
            if record.name == name:
                return record
        raise UnknownName("plugin", name, (record.name for record in self.records))

    def again(self, name: str, manager: PluginManager) -> tuple[PluginRecord, tuple[Contribution, ...]]:
        """Register a loaded plugin with another manager; return its record and what it contributes."""
        manager.register(self._manager.get_plugin(name), name)
        return self.record(name), tuple(item for item in self.contributions if item.plugin == name)

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
        return tuple(name for name in self.active if any(implementations(self._manager, event, name)))

    def tell(self, plugin: str, event: str, **facts: Any) -> Failure | None:
        """Tell one plugin of an event; return what it raised, or None."""
        for implementation in implementations(self._manager, event, plugin):
            answer = apart(partial(implementation.function, *(facts[name] for name in implementation.argnames)))
            if isinstance(answer, Failure):
                return answer
        return None


def implementations(manager: PluginManager, hook: str, plugin: str) -> Iterator[HookImpl]:
    """Yield how one plugin implements a hook."""
    return (found for found in getattr(manager.hook, hook).get_hookimpls() if found.plugin_name == plugin)
