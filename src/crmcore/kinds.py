"""The kinds of values that columns, fields and terms have, and how their edge forms are read.

Inside, money and decimals are integers (``Decimal("12.5")`` with 6 digits is ``12_500_000``), so that sums
are equal in any order. At every edge they are `decimal.Decimal`.
"""

import unicodedata
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from attrs import frozen

from crmcore.errors import RuleError

MONEY_EXTRA_DIGITS: Final = 4
"""Digits that money keeps beyond its currency's own, e.g. 2 + 4 for the euro."""

NUMBER_LIMIT: Final = 10**12
"""Integers, decimals and money (in major units) must be smaller than this, either sign."""


@frozen
class Kind:
    """What sort of value something is; ``scale`` counts the digits after the point of a decimal."""

    name: str
    scale: int = 0

    @property
    def is_number(self) -> bool:
        """Whether arithmetic is defined: integer, decimal, money, ratio or number."""
        return self.name in _NUMBERS

    @property
    def is_time(self) -> bool:
        """Whether it is a day (``date``) or a moment (``instant``)."""
        return self.name in {"date", "instant"}


INTEGER: Final = Kind("integer")
MONEY: Final = Kind("money")
RATIO: Final = Kind("ratio")
NUMBER: Final = Kind("number")
"""A literal or setting: takes the kind of what stands beside it."""
TEXT: Final = Kind("text")
TEXTS: Final = Kind("texts")
"""Several texts, such as tags."""
BOOLEAN: Final = Kind("boolean")
DATE: Final = Kind("date")
INSTANT: Final = Kind("instant")

_NUMBERS: Final = frozenset({"integer", "decimal", "money", "ratio", "number"})


def is_stored(kind: Kind) -> bool:
    """Whether values of this kind can be kept: all but those of literals and settings, which have no kind of their own."""
    if kind.name == "decimal":
        return type(kind.scale) is int and kind.scale >= 0
    return kind in {INTEGER, MONEY, RATIO, TEXT, TEXTS, BOOLEAN, DATE, INSTANT}


def decimal(scale: int) -> Kind:
    """Return the kind of exact decimals with ``scale`` digits after the point."""
    return Kind("decimal", scale)


def fold(text: str) -> str:
    """Return the form in which texts are compared: composed and without case."""
    return unicodedata.normalize("NFC", text).casefold()


class Folded(str):
    """A text in the form in which it is compared, which remembers how it was ``written``."""

    __slots__ = ("written",)

    written: str

    @classmethod
    def of(cls, text: str) -> "Folded":
        """Fold a text."""
        made = cls(fold(text))
        made.written = text
        return made


def to_units(value: Decimal | int, digits: int) -> int:
    """Return ``value`` as an integer count of 10**-digits.

    Raises `ValueError` where that would lose a digit, for NaN and for infinity.
    """
    if isinstance(value, int):
        return value * int(10**digits)
    sign, figures, exponent = value.as_tuple()
    if not isinstance(exponent, int):
        raise ValueError("not a finite number")  # noqa: TRY004 - the type is right, the value is not
    shift = exponent + digits
    units = int("".join(map(str, figures)) or "0")
    if shift >= 0:
        units *= 10**shift
    else:
        units, rest = divmod(units, 10**-shift)
        if rest:
            raise ValueError(f"more than {digits} digits after the point")
    return int(-units if sign else units)


def from_units(units: int, digits: int) -> Decimal:
    """Return an integer count of 10**-digits as an exact `Decimal` without trailing zeros."""
    while digits > 0 and units % 10 == 0:
        units //= 10
        digits -= 1
    return Decimal((int(units < 0), tuple(map(int, str(abs(units)))), -digits))


def combined_kind(op: str, left: Kind, right: Kind) -> Kind:
    """Return the kind of ``left op right``; raises `RuleError` where that has no meaning."""
    if not (left.is_number and right.is_number):
        raise RuleError(f"{left.name} {op} {right.name} has no meaning; arithmetic needs numbers")
    names = {left.name, right.name}
    if "number" in names and not (op == "/" and names != {"number"}):
        return right if left.name == "number" else left
    if op == "/" or "ratio" in names:
        return RATIO
    if names == {"money"}:
        if op == "*":
            raise RuleError("money times money has no meaning")
        return MONEY
    if "money" in names:
        if op == "*":
            return MONEY
        raise RuleError(f"{left.name} {op} {right.name} mixes money with plain numbers")
    if "decimal" not in names:
        return INTEGER
    return decimal(left.scale + right.scale if op == "*" else max(left.scale, right.scale))


def common_kind(kinds: Sequence[Kind]) -> Kind:
    """Return the one kind that several values have; raises `RuleError` if they differ."""
    found, *others = kinds
    for kind in others:
        check_comparable(found, kind)
        if found.is_number:
            found = combined_kind("+", found, kind)
        elif found != kind:
            found = INSTANT  # a day among moments
    return found


def check_comparable(left: Kind, right: Kind) -> None:
    """Raise `RuleError` unless values of the two kinds can be compared with each other."""
    names = {left.name, right.name}
    if left.is_number and right.is_number and (names & {"number", "ratio"} or "money" not in names or len(names) == 1):
        return
    if (left.is_time and right.is_time) or names in ({"text"}, {"boolean"}):
        return
    raise RuleError(f"{left.name} cannot be compared with {right.name}")
