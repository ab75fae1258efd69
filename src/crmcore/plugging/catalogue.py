"""The catalogue: everything that the core and the active plugins contribute, by kind and name."""

from collections.abc import Iterable, Mapping
from functools import cached_property, partial
from types import MappingProxyType
from typing import Any, Final

import attrs
from attrs import frozen

from crmcore.entities import Record, type_of
from crmcore.errors import UnknownName
from crmcore.grammar.declare import Field, Metric, Scheme, Setting
from crmcore.grammar.playbooks import Playbook
from crmcore.hookspecs import EngineKind, StoreKind
from crmcore.kinds import Kind
from crmcore.plugging.contributions import CORE, Contribution
from crmcore.plugging.core_settings import SHARED
from crmcore.plugging.isolation import Failure, apart
from crmcore.plugging.obstacles import without_needed
from crmcore.plugging.plugins import Plugins
from crmcore.plugging.reach import declared_in
from crmcore.plugging.registry import Entry, core_entries, entries_of, merged
from crmcore.view import Report, View

__all__ = ["Catalogue", "Contribution", "build_catalogue"]

_NOTHING: Final[Mapping[str, Iterable[str]]] = MappingProxyType({})


@frozen
class Catalogue:
    """Everything that can be asked for, with its owner; ``plugins`` says what became of each plugin."""

    contributions: tuple[Contribution, ...]
    plugins: Plugins
    _index: Mapping[tuple[str, str], Contribution] = attrs.field(
        default=attrs.Factory(lambda self: {(one.kind, one.name): one for one in self.contributions}, takes_self=True),
        init=False,
        eq=False,
        repr=False,
    )

    def names(self, kind: str) -> tuple[str, ...]:
        """Return the names of one kind (record, field, metric, ...), sorted."""
        return self._names.get(kind, ())

    @cached_property
    def _names(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for kind, name in self._index:
            found.setdefault(kind, []).append(name)
        return {kind: tuple(sorted(names)) for kind, names in found.items()}

    def values(self, kind: str) -> tuple[Any, ...]:
        """Return everything of one kind, sorted by name."""
        return tuple(self._index[kind, name].value for name in self.names(kind))

    def owner(self, kind: str, name: str) -> Contribution:
        """Return who contributes something, and where; raises `UnknownName` with a hint, as all lookups do."""
        found = self._index.get((kind, name))
        if found is None:
            raise UnknownName(kind, name, self.names(kind), todo=self._hint(kind, name))
        return found

    @cached_property
    def by_plugin(self) -> Mapping[str, Mapping[str, tuple[Contribution, ...]]]:
        """What each plugin contributes, by kind; asked for with every commit, so that it is sorted out once."""
        found: dict[str, dict[str, tuple[Contribution, ...]]] = {}
        for (kind, _), one in self._index.items():
            owned = found.setdefault(one.plugin, {})
            owned[kind] = (*owned.get(kind, ()), one)
        return found

    @cached_property
    def rule_settings(self) -> frozenset[str]:
        """The names of the settings that a rule of anybody reaches, or the core's fitting: their values are the store's."""
        declared = (one.value for one in self.contributions if one.kind != "setting")
        reached = {part.name for part in declared_in(declared) if isinstance(part, Setting)}
        return frozenset(reached | SHARED)

    def record(self, name: str) -> type[Record]:
        """Return a record class."""
        found: type[Record] = self.owner("record", name).value
        return found

    def field(self, name: str) -> Field:
        """Return a field."""
        found: Field = self.owner("field", name).value
        return found

    def metric(self, name: str) -> Metric:
        """Return a metric."""
        found: Metric = self.owner("metric", name).value
        return found

    def setting(self, name: str) -> Setting:
        """Return a setting."""
        found: Setting = self.owner("setting", name).value
        return found

    def scheme(self, name: str) -> Scheme:
        """Return a scheme."""
        found: Scheme = self.owner("scheme", name).value
        return found

    def playbook(self, name: str) -> Playbook:
        """Return a playbook."""
        found: Playbook = self.owner("playbook", name).value
        return found

    def view(self, name: str) -> View:
        """Return a view."""
        found: View = self.owner("view", name).value
        return found

    def report(self, name: str) -> Report:
        """Return a report."""
        found: Report = self.owner("report", name).value
        return found

    def store(self, scheme: str) -> StoreKind:
        """Return the kind of store that opens URLs of this scheme."""
        found: StoreKind = self.owner("store", scheme).value
        return found

    def engine(self, name: str) -> EngineKind:
        """Return a kind of engine."""
        found: EngineKind = self.owner("engine", name).value
        return found

    def fields_on(self, record_class: type[Record]) -> tuple[Field, ...]:
        """Return the fields that plugins add to a record type, sorted by name."""
        return tuple(field for field in self.values("field") if field.on is record_class)

    def column_kinds(self, record_class: type[Record]) -> Mapping[str, Kind]:
        """Return the kind of each column and field of a record type, by name."""
        columns = {column.name: column.kind for column in type_of(record_class).columns}
        return columns | {field.name: field.result_kind() for field in self.fields_on(record_class)}

    def _hint(self, kind: str, name: str) -> str:
        others = [found for found, known in self._index if known == name]
        if others:
            return f"{name!r} is a {others[0]}."
        full = [known for known in self.names(kind) if known.partition(".")[2] == name]
        if full:
            return f"Give the full name: {' or '.join(full)}."
        prefix = name.partition(".")[0]
        for record in self.plugins.records:
            if record.name == prefix and record.status != "active":
                return f"The plugin {prefix!r} is not active ({record.status}): {record.reason}"
        return ""


def build_catalogue(plugins: Plugins, *, reserved: Mapping[str, Iterable[str]] = _NOTHING) -> Catalogue:
    """Return everything under its name; plugins that clash with others are set aside, with the reason in their record.

    ``reserved`` are names that belong to the core, by kind: ``{"command": ["import"], "store": ["tinydb"]}``.
    """
    entries: dict[str, tuple[Entry, ...]] = {CORE: core_entries()}
    for name in plugins.active:
        found = apart(partial(entries_of, plugins.record(name), plugins))
        if isinstance(found, Failure):
            reason = found.stands_in(plugins.record(name).file)
            plugins = plugins.set_aside(name, "failed", reason, found.traceback)
        else:
            entries[name] = found
    ranks = {name: rank for rank, name in enumerate(entries)}
    while True:
        plugins = without_needed(plugins)
        working = (one for name, found in entries.items() if name in {CORE, *plugins.active} for one in found)
        contributions, clashes = merged(working, ranks, reserved)
        if not clashes:
            return Catalogue(contributions, plugins)
        first = clashes[0]
        reasons = (clash.reason for clash in clashes if clash.loser == first.loser)
        plugins = plugins.set_aside(first.loser, first.status, "\n".join(dict.fromkeys(reasons)))
