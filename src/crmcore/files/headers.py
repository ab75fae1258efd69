"""The names of a table's columns, and what can be wrong with them."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final, TextIO

from crmcore.errors import Invalid, Problem
from crmcore.files.csv_records import Fault, read_records
from crmcore.files.json_lines import read_objects

COLUMN_LIMIT: Final = 1000
"""Columns that a table may have."""

_VALUE: Final = re.compile(r"[-+.,:/\s0-9]*[0-9][-+.,:/\s0-9]*")


def csv_header(name: str, text: TextIO, delimiter: str) -> tuple[str, ...]:
    """Return the trimmed and composed names of the first record; raises `Invalid` with all that is wrong."""
    number, cells = next(read_records(text, delimiter), (1, Fault("is empty: there is no header line")))
    if isinstance(cells, Fault):
        raise Invalid([Problem(cells.reason, name, number)])
    names = tuple(unicodedata.normalize("NFC", cell.strip()) for cell in cells)
    if all(_VALUE.fullmatch(cell) for cell in names):
        reason = "the first line holds values, not names of columns"
        raise Invalid([Problem(reason, name, number)], todo="Put a line with the columns' names in front.")
    return _checked(name, number, names)


def json_header(name: str, text: TextIO) -> tuple[str, ...]:
    """Return every name that any of the objects has, in order of appearance; raises `Invalid`."""
    names: dict[str, None] = {}
    first: Problem | None = None
    for number, found in read_objects(text):
        if isinstance(found, dict):
            names.update(dict.fromkeys(found))
        else:
            first = first or Problem(str(found), name, number)
        if len(names) > COLUMN_LIMIT:
            break
    if not names:
        raise Invalid([first or Problem("is empty: there are no objects", name, 1)])
    return _checked(name, 1, tuple(names))


def _checked(file: str, line: int, names: tuple[str, ...]) -> tuple[str, ...]:
    problems = [Problem(reason, file, line, column) for column, reason in _faults(names)]
    if problems:
        raise Invalid(problems, todo="Mend the names of the columns.")
    return names


def _faults(names: tuple[str, ...]) -> Iterable[tuple[str, str]]:
    if len(names) > COLUMN_LIMIT:
        yield "", f"has more than {COLUMN_LIMIT:,} columns"
        return
    places: dict[str, list[str]] = {}
    for place, name in enumerate(names, start=1):
        places.setdefault(name, []).append(str(place))
    for name, where in places.items():
        if not name:
            yield "", f"column {', '.join(where)} has no name"
        elif any(unicodedata.category(character) in {"Cc", "Cs"} for character in name):
            yield repr(name), "the name holds a NUL byte, a line break or another control character"
        elif len(where) > 1:
            yield name, f"columns {', '.join(where)} have the same name"
