"""Texts that a terminal can show: nothing in them commands it, breaks in half, or turns the direction of what follows."""

import unicodedata
from typing import Final

_BIDI: Final = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))
"""What sets the direction of writing for all that follows; marks within a word are no such thing."""

_REFUSED: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Control characters, halves of characters, and separators of lines and paragraphs."""


def is_legible(text: str, *, lines: bool = False) -> bool:
    """Whether a text can be shown as it is; with ``lines``, line feeds and tabs are allowed."""
    allowed = "\n\t" if lines else ""
    return text.isprintable() or all(letter in allowed or not _is_refused(letter) for letter in text)


def visible(text: str) -> str:
    """Return a text with whatever a terminal would obey written out, as in a Python literal; lines stay lines."""
    if is_legible(text, lines=True):
        return text
    shown = (repr(letter)[1:-1] if letter not in "\n\t" and _is_refused(letter) else letter for letter in text)
    return "".join(shown)


def _is_refused(letter: str) -> bool:
    return letter in _BIDI or unicodedata.category(letter) in _REFUSED
