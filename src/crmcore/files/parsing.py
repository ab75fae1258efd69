"""The values of columns and fields from text, for files and the command line alike; nothing is guessed."""

import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from typing import Final

from crmcore.entities import ColumnType
from crmcore.files.parsing_base import BadValue, Reading
from crmcore.files.parsing_numbers import read_decimal, read_integer
from crmcore.files.parsing_times import read_day, read_moment
from crmcore.kinds import Kind, fold
from crmcore.labels import Choices
from crmcore.values import control_in, has_lines, too_long

Value = str | int | Decimal | bool | date | datetime | tuple[str, ...]

OPEN_DIGITS: Final = 12
"""Digits after the mark of a number that has no scale of its own, such as a setting."""

_BOOLEANS: Final = {
    "true": True,
    "yes": True,
    "1": True,
    "是": True,
    "false": False,
    "no": False,
    "0": False,
    "否": False,
}


def parse(column: ColumnType, text: str, reading: Reading) -> Value | None:
    """Return what ``text`` means in ``column``, None for a blank; raises `BadValue` with the reason."""
    lines = has_lines(column.name)
    value = (
        read_text(text, lines=True) if lines and column.kind.name == "text" else parse_kind(column.kind, text, reading)
    )
    if not column.choices:
        return value
    if isinstance(value, tuple):
        return tuple(_choice(part, column.choices) for part in value)
    return _choice(value, column.choices) if isinstance(value, str) else value


def parse_kind(kind: Kind, text: str, reading: Reading) -> Value | None:
    """Return what ``text`` means as a value of ``kind``, None for a blank; raises `BadValue`."""
    if kind.name == "text":
        return read_text(text)
    if kind.name == "texts":
        return read_texts(text)
    bare = text.strip()
    return _READERS[kind.name](bare, reading, kind) if bare else None


def read_text(text: str, *, lines: bool = False) -> str | None:
    """Return the composed text without blanks around it, None if nothing is left; raises `BadValue`.

    With ``lines``, tabs and line breaks (all made line feeds) may stand in it.
    """
    bare = text.strip(" \t\r\n")
    if lines:
        bare = bare.replace("\r\n", "\n").replace("\r", "\n")
    refused = control_in(bare, lines=lines)
    bare = unicodedata.normalize("NFC", bare.strip())
    if refused := refused or too_long(bare):
        raise BadValue(refused)
    return bare or None


def read_texts(text: str) -> tuple[str, ...] | None:
    """Return the texts between semicolons, each once, None if there is none; raises `BadValue`."""
    parts = (read_text(part) for part in text.split(";"))
    return tuple(dict.fromkeys(part for part in parts if part)) or None


def nearest(name: str, known: Mapping[str, str]) -> tuple[str, ...]:
    """Return what up to three of the keys of ``known`` that resemble ``name`` stand for, best first."""
    folded = {fold(key): answer for key, answer in known.items()}
    found = get_close_matches(fold(name), folded, n=3, cutoff=0.6)
    return tuple(dict.fromkeys(folded[key] for key in found))


def _choice(text: str, choices: Choices) -> str:
    """Return the choice that a text is, or that people read it for."""
    if text in choices:
        return text
    same = [choice for choice in choices if fold(text) in map(fold, (choice, *choices.read(choice)))]
    if len(same) == 1:
        return same[0]
    near = nearest(text, {choice: choice for choice in choices})
    hint = f"did you mean {' or '.join(map(repr, near))}? " if near else ""
    raise BadValue(f"is not one of the choices; {hint}Choices: {', '.join(choices)}")


def _boolean(text: str) -> bool:
    found = _BOOLEANS.get(text.casefold())
    if found is None:
        raise BadValue(f"is neither yes nor no; write one of {', '.join(_BOOLEANS)}")
    return found


_READERS: Final[Mapping[str, Callable[[str, Reading, Kind], Value]]] = {
    "integer": lambda text, reading, _: read_integer(text, reading),
    "decimal": lambda text, reading, kind: read_decimal(text, reading, kind.scale),
    "money": lambda text, reading, _: read_decimal(text, reading, reading.money_digits),
    "ratio": lambda text, reading, _: read_decimal(text, reading, OPEN_DIGITS),
    "number": lambda text, reading, _: read_decimal(text, reading, OPEN_DIGITS),
    "date": lambda text, reading, _: read_day(text, reading),
    "instant": lambda text, reading, _: read_moment(text, reading),
    "boolean": lambda text, _, __: _boolean(text),
}
