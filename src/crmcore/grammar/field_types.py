"""What a field can be declared to hold: Python's own types, enums of texts, and kinds."""

import enum
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from crmcore.attributes import KIND, Shape, is_line
from crmcore.kinds import BOOLEAN, DATE, INSTANT, INTEGER, TEXT, Kind, decimal
from crmcore.labels import NO_CHOICES, Choices

PLAIN_DECIMAL: Final = decimal(6)
"""What a field declared as `Decimal` holds."""

_KINDS: Final[dict[Any, Kind]] = {
    int: INTEGER,
    Decimal: PLAIN_DECIMAL,
    str: TEXT,
    bool: BOOLEAN,
    date: DATE,
    datetime: INSTANT,
}


def kind_held(given: Any) -> Kind | None:
    """Return the kind of values that a field declared with ``given`` holds, if there are such fields."""
    if isinstance(given, Kind):
        return given if KIND.fits(given) else None
    if isinstance(given, type) and issubclass(given, enum.Enum):
        return TEXT if len(given) else None
    return _KINDS.get(given)


def _is_plain(value: Any) -> bool:
    """Whether it may be a default; whether it fits its kind is asked when that is known."""
    texts = value if isinstance(value, tuple) else (value,) if isinstance(value, str) else ()
    return isinstance(value, int | Decimal | float | date | str | tuple | None) and all(map(is_line, texts))


def choices_of(given: Any) -> Choices:
    """Return the texts of an enum; none for anything else."""
    if isinstance(given, type) and issubclass(given, enum.Enum):
        return Choices(str(member.value) for member in given)
    return NO_CHOICES


TYPE: Final = Shape(
    "int, Decimal, str, bool, date, datetime, an Enum of texts, or a kind such as MONEY",
    lambda given: kind_held(given) is not None,
)
DEFAULT: Final = Shape("a plain value without control characters", _is_plain)
