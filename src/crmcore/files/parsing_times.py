"""Days and moments from text, strictly: a day stays a day, a moment becomes UTC, a doubtful hour is refused."""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final
from zoneinfo import ZoneInfo

from crmcore.entities import Moment
from crmcore.files.date_formats import MONTHS, compile_format
from crmcore.files.parsing_base import BadValue, Reading

FIRST_YEAR: Final = 1000
"""Years before this one are typing errors in a file about customers."""

_ZONE: Final = r"(?: ?(?P<z>Z|UTC|[+-][0-9]{2}(?::?[0-9]{2})?))?"
_ISO: Final = (
    re.compile(
        r"(?P<Y>[0-9]{4})-(?P<m>[0-9]{2})-(?P<d>[0-9]{2})"
        rf"(?:[T ](?P<H>[0-9]{{2}}):(?P<M>[0-9]{{2}})(?::(?P<S>[0-9]{{2}})(?:[.,](?P<f>[0-9]{{1,9}}))?)?{_ZONE})?",
        re.IGNORECASE,
    ),
    re.compile(
        r"(?P<Y>[0-9]{4})(?P<m>[0-9]{2})(?P<d>[0-9]{2})"
        rf"(?:T(?P<H>[0-9]{{2}})(?P<M>[0-9]{{2}})(?P<S>[0-9]{{2}})?{_ZONE})?",
        re.IGNORECASE,
    ),
)
_LONGEST: Final = 60
_ORDERS: Final = ("DMY", "MDY", "YMD")
_SHORT_YEAR: Final = re.compile(r"[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{1,2}(?:[ T].*)?")
_SERIAL: Final = re.compile(r"[0-9]{5}(?:\.[0-9]+)?")
_HALF_DAY: Final = 12
_MICROSECONDS: Final = 6
_FARTHEST: Final = timedelta(hours=14)


class OtherOrder(BadValue):
    """A day that is not written as YYYY-MM-DD but fits ``orders``; ``plain`` is the reason without the option for them."""

    def __init__(self, why: str, orders: tuple[str, ...], write: str) -> None:
        super().__init__(f"{why}; say --date-format {' or '.join(orders)}, or {write}")
        self.orders = orders
        self.plain = f"{why}; {write}"


def read_day(text: str, reading: Reading) -> date:
    """Return a day; raises `BadValue`, also for a text that holds a time of day."""
    parts = _split(text, reading)
    if parts.get("H") or parts.get("I"):
        raise BadValue("holds a time of day, and this column keeps days; cut the time off")
    return _day(parts)


def read_moment(text: str, reading: Reading) -> Moment:
    """Return a UTC moment, or a plain day where the text holds no time; raises `BadValue`.

    A time without an offset is local to the company's zone; one that the zone has twice, or never, is refused.
    """
    parts = _split(text, reading)
    day = _day(parts)
    if not (parts.get("H") or parts.get("I")):
        return day
    local = _clock(day, parts)
    try:
        offset = parts.get("z")
        moment = _with_offset(local, offset) if offset else _in_zone(local, reading.zone)
        years = (moment.year, moment.astimezone(reading.zone).year)
    except OverflowError:
        years = (0, 0)
    if min(years) < FIRST_YEAR:
        raise BadValue(f"lies outside the years {FIRST_YEAR} to 9999, in UTC or in the company's zone")
    return moment


def _split(text: str, reading: Reading) -> dict[str, str | None]:
    """Return the parts by their letters; the user's own format goes first, since it was said on purpose."""
    if len(text) <= _LONGEST:
        patterns = (compile_format(reading.date_format), *_ISO) if reading.date_format else _ISO
        for pattern in patterns:
            if found := pattern.fullmatch(text):
                return found.groupdict()
    raise _why_not(text, reading.date_format)


def _why_not(text: str, date_format: str | None) -> BadValue:
    if date_format:
        return BadValue(f"fits neither the date format {date_format} nor YYYY-MM-DD")
    if _SERIAL.fullmatch(text):
        todo = "format the column as a date (YYYY-MM-DD) before exporting"
        return BadValue(f"looks like a spreadsheet's day number; {todo}")
    if len(text) <= _LONGEST and _SHORT_YEAR.fullmatch(text):
        return BadValue("has a year of two digits, which can be two years; write YYYY-MM-DD")
    if len(text) <= _LONGEST and (found := [one for order in _ORDERS if (one := _in_order(text, order))]):
        return _other_order({order: day for order, day in found if day is not None})
    return BadValue("is not a date; write YYYY-MM-DD, with a time as 2024-05-31T14:30+08:00")


