"""Which plugins a command needs: to read by name those that own the names and what these need; for all else, all.

Whoever writes needs all plugins, since every scheme places anew whom a change touches; so do reports and the commands
of plugins once they open the CRM, since their code may ask for anything.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, cast

import click

from crmcore.addresses import address, scheme_of
from crmcore.cli import index
from crmcore.cli.commands import COMMANDS, RECORDS

if TYPE_CHECKING:
    from crmcore.plugging.catalogue import Catalogue
    from crmcore.plugging.config import Config
    from crmcore.store import Store

Names = frozenset[str]
"""Names of plugins."""

_TASK: Final = "task"
_TITLE: Final = "title"
"""What tasks are called; titles that playbooks gave are shown in the reader's language."""


def is_reading(ctx: click.Context) -> bool:
    """Whether a command only reads, and tells by its arguments what."""
    path = _path(ctx)
    return path in _NEEDS or (path[1:] in _RECORD_NEEDS and path[0] not in COMMANDS)


def needed(ctx: click.Context, config: "Config") -> Names | None:
    """Return the plugins that a command needs, or None for all of them."""
    if not is_reading(ctx) or (found := index.read(ctx)) is None or not _are_set(found, config):
        return None
    path = _path(ctx)
    names = _NEEDS[path](found, ctx.params) if path in _NEEDS else _of_record(found, path, ctx.params)
    scheme = scheme_of(address(config.store.value))
    store = _owners(found, "store", (scheme,)) if scheme != "tinydb" else frozenset[str]()
    return None if names is None or store is None else closed(found, names | store)


def closed(found: index.Index, names: Iterable[str]) -> Names | None:
    """Return plugins with all that they need; None if one of them is not active."""
    sources = {source.name: source for source in found.sources if source.status == "active"}
    pending, closure = list(names), set[str]()
    while pending:
        name = pending.pop()
        if name not in sources:
            return None
        if name not in closure:
            closure.add(name)
            pending += sources[name].needs
    return frozenset(closure)


def some(ctx: click.Context, config: "Config", names: Names, known: "Catalogue | None") -> "Catalogue | None":
    """Return what these plugins contribute; None where they do not behave as the index says."""
    from crmcore.opening import catalogue_of_some  # noqa: PLC0415 - not for `crm --help`

    found = index.read(ctx)
    catalogue = catalogue_of_some(config, found.sources, names, known) if found else None
    if found is None or catalogue is None or not _is_as_told(found, catalogue, names):
        index.forget(ctx)
        return None
    return catalogue if _is_settled(ctx, catalogue) else None


def for_reading(store: "Store") -> "Store":
    """Return a store that refuses to be written: with some of the plugins, placements would be missed."""
    return cast("Store", _ForReading(store))


class _ForReading:
    def __init__(self, store: "Store") -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        if name == "write":
            raise AssertionError(name)  # a command stands wrongly among those that only read
        return getattr(self._store, name)


def agrees(ctx: click.Context, store: "Store") -> bool:
    """Whether the plugins that the index knows are those that the store has data of, in the same form.

    If not, there is something to say of a plugin, and all have to be asked.
    """
    from crmcore.errors import CrmError  # noqa: PLC0415 - not for `crm --help`
    from crmcore.work.plugin_marks import marks_in  # noqa: PLC0415 - the same

    found = index.read(ctx)
    try:
        marks = marks_in(store.read()) if found and store.exists() else {}
    except CrmError:
        return False
    if found is None:
        return False
    schemas = {source.name: source.schema for source in found.sources if source.status == "active"}
    known = {(entry.kind, entry.name) for entry in found.entries}
    return all(
        schemas.get(mark.name) == str(mark.schema)
        and known.issuperset(("record", name) for name in mark.records)
        and known.issuperset(("field", name) for name in mark.fields)
        and known.issuperset(("scheme", name) for name in mark.schemes)
        for mark in marks.values()
    )


def remember(ctx: click.Context, start: index.Start | None, catalogue: "Catalogue", config: "Config") -> None:
    """Write the index, if it is for all plugins and there is nothing to say of any."""
    from crmcore.cli import indexing  # noqa: PLC0415 - only where all plugins were loaded

    if start and index.is_for_all(ctx) and indexing.is_well(catalogue):
        made = indexing.index_of(catalogue, config)
        index.write(ctx, start, made, indexing.watched(catalogue, made))


def _are_set(found: index.Index, config: "Config") -> bool:
    """Whether nothing has to be said of the settings that flags and variables name: these all set one."""
    from crmcore.plugging.setting_sources import variables  # noqa: PLC0415 - not for `crm --help`

    plain = {entry.name for entry in found.named("setting") if not entry.on}
    owners = {"crm", *(entry.plugin for entry in found.named("setting"))}
    return not config.sources.flags and all(name in plain for _, name in variables(config.sources.environ, owners))


