"""Surroundings in which nothing of the machine, its user or the test before shows."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Final

import pytest

_LANGUAGE: Final = frozenset({"LANG", "LANGUAGE", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES"})
_FOLDERS: Final = ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")
ACTOR: Final = "tester"
_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


@contextmanager
def surroundings(folder: Path, language: str, variables: Mapping[str, str] = _NOTHING) -> Iterator[None]:
    """Work in ``folder``, in a language, with no variable of ours set but the actor's and the given ones."""
    with pytest.MonkeyPatch.context() as patch:
        surround(patch, folder, language)
        for name, value in variables.items():
            patch.setenv(name, value)
        yield


def surround(patch: pytest.MonkeyPatch, folder: Path, language: str = "en") -> None:
    """Do so until ``patch`` is undone; whatever the user keeps at home is looked for in ``folder``."""
    for name in os.environ:
        if name.startswith(("CRM_", "LC_")) or name in _LANGUAGE:
            patch.delenv(name)
    for name in _FOLDERS:
        patch.setenv(name, str(folder / name))
    patch.setenv("LANG", "C.UTF-8" if language == "en" else f"{language}.UTF-8")
    patch.setenv("CRM_ACTOR", ACTOR)
    patch.chdir(folder)
