"""Making the index of what plugins add, from plugins that were all loaded."""

import os
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from crmcore.cli.commands import target
from crmcore.cli.index import KINDS, LONGEST, OF_RULES, WORDS, Entry, Index, Source
from crmcore.entities import type_of
from crmcore.grammar.migrations import FIRST_SCHEMA
from crmcore.opening import VERBS
from crmcore.plugging.contributions import CORE, Contribution
from crmcore.plugging.distributions import Candidate
from crmcore.plugging.finding import candidates
from crmcore.plugging.registry import entries_of
from crmcore.plugging.remembered import entry_points_of
from crmcore.view import View
from crmcore.work.plugin_marks import declared_marks

if TYPE_CHECKING:
    from crmcore.plugging.catalogue import Catalogue
    from crmcore.plugging.config import Config

_HELP: Final = 60
_ALL_WELL: Final = frozenset({"active", "disabled"})


def is_well(catalogue: "Catalogue") -> bool:
    """Whether there is nothing to say of the plugins, so that what they add may be remembered."""
    plugins = catalogue.plugins
    return not plugins.notes and all(one.status in _ALL_WELL and not one.warnings for one in plugins.records)


def index_of(catalogue: "Catalogue", config: "Config") -> Index:
    """Return what plugins add, and what each of them needs."""
    providers = _providers(catalogue)
    found = {one.name: one for one in candidates(config.local_files, None)}
    entries = tuple(sorted(_entries(catalogue, providers)))
    return Index(entries, tuple(_sources(catalogue, providers, found)))


def watched(catalogue: "Catalogue", made: Index) -> set[str]:
    """Return the files whose change may change what plugins add.

    Those are the plugins' own, what their distributions say of themselves, and every other module that stands neither in a folder that installing something
    changes nor in Python or the core: what an editable plugin imports may be edited as well.
    """
    records = [record for record in catalogue.plugins.records if record.status == "active"]
    packages = {record.module.partition(".")[0] for record in records}
    known = [Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    still = {f"{place.resolve()}{os.sep}" for place in (*known, Path(__file__).parent.parent)}
    files = {record.file for record in records}
    files |= {one.file for one in catalogue.contributions if one.plugin != CORE}
    for name, module in tuple(sys.modules.items()):
        file = vars(module).get("__file__") if hasattr(module, "__dict__") else None
        if isinstance(file, str) and (name.partition(".")[0] in packages or not _is_below(file, still)):
            files.add(file)
    points = [source.points for source in made.sources if source.points]
    files.update(points, (str(Path(file).with_name("METADATA")) for file in points))
    return {file for file in files if file}


def _is_below(file: str, folders: Iterable[str]) -> bool:
    return str(Path(file).resolve()).startswith(tuple(folders))


def _providers(catalogue: "Catalogue") -> dict[tuple[str, str], str]:
    """Return through which plugin each contribution comes: the one that has it as its own, else the first."""
    found: dict[tuple[str, str], str] = {}
    for name in catalogue.plugins.active:
        for entry in entries_of(catalogue.plugins.record(name), catalogue.plugins):
            key = entry.item.kind, entry.item.name
            if key not in found or entry.item.plugin == name:
                found[key] = name
    return found


def _entries(catalogue: "Catalogue", providers: dict[tuple[str, str], str]) -> Iterator[Entry]:
    records = frozenset(catalogue.names("record"))
    for one in catalogue.contributions:
        if one.kind == "command" and one.name in records:
            continue  # it is found with the record type whose commands it joins
        if one.kind in KINDS and one.plugin != CORE and not (one.kind in WORDS and target(one.name)):
            on = type_of(one.value.on).name if one.kind in {"field", "view"} else ""
            on = OF_RULES if one.kind == "setting" and one.name in catalogue.rule_settings else on
            yield Entry(one.name, one.kind, providers[one.kind, one.name], _help(one, catalogue), on)


def _help(one: Contribution, catalogue: "Catalogue") -> str:
    kind, value = one.kind, one.value
    if kind == "command":
        text = value.get_short_help_str(_HELP)
    elif kind == "record":
        joined = catalogue.owner("command", one.name).value.commands if one.name in catalogue.names("command") else ()
        facts = type_of(value)
        text = f"{facts.label('en', facts.name)}: {', '.join((*VERBS, *joined))}."
    else:
        text = "" if kind in {"setting", "store"} else value.label("en")
    return "".join(letter if letter.isprintable() else " " for letter in text)[:LONGEST]


def _sources(
    catalogue: "Catalogue", providers: dict[tuple[str, str], str], found: dict[str, Candidate]
) -> Iterator[Source]:
    points = entry_points_of(found.values())
    schemas = {mark.name: mark.schema for mark in declared_marks(catalogue)}
    for record in catalogue.plugins.records:
        needs = set(record.needs)
        if record.status == "active":
            needs |= _used(record.name, catalogue, providers)
        known = record.name, record.status, record.distribution, record.version, record.module, record.file
        schema = str(schemas.get(record.name, FIRST_SCHEMA))
        yield Source(*known, points.get(record.name, ""), schema, tuple(sorted(needs - {record.name})))


def _used(name: str, catalogue: "Catalogue", providers: dict[tuple[str, str], str]) -> set[str]:
    """Return the plugins that own what a plugin's contributions lead to, be it by object or by name."""
    used = set()
    for entry in entries_of(catalogue.plugins.record(name), catalogue.plugins):
        if entry.item.plugin != CORE:
            used.add(providers[entry.item.kind, entry.item.name])
        if isinstance(entry.item.value, View):
            used |= _named(entry.item.value) & set(catalogue.plugins.active)
    return used


def _named(view: View) -> set[str]:
    texts = (one for one in (*view.columns, *view.sums, view.group, view.sort) if isinstance(one, str))
    return {part for text in texts for part in text.removeprefix("-").split(".")}
