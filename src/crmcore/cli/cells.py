"""Single values as people and as programs read them."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Final
from unicodedata import combining, east_asian_width
from zoneinfo import ZoneInfo

from attrs import frozen

from crmcore.kinds import Kind
from crmcore.view import Table, is_number

UNTOLD: Final = "?"
"""What people read where a scheme or metric cannot tell."""

_BOOLEANS: Final = {"en": ("no", "yes"), "zh": ("否", "是")}
_RATIO_DIGITS: Final = 4
_NO_KINDS: Final[Mapping[str, Kind]] = MappingProxyType({})
_NO_WORDS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType({})
_NO_LABELS: Final[Mapping[str, str]] = MappingProxyType({})


@frozen
class Look:
    """What is known of a table's columns, by name.

    ``digits`` are those of the company's currency; ``zone`` is where moments are read. A column in ``answers`` holds
    answers of schemes or metrics, where nothing means that they cannot tell. ``words`` are what people read for a
    column's short texts. A column in ``ids`` holds ids, which stay in one piece, one in ``shares`` parts of 1, which
    people read in per cent. Words of ours are said in ``language``.
    """

    kinds: Mapping[str, Kind] = _NO_KINDS
    labels: Mapping[str, str] = _NO_LABELS
    answers: frozenset[str] = frozenset()
    digits: int = 2
    zone: ZoneInfo | None = None
    words: Mapping[str, Mapping[str, str]] = _NO_WORDS
    ids: frozenset[str] = frozenset()
    shares: frozenset[str] = frozenset()
    language: str = "en"


def said(value: Any, column: str, look: Look) -> str:  # noqa: PLR0911 - one line per type
    """Return a value on one line as people read it: money in currency digits, moments in the company's zone."""
    match value:
        case None:
            return UNTOLD if column in look.answers else ""
        case bool():
            return _BOOLEANS.get(look.language, _BOOLEANS["en"])[value]
        case float() if column in look.shares:
            return f"{value:.1%}"
        case float() | Fraction():
            return (
                _rounded(value, look.digits)
                if _is_money(column, look)
                else _without_zeros(_rounded(value, _RATIO_DIGITS))
            )
        case Decimal() | int() if _is_money(column, look):
            return f"{Decimal(value).quantize(Decimal(1).scaleb(-look.digits), ROUND_HALF_EVEN):,f}"
        case Decimal():
            return f"{value:f}"
        case datetime():
            local = value.astimezone(look.zone) if look.zone else value
            return local.strftime("%Y-%m-%d %H:%M")
        case date():
            return value.isoformat()
        case tuple() | list():
            return ", ".join(said(part, column, look) for part in value)
        case _:
            words = look.words.get(column)
            return "".join(map(_visible, words.get(str(value), str(value)) if words else str(value)))


def data(value: Any) -> Any:  # noqa: PLR0911 - one line per type
    """Return a value as JSON has it: exact decimals as text, moments in UTC with a ``Z``, days as YYYY-MM-DD."""
    match value:
        case None | bool() | int() | str():
            return value
        case Decimal():
            return f"{value:f}"
        case Fraction():
            return float(value)
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case tuple() | list():
            return [data(part) for part in value]
        case Mapping():
            return {str(name): data(part) for name, part in value.items()}
        case _:
            return value if isinstance(value, float) else str(value)


def cell(value: Any, guard: Callable[[str], str]) -> str:
    """Return a value as a cell of CSV; texts pass ``guard``, numbers and dates do not."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return guard(value)
        case tuple() | list():
            return guard(";".join(map(str, value)))
        case _:
            return str(data(value))


def width(text: str) -> int:
    """Return how many columns of a terminal a text takes: two for each wide character, none for a combining one."""
    if text.isascii():
        return len(text)
    return sum(0 if combining(one) else 2 if east_asian_width(one) in "WF" else 1 for one in text)


def _is_money(column: str, look: Look) -> bool:
    kind = look.kinds.get(column)
    return kind is not None and kind.name == "money"


def _rounded(value: float | Fraction, digits: int) -> str:
    """Return an inexact or endless number with so many digits after the point, rounded half-even."""
    units = round(Fraction(value) * 10**digits)
    return f"{Decimal(units).scaleb(-digits):,f}"


def _without_zeros(number: str) -> str:
    """Return a number without the zeros at its end that say nothing."""
    found = number.rstrip("0").rstrip(".")
    return "0" if found == "-0" else found


def _visible(character: str) -> str:
    """Show what would break a line or command a terminal as what it is."""
    if character.isprintable():
        return character
    return " " if character in "\n\t\r" else repr(character)[1:-1]


def headings(table: Table, look: Look) -> tuple[str, ...]:
    """Return the columns' labels."""
    return tuple(look.labels.get(name, name) for name in table.columns)


def numeric(table: Table) -> tuple[bool, ...]:
    """Return for each column whether it holds numbers only, and at least one."""
    found = []
    for position in range(len(table.columns)):
        known = [row[position] for row in table.rows if row[position] is not None]
        found.append(bool(known) and all(map(is_number, known)))
    return tuple(found)
