"""One configuration file, checked: ``crm.toml`` beside the store, or the user's own file."""

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import attrs
from attrs import define, frozen

from crmcore.errors import Invalid, Problem, UnknownName
from crmcore.plugging.secrets import reference_of
from crmcore.plugging.tomlfile import TomlFile, read_toml

_COMPANY: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {"lang": (), "store": ("url",), "plugins": ("disabled", "local"), "settings": ()}
)
_USER: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({"lang": (), "store": ("url",), "settings": ()})
_LANGUAGE: Final = re.compile(r"([A-Za-z]{2,3})(?:[-_.@].*)?")
_PLUGIN: Final = re.compile(r"[a-z][a-z0-9_]*")
_SETTING: Final = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")


@frozen
class Given:
    """A value and where it was given, e.g. ``crm.toml:12``, ``environment CRM_LANG`` or ``default``."""

    value: Any = attrs.field(repr=False)  # it may be a secret
    origin: str


@frozen
class Said:
    """What one file says; ``disabled`` and ``local`` map plugins to the place where they are named."""

    lang: Given | None = None
    store: Given | None = None
    disabled: Mapping[str, str] = MappingProxyType({})
    local: Mapping[str, str] = MappingProxyType({})
    settings: Mapping[str, Given] = MappingProxyType({})


def language_of(text: str) -> str:
    """Return the language of a code such as ``zh_CN.UTF-8``; empty where there is none, as in ``C``."""
    found = _LANGUAGE.fullmatch(text.strip())
    return found[1].lower() if found else ""


def read_config_file(path: Path, name: str, *, is_users: bool = False) -> tuple[Said, tuple[Problem, ...]]:
    """Return what a file says and everything that is wrong with it; nothing and nothing if there is none."""
    try:
        file = read_toml(path, name)
    except Invalid as broken:
        return Said(), broken.problems
    check = _Check(file, _USER if is_users else _COMPANY, is_users, path.parent)
    check.keys()
    said = Said(
        lang=check.language(),
        store=check.text("store", "url"),
        disabled=check.plugins("disabled"),
        local=check.plugins("local"),
        settings=check.settings(),
    )
    return said, tuple(check.problems)


@define
class _Check:
    """Takes values out of a file and collects what is wrong with them."""

    file: TomlFile
    allowed: Mapping[str, tuple[str, ...]]
    is_users: bool
    folder: Path
    problems: list[Problem] = attrs.field(factory=list)

    def complain(self, reason: str, *path: str) -> None:
        place = self.file
        self.problems.append(Problem(reason, file=place.name, line=place.line(*path), column=".".join(path)))

    def keys(self) -> None:
        """Look for keys and tables that do not exist."""
        for key, value in self.file.data.items():
            if key not in self.allowed:
                for_all = self.is_users and key in _COMPANY
                why = f"[{key}] holds for everybody who uses the store, so it belongs into crm.toml"
                self.complain(why if for_all else UnknownName("key", key, self.allowed).message, key)
            elif key != "lang" and not isinstance(value, dict):
                self.complain(f"write it as a table: [{key}]", key)
            elif known := self.allowed[key]:
                for inner in value:
                    if inner not in known:
                        self.complain(UnknownName(f"key of [{key}]", inner, known).message, key, inner)

    def table(self, key: str) -> Mapping[str, Any]:
        found = self.file.data.get(key) if key in self.allowed else None
        return found if isinstance(found, dict) else {}

    def text(self, key: str, inner: str) -> Given | None:
        value = self.table(key).get(inner)
        if value is None:
            return None
        if isinstance(value, str) and value.strip():
            return Given(value, self.file.origin(key, inner))
        self.complain("it takes a text", key, inner)
        return None

    def language(self) -> Given | None:
        value = self.file.data.get("lang")
        if value is None:
            return None
        language = language_of(value) if isinstance(value, str) else ""
        if language:
            return Given(language, self.file.origin("lang"))
        self.complain('it takes the code of a language, such as "en" or "zh"', "lang")
        return None

    def plugins(self, key: str) -> Mapping[str, str]:
        named = self.table("plugins").get(key, [])
        if not isinstance(named, list):
            self.complain('it takes a list of plugins, such as ["value_tier"]', "plugins", key)
            return {}
        for name in named:
            if not isinstance(name, str) or not _PLUGIN.fullmatch(name):
                self.complain(f"{name!r:.60} is no plugin's name (small letters, digits and _)", "plugins", key)
        origin = self.file.origin("plugins", key)
        return {name: origin for name in named if isinstance(name, str) and _PLUGIN.fullmatch(name)}

    def settings(self) -> Mapping[str, Given]:
        """Take settings from ``"plugin.name" = value`` as well as from ``[settings.plugin] name = value``."""
        found: dict[str, Given] = {}
        for key, value in self.table("settings").items():
            nested = isinstance(value, dict) and "." not in key
            entries = {(key, inner): deep for inner, deep in value.items()} if nested else {(key,): value}
            for path, entry in entries.items():
                self._setting(".".join(path), entry, path, found)
        return found

    def _setting(self, name: str, value: Any, path: tuple[str, ...], found: dict[str, Given]) -> None:
        at = ("settings", *path)
        if not _SETTING.fullmatch(name):
            self.complain('name a setting in full: "plugin.name" = value', *at)
        elif name in found:
            self.complain(f"it was set already at {found[name].origin}", *at)
        elif isinstance(value, dict) and (reference := reference_of(value, self.folder)):
            found[name] = Given(reference, self.file.origin(*at))
        elif isinstance(value, dict) and any(str(key).startswith("$") for key in value):
            self.complain('a secret is written as {"$env" = "NAME"} or as {"$file" = "PATH"}', *at)
        elif isinstance(value, dict | list):
            self.complain("it takes one value", *at)
        else:
            found[name] = Given(value, self.file.origin(*at))
