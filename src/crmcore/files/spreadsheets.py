"""Cells that no spreadsheet takes for a formula, and back."""

from typing import Final

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠", "'")


def guard(text: str) -> str:
    """Return ``text`` so that no spreadsheet takes it for a formula: with an apostrophe in front, where one could."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def unguard(text: str) -> str:
    """Return what `guard` was given; a text that it would not have made is left as it is."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text
