"""The files of a new plugin, made from templates that are plugins themselves: of a company called Acme."""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from attrs import frozen

import crmcore
from crmcore.author.new_kinds import LICENSES
from crmcore.author.new_names import class_name, distribution, title

_HERE: Final = Path(__file__).parent / "templates"
_CHINESE: Final = "## 中文说明"
_SAMPLE: Final = "acme"
_COMMON: Final[Mapping[str, str]] = MappingProxyType(
    {"gitignore": ".gitignore", "pyproject": "pyproject.toml", "py.typed": "crm_acme/py.typed"}
)
"""Files with another name among the templates, where tools would take them for their own."""

_NOT_FOR_SALE: Final = '    "Private :: Do Not Upload",\n'


@frozen
class NewPlugin:
    """What is asked for; ``year`` stands in the licence."""

    name: str
    kind: str
    license: str
    author: str
    year: int


@frozen
class NewFile:
    """A file to write, its path relative to the folder of the distribution."""

    path: str
    text: str


def files_of(plugin: NewPlugin) -> tuple[NewFile, ...]:
    """Return every file of a new distribution, by path."""
    words = _words(plugin)
    made = (NewFile(_replaced(path, words), _replaced(text, words)) for path, text in _sources(plugin))
    return tuple(sorted(made, key=lambda file: file.path))


def module_of(name: str, kind: str) -> str:
    """Return the text of a new plugin that is one file."""
    return _replaced(_text(kind, "crm_acme", "__init__.py"), _names(name))


def _sources(plugin: NewPlugin) -> Iterator[tuple[str, str]]:
    """Yield path and text of each file, with the sample's names."""
    about = _about(plugin.kind)
    english, _, chinese = _text(plugin.kind, "README.md").partition(_CHINESE)
    parts = {"PART_IN_ENGLISH": english.strip(), "PART_IN_CHINESE": f"{_CHINESE}{chinese}".strip()}
    for path in _files(_HERE / plugin.kind):
        if path != "README.md":
            yield path, _text(plugin.kind, path)
    for path in _files(_HERE / "common"):
        text = _replaced(_text("common", path), {**parts, "ABOUT_THE_PLUGIN": about})
        yield _COMMON.get(path, path), text
    yield "LICENSE", _text("licenses", f"{plugin.license}.txt")


def _files(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path.relative_to(folder).as_posix()


def _text(*parts: str) -> str:
    return _HERE.joinpath(*parts).read_text(encoding="utf-8")


def _about(kind: str) -> str:
    """Return the sentence with which a template's module begins."""
    said = ast.get_docstring(ast.parse(_text(kind, "crm_acme", "__init__.py"))) or ""
    return said.partition("\n")[0]


def _words(plugin: NewPlugin) -> dict[str, str]:
    return {
        **_names(plugin.name),
        "LICENSE_NAME": LICENSES[plugin.license],
        "AUTHOR_NAME": plugin.author,
        "THIS_YEAR": str(plugin.year),
        "CRMCORE_RANGE": _range(crmcore.__version__),
        '    "PRIVACY_CLASSIFIER",\n': _NOT_FOR_SALE if plugin.license == "proprietary" else "",
    }


def _names(name: str) -> dict[str, str]:
    """Return what stands in place of the sample's names."""
    return {
        "crm-acme": distribution(name),
        "acme:///": f"{name.replace('_', '-')}:///",  # the scheme of a URL has no _
        "AcmeClass": class_name(name),
        "Acme": title(name),
        _SAMPLE: name,
    }


def _replaced(text: str, words: Mapping[str, str]) -> str:
    """Replace all words in one pass, longer ones first, so that nothing replaces what was put in place of another."""
    pattern = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return re.sub(pattern, lambda found: words[found[0]], text)


def _range(version: str) -> str:
    """Return the versions of crmcore for which a plugin that is made today can be meant."""
    major, minor = (int(part) for part in version.split(".")[:2])
    following = f"{major + 1}" if major else f"0.{minor + 1}"
    return f"crmcore>={major}.{minor},<{following}"
