"""A plugin as validators see it: loaded on its own, with its sources parsed and its project read."""

import ast
from pathlib import Path
from typing import Any, Final

from attrs import frozen

from crmcore.author.targets import Target, files_at, shown
from crmcore.grammar.declare import Scheme
from crmcore.opening import RESERVED
from crmcore.plugging.catalogue import Catalogue, build_catalogue
from crmcore.plugging.contributions import Contribution
from crmcore.plugging.loading import load_plugins
from crmcore.plugging.plugins import PluginRecord

_TOO_LARGE: Final = 2_000_000


@frozen(eq=False)
class Source:
    """One file of the plugin; ``tree`` is None where Python cannot read it."""

    path: Path
    tree: ast.Module | None

    def where(self, node: ast.AST) -> str:
        """Return the place of a node."""
        return shown(self.path, getattr(node, "lineno", 0))


@frozen(eq=False)
class Subject:
    """Everything that validators look at. ``catalogue`` holds the core and this plugin alone, with what it is made of."""

    target: Target
    catalogue: Catalogue
    sources: tuple[Source, ...]

    @property
    def name(self) -> str:
        """The plugin's name."""
        return self.target.name

    @property
    def record(self) -> PluginRecord:
        """What became of it when it was loaded."""
        return self.catalogue.plugins.record(self.name)

    @property
    def works(self) -> bool:
        """Whether it could be loaded."""
        return self.record.status == "active"

    @property
    def own(self) -> tuple[Contribution, ...]:
        """What it declares itself, not what it uses of others, by place."""
        found = (item for item in self.catalogue.contributions if item.plugin == self.name)
        return tuple(sorted(found, key=lambda item: (item.file, item.line, item.name)))

    def declared(self, kind: str) -> tuple[Contribution, ...]:
        """Return what it declares of one kind."""
        return tuple(item for item in self.own if item.kind == kind)

    @property
    def schemes(self) -> tuple[Scheme, ...]:
        """The schemes that it declares."""
        return tuple(item.value for item in self.declared("scheme"))

    def place(self, value: Any = None) -> str:
        """Return where something is declared, or where the plugin itself stands."""
        place = getattr(value, "place", None)
        if place is not None and place.file:
            return shown(place.file, place.line)
        first = self.record.file or (str(self.target.files[0]) if self.target.files else "")
        return shown(first) if first else self.project_place()

    def project_place(self, *path: str) -> str:
        """Return where a key stands in pyproject.toml."""
        project = self.target.project
        if project is None:
            return self.name
        line = project.line(*path)
        return f"{project.name}:{line}" if line else project.name


def subject_of(target: Target) -> Subject:
    """Load a plugin, and nothing else; to be called inside `Target.apart`."""
    plugins = load_plugins(only=(target.candidate,))
    catalogue = build_catalogue(plugins, reserved=RESERVED)
    files = target.files or files_at(Path(plugins.record(target.name).file))
    return Subject(target, catalogue, tuple(Source(path, _parsed(path)) for path in files))


def _parsed(path: Path) -> ast.Module | None:
    try:
        content = path.read_bytes()
        return ast.parse(content, str(path)) if len(content) < _TOO_LARGE else None
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return None
