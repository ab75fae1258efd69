"""Whether the code of each plugin fits the data that a store holds of it; where it does not, the plugin stays out."""

from collections.abc import Container, Mapping

from attrs import frozen

from crmcore.errors import CrmError
from crmcore.plugging.catalogue import Catalogue
from crmcore.plugging.dependents import dependents
from crmcore.plugging.plugins import Plugins
from crmcore.store import Reader
from crmcore.work.plugin_marks import PluginMark, declared_marks, marks_in


@frozen
class Mismatch:
    """A plugin whose data has another schema number than its code."""

    stored: PluginMark
    code: PluginMark

    @property
    def is_newer(self) -> bool:
        """Whether the data was written by newer code."""
        return self.stored.schema > self.code.schema

    @property
    def reason(self) -> str:
        """What is wrong, in one sentence."""
        version = f"version {self.code.version}" if self.code.version else "the one that is installed"
        if self.is_newer:
            return (
                f"its data here has schema {self.stored.schema}, and {version} knows schemas up to {self.code.schema}"
            )
        return f"its data here has schema {self.stored.schema}, and {version} needs schema {self.code.schema}"

    @property
    def todo(self) -> str:
        """What to do about it."""
        if not self.is_newer:
            return f"Look with `crm plugin migrate {self.code.name} --dry-run`, then run it without --dry-run."
        wrote = (
            f" {self.stored.version} or newer" if self.stored.version else " again in the version that wrote the data"
        )
        return f"Install {self.stored.distribution or self.code.name}{wrote}, or restore a backup from before."


def mismatches(catalogue: Catalogue, marks: Mapping[str, PluginMark]) -> tuple[Mismatch, ...]:
    """Return every active plugin that does not fit its data, in the order of plugins."""
    found = (Mismatch(marks[code.name], code) for code in declared_marks(catalogue) if code.name in marks)
    return tuple(each for each in found if each.stored.schema != each.code.schema)


def check_schemas(reader: Reader, catalogue: Catalogue) -> None:
    """Raise `CrmError` if an active plugin would write data of another schema than the store holds of it."""
    found = mismatches(catalogue, marks_in(reader))
    if found:
        wrong = (f"the plugin {each.code.name!r} cannot write: {each.reason}" for each in found)
        raise CrmError("\n".join(wrong), todo="\n".join(each.todo for each in found))


def fitting(catalogue: Catalogue, marks: Mapping[str, PluginMark], keeping: Container[str] = ()) -> Plugins:
    """Return the plugins without those that do not fit their data, and without those that use something of them.

    Plugins in ``keeping`` stay although their data is older: it is about to be migrated.
    """
    plugins = catalogue.plugins
    for each in mismatches(catalogue, marks):
        if each.code.name in keeping and not each.is_newer:
            continue
        plugins = plugins.set_aside(each.code.name, "incompatible", f"{each.reason}. {each.todo}")
        plugins = without_dependents(plugins, catalogue, each.code.name)
    return plugins


def without_dependents(plugins: Plugins, catalogue: Catalogue, name: str) -> Plugins:
    """Return the plugins without those that use something of the plugin ``name``, nor those that use them."""
    pending = [name]
    while pending:
        lost = pending.pop()
        for each in dependents(catalogue, lost):
            other = each.item.plugin
            if other in plugins.active:
                why = f"{each.item.name} uses {', '.join(each.uses)} of the plugin {lost!r}, which takes no part here"
                plugins = plugins.set_aside(other, "incompatible", why)
                pending.append(other)
    return plugins
