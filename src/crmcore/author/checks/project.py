"""Whether a project has what its users and its next author need: README, licence, tests, and honest requirements."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from crmcore.author.findings import Flaw, Validator
from crmcore.author.subject import Subject
from crmcore.author.targets import table_at, texts
from crmcore.plugging.contributions import CORE
from crmcore.plugging.requirements import normal_name, read_requirement

_CRMCORE: Final = "crmcore"


def _about(subject: Subject) -> Mapping[str, Any]:
    return table_at(subject.target.project.data, "project") if subject.target.project else {}


def _folder(subject: Subject) -> Path:
    return subject.target.folder or Path()


# -- silver --------------------------------------------------------------------------------------------------------------


def readme(subject: Subject) -> Iterator[Flaw]:
    """Yield a README that is missing, empty, or not named in pyproject.toml."""
    said = _about(subject).get("readme")
    name = said.get("file") if isinstance(said, Mapping) else said
    place = subject.project_place("project", "readme")
    if isinstance(said, Mapping) and str(said.get("text") or "").strip():
        return
    if not isinstance(name, str) or not name:
        yield Flaw(place, "the project names no README", 'Write one, and readme = "README.md" under [project].')
    elif not _text_in(_folder(subject) / name):
        yield Flaw(place, f"there is nothing in {name}", "Say what the plugin is for, and how it is set up.")


def licence(subject: Subject) -> Iterator[Flaw]:
    """Yield a licence that is not named in pyproject.toml."""
    about = _about(subject)
    if not about.get("license") and not about.get("license-files"):
        yield Flaw(
            subject.project_place("project"),
            "the project names no licence",
            'Write license = "MIT" under [project], or "LicenseRef-Proprietary" if it is not for others.',
        )


def tests(subject: Subject) -> Iterator[Flaw]:
    """Yield a plugin without tests."""
    if subject.target.project is None:
        text = "a plugin without a project has no tests"
        yield Flaw(subject.place(), text, "Make it a project with `crm plugin new`, whose tests run with pytest.")
    elif not any(_has_tests(path) for path in _test_files(_folder(subject))):
        text = "there is no test in tests/"
        yield Flaw(subject.project_place(), text, "Write tests/test_*.py; crmcore.testing has the tools.")


def _test_files(folder: Path) -> Iterator[Path]:
    for place in (folder / "tests", folder / "test", folder):
        yield from sorted(place.glob("test_*.py"))
        yield from sorted(place.glob("*_test.py"))


def _has_tests(path: Path) -> bool:
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return False
    named = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef))
    return any(node.name.startswith(("test_", "Test")) for node in named)


def _text_in(path: Path) -> bool:
    try:
        return bool(path.read_text("utf-8").strip())
    except (OSError, ValueError):
        return False


# -- requirements --------------------------------------------------------------------------------------------------------


def python_range(subject: Subject) -> Iterator[Flaw]:
    """Yield a project that does not say which Python it needs."""
    if not _about(subject).get("requires-python"):
        text = "the project does not say which Python it needs"
        yield Flaw(subject.project_place("project"), text, 'Write requires-python = ">=3.11" under [project].')


def crmcore_range(subject: Subject) -> Iterator[Flaw]:
    """Yield a requirement on crmcore that is missing or has no end."""
    place = subject.project_place("project", "dependencies")
    lines = [line for line in texts(_about(subject), "dependencies") if _name(line) == _CRMCORE]
    todo = f'Write "{_CRMCORE}>=0.1,<0.2" in dependencies: it is then set aside, not broken, by a newer crmcore.'
    if not lines:
        yield Flaw(place, "the project does not require crmcore", todo)
    for line in lines:
        specifiers = read_requirement(line).specifiers
        if not any(part.strip().startswith(("<", "==", "~=")) for part in specifiers.split(",")):
            yield Flaw(place, f"{line!r} has no upper bound", todo, line)


def _name(line: str) -> str:
    try:
        return read_requirement(line).name
    except ValueError:
        return ""


def undeclared(subject: Subject) -> Iterator[Flaw]:
    """Yield each plugin whose things this one uses without requiring its distribution."""
    if not subject.works:
        return
    from crmcore.plugging.distributions import installed  # noqa: PLC0415 - reads what is installed

    used = {item.plugin for item in subject.catalogue.contributions} - {subject.name, CORE}
    required = {_name(line) for line in texts(_about(subject), "dependencies")}
    known = {one.name: one.distribution for one in installed()}
    for name in sorted(used):
        distribution = normal_name(known.get(name) or f"crm-{name}")
        if distribution not in required:
            text = f"it uses what the plugin {name!r} declares, but does not require {distribution}"
            yield Flaw(
                subject.project_place("project", "dependencies"), text, f'Add "{distribution}" to dependencies.', name
            )


VALIDATORS: Final = (
    Validator(
        "dependency-undeclared", "bronze", "error", "It requires the plugins that it uses.", undeclared, "project"
    ),
    Validator("readme", "silver", "warning", "It has a README.", readme, "project"),
    Validator("licence", "silver", "warning", "It says under which licence it is.", licence, "project"),
    Validator("tests", "silver", "warning", "It has tests.", tests, "sources"),
    Validator("python-range", "gold", "warning", "It says which Python it needs.", python_range, "project"),
    Validator(
        "crmcore-range", "gold", "warning", "It requires crmcore, with an upper bound.", crmcore_range, "project"
    ),
)
