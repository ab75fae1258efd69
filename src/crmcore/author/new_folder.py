"""Writing a new folder: all of its files or, if anything is in the way, nothing. Nothing is ever overwritten."""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from crmcore.author.new_templates import NewFile
from crmcore.errors import CrmError


def check_free(target: Path) -> None:
    """Raise `CrmError` unless a new folder can be made at ``target``."""
    if not target.parent.is_dir():
        raise CrmError(f"there is no folder {target.parent}", todo="Make it first, or give another one with --into.")
    if os.path.lexists(target):
        raise CrmError(
            f"{target} is there already, and nothing is overwritten",
            todo="Move it away, choose another name, or another place with --into.",
        )


def write_folder(target: Path, files: Iterable[NewFile]) -> None:
    """Write files into the new folder ``target``: they are written aside, then the whole folder gets its name.

    Raises `CrmError` if it is there, `OSError` if it cannot be written; then nothing of it remains.
    """
    check_free(target)
    aside = target.with_name(f".{target.name}.{os.urandom(8).hex()}.tmp")
    aside.mkdir()
    try:
        for file in files:
            path = aside / file.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(file.text, encoding="utf-8", newline="\n")
        check_free(target)
        aside.rename(target)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
