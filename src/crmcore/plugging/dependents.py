"""Which declarations of other plugins use something of a plugin, found by walking their expressions."""

from collections.abc import Iterator
from typing import Any

from attrs import frozen

from crmcore.plugging.catalogue import Catalogue
from crmcore.plugging.contributions import PREFIXED, Contribution, kind_of, name_of
from crmcore.plugging.reach import declared_in
from crmcore.view import View


@frozen
class Dependent:
    """Something that one plugin declares, and the names of the things of another one that it uses."""

    item: Contribution
    uses: tuple[str, ...]


def dependents(catalogue: Catalogue, plugin: str) -> tuple[Dependent, ...]:
    """Return everything that the other active plugins make of ``plugin``'s declarations."""
    found = []
    for item in catalogue.plugins.contributions:
        if item.plugin != plugin:
            uses = tuple(dict.fromkeys(_used(catalogue, item.value, plugin)))
            if uses:
                found.append(Dependent(item, uses))
    return tuple(found)


def _used(catalogue: Catalogue, value: Any, plugin: str) -> Iterator[str]:
    for part in declared_in((value,)):
        if _owner(catalogue, part) == plugin:
            yield name_of(part)
    if isinstance(value, View):
        yield from (text for text in value.columns if isinstance(text, str) and text.startswith(f"{plugin}."))


def _owner(catalogue: Catalogue, part: Any) -> str:
    kind, name = kind_of(part), name_of(part)
    if kind in PREFIXED:
        return name.partition(".")[0]
    return catalogue.owner(kind, name).plugin if name in catalogue.names(kind) else ""
