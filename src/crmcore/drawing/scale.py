"""Where values stand on an axis, and where its lines are drawn."""

from collections.abc import Iterable, Sequence
from math import ceil, floor, log10
from typing import Final
from unicodedata import combining, east_asian_width

from attrs import frozen

_STEPS: Final = (1, 2, 2.5, 5, 10)
_WHOLE_STEPS: Final = (1, 2, 5, 10)
_CHARACTER: Final = 7.2
"""Width of a narrow character of a chart, in pixels."""


@frozen
class Scale:
    """A range of values on a stretch of an axis."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Return where a value stands; without a range, where the stretch begins."""
        if self.high == self.low:
            return self.start
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def known(values: Iterable[float | None]) -> list[float]:
    """Return the values that are known."""
    return [value for value in values if value is not None]


def ticks(low: float, high: float, about: int = 4) -> tuple[float, ...]:
    """Return round values from at most ``low`` to at least ``high``; whole ones where both are."""
    span = high - low
    if span <= 0:
        return (low,)
    rough = span / about
    unit = 10.0 ** floor(log10(rough))
    steps: tuple[float, ...] = _STEPS
    if float(low).is_integer() and float(high).is_integer():
        unit, steps = max(unit, 1.0), _WHOLE_STEPS if unit <= 1 else _STEPS
    step = next((unit * one for one in steps if unit * one >= rough), unit * steps[-1])
    first, last = floor(low / step), ceil(high / step)
    return tuple(step * place for place in range(first, last + 1))


def width(text: str) -> float:
    """Return about how many pixels a text takes."""
    if text.isascii():
        return len(text) * _CHARACTER
    return sum(0 if combining(one) else 13 if east_asian_width(one) in "WF" else _CHARACTER for one in text)


def widest(texts: Iterable[str]) -> float:
    """Return the pixels of the longest text."""
    return max(map(width, texts), default=0)


def shortened(text: str, room: float) -> str:
    """Return as much of a text as there is room for, with an ellipsis where something is left out."""
    if width(text) <= room:
        return text
    kept = text
    while kept and width(kept) + _CHARACTER > room:
        kept = kept[:-1]
    return f"{kept.rstrip()}…"


def spread(texts: Sequence[str], places: Sequence[float], room: float) -> tuple[int, ...]:
    """Return which of the texts can stand at their places side by side, the first and the last among them."""
    if len(texts) < 2:  # noqa: PLR2004 - there is nothing between
        return tuple(range(len(texts)))
    each = widest(texts) + 16
    first, last = places[0], places[-1]
    fit = max(int(room // each), 2)
    near = (last - first) * min(each / room, 0.5) * 0.999
    wanted = (first + (last - first) * step / (fit - 1) for step in range(1, fit - 1))
    kept = [0]
    for target in wanted:
        nearest = min(range(len(places)), key=lambda place: abs(places[place] - target))
        if places[nearest] - places[kept[-1]] >= near and last - places[nearest] >= near:
            kept.append(nearest)
    return (*kept, len(texts) - 1)
