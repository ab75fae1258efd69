"""Surroundings in which nothing of the machine, its user or the test before shows."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

_LANGUAGE: Final = frozenset({"LANG", "LANGUAGE", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES"})
_FOLDERS: Final = ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")
ACTOR: Final = "tester"


@contextmanager
def surroundings(folder: Path, language: str) -> Iterator[None]:
    """Work in ``folder``, with no variable of ours set but the actor's, with folders of one's own, in a language."""
    with pytest.MonkeyPatch.context() as patch:
        surround(patch, folder, language)
        yield


def surround(patch: pytest.MonkeyPatch, folder: Path, language: str = "en") -> None:
    """Do the same until ``patch`` is undone."""
    for name in os.environ:
        if name.startswith(("CRM_", "LC_")) or name in _LANGUAGE:
            patch.delenv(name)
    for name in _FOLDERS:
        patch.setenv(name, str(folder / name))
    patch.setenv("LANG", "C.UTF-8" if language == "en" else f"{language}.UTF-8")
    patch.setenv("CRM_ACTOR", ACTOR)
    patch.chdir(folder)
