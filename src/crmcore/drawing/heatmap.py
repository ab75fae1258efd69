"""A matrix whose cells are the darker the larger their number; negative numbers have a colour of their own."""

from collections.abc import Iterator
from typing import Final

from crmcore.drawing.markup import Markup
from crmcore.drawing.plot import Plot, label, number, picture, pointed
from crmcore.drawing.scale import known, shortened, widest

_ROW: Final = 28
_NAMES: Final = 26
_NARROW: Final = 44
_WIDE: Final = 116
_LONGEST: Final = 150
_PALEST: Final = 0.08
_STRONG: Final = 0.55
"""From here on a number is written in the colour that stands out from its cell."""


def heatmap(plot: Plot) -> Markup:
    """Return a row for each category and a column for each series, with the number in each cell."""
    texts = [text for one in plot.series for text in one.texts]
    left = min(widest(plot.categories), _LONGEST) + 12
    wide = min(max(widest((*texts, *(one.name for one in plot.series))) + 12, _NARROW), _WIDE)
    most = max(map(abs, known(value for one in plot.series for value in one.values)), default=0) or 1
    shapes = [
        label(
            shortened(one.name, wide - 4), number(left + (place + 0.5) * wide), _NAMES - 9, "name", text_anchor="middle"
        )
        for place, one in enumerate(plot.series)
    ]
    for row, name in enumerate(plot.categories):
        y = _NAMES + row * _ROW
        shapes.append(label(shortened(name, _LONGEST), number(left - 8), y + 18, "name", text_anchor="end"))
        shapes += [
            shape for column in range(len(plot.series)) for shape in _cell(plot, (row, column), (left, wide), most)
        ]
    width, height = left + len(plot.series) * wide, _NAMES + len(plot.categories) * _ROW + 2
    return picture(plot, width, height, *shapes)


def _cell(plot: Plot, at: tuple[int, int], size: tuple[float, float], most: float) -> Iterator[Markup]:
    (row, column), (left, wide) = at, size
    value, text = plot.series[column].values[row], plot.series[column].texts[row]
    share = abs(value or 0) / most
    opacity = _PALEST + share * (1 - _PALEST) if value else 0
    x, y = left + column * wide, _NAMES + row * _ROW
    box = {"x": number(x + 1), "y": number(y + 1), "width": number(wide - 2), "height": number(_ROW - 2)}
    kind = "cell below" if value is not None and value < 0 else "cell"
    yield pointed("rect", plot, column, row, **box, class_=kind, fill_opacity=number(opacity))
    strong = "number strong" if opacity > _STRONG else "number"
    yield label(shortened(text, wide - 2), number(x + wide / 2), y + 18, strong, text_anchor="middle")