def _path(ctx: click.Context) -> tuple[str, ...]:
    names: tuple[str, ...] = ()
    step: click.Context | None = ctx
    while step is not None and step.parent is not None:
        names = (step.info_name or "", *names)
        step = step.parent
    return names


def _owners(found: index.Index, kind: str, names: Iterable[str] | None = None, on: str = "") -> Names | None:
    """Return the plugins that own the names of a kind, by default all that there are; None if nobody owns one."""
    owners = {entry.name: entry.plugin for entry in found.named(kind) if not on or entry.on == on}
    wanted = owners if names is None else tuple(names)
    return frozenset(owners[name] for name in wanted) if all(name in owners for name in wanted) else None


def _of_record(found: index.Index, path: tuple[str, ...], given: Mapping[str, Any]) -> Names | None:
    record, *verb = path
    own: Names | None = frozenset() if record in RECORDS else _owners(found, "record", (record,))
    more = _RECORD_NEEDS[tuple(verb)](found, record, given)
    return None if own is None or more is None else own | more


def _of_list(found: index.Index, record: str, given: Mapping[str, Any]) -> Names:
    """Return every plugin whose name stands in what was asked for; that is never too few, since names begin with it."""
    import re  # noqa: PLC0415 - click has imported it

    texts = (given.get("columns") or "", *given.get("where", ()), given.get("sort") or "")
    parts = set(re.findall(r"[a-z][a-z0-9_]*", " ".join(texts)))
    named = frozenset(source.name for source in found.sources if source.name in parts)
    return named | _of_titles(found) if record == _TASK or _TITLE in parts else named


def _of_titles(found: index.Index) -> Names:
    """Return the plugins whose playbooks know the titles of tasks in every language."""
    return _owners(found, "playbook") or frozenset()


def _of_show(found: index.Index, record: str, _: Mapping[str, Any]) -> Names | None:
    kinds = {"customer": ("metric", "scheme"), _TASK: ("playbook",)}.get(record, ())
    parts = [_owners(found, "field", on=record), *(_owners(found, kind) for kind in kinds)]
    return frozenset().union(*(part for part in parts if part))


def _of_export(found: index.Index, record: str, _: Mapping[str, Any]) -> Names | None:
    return _owners(found, "field", on=record)


def _of_view(found: index.Index, given: Mapping[str, Any]) -> Names | None:
    own = _owners(found, "view", (given["name"],)) if given.get("name") else None
    on = {entry.on for entry in found.named("view") if entry.name == given.get("name")}
    return own | _of_titles(found) if own is not None and _TASK in on else own


def _of_schemes(found: index.Index, given: Mapping[str, Any]) -> Names | None:
    return _owners(found, "scheme", given.get("schemes") or None)


_NEEDS: Final[Mapping[tuple[str, ...], Callable[[index.Index, Mapping[str, Any]], Names | None]]] = {
    ("view",): _of_view,
    ("segments",): _of_schemes,
    ("explain",): _of_schemes,
    ("history",): _of_schemes,
    ("upcoming",): _of_schemes,
    ("log", "list"): lambda _, params: None if params.get("commit") else frozenset(),
    ("log", "verify"): lambda _, __: frozenset(),
}
_RECORD_NEEDS: Final[Mapping[tuple[str, ...], Callable[[index.Index, str, Mapping[str, Any]], Names | None]]] = {
    ("list",): _of_list,
    ("show",): _of_show,
    ("export",): _of_export,
}


def _is_as_told(found: index.Index, catalogue: "Catalogue", names: Names) -> bool:
    there = {(one.kind, one.name) for one in catalogue.contributions}
    return all((entry.kind, entry.name) in there for entry in found.entries if entry.plugin in names)


def _is_settled(ctx: click.Context, catalogue: "Catalogue") -> bool:
    """Whether every name that the command will look up is there; if not, the error speaks of all that there are."""
    from crmcore.desk.lookups import knows_list, knows_view  # noqa: PLC0415 - not for `crm --help`

    match _path(ctx):
        case ("view",):
            return knows_view(catalogue.view(ctx.params["name"]), catalogue)
        case (record, "list") if record not in COMMANDS:
            asked = ctx.params
            names = tuple(name.strip() for name in (asked.get("columns") or "").split(","))
            return knows_list(catalogue.record(record), (*names, asked.get("sort") or ""), asked["where"], catalogue)
    return True
