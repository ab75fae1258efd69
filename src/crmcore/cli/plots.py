"""Charts of tables: which numbers are drawn, and what is said of them."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from attrs import frozen

from crmcore.cli.cells import Look, headings, said
from crmcore.drawing.plot import Plot, Series
from crmcore.speech.words import in_sentence
from crmcore.view import Chart, Table

MOST_BARS: Final = 30
MOST_POINTS: Final = 1_000
MOST_CELLS: Final = 40
MOST_SERIES: Final = 16
"""More cannot be told apart; all of it stands in the table."""

_WORDS: Final = {
    "en": {
        "bar": "Bar chart",
        "stacked": "Stacked bar chart",
        "line": "Line chart",
        "heatmap": "Heat map",
        "by": "{y} by {x}",
        "by_two": "{y} by {x} and {by}",
        "extent": "{kind}: {rows} by {series}.",
        "ends": " Largest: {most}; smallest: {least}.",
        "nothing": " No number is known.",
        "cut": "The first {shown} of {all} are drawn; the table has all.",
        "between": ", ",
        "and": " and ",
    },
    "zh": {
        "bar": "条形图",
        "stacked": "堆叠条形图",
        "line": "折线图",
        "heatmap": "热力图",
        "by": "各{x}的{y}",
        "by_two": "各{x}与{by}的{y}",
        "extent": "{kind}：{rows}×{series}。",
        "ends": "最大：{most}；最小：{least}。",
        "nothing": "没有已知数值。",
        "cut": "仅绘出前{shown}项，共{all}项；表中列出全部。",
        "between": "、",
        "and": "、",
    },
}


@frozen
class _Drawn:
    """Categories with their own values, and the columns of values: a name, and a value for each category."""

    categories: tuple[Any, ...]
    names: tuple[str, ...]
    values: tuple[tuple[Any, ...], ...]


def plot_of(table: Table, look: Look, ident: str) -> tuple[Plot, str] | None:
    """Return the chart of a table, and what is left out of it; None if there is nothing to draw."""
    chart = table.chart
    if chart is None or not table.rows:
        return None
    words = _WORDS.get(look.language, _WORDS["en"])
    every = _drawn(table, chart, look)
    drawn, cut = _cut(every, chart, words)
    series = tuple(
        Series(name, tuple(map(_float, values)), tuple(_text(value, chart, place, look) for value in values))
        for place, (name, values) in enumerate(zip(drawn.names, drawn.values, strict=True))
    )
    categories = tuple(said(value, chart.x, look) or "–" for value in drawn.categories)
    kind = "stacked" if chart.stacked else chart.kind
    title = _title(table, chart, look, words)
    doc = _doc(words[kind], categories, series, words)
    totals = _totals(drawn, chart, look) if chart.stacked else ()
    places = _places(drawn.categories)
    return Plot(kind, title, doc, ident, categories, series, _number(chart, look), places, totals), cut


def _drawn(table: Table, chart: Chart, look: Look) -> _Drawn:
    at = {name: place for place, name in enumerate(table.columns)}
    if chart.by:
        return _pivoted(table, chart, look)
    heads = dict(zip(table.columns, headings(table, look), strict=True))
    values = tuple(tuple(row[at[name]] for row in table.rows) for name in chart.y)
    return _Drawn(tuple(row[at[chart.x]] for row in table.rows), tuple(heads[name] for name in chart.y), values)


def _pivoted(table: Table, chart: Chart, look: Look) -> _Drawn:
    """Put a long table's rows of one x beside each other, in the order in which its values first appear."""
    x, by, y = (table.columns.index(name) for name in (chart.x, chart.by, chart.y[0]))
    found = {(row[x], row[by]): row[y] for row in table.rows}
    categories, columns = dict.fromkeys(row[x] for row in table.rows), dict.fromkeys(row[by] for row in table.rows)
    if chart.kind == "line":
        categories = dict.fromkeys(_ordered(tuple(categories)))
    values = tuple(tuple(found.get((category, column)) for category in categories) for column in columns)
    return _Drawn(tuple(categories), tuple(said(column, chart.by, look) or "–" for column in columns), values)


def _ordered(values: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(sorted(values)) if all(isinstance(value, date) for value in values) else values


def _cut(drawn: _Drawn, chart: Chart, words: dict[str, str]) -> tuple[_Drawn, str]:
    """Keep as much as can be looked at, and say what is left out."""
    most = {"bar": MOST_BARS, "line": MOST_POINTS, "heatmap": MOST_CELLS}[chart.kind]
    columns = MOST_CELLS if chart.kind == "heatmap" else MOST_SERIES
    kept = _Drawn(drawn.categories[:most], drawn.names[:columns], tuple(one[:most] for one in drawn.values[:columns]))
    cuts = ((kept.categories, drawn.categories), (kept.names, drawn.names))
    texts = [words["cut"].format(shown=len(some), all=len(every)) for some, every in cuts if len(some) < len(every)]
    return kept, " ".join(texts)


def _title(table: Table, chart: Chart, look: Look, words: dict[str, str]) -> str:
    heads = dict(zip(table.columns, headings(table, look), strict=True))
    if chart.kind == "heatmap" and not chart.by and table.title:  # its columns are many, and of one sort
        return table.title
    first, *others = (heads[name] for name in chart.y)
    y = words["and"].join((first, *map(in_sentence, others)))
    x, by = in_sentence(heads[chart.x]), in_sentence(heads[chart.by]) if chart.by else ""
    return words["by_two" if chart.by else "by"].format(y=y, x=x, by=by)


def _doc(kind: str, categories: Sequence[str], series: Sequence[Series], words: dict[str, str]) -> str:
    """Say how much there is, and the largest and the smallest number."""
    extent = words["extent"].format(kind=kind, rows=len(categories), series=len(series))
    numbers = [
        (value, one.texts[place], categories[place], one.name if len(series) > 1 else "")
        for one in series
        for place, value in enumerate(one.values)
        if value is not None
    ]
    if not numbers:
        return extent + words["nothing"]
    ends = (max(numbers, key=lambda found: found[0]), min(numbers, key=lambda found: found[0]))
    most, least = (f"{words['between'].join(filter(None, (place, name)))} {text}" for _, text, place, name in ends)
    return extent + words["ends"].format(most=most, least=least)


def _float(value: Any) -> float | None:
    return None if value is None else float(value)


def _text(value: Any, chart: Chart, place: int, look: Look) -> str:
    if value is None:
        return "?"
    return said(value, chart.y[0] if chart.by else chart.y[place], look)


def _totals(drawn: _Drawn, chart: Chart, look: Look) -> tuple[str, ...]:
    sums = []
    for place in range(len(drawn.categories)):
        exact = [one[place] for one in drawn.values if one[place] is not None]
        mixed = [Fraction(value) for value in exact]
        sums.append(sum(exact[1:], exact[0]) if len({type(value) for value in exact}) == 1 else sum(mixed))
    return tuple(said(found, chart.y[0], look) for found in sums)


def _places(categories: Sequence[Any]) -> tuple[float, ...]:
    """Return where points stand: days at their distance, everything else evenly."""
    if categories and all(isinstance(value, date) for value in categories):
        return tuple(float(value.toordinal()) for value in categories)
    return tuple(map(float, range(len(categories))))


def _number(chart: Chart, look: Look) -> Callable[[float], str]:
    """Return how round values of an axis are written: without digits that are all zeros."""
    if chart.y[0] in look.shares:
        return lambda value: f"{value * 100:.10g}%"

    def plain(value: float) -> str:
        found = Decimal(f"{value:.10g}")
        return f"{found:,f}" if found else "0"

    return plain
