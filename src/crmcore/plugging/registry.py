"""One rule for every kind of contribution: a name belongs to one plugin and means one thing."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from attrs import frozen

from crmcore import __version__
from crmcore.entities import Record
from crmcore.errors import NameConflict
from crmcore.grammar.declare import Place, Setting
from crmcore.grammar.expr import Term
from crmcore.grammar.migrations import gap_in
from crmcore.plugging.contributions import CORE, PREFIXED, Contribution, place_of
from crmcore.plugging.core_settings import SETTINGS
from crmcore.plugging.hookcheck import wrong_prefix
from crmcore.plugging.isolation import Refused, apart
from crmcore.plugging.plugins import PluginRecord, Plugins, Status
from crmcore.plugging.reach import circle_in, declared_in
from crmcore.records import CORE_RECORDS

_SPACE: Final[Mapping[str, str]] = MappingProxyType(
    {"field": "value", "metric": "value", "scheme": "value", "setting": "value", "record": "word", "command": "word"}
)
"""Kinds that share one namespace: what can stand in a rule, and what can follow ``crm`` on the command line."""

_JOINED: Final = "joined command"
"""The namespace of groups whose commands stand among those of a record type of the same plugin."""


@frozen
class Entry:
    """A contribution and the plugin ``via`` which it came; ``direct`` if one of its hooks returned it."""

    item: Contribution
    via: PluginRecord
    direct: bool = False

    def __str__(self) -> str:
        return f"{self.via.name} {self.via.version}".rstrip() + f" ({self.item.place})"


@frozen
class Clash:
    """A plugin that has to be set aside, and why."""

    loser: str
    status: Status
    reason: str


def core_entries() -> tuple[Entry, ...]:
    """Return the record types and settings of the core."""
    core = PluginRecord(CORE, "crmcore", __version__, file=str(Path(__file__).parent.parent / "records.py"))
    records = (Contribution(CORE, __version__, core.file, 0, cls) for cls in CORE_RECORDS)
    settings = (Contribution(CORE, __version__, one.place.file, one.place.line, one) for one in SETTINGS)
    return tuple(Entry(item, core, direct=True) for item in (*records, *settings))


def entries_of(record: PluginRecord, plugins: Plugins) -> tuple[Entry, ...]:
    """Return what a plugin's hooks returned, then what that is made of; raises `Refused` for names it cannot give."""
    returned = tuple(item for item in plugins.contributions if item.plugin == record.name)
    _refuse_secrets(returned)
    direct = tuple(Entry(item, record, direct=True) for item in returned)
    values = declared_in(item.value for item in returned)
    if circle := circle_in(values):
        raise Refused(f"the scheme {circle!r} ({record.file}) refers to itself, by way of others or not")
    made_of = tuple(Entry(_contribution(value, record, plugins), record) for value in values)
    wrong = [wrong_prefix(entry.item, record.name) for entry in made_of if not _may_use(record, entry.item, plugins)]
    wrong.append(gap_in(item.value for item in returned if item.kind == "migration"))
    if any(wrong):
        raise Refused("\n".join(text for text in wrong if text))
    return (*direct, *made_of)


def _refuse_secrets(returned: Iterable[Contribution]) -> None:
    reached = declared_in(item.value for item in returned if item.kind != "setting")
    secrets = [part for part in reached if isinstance(part, Setting) and part.secret]
    if secrets:
        lines = (
            f"a rule uses the secret setting {one.name!r} ({one.place}); only code can use a secret" for one in secrets
        )
        raise Refused("\n".join(lines))


def _contribution(value: Any, via: PluginRecord, plugins: Plugins) -> Contribution:
    if isinstance(value, type):
        return _record_contribution(value, via, plugins)
    name = value.name.partition(".")[0]
    version = next((record.version for record in plugins.records if record.name == name), "")
    place = place_of(value, Place())
    return Contribution(name, version, place.file, place.line, value)


def _record_contribution(cls: type[Record], via: PluginRecord, plugins: Plugins) -> Contribution:
    if cls in CORE_RECORDS:
        return next(entry.item for entry in core_entries() if entry.item.value is cls)
    owners = (
        record for record in plugins.records if record.module and f"{cls.__module__}.".startswith(f"{record.module}.")
    )
    owner = max(owners, key=lambda record: len(record.module), default=via)
    return Contribution(owner.name, owner.version, owner.file, 0, cls)


