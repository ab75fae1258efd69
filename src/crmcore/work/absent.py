"""Plugins that take no part: what the store holds of them, and why it cannot be changed or shown now."""

from collections.abc import Container, Iterator, Mapping
from typing import Any, Final

import attrs
from attrs import frozen

from crmcore.entities import Record, type_of
from crmcore.errors import Problem
from crmcore.grammar.declare import Field
from crmcore.plugging.plugins import Plugins
from crmcore.storage.codec_slots import FIELDS
from crmcore.store import Document, Reader
from crmcore.work.plugin_marks import PluginMark, Reference, marks_in, references_of

NOT_INSTALLED: Final = "not installed"


@frozen
class Missing:
    """A plugin without which something is left out: its state, and the kinds of things that are."""

    plugin: str
    status: str
    kinds: tuple[str, ...] = ()


@frozen
class Absent:
    """What became of the plugins, and what the store remembers of each."""

    plugins: Plugins
    marks: Mapping[str, PluginMark] = attrs.field(factory=dict)

    def status(self, plugin: str) -> str:
        """Return the state of a plugin: active, disabled, failed, incompatible, conflict or not installed."""
        found = [record.status for record in self.plugins.records if record.name == plugin]
        return found[0] if found else NOT_INSTALLED

    def owner(self, kind: str, name: str) -> str:
        """Return the plugin that takes no part and to which a record type or field belongs; empty if there is none."""
        marked = (
            mark.name for mark in self.marks.values() if name in (mark.records if kind == "record" else mark.fields)
        )
        owner = next(marked, name.partition(".")[0] if "." in name else "")
        known = owner in self.marks or any(record.name == owner for record in self.plugins.records)
        return owner if known and self.status(owner) != "active" else ""

    def why(self, plugin: str) -> str:
        """Return that a plugin takes no part, and why."""
        status = self.status(plugin)
        if status == NOT_INSTALLED:
            return f"the plugin {plugin!r} is not installed"
        reason = next(record.reason for record in self.plugins.records if record.name == plugin)
        return f"the plugin {plugin!r} is not active ({status}: {reason.strip().partition(chr(10))[0]})"

    def refusal(self, kind: str, name: str) -> str:
        """Return why nothing called so can be changed; empty if no absent plugin owns it."""
        owner = self.owner(kind, name)
        if not owner:
            return ""
        return f"cannot be changed, since {self.why(owner)}; what is stored of it is kept: {self.way_out(owner)}"

    def way_out(self, plugin: str) -> str:
        """Return what to do so that a plugin takes part."""
        if self.status(plugin) != NOT_INSTALLED:
            return f"see `crm plugin show {plugin}`"
        mark = self.marks.get(plugin)
        return f"install {mark.distribution} again" if mark and mark.distribution else "install it again"

    def references(self, known: Container[str]) -> Iterator[Reference]:
        """Yield the references of record types that are not ``known``, as their marks remember them."""
        for mark in self.marks.values():
            yield from (each for each in references_of(mark) if each[0] not in known)

    def missing(self) -> tuple[Missing, ...]:
        """Return the plugins of which something is, or may be, left out; by name."""
        broken = {record.name for record in self.plugins.records if record.status not in {"active", "disabled"}}
        found = []
        for name in sorted({*broken, *self.marks}):
            status, mark = self.status(name), self.marks.get(name, PluginMark(name))
            kinds = tuple(kind for kind in ("schemes", "fields", "records") if getattr(mark, kind))
            if status != "active" and (kinds or name in broken):
                found.append(Missing(name, status, kinds))
        return tuple(found)


def absent_in(reader: Reader, plugins: Plugins) -> Absent:
    """Return what a store knows of the plugins that take no part."""
    return Absent(plugins, marks_in(reader))


@frozen(eq=False)
class Guard:
    """Lets nobody change what belongs to a plugin that takes no part; ``fields`` are all that are declared.

    What is carried along as it was is fine: that is how data outlives the code that it belongs to.
    """

    absent: Absent
    fields: tuple[Field, ...] = ()
    _known: dict[type[Record], tuple[str, frozenset[str]]] = attrs.field(factory=dict, init=False)

    def problems(self, record: Record, before: Document | None) -> Iterator[Problem]:
        """Yield what was changed although nobody who takes part declares it."""
        record_class = type(record)
        if record_class not in self._known:
            refusal = self.absent.refusal("record", type_of(record_class).name)
            self._known[record_class] = refusal, frozenset(self._open(record_class))
        refusal, own = self._known[record_class]
        if refusal:
            yield Problem(refusal)
        stored = _foreign(before, record_class) if before else {}
        for name in sorted({*record.fields, *stored} - own):
            if record.fields.get(name) != stored.get(name):
                yield Problem(self.absent.refusal("field", name) or _unknown(name), column=name)

    def _open(self, record_class: type[Record]) -> Iterator[str]:
        for one in self.fields:
            if one.on is record_class and not self.absent.owner("field", one.name):
                yield one.name


def _foreign(document: Document, record_class: type[Record]) -> dict[str, Any]:
    columns = attrs.fields_dict(record_class)
    bare = {name: value for name, value in document.items() if name not in columns}
    return {**bare, **document.get(FIELDS, {})}


def _unknown(name: str) -> str:
    what = "field" if "." in name else "column"
    return f"no installed code declares this {what}, so it cannot be changed; leave it as it is"
