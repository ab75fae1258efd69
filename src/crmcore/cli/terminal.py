"""Tables drawn with rich: fitted to a terminal, in full everywhere else."""

import os
from datetime import date
from math import ceil
from typing import IO, Final

from rich.box import Box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from crmcore.cli import widths
from crmcore.cli.cells import Look, headings, numeric, said
from crmcore.view import Table, is_number

BAR_WIDTH: Final = 30

_SHORTEST_BAR: Final = 5
"""Shorter ones tell nothing."""

_ENDLESS: Final = 100_000
"""Columns of what is no terminal: rich would cut at 80."""

_LINE: Final = Box("    \n    \n ── \n    \n    \n    \n    \n    \n")
_ASCII_LINE: Final = Box("    \n    \n -- \n    \n    \n    \n    \n    \n", ascii=True)
_EIGHTHS: Final = "▏▎▍▌▋▊▉█"
_SHADES: Final = " ░▒▓█"
_ASCII_SHADES: Final = " .:*#"


def draw(table: Table, look: Look, stream: IO[str]) -> None:
    """Draw a table, with its chart: a bar for each number, or a shade beside each number of a matrix."""
    console = _console(stream)
    if table.title:
        console.print(Text(table.title, style="bold"))
    texts = [[said(value, name, look) for name, value in zip(table.columns, row, strict=True)] for row in table.rows]
    _shade(table, texts, stream)
    columns = tuple(
        widths.Column((heading, *(row[place] for row in texts)), is_whole=_is_whole(table, place, look))
        for place, heading in enumerate(headings(table, look))
    )
    room = console.width if stream.isatty() else None
    fitted = widths.fitted(columns, room, cell_len)
    if fitted is None:
        _draw_stacked(console, columns)
        return
    left = BAR_WIDTH if room is None else min(room - widths.total(fitted) - widths.GAP, BAR_WIDTH)
    bars = _bars(table, stream, left) if left >= _SHORTEST_BAR else []
    grid = _grid(stream)
    for heading, right, wide in zip(headings(table, look), numeric(table), fitted, strict=True):
        grid.add_column(Text(heading), justify="right" if right else "left", overflow="fold", width=wide)
    if bars:
        grid.add_column(_named(table, look, left), no_wrap=True)
    for position, cells in enumerate(texts):
        grid.add_row(*map(Text, cells), *(Text(bar) for bar in bars[position : position + 1]))
    _print(console, grid, stream)


def _grid(stream: IO[str]) -> Grid:
    return Grid(box=_box(stream), pad_edge=False, show_edge=False, padding=(0, 1, 0, 0), header_style="bold")


def _is_whole(table: Table, place: int, look: Look) -> bool:
    """Whether a column's values are never broken over lines: numbers, ids and dates."""
    name = table.columns[place]
    values = [row[place] for row in table.rows if row[place] is not None]
    kept = all(is_number(value) or isinstance(value, date) for value in values)
    return kept or name in look.ids or name.rpartition(".")[2] == "id"


def _draw_stacked(console: Console, columns: tuple[widths.Column, ...]) -> None:
    """Print a line for each value where a terminal is too narrow for all columns."""
    widest = max(cell_len(column.texts[0]) for column in columns)
    for row in range(1, len(columns[0].texts)):
        if row > 1:
            console.print()
        for heading, text in ((column.texts[0], column.texts[row]) for column in columns):
            line = Text(heading + " " * (widest - cell_len(heading) + widths.GAP), style="bold")
            console.print(line.append(Text(text, style="not bold")), soft_wrap=True)


def _console(stream: IO[str]) -> Console:
    tty = stream.isatty()
    plain = not tty or bool(os.environ.get("NO_COLOR"))
    return Console(
        file=stream,
        force_terminal=tty,
        width=None if tty else _ENDLESS,
        no_color=plain,
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=False,
    )


def _print(console: Console, grid: Grid, stream: IO[str]) -> None:
    """Print without the blanks with which rich fills each line."""
    if stream.isatty():
        console.print(grid)
        return
    with console.capture() as captured:
        console.print(grid)
    stream.writelines(f"{line.rstrip()}\n" for line in captured.get().splitlines())


def _box(stream: IO[str]) -> Box:
    return _LINE if _is_unicode(stream) else _ASCII_LINE


def _bars(table: Table, stream: IO[str], longest_bar: int) -> list[str]:
    """Return a bar for each row: of what its chart draws, of the first where that is several."""
    if table.chart is None or _is_matrix(table):
        return []
    position = table.columns.index(table.chart.y[0])
    values = [row[position] if is_number(row[position]) else 0 for row in table.rows]
    longest = max(values, default=0)
    if longest <= 0:
        return []
    shares = (float(value / longest) * longest_bar for value in values)
    return [_bar(share, unicode=_is_unicode(stream)) for share in shares]


def _is_matrix(table: Table) -> bool:
    return table.chart is not None and table.chart.kind == "heatmap" and not table.chart.by


def _shade(table: Table, texts: list[list[str]], stream: IO[str]) -> None:
    """Put a shade behind each number of a matrix, the darker the larger it is."""
    if table.chart is None or not _is_matrix(table):
        return
    shades = _SHADES if _is_unicode(stream) else _ASCII_SHADES
    places = [table.columns.index(name) for name in table.chart.y]
    most = max((abs(row[place] or 0) for row in table.rows for place in places), default=0)
    for row, cells in zip(table.rows, texts, strict=True):
        for place in places:
            share = float(abs(row[place] or 0) / most) if most else 0.0
            cells[place] += f" {shades[ceil(share * (len(shades) - 1))]}"


def _named(table: Table, look: Look, room: int) -> str:
    """Say what the bars show, unless it stands right beside them or there is no room."""
    drawn = table.chart.y[0] if table.chart else ""
    name = headings(table, look)[table.columns.index(drawn)]
    return name if drawn != table.columns[-1] and cell_len(name) <= room else ""


def _bar(length: float, *, unicode: bool) -> str:
    if length <= 0:
        return ""
    eighths = max(round(length * 8), 1)
    if not unicode:
        return "#" * max(eighths // 8, 1)
    return "█" * (eighths // 8) + (_EIGHTHS[eighths % 8 - 1] if eighths % 8 else "")


def _is_unicode(stream: IO[str]) -> bool:
    return (getattr(stream, "encoding", None) or "utf-8").lower().replace("-", "").startswith("utf")
