"""Where settings are given outside the store: flag > environment > crm.toml > user's file > default."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

import attrs
from attrs import frozen

from crmcore.errors import Invalid, Problem
from crmcore.plugging.configfile import Given

NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})

OURS: Final = frozenset({"CRM_ACTOR", "CRM_DISABLE_PLUGINS", "CRM_LANG", "CRM_STORE", "CRM_STRICT_PLUGINS"})
"""Environment variables that mean something else, whatever plugins are called."""


@frozen
class Sources:
    """What flags, the environment, crm.toml and the user's file say of settings, by full name; all of it unchecked.

    ``is_unread`` says that there is a configuration which cannot be used, so that nobody knows what is in it.
    """

    flags: Mapping[str, Given] = attrs.field(default=NOTHING, repr=False)
    environ: Mapping[str, str] = attrs.field(default=NOTHING, repr=False)
    company: Mapping[str, Given] = attrs.field(default=NOTHING, repr=False)
    user: Mapping[str, Given] = attrs.field(default=NOTHING, repr=False)
    is_unread: bool = False

    def levels(self, name: str) -> Iterator[Given]:
        """Yield what is said of a setting, what counts first; an empty variable says nothing."""
        if name in self.flags:
            yield self.flags[name]
        if (said := self.variable(name)) is not None:
            yield said
        yield from (files[name] for files in (self.company, self.user) if name in files)

    def variable(self, name: str) -> Given | None:
        """Return what the environment says of a setting."""
        variable = variable_of(name)
        text = self.environ.get(variable, "")
        return Given(text, f"environment {variable}") if text.strip() and variable not in OURS else None


def variable_of(name: str) -> str:
    """Return the environment variable of a setting: ``CRM_ACME_API_KEY`` for ``acme.api_key``."""
    return f"CRM_{name.replace('.', '_').upper()}"


def variables(environ: Mapping[str, str], plugins: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield each variable that can only be meant for a setting of one of ``plugins``, with the setting's name."""
    longest_first = sorted(plugins, key=len, reverse=True)
    for variable in sorted(environ):
        if variable.startswith("CRM_") and variable not in OURS and environ[variable].strip():
            rest = variable.removeprefix("CRM_").lower()
            for plugin in longest_first:
                if rest.startswith(f"{plugin}_"):
                    yield variable, f"{plugin}.{rest.removeprefix(f'{plugin}_')}"
                    break


def flagged(texts: Iterable[str]) -> Mapping[str, Given]:
    """Return what ``--setting NAME=VALUE`` says, the last word counting; raises `Invalid`."""
    found: dict[str, Given] = {}
    problems: list[Problem] = []
    for text in texts:
        name, sign, value = text.partition("=")
        if sign and "." in name:
            found[name.strip()] = Given(value.strip(), "flag --setting")
        else:
            problems.append(Problem("write --setting plugin.name=value", file="flag --setting", column=name))
    if problems:
        raise Invalid(problems, heading="these flags cannot be used:")
    return found