def _may_use(record: PluginRecord, item: Contribution, plugins: Plugins) -> bool:
    """Whether something that a rule reaches may have another plugin's prefix: not if it is declared right here."""
    if item.plugin == record.name or item.kind not in PREFIXED:
        return True
    if not record.file:
        return any(known.name == item.plugin for known in plugins.records)
    file, home = Path(item.file), Path(record.file)
    return file != home and not (home.name == "__init__.py" and home.parent in file.parents)


def merged(
    entries: Iterable[Entry], ranks: Mapping[str, int], reserved: Mapping[str, Iterable[str]]
) -> tuple[tuple[Contribution, ...], tuple[Clash, ...]]:
    """Return everything under its name, and each clash in which one plugin has to give way.

    ``ranks`` orders the plugins: the later of two gives way, but never the one whose prefix the name has. ``reserved``
    are names of the core's own, by kind; those of records are tables, which only a record type could write over, and
    those of verbs what every record type can do.
    """
    entries = tuple(entries)
    own = frozenset((entry.via.name, entry.item.name) for entry in entries if entry.item.kind == "record")
    taken = {_key(kind, name) for kind, names in reserved.items() if kind != "record" for name in names}
    tables, verbs = (frozenset(reserved.get(kind, ())) for kind in ("record", "verb"))
    found: dict[tuple[str, str], Entry] = {}
    clashes: list[Clash] = []
    for entry in sorted(entries, key=lambda one: not one.direct):
        joins = entry.item.kind == "command" and (entry.via.name, entry.item.name) in own and _members(entry)
        key = (_JOINED, entry.item.name) if joins else _key(entry.item.kind, entry.item.name)
        first = found.setdefault(key, entry)
        if joins and (both := sorted(joins & verbs)):
            clashes.append(Clash(entry.via.name, "conflict", _has_verbs(entry, both)))
        elif key in taken or (entry.item.kind == "record" and entry.item.name in tables):
            text = (
                f"the {entry.item.kind} {entry.item.name!r} ({entry.item.place}) is a name of the core; choose another"
            )
            clashes.append(Clash(entry.via.name, "conflict", text))
        elif not same(first.item.value, entry.item.value):
            clashes.append(_clash(first, entry, ranks))
    return tuple(entry.item for entry in found.values()), tuple(clashes)


def _members(entry: Entry) -> frozenset[str]:
    """Return the names of the commands in a group; none of a command that is no group."""
    return frozenset(getattr(entry.item.value, "commands", ()))


def _has_verbs(entry: Entry, verbs: Iterable[str]) -> str:
    name = entry.item.name
    return (
        f"the command group {name!r} ({entry.item.place}) has {', '.join(map(repr, verbs))}, which the record type "
        f"{name!r} has already; give it another name"
    )


def _key(kind: str, name: str) -> tuple[str, str]:
    space = _SPACE.get(kind, kind)
    return space, name.replace("_", "-") if space == "word" else name


def same(one: Any, other: Any) -> bool:
    """Whether two values are one definition; where it is written does not matter."""
    if one is other:
        return True
    if type(one) is not type(other) or apart(lambda: bool(one != other)) is not False:  # a plugin's class may raise
        return False
    return not isinstance(one, Term) or one.result_kind() == other.result_kind()  # a default of 1 equals True


def _clash(first: Entry, second: Entry, ranks: Mapping[str, int]) -> Clash:
    name = second.item.name
    kind = " or ".join(dict.fromkeys((first.item.kind, second.item.kind)))
    if first.via == second.via:
        text = f"{name!r} is declared twice: {_stands(first)}, and differently {_stands(second)}; rename one of them"
        return Clash(second.via.name, "failed", text)
    order = sorted((first, second), key=lambda entry: (entry.via.name != _prefix(entry), ranks.get(entry.via.name, -1)))
    winner, loser = (entry.via.name for entry in order)
    way_out = f"{loser!r} is set aside. "
    if winner == CORE:
        way_out += "The core's names cannot be taken: it needs another name."
    else:
        way_out += (
            f'To have it instead, put disabled = ["{winner}"] under [plugins] in crm.toml or set '
            f"CRM_DISABLE_PLUGINS={winner}; to have both, one needs another name."
        )
    return Clash(loser, "conflict", str(NameConflict(kind, name, str(first), str(second), way_out)))


def _prefix(entry: Entry) -> str:
    return entry.item.name.partition(".")[0] if entry.item.kind in PREFIXED else ""


def _stands(entry: Entry) -> str:
    return f"as a {entry.item.kind} at {entry.item.place}"
