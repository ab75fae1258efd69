"""Whether a value fits its kind: what no edge may let in, whichever way it came."""

import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from typing import Any, Final

from crmcore.kinds import NUMBER_LIMIT, Kind, to_units

TEXT_LIMIT: Final = 10_000
"""Characters that a text may have, after composing."""

ID_LIMIT: Final = 250
"""Characters that an id may have: every store can index so many."""

MULTILINE: Final = frozenset({"notes", "address"})
"""Columns, and fields by the last part of their name, that may hold line breaks and tabs."""


def misfit(kind: Kind, value: Any, money_digits: int) -> str:
    """Return why ``value`` cannot be a value of ``kind``, empty if it can; None is nobody's value."""
    fits, reason = _TESTS[kind.name]
    if not fits(value):
        return reason
    if kind.name in _EXACT:
        return _size(value, money_digits if kind.name == "money" else kind.scale)
    return ""


def text_misfit(name: str, value: str | tuple[str, ...]) -> str:
    """Return why a column or field called ``name`` cannot hold a text or several, empty if it can."""
    if isinstance(value, tuple):
        return next(filter(None, map(_part_misfit, value)), "")
    return id_misfit(value) if name == "id" else control_in(value, lines=has_lines(name)) or too_long(value)


def has_lines(name: str) -> bool:
    """Whether the column or field may hold line breaks and tabs."""
    return name.rpartition(".")[2] in MULTILINE


def id_misfit(text: str) -> str:
    """Return why a text cannot be an id: one that looks like another, or that no file and no command could name."""
    if reason := control_in(text) or too_long(text, ID_LIMIT):
        return reason
    if text != text.strip():
        return "has blanks around it, which an id cannot have"
    composed = text.isascii() or unicodedata.is_normalized("NFC", text)
    return "" if composed else "is not composed (Unicode NFC), as every id is that is typed or imported"


def _part_misfit(text: str) -> str:
    if reason := control_in(text) or too_long(text):
        return reason
    if ";" in text:
        return "has a semicolon in one of its texts; it stands between them"
    return "" if text and text == text.strip() else "has a text that is empty, or has blanks around it"


def too_long(text: str, limit: int = TEXT_LIMIT) -> str:
    """Return that a text is too long, if it is."""
    return f"has {len(text):,} characters; {limit:,} are allowed" if len(text) > limit else ""


def control_in(text: str, *, lines: bool = False) -> str:
    """Return which character of a text cannot be kept, if one cannot; with ``lines``, tabs and line feeds can."""
    if text.isprintable():
        return ""
    allowed = "\n\t" if lines else ""
    return next(filter(None, (_refused(letter) for letter in text if letter not in allowed)), "")


def _refused(letter: str) -> str:
    category = unicodedata.category(letter)
    if category == "Cs":
        return f"has half a character (U+{ord(letter):04X}), left over from a broken conversion"
    if letter in "\r\n\u2028\u2029":
        return "has a line break, which this column cannot hold"
    return f"has the control character U+{ord(letter):04X}" if category == "Cc" else ""


def _size(value: Any, digits: int) -> str:
    if isinstance(value, Decimal) and not value.is_finite():
        return "must be a finite number"
    if abs(value) >= NUMBER_LIMIT:
        return f"must be smaller than {NUMBER_LIMIT:,} either sign"
    try:
        to_units(value, digits)
    except ValueError as error:
        return f"has {error}"
    return ""


def _is_exact(value: Any) -> bool:
    return isinstance(value, Decimal | int) and not isinstance(value, bool)


def _is_moment(value: Any) -> bool:
    """Whether it is a day, or a moment with a time zone; not so close to the ends of time that a zone leads over them."""
    if isinstance(value, datetime) and value.utcoffset() is None:
        return False
    return isinstance(value, date) and date.min < date(value.year, value.month, value.day) < date.max


_EXACT: Final = frozenset({"integer", "decimal", "money"})
_TESTS: Final[Mapping[str, tuple[Callable[[Any], bool], str]]] = {
    "integer": (lambda value: type(value) is int, "must be a whole number"),
    "decimal": (_is_exact, "must be an exact number (Decimal or int)"),
    "money": (_is_exact, "must be an exact number (Decimal or int)"),
    "number": (_is_exact, "must be an exact number (Decimal or int)"),
    "ratio": (lambda value: isinstance(value, float) and isfinite(value), "must be a finite number"),
    "text": (lambda value: isinstance(value, str), "must be a text"),
    "texts": (
        lambda value: isinstance(value, tuple) and all(isinstance(part, str) for part in value),
        "must be several texts",
    ),
    "boolean": (lambda value: isinstance(value, bool), "must be true or false"),
    "date": (lambda value: isinstance(value, date) and not isinstance(value, datetime), "must be a day"),
    "instant": (_is_moment, "must be a day, or a moment with its time zone"),
}