def _in_order(text: str, order: str) -> tuple[str, date | None] | None:
    """Return the order with the day that a text is in it, None for a day that does not exist; None if it does not fit."""
    found = compile_format(order).fullmatch(text)
    if not found:
        return None
    try:
        return order, _day(found.groupdict())
    except BadValue:
        return order, None


def _other_order(days: dict[str, date]) -> BadValue:
    if not days:
        return BadValue("is a day that does not exist, in whatever order it is read; write YYYY-MM-DD")
    if len(days) > 1:
        readings = " or ".join(f"{day} ({order})" for order, day in days.items())
        return OtherOrder(f"can be {readings}", tuple(days), "write YYYY-MM-DD")
    ((order, day),) = days.items()
    return OtherOrder(f"is not written as YYYY-MM-DD, and fits {order} only", (order,), f"write {day}")


def _day(parts: dict[str, str | None]) -> date:
    year, day = int(parts["Y"] or 0), int(parts["d"] or 0)
    named = parts.get("b")
    month = MONTHS.index(named.casefold()) + 1 if named else int(parts["m"] or 0)
    if year < FIRST_YEAR:
        raise BadValue(f"has the year {year}; years before {FIRST_YEAR} are refused")
    if not 1 <= month <= len(MONTHS):
        raise BadValue(f"has the month {month}, which does not exist; are day and month the other way round?")
    try:
        return date(year, month, day)
    except ValueError:
        raise BadValue(f"has the day {day}, which {year}-{month:02} does not have") from None


def _clock(day: date, parts: dict[str, str | None]) -> datetime:
    hour, half = int(parts.get("H") or parts.get("I") or 0), (parts.get("p") or "").casefold()
    if half:
        if not 1 <= hour <= _HALF_DAY:
            raise BadValue(f"has the hour {hour} with {half.upper()}; hours with AM and PM run from 1 to 12")
        hour = hour % _HALF_DAY + (_HALF_DAY if half == "pm" else 0)
    minute, second = int(parts.get("M") or 0), int(parts.get("S") or 0)
    fraction = (parts.get("f") or "").ljust(_MICROSECONDS, "0")
    if fraction[_MICROSECONDS:].strip("0"):
        raise BadValue("is finer than a microsecond")
    try:
        return datetime(day.year, day.month, day.day, hour, minute, second, int(fraction[:_MICROSECONDS]))  # noqa: DTZ001 - local until its zone is known
    except ValueError:
        raise BadValue(f"has the time {hour:02}:{minute:02}:{second:02}, which does not exist") from None


def _with_offset(local: datetime, offset: str) -> datetime:
    if offset.upper() in {"Z", "UTC"}:
        return local.replace(tzinfo=UTC)
    hours, minutes = int(offset[1:3]), int(offset[3:].lstrip(":") or 0)
    distance = timedelta(hours=hours, minutes=minutes)
    if minutes >= 60 or distance > _FARTHEST:  # noqa: PLR2004 - minutes of an hour
        raise BadValue(f"has the offset {offset}, which no zone has")
    return local.replace(tzinfo=timezone(-distance if offset[0] == "-" else distance)).astimezone(UTC)


def _in_zone(local: datetime, zone: ZoneInfo) -> datetime:
    earlier, later = local.replace(tzinfo=zone, fold=0), local.replace(tzinfo=zone, fold=1)
    moment = earlier.astimezone(UTC)
    if earlier.utcoffset() == later.utcoffset():
        return moment
    if moment.astimezone(zone).replace(tzinfo=None) != local:
        raise BadValue(f"is a time that {zone.key} never had: clocks went forward over it; write it with its offset")
    first, second = earlier.isoformat()[-6:], later.isoformat()[-6:]
    raise BadValue(f"is a time that {zone.key} had twice, as clocks went back; add its offset, {first} or {second}")
