"""How texts from outside are to be read: what the company decided, and what the user said of a file."""

from typing import Final
from zoneinfo import ZoneInfo

from attrs import field, frozen

from crmcore.errors import UsageError
from crmcore.files.date_formats import compile_format

DECIMAL_MARKS: Final = (".", ",")


class BadValue(ValueError):
    """A text that is not what its column holds; the message is the reason, without the place."""


def _usable_format(_reading: "Reading", _attribute: object, value: str | None) -> None:
    if value is not None:
        compile_format(value)


def _usable_mark(_reading: "Reading", _attribute: object, value: str) -> None:
    if value not in DECIMAL_MARKS:
        raise UsageError(f"the decimal mark {value!r} cannot be used", todo="Say --decimal . or --decimal ,")


@frozen
class Reading:
    """The company's zone, the digits its money keeps, and what the user said of the file.

    ``date_format`` is what `crmcore.files.date_formats` takes, or None; ``decimal_mark`` is a point or a comma.
    """

    zone: ZoneInfo
    money_digits: int
    date_format: str | None = field(default=None, validator=_usable_format)
    decimal_mark: str = field(default=".", validator=_usable_mark)
