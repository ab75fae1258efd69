"""Local days of moments, in whole numbers: engines know too little of time zones, and not all the same.

Moments are microseconds and days are days, both since 1970. All facts about the zone come from Python's own tables.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache, reduce
from itertools import pairwise
from operator import or_
from typing import Any, Final
from zoneinfo import ZoneInfo

import narwhals.stable.v2 as nw
from attrs import frozen

from crm_bulk.expressions import added, lit, when
from crm_bulk.vectors import DAY, always, quotient, whole

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST: Final = date(1970, 1, 1).toordinal()
_STEP: Final = timedelta(hours=6)
_FARTHEST: Final = timedelta(days=2)
"""No zone is so far from UTC."""
_MICROSECOND: Final = timedelta(microseconds=1)

NEVER: Final = 2**62
"""A moment after all others."""


def day_number(day: date) -> int:
    """Return a day as days since 1970."""
    return day.toordinal() - _FIRST


def day_of_number(number: int) -> date:
    """Return the day that is so many days after the first of 1970."""
    return date.fromordinal(number + _FIRST)


def microseconds(moment: datetime) -> int:
    """Return an instant as microseconds since 1970."""
    return (moment - _EPOCH) // _MICROSECOND


@frozen
class Span:
    """Moments from ``start`` up to, but not including, ``end``, on one local ``day``."""

    start: int
    end: int
    day: int


def spans(zone: ZoneInfo, first: int, last: int) -> Iterator[Span]:
    """Yield the pieces of the local days that the UTC days ``first`` to ``last`` have parts of, in order of time.

    A day can have several pieces, where clocks are set back over midnight.
    """
    start, end = _EPOCH + timedelta(days=first), _EPOCH + timedelta(days=last + 1)
    breaks = [start, *_breaks(zone, start, end), end]
    open_: Span | None = None
    for one, two in pairwise(breaks):
        for piece in _of_one_offset(zone, one, two):
            if open_ and open_.day == piece.day:
                open_ = Span(open_.start, piece.end, piece.day)
                continue
            if open_:
                yield open_
            open_ = piece
    if open_:
        yield open_


def _breaks(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[datetime]:
    """Yield the instants at which clocks are set, to the second."""
    one = start
    while one < end:
        two = min(one + _STEP, end)
        if _offset(zone, one) != _offset(zone, two):
            yield _setting(zone, one, two)
        one = two


def _setting(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    before, second = _offset(zone, low), timedelta(seconds=1)
    while high - low > second:
        middle = low + second * (((high - low) // second) // 2)
        low, high = (middle, high) if _offset(zone, middle) == before else (low, middle)
    return high


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()


def _of_one_offset(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[Span]:
    offset = _offset(zone, start) // _MICROSECOND
    one, stop = microseconds(start), microseconds(end)
    while one < stop:
        day = (one + offset) // DAY
        two = min((day + 1) * DAY - offset, stop)
        yield Span(one, two, day)
        one = two


@lru_cache(maxsize=1024)
def moments_of(zone: ZoneInfo, first: int, last: int) -> tuple[tuple[int, int], ...]:
    """Return the intervals [start, end) of moments whose local day lies between ``first`` and ``last``, both included.

    It is one interval wherever clocks were never set back over a midnight at the ends.
    """
    if last < first:
        return ()
    head = [span for span in spans(zone, first - 2, first + 2) if first <= span.day <= last]
    tail = [span for span in spans(zone, last - 2, last + 2) if first <= span.day <= last]
    pieces = head if last - first <= 2 else [*head, Span((first + 2) * DAY, (last - 1) * DAY, first), *tail]
    joined: list[tuple[int, int]] = []
    for piece in sorted({*pieces, *tail}, key=lambda span: span.start):
        if joined and piece.start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], piece.end))
        else:
            joined.append((piece.start, piece.end))
    return tuple(joined)


def midnight(zone: ZoneInfo, day: int) -> int:
    """Return the moment of a local midnight."""
    return microseconds(datetime.combine(day_of_number(day), time(), zone).astimezone(UTC))


def local_day_of(moment: int, zone: ZoneInfo) -> int:
    """Return the local day of one moment."""
    return day_number((_EPOCH + moment * _MICROSECOND).astimezone(zone).date())


_OLDEST: Final = date(1, 1, 10).toordinal() - _FIRST
_NEWEST: Final = date(9999, 12, 20).toordinal() - _FIRST
"""Days between which a time zone cannot lead over the ends of time; moments beyond them are refused at every edge."""


def on_days(moment: Any, zone: ZoneInfo, first: int, last: int) -> Any:
    """Return whether the local day of a moment lies between ``first`` and ``last``, both included."""
    if last < max(first, _OLDEST) or first > _NEWEST:
        return always(moment, holds=False)
    opens, closes = first < _OLDEST, last > _NEWEST
    low = moments_of(zone, first, min(last, first + 3)) if not opens else ()
    high = moments_of(zone, max(first, last - 3) if not opens else last - 3, last) if not closes else ()
    pieces = moments_of(zone, first, last) if not (opens or closes) else _merged(low, high, opens=opens, closes=closes)
    if not pieces:
        return always(moment, holds=False)  # a day that clocks went past
    found = [_in(moment, start, end) for start, end in pieces]
    return reduce(or_, found)


def _merged(
    low: tuple[tuple[int, int], ...], high: tuple[tuple[int, int], ...], *, opens: bool, closes: bool
) -> list[tuple[int, int]]:
    """Return the intervals of an open span of days."""
    if opens and closes:
        return [(-NEVER, NEVER)]
    pieces = list(high if opens else low)
    if opens:
        pieces[0] = (-NEVER, pieces[0][1])
    else:
        pieces[-1] = (pieces[-1][0], NEVER)
    return pieces


def _in(moment: Any, start: int, end: int) -> Any:
    if start == -NEVER:
        return moment < whole(end) if end < NEVER else always(moment, holds=True)
    return moment >= whole(start) if end == NEVER else (moment >= whole(start)) & (moment < whole(end))


def utc_day(moment: Any) -> Any:
    """Return the UTC day of a moment, exactly: the float is corrected where it was rounded."""
    near = (moment.cast(nw.Float64) / float(DAY)).floor().cast(nw.Int64)
    low = when(moment < near * whole(DAY), near - 1, near)
    return when(moment >= (near + 1) * whole(DAY), near + 1, low)


@frozen
class Days:
    """The days ``first`` to ``last`` in a time zone, and what whole numbers say of them."""

    zone: ZoneInfo
    first: int
    last: int

    def of(self, moment: Any) -> Any | None:
        """Return the local day of a moment; None where that takes a table."""
        if not self._are_few:
            return None
        offset = _steps(moment, offsets(self.zone, self.first, self.last))
        return (
            None
            if offset is None
            else quotient((moment + offset).cast(nw.Float64), lit(float(DAY), nw.Float64)).floor().cast(nw.Int64)
        )

    def midnight_of(self, day: Any) -> Any | None:
        """Return the moment of a local midnight; None where that takes a table."""
        if not self._are_few:
            return None
        offset = _steps(day, midnights(self.zone, self.first, self.last))
        return None if offset is None else day * whole(DAY) - offset

    @property
    def _are_few(self) -> bool:
        """Whether moments lie where floats tell the days apart, and the zone's changes are few."""
        return self.first >= -_NEAR and self.last <= _NEAR


