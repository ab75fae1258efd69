"""Whether a plugin loads: in the loader's own words, one finding for each thing that it refuses."""

import re
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Final

from crmcore.author.findings import Flaw, Validator
from crmcore.author.subject import Subject
from crmcore.author.targets import shown
from crmcore.plugging.hookcheck import check_module

_PREFIX: Final = "so its name must begin with"
_AT: Final = re.compile(r"(?P<file>.+?):(?P<line>\d+): ")
_AGAIN: Final = "Mend it, and check again."


def _hook_problems(subject: Subject) -> tuple[str, ...]:
    """Return what is wrong with the hooks of a plugin that was imported and refused."""
    given = subject.target.candidate.source
    module = given if isinstance(given, ModuleType) else sys.modules.get(subject.record.module)
    return check_module(module) if isinstance(module, ModuleType) and not subject.works else ()


def _reasons(subject: Subject) -> tuple[str, ...]:
    record = subject.record
    if record.status in {"active", "disabled"}:
        return ()
    return tuple(record.reason.splitlines()) if record.status == "failed" else (record.reason,)


def hooks(subject: Subject) -> Iterator[Flaw]:
    """Yield each function that is no hook as it stands."""
    refused = set(_reasons(subject))
    for problem in _hook_problems(subject):
        if problem in refused:
            yield Flaw(subject.place(), problem, _AGAIN)


def names(subject: Subject) -> Iterator[Flaw]:
    """Yield each name that does not begin with the plugin's."""
    for reason in _reasons(subject):
        if _PREFIX in reason:
            yield Flaw(subject.place(), reason, _AGAIN)


def loads(subject: Subject) -> Iterator[Flaw]:
    """Yield whatever else keeps the plugin from being loaded, or makes it useless."""
    told = set(_hook_problems(subject))
    for reason in _reasons(subject):
        if reason not in told and _PREFIX not in reason:
            yield Flaw(subject.place(), reason, _AGAIN)
    for note in subject.catalogue.plugins.notes:
        yield Flaw(subject.place(), note, "Return what it declares from hooks such as crm_schemes().")


def deprecated(subject: Subject) -> Iterator[Flaw]:
    """Yield each deprecated name that the plugin used while it was loaded."""
    for text in subject.record.deprecated:
        place = _AT.match(text)
        where = shown(place["file"], int(place["line"])) if place else subject.place()
        said = text[place.end() :] if place else text
        yield Flaw(where, said, "Use what it names instead, or do without it: it will be gone.", said)


def side_effects(subject: Subject) -> Iterator[Flaw]:
    """Yield what the plugin does to the process while it is loaded."""
    for text in subject.record.warnings:
        yield Flaw(subject.place(), text, "Declare things while the module is imported, and do nothing else.")


VALIDATORS: Final = (
    Validator("loads", "bronze", "error", "The plugin can be imported and loaded.", loads, "sources", firm=True),
    Validator(
        "hooks", "bronze", "error", "Its hooks are decorated and take what they are given.", hooks, "sources", firm=True
    ),
    Validator("names", "bronze", "error", "What it declares is named after it.", names, "sources", firm=True),
    Validator("deprecated", "bronze", "error", "It uses no deprecated name of crmcore.", deprecated, "sources"),
    Validator("side-effects", "bronze", "warning", "Loading it leaves the process as it was.", side_effects, "sources"),
)
