"""Tables as one page of HTML: complete in itself, without scripts, and the same whenever it is made of the same data."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from attrs import frozen

from crmcore.cli.cells import Look, cell, headings, numeric, said
from crmcore.cli.page_style import STYLE
from crmcore.cli.plots import plot_of
from crmcore.drawing.bars import bars, stacked
from crmcore.drawing.heatmap import heatmap
from crmcore.drawing.lines import lines
from crmcore.drawing.markup import Markup, element, joined
from crmcore.drawing.plot import Plot, colour
from crmcore.view import Table, is_number

_TAGS: Final = {"en": "en", "zh": "zh-Hans"}
_WORDS: Final = {
    "en": {"as_of": "As of {day}", "nothing": "Nothing found", "details": "Details"},
    "zh": {"as_of": "截至{day}", "nothing": "没有结果", "details": "详情"},
}
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"
_DRAW: Final = {"bar": bars, "stacked": stacked, "line": lines, "heatmap": heatmap}


@frozen
class Frame:
    """What stands around the tables of a page: its title, what it is about, its day if one was asked for, and notes."""

    title: str = ""
    doc: str = ""
    day: date | None = None
    notes: tuple[str, ...] = ()
    language: str = "en"


@frozen
class Sheet:
    """A table with its look."""

    table: Table
    look: Look


@frozen
class Facts:
    """The values of one thing, with their labels."""

    labels: Mapping[str, str]
    values: Mapping[str, Any]
    look: Look


@frozen
class Passage:
    """Lines of text that stay as they are."""

    text: str
    title: str = ""


Part = Sheet | Facts | Passage


def page(parts: Sequence[Part], frame: Frame) -> str:
    """Return a page of HTML, which is well-formed XML as well."""
    title = frame.title or "crm"
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", title),
        element("style", Markup(STYLE)),
    )
    body = (_part(part, number, frame) for number, part in enumerate(parts, 1))
    main = element("main", _header(title, frame), *(piece for one in body for piece in (Markup("\n"), one)))
    root = element("html", head, Markup("\n"), element("body", main), lang=_TAGS.get(frame.language, "en"))
    return f"<!DOCTYPE html>\n{root}\n"


def _header(title: str, frame: Frame) -> Markup:
    day = _word("as_of", frame).format(day=frame.day) if frame.day else ""
    lines_ = [element("h1", title)]
    lines_ += [element("p", text, class_="soft") for text in (frame.doc, day) if text]
    lines_ += [element("p", text, class_="note", role="note") for text in frame.notes]
    return element("header", *lines_)


def _part(part: Part, number: int, frame: Frame) -> Markup:
    match part:
        case Sheet():
            heading = _heading(part.table.title, frame)
            return element("section", *heading, *_chart(part, number), _scrolled(_table(part, number, frame), number))
        case Facts():
            return element("section", _scrolled(_facts(part, number, frame), number))
        case Passage():
            return element("section", *_heading(part.title, frame), element("pre", part.text))


def _heading(title: str, frame: Frame) -> list[Markup]:
    """Return a heading, unless the page has the same."""
    return [element("h2", title)] if title and title != frame.title else []


def _word(name: str, frame: Frame) -> str:
    return _WORDS.get(frame.language, _WORDS["en"])[name]


def _scrolled(table: Markup, number: int) -> Markup:
    """Put a table where it can be moved sideways, by keys too, if the page is too narrow for it."""
    return element("div", table, class_="scroll", tabindex=0, role="region", aria_labelledby=f"table-{number}")


# -- tables ------------------------------------------------------------------------------------------------------------


def _table(sheet: Sheet, number: int, frame: Frame) -> Markup:
    table, look = sheet.table, sheet.look
    right = numeric(table)
    heads = [
        element("th", heading, scope="col", class_="n" if is_right else None, data_name=name)
        for name, heading, is_right in zip(table.columns, headings(table, look), right, strict=True)
    ]
    rows: Iterable[Markup] = (_row(row, sheet, right) for row in table.rows)
    if not table.rows:
        nothing = element("td", _word("nothing", frame), colspan=max(len(table.columns), 1), class_="soft")
        rows = [element("tr", nothing)]
    caption = _caption(table.title, number, frame)
    return element("table", caption, element("thead", element("tr", *heads)), _body(rows))


def _caption(title: str, number: int, frame: Frame) -> Markup:
    """Return a table's title for those who hear it; the others see it above the chart."""
    return element("caption", title or frame.title or "crm", id=f"table-{number}", class_="hidden")


def _body(rows: Iterable[Markup]) -> Markup:
    return element("tbody", *(piece for row in rows for piece in (Markup("\n"), row)))


def _row(row: tuple[Any, ...], sheet: Sheet, right: tuple[bool, ...]) -> Markup:
    cells = []
    for place, (value, name) in enumerate(zip(row, sheet.table.columns, strict=True)):
        kind = {"scope": "row"} if place == 0 else {}
        cells.append(_cell("td" if place else "th", value, (name, sheet.look), is_right=right[place], **kind))
    return element("tr", *cells)


def _cell(tag: str, value: Any, shown: tuple[str, Look], *, is_right: bool, **more: str) -> Markup:
    """Return a cell; where people read less than there is, or other words, the exact value stands beside."""
    text, exact = said(value, *shown), "" if value is None else cell(value, str)
    is_exact = is_number(value) or text != exact
    class_ = "n" if is_right else "w" if isinstance(value, date) or shown[0] in shown[1].ids else None
    turn = "auto" if isinstance(value, str) else None
    data = exact if value is not None and is_exact else None
    return element(tag, text, **more, class_=class_, dir=turn, data_value=data)


def _facts(facts: Facts, number: int, frame: Frame) -> Markup:
    rows = (
        element(
            "tr",
            element("th", facts.labels[name], scope="row", data_name=name),
            _cell("td", value, (name, facts.look), is_right=False),
        )
        for name, value in facts.values.items()
    )
    return element("table", _caption(_word("details", frame), number, frame), _body(rows))


# -- charts ------------------------------------------------------------------------------------------------------------


def _chart(sheet: Sheet, number: int) -> Iterator[Markup]:
    found = plot_of(sheet.table, sheet.look, f"chart-{number}")
    if found is None:
        return
    plot, cut = found
    legend = [_legend(plot)] if len(plot.series) > 1 and plot.kind != "heatmap" else []
    drawn, wide = _DRAW[plot.kind](plot), None
    if plot.kind == "heatmap":
        wide, drawn = "wide", element("div", drawn, class_="scroll", tabindex=0, role="region", aria_label=plot.title)
    note = [element("p", cut, class_="soft")] if cut else []
    yield element("figure", element("figcaption", plot.title), *legend, drawn, *note, class_=wide)


def _legend(plot: Plot) -> Markup:
    items = (element("li", joined(_patch(index), one.name)) for index, one in enumerate(plot.series))
    return element("ul", *items, class_="legend")


def _patch(index: int) -> Markup:
    square = element("rect", width=11, height=11, class_=colour(index))
    return element("svg", square, width=11, height=11, aria_hidden="true")
