"""What the hooks of a trial's plugins were told, and what they returned."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from types import ModuleType
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from crmcore.errors import UnknownName
from crmcore.plugging.contributions import HOOK_OF
from crmcore.plugging.hookcheck import HOOKS

if TYPE_CHECKING:
    from crmcore.plugging.isolation import Failure
    from crmcore.plugging.plugins import Plugins


@frozen
class Call:
    """One call of a hook: of which plugin's, what it was told (by name), and what it returned.

    An event returns nothing; ``failure`` says in one line what it raised, if it did.
    """

    hook: str
    plugin: str
    told: Mapping[str, Any] = field(factory=dict)
    returned: Any = None
    failure: str = ""


class Recorder:
    """Stands before the plugins of a trial and keeps what passes; everything else it leaves to them."""

    def __init__(self, plugins: "Plugins", calls: list[Call]) -> None:
        """Listen to what ``plugins`` are told, and add it to ``calls``."""
        self._plugins = plugins
        self._calls = calls

    def __getattr__(self, name: str) -> Any:
        return getattr(self._plugins, name)

    def tell(self, plugin: str, event: str, **facts: Any) -> "Failure | None":
        """Tell a plugin of an event, and keep it."""
        failure = self._plugins.tell(plugin, event, **facts)
        self._calls.append(Call(event, plugin, facts, failure=failure.reason if failure else ""))
        return failure


def contributed(plugins: "Plugins", modules: Iterable[ModuleType]) -> Iterator[Call]:
    """Yield the calls of contribution hooks, which are all made when a company is opened."""
    given = {module.__name__: module for module in modules}
    for record in plugins.records:
        module = given.get(record.module) or sys.modules.get(record.module)
        own = [one for one in plugins.contributions if one.plugin == record.name]
        for kind, hook in HOOK_OF.items():
            if module is not None and hook in vars(module):
                yield Call(hook, record.name, {}, tuple(one.value for one in own if one.kind == kind))


def known_hook(name: str) -> str:
    """Return the name of a hook; raises `UnknownName` if there is none."""
    if name not in HOOKS:
        raise UnknownName("hook", name, HOOKS)
    return name
