"""What is to be checked: a project folder, a one-file plugin, an installed plugin or a module; where its parts stand."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from attrs import frozen

from crmcore.errors import CrmError, Invalid, Problem, UnknownName, UsageError
from crmcore.hookspecs import ENTRY_POINT_GROUP
from crmcore.plugging.distributions import Candidate, installed
from crmcore.plugging.tomlfile import TomlFile, read_toml

PROJECT_FILE: Final = "pyproject.toml"

_KINDS: Final = "Give a folder with a pyproject.toml, a .py file, or the name of an installed plugin."


@frozen
class Target:
    """One plugin to check. ``folder`` and ``project`` are those of its distribution's sources, None if it has none.

    ``root`` is where its module is imported from, None where that is left to Python.
    """

    candidate: Candidate
    folder: Path | None = None
    project: TomlFile | None = None
    root: Path | None = None

    @property
    def name(self) -> str:
        """The plugin's name."""
        return self.candidate.name

    @property
    def files(self) -> tuple[Path, ...]:
        """Its source files, as far as they are known before it is imported."""
        source = self.candidate.source
        if isinstance(source, Path):
            return (source,)
        if isinstance(source, ModuleType):
            return files_at(Path(str(vars(source).get("__file__") or "")))
        return files_at(_module_file(self.root, source)) if self.root else ()

    @contextmanager
    def apart(self) -> Iterator[None]:
        """Import the plugin anew, from its own sources, inside; afterwards this process is as it was."""
        if self.root is None or not isinstance(self.candidate.source, str):
            with _without_bytecode():
                yield
            return
        top = self.candidate.source.partition(".")[0]
        before = {name: sys.modules.pop(name) for name in tuple(sys.modules) if _within(name, top)}
        sys.path.insert(0, str(self.root))
        try:
            with _without_bytecode():
                yield
        finally:
            sys.path.remove(str(self.root))
            for name in tuple(sys.modules):
                if _within(name, top):
                    del sys.modules[name]
            sys.modules.update(before)


def _within(name: str, top: str) -> bool:
    return name == top or name.startswith(f"{top}.")


@contextmanager
def _without_bytecode() -> Iterator[None]:
    """Leave no compiled files in the author's folder."""
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        yield
    finally:
        sys.dont_write_bytecode = before


def targets_of(given: Path | str | ModuleType) -> tuple[Target, ...]:
    """Return the plugins of a folder, file, module or installed name; raises a `CrmError` if there are none."""
    if isinstance(given, ModuleType):
        return (_of_module(given),)
    if isinstance(given, str) and not _is_path(given):
        return (_of_name(given),)
    path = Path(given)
    if not path.exists():
        raise UsageError(f"there is no file or folder {str(path)!r}", todo=_KINDS)
    if path.is_dir():
        return _of_folder(path)
    if path.name == PROJECT_FILE:
        return _of_folder(path.parent)
    if path.suffix != ".py":
        raise UsageError(f"{str(path)!r} is no plugin", todo=_KINDS)
    around = _project_around(path.absolute())
    return (around or Target(Candidate(path.stem, path.absolute())),)


def _is_path(text: str) -> bool:
    return Path(text).exists() or text.endswith(".py") or "/" in text or "\\" in text or text in {".", ".."}


def _of_name(name: str) -> Target:
    found = {candidate.name: candidate for candidate in installed()}
    if name not in found:
        raise UnknownName("plugin", name, found, todo=_KINDS)
    folder = _sources_of(found[name].distribution)
    if folder is not None:
        return next((target for target in _of_folder(folder) if target.name == name), Target(found[name]))
    return Target(found[name])


def _sources_of(distribution: str) -> Path | None:
    """Return the folder of a distribution that is installed as editable."""
    import json  # noqa: PLC0415 - only for plugins given by name
    from importlib.metadata import PackageNotFoundError  # noqa: PLC0415 - the same
    from importlib.metadata import distribution as find  # noqa: PLC0415 - the same
    from urllib.parse import unquote, urlparse  # noqa: PLC0415 - the same

    try:
        said = json.loads(find(distribution).read_text("direct_url.json") or "{}")
        address = urlparse(said["url"]) if said["dir_info"]["editable"] else None
    except (PackageNotFoundError, ValueError, LookupError, TypeError):
        return None
    folder = Path(unquote(address.path)) if address and address.scheme == "file" else None
    return folder if folder and (folder / PROJECT_FILE).is_file() else None


def _of_module(module: ModuleType) -> Target:
    file = vars(module).get("__file__")
    candidate = Candidate(module.__name__.rpartition(".")[2].removeprefix("crm_"), module)
    found = _project_around(Path(file).absolute(), module.__name__) if isinstance(file, str) else None
    if found is None:
        named = (one for one in installed() if one.source == module.__name__)
        return Target(_as_module(next(named, candidate), module))
    return Target(_as_module(found.candidate, module), found.folder, found.project, found.root)


