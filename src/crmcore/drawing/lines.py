"""Lines over an axis; a value that is not known interrupts its line."""

from collections.abc import Iterator
from typing import Final

from crmcore.drawing.bars import NARROWEST
from crmcore.drawing.markup import Markup, element
from crmcore.drawing.plot import Plot, colour, label, number, percent, picture, pointed
from crmcore.drawing.scale import Scale, known, shortened, spread, ticks

_TOP: Final = 22
_HEIGHT: Final = 220
_BELOW: Final = 26
_LEFT: Final = 3
_RIGHT: Final = 97
_FEW: Final = 40
"""Points that are drawn large enough to be pointed at."""

_LONGEST: Final = 110


def lines(plot: Plot) -> Markup:
    """Return a line for each series, with round values to the left and categories below."""
    values = known(value for one in plot.series for value in one.values)
    marks = ticks(min(0.0, *values, 0.0), max(0.0, *values, 0.0))
    upright = Scale(marks[0], marks[-1], _TOP + _HEIGHT, _TOP)
    level = Scale(min(plot.places, default=0), max(plot.places, default=0), _LEFT, _RIGHT)
    drawn = [shape for index in range(len(plot.series)) for shape in _line(plot, index, level, upright)]
    grid = [_across(upright.at(mark), "grid" if mark else "zero") for mark in marks]
    said = [label(plot.number(mark), "0", upright.at(mark) - 4, "tick") for mark in marks]
    return picture(plot, None, _TOP + _HEIGHT + _BELOW, *grid, *drawn, *said, *_names(plot, level))


def _across(y: float, class_: str) -> Markup:
    return element("line", x1="0", x2="100%", y1=number(y), y2=number(y), class_=class_)


def _line(plot: Plot, index: int, level: Scale, upright: Scale) -> Iterator[Markup]:
    one, before = plot.series[index], None
    radius = "3.5" if len(one.values) <= _FEW else "1.5"
    dots = []
    for place, value in enumerate(one.values):
        here = None if value is None else (percent(level.at(plot.places[place])), number(upright.at(value)))
        if before and here:
            ends = {"x1": before[0], "y1": before[1], "x2": here[0], "y2": here[1]}
            yield element("line", **ends, class_=f"line {colour(index)}")
        if here:
            at = {"cx": here[0], "cy": here[1], "r": radius}
            dots.append(pointed("circle", plot, index, place, **at, class_=colour(index)))
        before = here
    yield from dots


def _names(plot: Plot, level: Scale) -> Iterator[Markup]:
    texts = [shortened(text, _LONGEST) for text in plot.categories]
    shown = spread(texts, plot.places, NARROWEST)
    for place in shown:
        anchor = "middle"
        if len(texts) > 1:
            anchor = {0: "start", len(texts) - 1: "end"}.get(place, "middle")
        at = {"start": "0", "end": "100%"}.get(anchor) or percent(level.at(plot.places[place]))
        if len(texts) == 1:
            at, anchor = percent(_LEFT), "start"
        yield label(texts[place], at, _TOP + _HEIGHT + 18, "name", text_anchor=anchor)
