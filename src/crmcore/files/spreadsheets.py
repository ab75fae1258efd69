"""Cells that no spreadsheet takes for a formula, and back."""

import re
import unicodedata
from typing import Final

_SIGNS: Final = frozenset("=+-@|%＝＋－＠﹢﹣﹦﹫−")
_STARTS: Final = ("\t", "\r", "\n")
_MARK: Final = "'"
_UNSEEN: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and a sign that look like a blank."""
_is_number: Final = re.compile(r"[+-][0-9][0-9 .,]*").fullmatch
"""A number with its sign, and a telephone number such as +49 30 1234: neither computes anything."""


def guard(text: str) -> str:
    """Return ``text`` so that no spreadsheet takes it for a formula: with an apostrophe in front, where one could."""
    return f"{_MARK}{text}" if text.startswith(_MARK) or _is_formula(text) else text


def unguard(text: str) -> str:
    """Return what `guard` was given; a text that it would not have made is left as it is."""
    return text[1:] if text.startswith(_MARK) and guard(text[1:]) == text else text


def _is_formula(text: str) -> bool:
    """Whether a spreadsheet might compute it: some skip blanks and what cannot be seen before looking for a sign."""
    if text.isalnum() or _is_number(text):
        return False
    seen = (letter for letter in text if letter not in _UNSEEN and unicodedata.category(letter)[0] not in "ZCM")
    first = next(seen, "")
    return first in _SIGNS or text.startswith(_STARTS)
