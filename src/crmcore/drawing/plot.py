"""What a chart shows, as numbers with the texts that people read."""

from collections.abc import Callable

from attrs import frozen

from crmcore.drawing.markup import Markup, element

COLOURS = 8
"""Series that have a colour of their own; further ones get the same colours, paler."""


@frozen
class Series:
    """Values of one kind, one for each category; None is not known."""

    name: str
    values: tuple[float | None, ...]
    texts: tuple[str, ...]


@frozen
class Plot:
    """A chart that can be drawn.

    ``places`` are the categories' places on an axis, in any unit; ``totals`` are texts of the sums of stacked values;
    ``number`` says a round value of the axis. ``ident`` is unique on a page.
    """

    kind: str
    title: str
    doc: str
    ident: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    number: Callable[[float], str]
    places: tuple[float, ...] = ()
    totals: tuple[str, ...] = ()


def picture(plot: Plot, width: float | None, height: float, *shapes: Markup) -> Markup:
    """Return the shapes as an image with a title and a description for those who do not see it.

    Without a width it is as wide as there is room, and shapes stand at parts of the width.
    """
    title, doc = f"{plot.ident}-title", f"{plot.ident}-doc"
    named = element("title", plot.title, id=title), element("desc", plot.doc, id=doc)
    high = number(height)
    size = {"width": "100%", "viewBox": None} if width is None else _size(width, high)
    who = {"class_": f"chart {plot.kind}", "role": "img", "aria_labelledby": f"{title} {doc}"}
    return element("svg", *named, *shapes, **who, **size, height=high)


def _size(width: float, height: str) -> dict[str, str | None]:
    return {"width": number(width), "viewBox": f"0 0 {number(width)} {height}"}


def pointed(name: str, plot: Plot, series: int, category: int, **attributes: str | None) -> Markup:
    """Return a shape that says its value where it is pointed at."""
    one = plot.series[series]
    parts = (plot.categories[category], one.name if len(plot.series) > 1 else "")
    said = element("title", f"{', '.join(filter(None, parts))}: {one.texts[category]}")
    return element(name, said, **attributes)


def colour(series: int) -> str:
    """Return the class of a series' colour."""
    return f"s{series % COLOURS + 1}" + (" pale" if series >= COLOURS else "")


def label(said: str, x: str, y: float, class_: str | None = None, **more: str | None) -> Markup:
    """Return a text in a chart."""
    return element("text", said, x=x, y=number(y), class_=class_, **more)


def number(value: float) -> str:
    """Return a coordinate with no more digits than can be seen."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if value else "0"


def percent(value: float) -> str:
    """Return a coordinate as a part of the width."""
    return f"{number(value)}%"
