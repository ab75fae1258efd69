"""JSON lines: one flat object a line, whose numbers keep their exact text."""

import csv
import json
from collections.abc import Iterator
from typing import Any, Final, NoReturn, TextIO

from crmcore.files.csv_records import BoundedLines
from crmcore.files.parsing_base import BadValue


class BadCell(BadValue):
    """A value that a table cannot hold, with the name under which it stands."""

    def __init__(self, reason: str, column: str, value: str) -> None:
        super().__init__(reason)
        self.column = column
        self.value = value


def read_objects(text: TextIO) -> Iterator[tuple[int, dict[str, str] | BadValue]]:
    """Yield each line's number and its cells, or why it has none; blank lines are skipped."""
    lines = BoundedLines(text)
    while True:
        number = lines.begin_record()
        try:
            line = next(lines).strip()
        except StopIteration:
            return
        except csv.Error as error:
            yield number, BadValue(str(error))
            continue
        if line:
            yield number, _object(line)


def _object(text: str) -> dict[str, str] | BadValue:
    try:
        found = _DECODER.decode(text)
        if not isinstance(found, dict):
            return BadValue("is not an object; write {...} on each line, without a list around them")
        return {name: _cell(name, value) for name, value in found.items()}
    except BadValue as error:
        return error
    except json.JSONDecodeError as error:
        return BadValue(f"is not JSON: {error.msg} at character {error.pos + 1}")
    except RecursionError:
        return BadValue("is nested too deeply")


def _cell(name: str, value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and all(isinstance(part, str) and ";" not in part for part in value):
        return ";".join(value)
    raise BadCell("is nested; a cell holds a text, a number, true, false, null or a flat list", name, json.dumps(value))


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise BadCell("stands twice in one object", twice, "")
    return found


def _not_finite(word: str) -> NoReturn:
    raise BadValue(f"holds {word}, which is not a number of JSON; write null where the value is unknown")


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_pairs, parse_float=str, parse_int=str, parse_constant=_not_finite)
