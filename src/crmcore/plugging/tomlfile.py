"""Reading a TOML file of settings: numbers exactly, every key with its line, and one clear sentence if it is broken."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from attrs import frozen

from crmcore.errors import Invalid, Problem

_AT_LINE: Final = re.compile(r"\(at line (\d+), column \d+\)")
_AT_END: Final = "(at end of document)"
_HUGE_NUMBER: Final = re.compile(r"\d{4000}|\d[eE][+-]?\d{7}")
_TOKEN: Final = re.compile(
    r""""{3}(?:[^\\]|\\.)*?"{3,5}|'{3}.*?'{3,5}|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|#[^\n]*|[][{}\n]""", re.DOTALL
)
"""What can hide or be a bracket or the end of a line: texts of all four sorts, and comments."""
_WIDE_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")


@frozen
class TomlFile:
    """What a file says; ``name`` is how messages call it, ``lines`` has the first line of every key and table."""

    name: str
    data: Mapping[str, Any]
    lines: Mapping[tuple[str, ...], int]

    def line(self, *path: str) -> int:
        """Return the line of a key, or of the nearest table around it; 0 where there is none."""
        return next((self.lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in self.lines), 0)

    def origin(self, *path: str) -> str:
        """Return where a key stands, as file:line."""
        return f"{self.name}:{self.line(*path)}"


def read_toml(path: Path, name: str) -> TomlFile:
    """Return what a file says, nothing if there is none; raises `Invalid` with the line if it cannot be used."""
    try:
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return TomlFile(name, {}, {})
    except OSError as error:
        raise _broken(name, 0, f"cannot be read: {error.strerror or error}") from None
    text = _decoded(content, name)
    try:
        data = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        found = _AT_LINE.search(str(error))
        line = int(found[1]) if found else len(text.splitlines())
        reason = _AT_LINE.sub("", str(error)).replace(_AT_END, "").strip()
        raise _broken(name, line, f"is no TOML: {reason}") from None
    except RecursionError:
        raise _broken(name, _deepest_line(text), "has values nested too deeply") from None
    except (ValueError, ArithmeticError):
        raise _broken(name, _line_of(_HUGE_NUMBER, text), "has a number that is far too large") from None
    lines: dict[tuple[str, ...], int] = {}
    for key, line in _lines(text):
        for length in range(1, len(key) + 1):
            lines.setdefault(key[:length], line)
    return TomlFile(name, data, lines)


def _broken(name: str, line: int, reason: str) -> Invalid:
    return Invalid([Problem(f"the file {reason}", file=name, line=line)], todo="Mend the file, or move it away.")


def _decoded(content: bytes, name: str) -> str:
    if content.startswith(_WIDE_MARKS):
        raise _broken(name, 1, "is UTF-16; save it as UTF-8")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _broken(name, line, f"is not UTF-8 (byte 0x{content[error.start]:02x}); save it as UTF-8") from None


def _line_of(pattern: re.Pattern[str], text: str) -> int:
    found = pattern.search(text)
    return text.count("\n", 0, found.start()) + 1 if found else 0


def _deepest_line(text: str) -> int:
    """Return the line on which most brackets are open; strings are not told apart, so it may be off by a little."""
    depth, deepest, line = 0, 0, 0
    for number, content in enumerate(text.split("\n"), 1):
        for letter in content:
            depth += (letter in "[{") - (letter in "]}")
            if depth > deepest:
                deepest, line = depth, number
    return line


def _lines(text: str) -> Iterator[tuple[tuple[str, ...], int]]:
    """Yield the path and line of every key of a sound file; each statement is read by itself, once."""
    table: tuple[str, ...] = ()
    for statement, line in _statements(text.replace("\r\n", "\n")):
        paths = [path for path in _paths(tomllib.loads(statement)) if path]
        is_header = statement.lstrip().startswith("[")
        for path in paths:
            yield (path if is_header else (*table, *path)), line
        table = paths[0] if is_header else table


def _statements(text: str) -> Iterator[tuple[str, int]]:
    """Yield every statement of a sound file with its line: it ends with a line on which nothing is open any more."""
    start, line, here, depth = 0, 1, 1, 0
    for token in _TOKEN.finditer(text):
        found = token[0]
        depth += (found in "[{") - (found in "]}")
        here += found.count("\n")
        if found == "\n" and not depth:
            yield text[start : token.end()], line
            start, line = token.end(), here
    yield text[start:], line


def _paths(data: Any, depth: int = 3) -> Iterator[tuple[str, ...]]:
    """Yield the path of every value, as deep as configuration goes; a table is known by what it holds."""
    if not depth or not isinstance(data, dict) or not data:
        yield ()
        return
    for key, value in data.items():
        for path in _paths(value, depth - 1):
            yield (key, *path)
