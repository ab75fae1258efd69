"""How values read: money with its currency, ratios, dates, texts in quotation marks, yes and no."""

import math
import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Final

from attrs import field, frozen

from crmcore.grammar.declare import Scheme, Setting
from crmcore.kinds import MONEY, RATIO, Kind, from_units
from crmcore.labels import NO_CHOICES, Choices
from crmcore.speech.words import Words
from crmcore.speech.words_en import ENGLISH
from crmcore.speech.words_zh import CHINESE

LANGUAGES: Final = {"en": ENGLISH, "zh": CHINESE}
"""What rules can be read in; a reader of any other language reads English."""

RATIO_FIGURES: Final = 6
"""Significant figures of ratios and other inexact numbers."""

_SMALL: Final = 1e-6
"""Below this, a ratio is said with an exponent."""


Number = int | float | Decimal | Fraction


def _fixed(given: Mapping[str, Any]) -> Mapping[str, Any]:
    return MappingProxyType(dict(given))


@frozen
class Reader:
    """Who reads: a language ("en", "zh"), the company's currency and its digits, and the settings in force.

    ``settings`` may leave out those that have their default.
    """

    language: str = "en"
    currency: str = ""
    currency_digits: int = 2
    settings: Mapping[str, Any] = field(factory=dict, converter=_fixed, hash=False)

    @property
    def words(self) -> Words:
        """The words of the reader's language."""
        return LANGUAGES.get(self.language, ENGLISH)

    def setting(self, setting: Setting) -> Any:
        """Return the value of a setting: what the company set, else its default."""
        return self.settings.get(setting.name, setting.default)


def short(name: str) -> str:
    """Return a full name without its plugin."""
    return name.rpartition(".")[2]


def say_value(  # noqa: PLR0911 - one case per type
    value: Any, kind: Kind, reader: Reader, unit: str = "", *, choices: Choices = NO_CHOICES
) -> str:
    """Say a value as people write it; numbers are in whole units (euros, pieces), None is unknown.

    A text that is one of ``choices`` is said by its label. Money is rounded half-even to the currency's digits; ratios and fractions keep 6 significant figures.
    """
    words = reader.words
    match value:
        case None:
            return words.unknown
        case bool():
            return words.yes if value else words.no
        case str():
            return quoted(choices.said(value, reader.language), words)
        case tuple() | list():
            return words.comma.join(say_value(part, kind, reader, choices=choices) for part in value) or words.nothing
        case datetime():
            return value.isoformat(" ", "minutes").replace("+00:00", " UTC")
        case date():
            return value.isoformat()
        case _ if kind == MONEY:
            return with_unit(_money(value, reader), "" if unit == reader.currency else unit, words)
        case _:
            return with_unit(number(value, kind), unit, words)


def say_segment(scheme: Scheme, name: str | None, reader: Reader) -> str:
    """Say a segment by its label, or that the scheme cannot tell; an unknown name is said as it is."""
    if name is None:
        return reader.words.cannot_tell
    labels = (segment.label for segment in scheme.segments if segment.name == name)
    label = next(labels, None)
    return name if label is None else label(reader.language, name)


def quoted(text: str, words: Words) -> str:
    """Return a text in the first quotation marks that it does not contain; control characters are made visible."""
    pairs = [pair for pair in words.quotes if not set(pair) & set(text)]
    opening, closing = tuple((pairs or words.quotes)[0])
    visible = (repr(mark)[1:-1] if unicodedata.category(mark) in _INVISIBLE else mark for mark in text)
    return f"{opening}{''.join(visible)}{closing}"


_INVISIBLE: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Unicode categories that break a line or cannot be written: controls, surrogates, separators."""


def with_unit(number: str, unit: str, words: Words) -> str:
    """Return a number with its unit, in the singular after 1."""
    if unit == "%":
        return words.percent.format(number=number)
    if unit not in words.units and re.fullmatch(words.foreign_units, unit):
        return number
    one, several = words.units.get(unit, (unit, unit))
    return f"{number} {one if number == '1' else several}" if unit else number


def number(value: Number, kind: Kind) -> str:
    """Return a number without currency or unit: exact numbers in full, ratios and fractions with 6 figures."""
    if isinstance(value, int | Decimal) and kind != RATIO:
        return plain(Decimal(value))
    return _rounded(Fraction(value))


def plain(value: Decimal) -> str:
    """Return an exact number in full, without exponent or trailing zeros."""
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in {"-0", ""} else text


def exact_money(value: Decimal | int, reader: Reader) -> str:
    """Say an amount with all its digits, as the bounds of rules must be: 0.125 EUR is not 0.12 EUR."""
    text = f"{Decimal(plain(Decimal(value))):,}"
    figures = len(text.partition(".")[2])
    padding = "0" * (reader.currency_digits - figures) if figures else ""
    return f"{text}{padding} {reader.currency}".rstrip()


def _money(value: Number, reader: Reader) -> str:
    exact = Fraction(value)
    if exact.denominator == 1:
        return exact_money(exact.numerator, reader)
    digits = reader.currency_digits
    text = f"{from_units(round(exact * 10**digits), digits):,.{digits}f}"
    return f"{text} {reader.currency}".rstrip()


def _rounded(value: Fraction) -> str:
    """Return about 6 significant figures; the digits before the point are all kept."""
    if value == 0:
        return "0"
    if abs(value) < _SMALL:
        return f"{float(value):.{RATIO_FIGURES - 1}e}"
    before = math.floor(math.log10(abs(value))) + 1
    digits = max(RATIO_FIGURES - before, 0)
    return plain(from_units(round(value * 10**digits), digits))
