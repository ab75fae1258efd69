"""Which plugins there are to load, and in which order; nothing is imported here."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import ModuleType

from crmcore.errors import UnknownName
from crmcore.plugging.distributions import Candidate, installed
from crmcore.plugging.needs import required_first


def candidates(local: Sequence[Path], only: Sequence[str | ModuleType | Candidate] | None) -> tuple[Candidate, ...]:
    """Return the plugins that are installed, local or given; ``only`` limits them. Raises `UnknownName`."""
    files = tuple(Candidate(path.stem, path) for path in local)
    if only is None:
        return (*installed(), *files)
    names = [name for name in only if isinstance(name, str)]
    found = (*installed(), *files) if names else ()
    known = {candidate.name for candidate in found}
    for name in names:
        if name not in known:
            raise UnknownName("plugin", name, known)
    given = (_given(one) for one in only if not isinstance(one, str))
    return (*(candidate for candidate in found if candidate.name in names), *given)


def _given(one: ModuleType | Candidate) -> Candidate:
    if isinstance(one, Candidate):
        return one
    return Candidate(one.__name__.rpartition(".")[2].removeprefix("crm_"), one)


def in_order(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """Return plugins in the order in which they are asked: required ones first, then by name; local files last.

    Where plugins require each other in a circle, the first by name starts.
    """
    waiting = sorted(candidates, key=lambda one: (isinstance(one.source, Path), one.name, str(one)))
    needed = required_first(waiting)
    ordered: list[Candidate] = []
    while waiting:
        missing = {one.name for one in waiting}
        chosen = next((one for one in waiting if not needed[one] & missing), waiting[0])
        ordered += [one for one in waiting if one.name == chosen.name]
        waiting = [one for one in waiting if one.name != chosen.name]
    return tuple(ordered)


def unknown_disabled(disabled: Mapping[str, str], found: Iterable[Candidate]) -> tuple[str, ...]:
    """Return a sentence for each plugin that is disabled without being there."""
    known = {candidate.name for candidate in found}
    return tuple(
        f"{origin} disables {name!r}: {UnknownName('plugin', name, known).message}"
        for name, origin in sorted(disabled.items())
        if name not in known
    )
