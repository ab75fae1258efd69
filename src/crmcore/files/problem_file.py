"""Problems as a CSV file, to be mended in a spreadsheet."""

import csv
import os
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from crmcore.errors import CrmError, Problem
from crmcore.files.spreadsheets import guard

COLUMNS: Final = ("file", "line", "column", "value", "reason")


def write_problems(problems: Iterable[Problem], path: str | Path) -> int:
    """Write all problems to ``path``, which only its owner can read, and return how many; raises `CrmError`."""
    count = 0
    try:
        with open(path, "w", encoding="utf-8-sig", errors="backslashreplace", newline="", opener=_private) as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            for problem in problems:
                facts = (problem.file, problem.column, problem.value, problem.reason)
                name, column, value, reason = map(guard, facts)
                writer.writerow((name, problem.line or "", column, value, reason))
                count += 1
    except OSError as error:
        raise CrmError(
            f"cannot write the problems to {path}: {error.strerror}", todo="Give another --errors FILE."
        ) from error
    return count


def _private(path: str, flags: int) -> int:
    handle = os.open(path, flags, 0o600)
    if stat.S_ISREG(os.fstat(handle).st_mode):  # an older file keeps its mode otherwise; a device must keep it
        Path(path).chmod(0o600)
    return handle
