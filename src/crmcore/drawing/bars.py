"""Bars from left to right, each below its category's name: readable with long names, many of them, and little room."""

from collections.abc import Iterator
from typing import Final

from crmcore.drawing.markup import Markup, element
from crmcore.drawing.plot import Plot, colour, label, number, percent, picture, pointed
from crmcore.drawing.scale import Scale, known, shortened, widest

NARROWEST: Final = 320
"""Pixels of the narrowest page on which all texts shall fit."""

_NAME: Final = 18
_BAR: Final = 15
_GAP: Final = 3
_SPACE: Final = 9
_MOST: Final = 45
"""Per cent of the width that values may take on either side."""

_LEAST: Final = 0.3
"""Per cent of the width that the smallest bar takes."""


def bars(plot: Plot) -> Markup:
    """Return a bar for each value, those of a category together."""
    scale = _scale(plot, known(value for one in plot.series for value in one.values))
    each = _NAME + len(plot.series) * (_BAR + _GAP) + _SPACE
    shapes = [shape for place in range(len(plot.categories)) for shape in _group(plot, scale, place, place * each)]
    return _picture(plot, scale, each, shapes)


def stacked(plot: Plot) -> Markup:
    """Return one bar for each category, made of its values; negative ones to the left of zero."""
    each = _NAME + _BAR + _GAP + _SPACE
    ends = [_ends(plot, place) for place in range(len(plot.categories))]
    scale = _scale(plot, [end for pair in ends for end in pair])
    shapes = []
    for place, (_, high) in enumerate(ends):
        top = place * each
        shapes += [_named(plot, place, top), *_pile(plot, scale, place, top + _NAME)]
        shapes.append(_said(plot.totals[place], scale.at(high), top + _NAME, "value"))
    return _picture(plot, scale, each, shapes)


def _picture(plot: Plot, scale: Scale, each: float, shapes: list[Markup]) -> Markup:
    height = len(plot.categories) * each
    return picture(plot, None, height, _zero(scale, height), *shapes)


def _scale(plot: Plot, values: list[float]) -> Scale:
    """Return a scale that leaves room for the values' texts beside the bars."""
    low, high = min(0.0, *values, 0.0), max(0.0, *values, 0.0)
    texts = (*plot.totals, *(text for one in plot.series for text in one.texts))
    room = min((widest(texts) + 10) / NARROWEST * 100, _MOST)
    return Scale(low, high, room if low < 0 else 0.0, 100 - room if high > 0 or low == 0 else 99.0)


def _group(plot: Plot, scale: Scale, place: int, top: float) -> Iterator[Markup]:
    yield _named(plot, place, top)
    for index, one in enumerate(plot.series):
        y, value = top + _NAME + index * (_BAR + _GAP), one.values[place]
        if value:
            yield _bar(plot, (index, place), (scale.at(0), scale.at(value)), y)
        is_below = value is not None and value < 0
        at = scale.at(value or 0)
        yield _said(one.texts[place], at, y, "value", is_left=is_below)


def _pile(plot: Plot, scale: Scale, place: int, y: float) -> Iterator[Markup]:
    above = below = 0.0
    for index, one in enumerate(plot.series):
        value = one.values[place] or 0.0
        if value > 0:
            yield _bar(plot, (index, place), (scale.at(above), scale.at(above + value)), y)
            above += value
        elif value < 0:
            yield _bar(plot, (index, place), (scale.at(below + value), scale.at(below)), y)
            below += value


def _ends(plot: Plot, place: int) -> tuple[float, float]:
    values = known(one.values[place] for one in plot.series)
    return sum(value for value in values if value < 0), sum(value for value in values if value > 0)


def _bar(plot: Plot, which: tuple[int, int], ends: tuple[float, float], y: float) -> Markup:
    start, end = sorted(ends)
    x, width = percent(start), percent(max(end - start, _LEAST))
    return pointed("rect", plot, *which, x=x, y=number(y), width=width, height=str(_BAR), class_=colour(which[0]))


def _named(plot: Plot, place: int, top: float) -> Markup:
    return label(shortened(plot.categories[place], NARROWEST), "0", top + _NAME - 5, "name")


def _said(text: str, at: float, y: float, class_: str, *, is_left: bool = False) -> Markup:
    more = {"dx": "-5", "text_anchor": "end"} if is_left else {"dx": "5"}
    return label(text, percent(at), y + _BAR - 3.5, class_, **more)


def _zero(scale: Scale, height: float) -> Markup:
    """Return the line at zero where there is something on both sides of it."""
    if scale.low >= 0:
        return Markup("")
    at = percent(scale.at(0))
    return element("line", x1=at, x2=at, y1="0", y2=number(height), class_="zero")