def _as_module(candidate: Candidate, module: ModuleType) -> Candidate:
    return Candidate(
        candidate.name, module, candidate.distribution, candidate.version, candidate.requires, candidate.problem
    )


def _project_around(file: Path, module: str = "") -> Target | None:
    """Return the plugin whose module is, or holds, ``file`` in a project around it."""
    for folder in tuple(file.parents)[:4]:
        if (folder / PROJECT_FILE).is_file():
            try:
                found = _of_folder(folder)
            except CrmError:
                return None
            same = (one for one in found if file in one.files and (not module or one.candidate.source == module))
            return next(same, None)
    return None


# -- projects ----------------------------------------------------------------------------------------------------------


def _of_folder(folder: Path) -> tuple[Target, ...]:
    folder = folder.absolute()
    if not (folder / PROJECT_FILE).is_file():
        hint = "One-file plugins are checked by their file." if tuple(folder.glob("*.py")) else _KINDS
        raise UsageError(f"{folder} has no {PROJECT_FILE}", todo=f"{hint} `crm plugin new` makes a project.")
    project = read_toml(folder / PROJECT_FILE, shown(folder / PROJECT_FILE))
    points = table_at(project.data, "project", "entry-points", ENTRY_POINT_GROUP)
    named = {name: value for name, value in points.items() if isinstance(value, str)}
    if not named:
        line = project.line("project", "entry-points")
        raise Invalid(
            [Problem("the project names no plugin", file=project.name, line=line)],
            todo=f'Add [project.entry-points."{ENTRY_POINT_GROUP}"] with a line such as acme = "crm_acme".',
        )
    return tuple(_of_entry_point(name, value, folder, project) for name, value in sorted(named.items()))


def _of_entry_point(name: str, value: str, folder: Path, project: TomlFile) -> Target:
    about = table_at(project.data, "project")
    module = value.strip()
    problem = "" if _is_module(module) else f"its entry point must name a module such as 'crm_{name}', not {value!r}"
    root = next((place for place in _roots(folder, project) if _module_file(place, module)), None)
    if not problem and root is None and not _is_elsewhere(module, folder):
        problem = f"No module named {module!r} in {shown(folder)}, nor in src"
    candidate = Candidate(
        name,
        module,
        str(about.get("name") or ""),
        str(about.get("version") or ""),
        texts(about, "dependencies"),
        problem,
    )
    return Target(candidate, folder, project, root)


def _is_module(text: str) -> bool:
    return all(part.isidentifier() for part in text.split("."))


def _is_elsewhere(module: str, folder: Path) -> bool:
    """Whether Python finds the module in the project, at a place that only its build backend knows."""
    from importlib.util import find_spec  # noqa: PLC0415 - for unusual projects only

    found = None
    with suppress(ImportError, ValueError):
        found = find_spec(module.partition(".")[0])
    return found is not None and found.origin is not None and folder in Path(found.origin).parents


def _roots(folder: Path, project: TomlFile) -> tuple[Path, ...]:
    """Return where a project's modules may stand: as hatchling and setuptools are told, else here or in src."""
    wheel = table_at(project.data, "tool", "hatch", "build", "targets", "wheel")
    told = [folder / name for name in texts(wheel, "packages")]
    where = texts(table_at(project.data, "tool", "setuptools", "packages", "find"), "where")
    return (*(path.parent for path in told), *(folder / name for name in where), folder, folder / "src")


def _module_file(root: Path, module: str) -> Path | None:
    path = root.joinpath(*module.split("."))
    files = (path / "__init__.py", path.with_name(f"{path.name}.py"))
    return next((file for file in files if file.is_file()), None)


def files_at(file: Path | None) -> tuple[Path, ...]:
    """Return the source files of a module: itself, or all of its package."""
    if file is None or not file.is_file():
        return ()
    if file.name != "__init__.py":
        return (file,)
    return tuple(sorted(path for path in file.parent.rglob("*.py") if "tests" not in path.parts[len(file.parts) - 1 :]))


# -- reading what anybody may have written -------------------------------------------------------------------------------


def table_at(data: Mapping[str, Any], *path: str) -> Mapping[str, Any]:
    """Return the table at a path of keys, an empty one if there is none."""
    found: Any = data
    for key in path:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def texts(table: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """Return the texts of a list, nothing if it is none."""
    found = table.get(key)
    return tuple(one for one in found if isinstance(one, str)) if isinstance(found, list) else ()


def shown(path: Path | str, line: int = 0) -> str:
    """Return a place as people find it: relative to where they stand, if it is below."""
    text = str(path)
    with suppress(ValueError, OSError):
        text = str(Path(path).absolute().relative_to(Path.cwd()))
    return f"{text}:{line}" if line else text
