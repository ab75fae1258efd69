"""One thing that a plugin contributes: what kind it is, what it is called, and where it stands."""

import sys
from collections.abc import Callable, Mapping
from copy import copy
from types import CodeType, FunctionType, MappingProxyType
from typing import Any, Final

from attrs import frozen

from crmcore.entities import Record, RecordType, type_of
from crmcore.grammar.constraints import Constraint
from crmcore.grammar.declare import Field, Metric, Place, Rule, Scheme, Setting
from crmcore.grammar.migrations import Migration
from crmcore.grammar.playbooks import Playbook
from crmcore.hookspecs import EngineKind, StoreKind
from crmcore.view import Report, View

CORE: Final = "crm"
"""The name under which the core contributes; no plugin can have it."""

HOOK_OF: Final[Mapping[str, str]] = MappingProxyType(
    {
        "record": "crm_records",
        "field": "crm_fields",
        "setting": "crm_settings",
        "rule": "crm_rules",
        "constraint": "crm_constraints",
        "migration": "crm_migrations",
        "metric": "crm_metrics",
        "scheme": "crm_schemes",
        "playbook": "crm_playbooks",
        "view": "crm_views",
        "report": "crm_reports",
        "command": "crm_commands",
        "store": "crm_stores",
        "engine": "crm_engines",
    }
)
"""Every kind of contribution, and the hook that returns it."""

OPEN_GROUPS: Final = frozenset({"playbook"})
"""The groups of the core's commands that those of a plugin's group of the same name join."""

PREFIXED: Final = frozenset(
    {"field", "setting", "rule", "constraint", "metric", "scheme", "playbook", "view", "report"}
)
"""The kinds whose names begin with the plugin's."""


@frozen
class Contribution:
    """A value with the plugin that owns it; ``line`` counts from 1, 0 where only the file is known."""

    plugin: str
    version: str
    file: str
    line: int
    value: Any

    @property
    def kind(self) -> str:
        """What it is: record, field, setting, rule, migration, metric, scheme, playbook, view, report ..."""
        return kind_of(self.value)

    @property
    def name(self) -> str:
        """The name by which it is known everywhere."""
        return f"{self.plugin}.{self.value.name}" if isinstance(self.value, Migration) else name_of(self.value)

    @property
    def place(self) -> str:
        """Where it is declared, as file:line."""
        return f"{self.file}:{self.line}" if self.line else self.file or "(unknown place)"

    def __str__(self) -> str:
        return f"{self.plugin} {self.version}".rstrip() + f" ({self.place})"


def joined(value: Any) -> tuple[Any, ...]:
    """Return the commands of a group that joins one of the core's, each named with both words; of anything else itself."""
    if kind_of(value) != "command" or value.name not in OPEN_GROUPS:
        return (value,)
    members = {name: copy(member) for name, member in getattr(value, "commands", {}).items()}
    for name, member in members.items():
        member.name = f"{value.name} {name}"
    return tuple(members.values()) or (value,)


def kind_of(value: Any) -> str:
    """Return what sort of contribution a value is; empty if it is none."""
    for cls, kind in _CLASSES.items():
        if isinstance(value, cls):
            return kind
    if isinstance(value, type) and issubclass(value, Record):
        return "record" if isinstance(vars(value).get("__crm__"), RecordType) else ""
    click = sys.modules.get("click")  # nobody can have made a command without importing click
    return "command" if click and isinstance(value, click.Command) else ""


_CLASSES: Final[Mapping[type, str]] = MappingProxyType(
    {
        Field: "field",
        Metric: "metric",
        Setting: "setting",
        Scheme: "scheme",
        Playbook: "playbook",
        Rule: "rule",
        Constraint: "constraint",
        Migration: "migration",
        View: "view",
        Report: "report",
        StoreKind: "store",
        EngineKind: "engine",
    }
)


def name_of(value: Any) -> str:
    """Return the name of a contributed value."""
    if isinstance(value, StoreKind):
        return value.scheme
    if isinstance(value, type):
        return type_of(value).name
    return str(value.name)


def described(value: Any) -> str:
    """Return a value for an error message, e.g. ``the scheme 'northwind.tier'``."""
    kind = kind_of(value)
    return f"the {kind} {name_of(value)!r}" if kind else f"{value!r:.80}"


def place_of(value: Any, otherwise: Place) -> Place:
    """Return where a value was declared, as well as it is known, else ``otherwise``."""
    place = getattr(value, "place", None)
    if isinstance(place, Place):
        return place
    function = value.open if isinstance(value, StoreKind | EngineKind) else getattr(value, "callback", None)
    return place_of_function(function) or otherwise


def place_of_function(function: Any) -> Place | None:
    """Return where a function is defined, seen through its decorators; None for other objects."""
    code = code_of(function)
    return Place(code.co_filename, code.co_firstlineno) if code else None


def code_of(function: Callable[..., Any] | Any) -> CodeType | None:
    """Return the code of the innermost function behind decorators, or None where there is none."""
    while isinstance(inner := getattr(function, "__wrapped__", None), FunctionType):
        function = inner
    code = getattr(function, "__code__", None)
    return code if isinstance(code, CodeType) else None
