"""The configuration of a company and of a user: flag > environment > crm.toml > user's file > default."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import attrs
from attrs import frozen

from crmcore.errors import Invalid, Problem
from crmcore.plugging.configfile import Given, Said, language_of, read_config_file
from crmcore.plugging.setting_sources import Sources, flagged

__all__ = ["Config", "Given", "read_config", "user_file"]

COMPANY_FILE: Final = "crm.toml"
LOCAL_PLUGINS: Final = "crm_plugins"
DEFAULT_STORE: Final = "tinydb:///crm.json"
DEFAULT_LANGUAGE: Final = "en"

_LOCALES: Final = ("LC_ALL", "LC_MESSAGES", "LANG")


@frozen
class Config:
    """Every configured value with its origin.

    ``disabled`` and ``local`` map names of plugins to where they were asked for. ``sources`` are what is said of
    settings, unchecked: only the plugins know what they may be.
    """

    folder: Path
    store: Given
    lang: Given
    disabled: Mapping[str, str]
    local: Mapping[str, str]
    sources: Sources = attrs.field(factory=Sources)

    @property
    def local_files(self) -> tuple[Path, ...]:
        """The files of the one-file plugins that crm.toml switches on."""
        return tuple(self.folder / LOCAL_PLUGINS / f"{name}.py" for name in sorted(self.local))

    def with_flags(
        self, *, store: str = "", lang: str = "", disabled: Iterable[str] = (), settings: Iterable[str] = ()
    ) -> "Config":
        """Return the configuration with what the command line says on top; empty flags were not given."""
        asked = dict.fromkeys(disabled, "flag --no-plugin")
        return attrs.evolve(
            self,
            store=Given(store, "flag --store") if store else self.store,
            lang=Given(_language(lang, "flag --lang"), "flag --lang") if lang else self.lang,
            disabled={**self.disabled, **asked},
            sources=attrs.evolve(self.sources, flags={**self.sources.flags, **flagged(settings)}),
        )

    def rows(self) -> tuple[tuple[str, Any, str], ...]:
        """Return key, value and origin of everything but settings, for people."""
        plugins = (("plugins.disabled", self.disabled), ("plugins.local", self.local))
        return (
            ("store.url", self.store.value, self.store.origin),
            ("lang", self.lang.value, self.lang.origin),
            *((key, name, origin) for key, named in plugins for name, origin in sorted(named.items())),
        )


def user_file(environ: Mapping[str, str]) -> Path | None:
    """Return where the user's own configuration stands; None where there is no home."""
    base = environ.get("XDG_CONFIG_HOME", "")
    if Path(base).is_absolute():
        return Path(base, "crm", "config.toml")
    home = environ.get("HOME", "")
    return Path(home, ".config", "crm", "config.toml") if home else None


def read_config(folder: Path, environ: Mapping[str, str]) -> Config:
    """Return the configuration of the company whose store is in ``folder``; raises `Invalid` with all that is wrong."""
    company, problems = read_config_file(folder / COMPANY_FILE, COMPANY_FILE)
    users = user_file(environ)
    own, more = read_config_file(users, str(users), is_users=True) if users else (Said(), ())
    try:
        lang = _lang(company, own, environ)
    except Invalid as wrong:
        lang = Given(DEFAULT_LANGUAGE, "default")
        more = (*more, *wrong.problems)
    if problems or more:
        raise Invalid((*problems, *more), heading="the configuration cannot be used:")
    return Config(
        folder=folder,
        store=_variable(environ, "CRM_STORE") or company.store or own.store or Given(DEFAULT_STORE, "default"),
        lang=lang,
        disabled={**company.disabled, **_disabled(environ)},
        local=company.local,
        sources=Sources(environ=environ, company=company.settings, user=own.settings),
    )


def _variable(environ: Mapping[str, str], name: str) -> Given | None:
    value = environ.get(name, "").strip()
    return Given(value, f"environment {name}") if value else None


def _lang(company: Said, own: Said, environ: Mapping[str, str]) -> Given:
    asked = _variable(environ, "CRM_LANG")
    if asked:
        return Given(_language(asked.value, asked.origin), asked.origin)
    locale = next((found for name in _LOCALES if (found := _variable(environ, name))), None)
    spoken = language_of(locale.value) if locale else ""
    system = Given(spoken, locale.origin) if locale and spoken else Given(DEFAULT_LANGUAGE, "default")
    return company.lang or own.lang or system


def _language(text: str, origin: str) -> str:
    language = language_of(text)
    if not language:
        reason = f"{text!r:.60} is no code of a language; write en or zh, for instance"
        raise Invalid([Problem(reason, file=origin)])
    return language


def _disabled(environ: Mapping[str, str]) -> Mapping[str, str]:
    """Return the plugins that the environment disables, besides those of crm.toml."""
    asked = _variable(environ, "CRM_DISABLE_PLUGINS")
    names = (name.strip() for name in asked.value.split(",")) if asked else ()
    return {name: "environment CRM_DISABLE_PLUGINS" for name in names if name}
