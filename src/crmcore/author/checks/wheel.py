"""Whether the wheel that users install has everything: built by the project's own backend, from a copy, in a process apart."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from zipfile import BadZipFile, ZipFile

from attrs import frozen

from crmcore.author.findings import Flaw, Validator
from crmcore.author.subject import Subject
from crmcore.author.targets import table_at, texts
from crmcore.hookspecs import ENTRY_POINT_GROUP

LIMIT: Final = 120.0
"""Seconds after which the build is given up."""
MOST_BYTES: Final = 200_000_000

_LEFT_OUT: Final = shutil.ignore_patterns(
    *(".git", ".hg", ".venv", "venv", "env", "__pycache__", "*.pyc", ".*_cache", ".tox", ".nox", "node_modules"),
    *("dist", "build", "*.egg-info", ".hypothesis"),
)
_BUILD: Final = """
import importlib, sys
backend, target, *paths = sys.argv[1:]
sys.path[:0] = paths
module, _, inner = backend.partition(":")
found = importlib.import_module(module)
for name in filter(None, inner.split(".")):
    found = getattr(found, name)
found.build_wheel(target)
"""


@frozen
class Built:
    """The names of the files in a wheel and what its entry points say, or why there is none."""

    names: tuple[str, ...] = ()
    entry_points: str = ""
    problem: str = ""


def wheel(subject: Subject) -> Iterator[Flaw]:
    """Yield what is missing in the wheel, or that none could be built."""
    place = subject.project_place("build-system")
    yield from _typed(subject)
    backend = _backend(subject)
    if not _importable(backend.partition(":")[0], subject):
        text = f"no wheel was built, since the build backend {backend} is not installed here"
        yield Flaw(place, text, f"Install it ({', '.join(_requires(subject)) or 'setuptools'}), and check again.")
        return
    built = _built(subject, backend)
    if built.problem:
        yield Flaw(
            place, f"the wheel cannot be built: {built.problem}", "Mend pyproject.toml, and check again.", level="error"
        )
        return
    yield from _missing(subject, built)


def _missing(subject: Subject, built: Built) -> Iterator[Flaw]:
    source = subject.target.candidate.module
    lines = {"".join(line.split()) for line in built.entry_points.splitlines()}
    if f"{subject.name}={source}" not in lines:
        place = subject.project_place("project", "entry-points")
        text = f"the wheel names no plugin {subject.name!r}"
        yield Flaw(
            place,
            text,
            f'Write {subject.name} = "{source}" under [project.entry-points."{ENTRY_POINT_GROUP}"].',
            level="error",
        )
    for path, name in _shipped(subject):
        if name not in built.names:
            yield Flaw(
                subject.project_place("tool"),
                f"{name} is not in the wheel",
                "Tell the build backend to include it: with hatchling, packages or force-include under "
                "[tool.hatch.build.targets.wheel].",
                name,
                "error" if path.suffix == ".py" else None,
            )


def _shipped(subject: Subject) -> Iterator[tuple[Path, str]]:
    """Yield every file of the plugin's own package, with its name in a wheel."""
    root, files = subject.target.root, subject.target.files
    if root is None or not files:
        return
    first = _module_file(subject)
    found = sorted(first.parent.rglob("*")) if first.name == "__init__.py" else [first]
    for path in found:
        parts = path.relative_to(root).parts
        hidden = any(part.startswith(".") or part in {"__pycache__", "tests"} for part in parts)
        if path.is_file() and not hidden and path.suffix != ".pyc":
            yield path, "/".join(parts)


def _module_file(subject: Subject) -> Path:
    """Return the file that the entry point names: of a package, its __init__.py."""
    files = subject.target.files
    return next((path for path in files if path.name == "__init__.py" and path.parent == _shortest(files)), files[0])


def _shortest(files: Sequence[Path]) -> Path:
    return min((path.parent for path in files), key=lambda path: len(path.parts))


def _typed(subject: Subject) -> Iterator[Flaw]:
    if not subject.target.files:
        return
    first = _module_file(subject)
    if first.name == "__init__.py" and not (first.parent / "py.typed").is_file():
        text = "the package has no py.typed, so type checkers ignore its annotations"
        yield Flaw(subject.place(), text, f"Add an empty file {first.parent.name}/py.typed.")


# -- building --------------------------------------------------------------------------------------------------------------


def _backend(subject: Subject) -> str:
    system = table_at(subject.target.project.data, "build-system") if subject.target.project else {}
    return str(system.get("build-backend") or "setuptools.build_meta:__legacy__")


def _requires(subject: Subject) -> tuple[str, ...]:
    return texts(table_at(subject.target.project.data, "build-system"), "requires") if subject.target.project else ()


def _paths(subject: Subject, folder: Path) -> tuple[str, ...]:
    system = table_at(subject.target.project.data, "build-system") if subject.target.project else {}
    return tuple(str(folder / name) for name in texts(system, "backend-path") if ".." not in Path(name).parts)


def _importable(module: str, subject: Subject) -> bool:
    if _paths(subject, Path()):
        return True
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError):
        return False


def _built(subject: Subject, backend: str) -> Built:
    folder = subject.target.folder or Path()
    if sum(path.stat().st_size for path in folder.glob("*") if path.is_file()) > MOST_BYTES:
        return Built(problem="the folder holds files of more than 200 MB")
    with TemporaryDirectory(prefix="crm-check-") as scratch:
        copy, target = Path(scratch) / "project", Path(scratch) / "wheel"
        target.mkdir()
        try:
            shutil.copytree(folder, copy, ignore=_LEFT_OUT, symlinks=True)
        except (OSError, shutil.Error) as error:
            return Built(problem=f"the project cannot be copied: {error}")
        problem = _run(backend, target, copy, _paths(subject, copy))
        return Built(problem=problem) if problem else _read(target)


def _run(backend: str, target: Path, copy: Path, paths: Sequence[str]) -> str:
    """Build in a process of its own; return what went wrong, in one line."""
    try:
        done = subprocess.run(  # noqa: S603 - this Python, with our own program
            [sys.executable, "-c", _BUILD, backend, str(target), *paths],
            cwd=copy,
            capture_output=True,
            check=False,
            timeout=LIMIT,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        )
    except subprocess.TimeoutExpired:
        return f"it took longer than {LIMIT:g} seconds"
    said = [line for line in done.stderr.splitlines() if line.strip()]
    return (said[-1].strip() if said else f"it ended with {done.returncode}") if done.returncode else ""


def _read(target: Path) -> Built:
    made = sorted(target.glob("*.whl"))
    if not made:
        return Built(problem="the backend made no wheel")
    try:
        with ZipFile(made[0]) as archive:
            names = tuple(archive.namelist())
            told = next((name for name in names if name.endswith(".dist-info/entry_points.txt")), "")
            return Built(names, archive.read(told).decode("utf-8", "replace") if told else "")
    except (BadZipFile, OSError, KeyError) as error:
        return Built(problem=f"the wheel cannot be read: {error}")


VALIDATORS: Final = (
    Validator("wheel", "gold", "warning", "Its wheel has its entry point, py.typed and every file.", wheel, "project"),
)
