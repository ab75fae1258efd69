"""Numbers from text, strictly: what could mean two things is refused with the reason, never guessed."""

import re
import unicodedata
from decimal import Decimal
from typing import Final

from crmcore.files.parsing_base import BadValue, Reading
from crmcore.kinds import NUMBER_LIMIT, from_units, to_units

_WHOLE: Final = re.compile(r"[+-]?[0-9]+")
_WITH_MARK: Final = {
    mark: re.compile(rf"[+-]?(?:[0-9]+(?:{re.escape(mark)}[0-9]+)?|{re.escape(mark)}[0-9]+)") for mark in ".,"
}
_LONGEST: Final = 60
_EXPONENT: Final = re.compile(r"[+-]?[0-9.,]+e[+-]?[0-9]+", re.IGNORECASE)
_NOT_FINITE: Final = frozenset({"nan", "inf", "infinity", "#n/a", "#div/0!", "∞"})
_MINUSES: Final = "\u2010\u2011\u2012\u2013\u2014\u2212\ufe63\uff0d"
_MONEY_WORDS: Final = "元圆円원"
_GAPS: Final = " \u00a0\u2009\u202f'’_"


def read_integer(text: str, reading: Reading) -> int:
    """Return a whole number below the limit of `crmcore.kinds`; raises `BadValue`.

    A fraction is refused even where it is zero: 3.000 means three thousand in half of Europe.
    """
    if len(text) > _LONGEST or not _WHOLE.fullmatch(text):
        if len(text) <= _LONGEST and _WITH_MARK[reading.decimal_mark].fullmatch(text):
            raise BadValue("is not a whole number")
        raise BadValue(_why_not(text, reading.decimal_mark))
    value = int(text)
    _check_size(value)
    return value


def read_decimal(text: str, reading: Reading, digits: int) -> Decimal:
    """Return an exact decimal of at most ``digits`` digits after the mark; raises `BadValue`."""
    if len(text) > _LONGEST or not _WITH_MARK[reading.decimal_mark].fullmatch(text):
        raise BadValue(_why_not(text, reading.decimal_mark))
    value = Decimal(text.replace(",", "."))
    _check_size(value)
    try:
        return from_units(to_units(value, digits), digits)
    except ValueError:
        raise BadValue(f"has more than the {digits} digits after the decimal mark that this column keeps") from None


def _check_size(value: Decimal | int) -> None:
    if not -NUMBER_LIMIT < value < NUMBER_LIMIT:
        raise BadValue(f"is too large: numbers must be smaller than {NUMBER_LIMIT:,} either sign")


def _why_not(text: str, mark: str) -> str:
    """Return the most helpful reason why ``text`` is not a number written with ``mark``."""
    if len(text) > _LONGEST:
        return f"is longer than the {_LONGEST} characters a number can have"
    return _odd_word(text) or _odd_sign(text) or _odd_separator(text, mark) or "is not a number"


def _odd_word(text: str) -> str:
    if text.casefold().strip("+-") in _NOT_FINITE:
        return "is not a finite number; leave the cell empty where the value is unknown"
    if _EXPONENT.fullmatch(text):
        return "is in exponent form, which spreadsheets use when they drop digits; write all digits"
    return ""


def _odd_sign(text: str) -> str:
    if any(sign in text for sign in _MINUSES):
        return "has a dash that is not the minus sign of the keyboard; write -"
    if any(character.isdigit() and not character.isascii() for character in text):
        return "has digits other than 0-9, such as full-width ones; write 0-9"
    if any(unicodedata.category(character) == "Sc" or character in _MONEY_WORDS for character in text):
        return "has a currency sign; write the bare number"
    if "%" in text:
        return "has a percent sign; write 15% as 0.15"
    if text.endswith("-") or (text.startswith("(") and text.endswith(")")):
        return "marks a negative number in the accountants' way; write the minus sign in front"
    return ""


def _odd_separator(text: str, mark: str) -> str:
    bare = text.lstrip("+-")
    if not all(character in "0123456789.," or character in _GAPS for character in bare):
        return ""
    other = "," if mark == "." else "."
    if any(gap in bare for gap in _GAPS):
        return "has digits in groups; write it without thousands separators"
    if mark in bare and other in bare:
        return "has two kinds of separator; write it without thousands separators"
    if bare.count(mark) > 1 or bare.count(other) > 1:
        return "has the same separator twice; write it without thousands separators"
    if other in bare:
        return (
            f"has {other!r}, and the decimal mark is {mark!r}: write it without thousands separators, "
            f"or say --decimal {other} if that is the file's decimal mark"
        )
    return f"needs digits after the decimal mark {mark!r}" if bare.endswith(mark) else ""