_NEAR: Final = 365 * 200
"""Days from 1970 within which the quotient of a moment and the length of a day has the right whole part."""
_MOST_STEPS: Final = 60
_YEARS: Final = 366 * 4


def _steps(place: Any, steps: Sequence[tuple[int, int]]) -> Any | None:
    """Return the value of a step function, None if it has too many steps."""
    if len(steps) > _MOST_STEPS:
        return None
    found = [lit(steps[0][1], nw.Int64)]
    for (_, before), (start, after) in pairwise(steps):
        found.append(when(place >= whole(start), whole(after - before), whole(0)))
    return added(*found) if len(found) > 1 else found[0]


def offsets(zone: ZoneInfo, first: int, last: int) -> tuple[tuple[int, int], ...]:
    """Return from which moment on a zone is how many microseconds before UTC, over the UTC days ``first`` to ``last``."""
    return _between(_offsets(zone, first // _YEARS, last // _YEARS), first * DAY, (last + 1) * DAY)


@lru_cache(maxsize=256)
def _offsets(zone: ZoneInfo, first: int, last: int) -> tuple[tuple[int, int], ...]:
    start, end = (_EPOCH + timedelta(days=_YEARS * number) for number in (first, last + 1))
    moments = [start, *_breaks(zone, start, end)]
    return tuple((microseconds(moment), _offset(zone, moment) // _MICROSECOND) for moment in moments)


def midnights(zone: ZoneInfo, first: int, last: int) -> tuple[tuple[int, int], ...]:
    """Return from which day on its midnight is how many microseconds before that of UTC."""
    return _between(_midnights(zone, first // _YEARS, last // _YEARS), first, last)


def _between(steps: tuple[tuple[int, int], ...], low: int, high: int) -> tuple[tuple[int, int], ...]:
    """Return the steps of a function that matter to places from ``low`` to ``high``."""
    before = [step for step in steps if step[0] <= low]
    return (*before[-1:], *(step for step in steps if low < step[0] <= high))


@lru_cache(maxsize=256)
def _midnights(zone: ZoneInfo, first: int, last: int) -> tuple[tuple[int, int], ...]:
    found: list[tuple[int, int]] = []
    for day in range(first * _YEARS, (last + 1) * _YEARS):
        offset = day * DAY - midnight(zone, day)
        if not found or found[-1][1] != offset:
            found.append((day, offset))
    return tuple(found)
