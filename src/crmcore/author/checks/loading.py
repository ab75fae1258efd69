"""Whether a plugin loads: in the loader's own words, one finding for each thing that it refuses."""

import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Final

from crmcore.author.findings import Flaw, Validator
from crmcore.author.subject import Subject
from crmcore.plugging.hookcheck import check_module

_PREFIX: Final = "so its name must begin with"
_AGAIN: Final = "Mend it, and check again."


def _hook_problems(subject: Subject) -> tuple[str, ...]:
    """Return what is wrong with the hooks of a plugin that was imported and refused."""
    given = subject.target.candidate.source
    module = given if isinstance(given, ModuleType) else sys.modules.get(subject.record.module)
    return check_module(module) if module and not subject.works else ()


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
    for text in getattr(subject.record, "deprecated", ()):
        yield Flaw(subject.place(), str(text), "Use what it names instead; it will be removed in crmcore 2.")


VALIDATORS: Final = (
    Validator("loads", "bronze", "error", "The plugin can be imported and loaded.", loads, "sources", firm=True),
    Validator(
        "hooks", "bronze", "error", "Its hooks are decorated and take what they are given.", hooks, "sources", firm=True
    ),
    Validator("names", "bronze", "error", "What it declares is named after it.", names, "sources", firm=True),
    Validator("deprecated", "bronze", "error", "It uses no deprecated name of crmcore.", deprecated, "sources"),
)
