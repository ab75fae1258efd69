"""Tables drawn with rich: fitted to a terminal, in full everywhere else."""

import os
from typing import IO, Final

from rich.box import Box
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from crmcore.cli.cells import Look, headings, is_number, numeric, said
from crmcore.view import Table

BAR_WIDTH: Final = 30

_ENDLESS: Final = 100_000
"""Columns of what is no terminal: rich would cut at 80."""

_LINE: Final = Box("    \n    \n ── \n    \n    \n    \n    \n    \n")
_ASCII_LINE: Final = Box("    \n    \n -- \n    \n    \n    \n    \n    \n", ascii=True)
_EIGHTHS: Final = "▏▎▍▌▋▊▉█"


def draw(table: Table, look: Look, stream: IO[str]) -> None:
    """Draw a table, with a bar for each value of ``look.bar``."""
    console = _console(stream)
    if table.title:
        console.print(Text(table.title, style="bold"))
    grid = Grid(box=_box(stream), pad_edge=False, show_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    for heading, right in zip(headings(table, look), numeric(table), strict=True):
        grid.add_column(Text(heading), justify="right" if right else "left", overflow="fold")
    bars = _bars(table, look, stream)
    if bars:
        grid.add_column("", no_wrap=True)
    for position, row in enumerate(table.rows):
        cells = [Text(said(value, name, look)) for name, value in zip(table.columns, row, strict=True)]
        grid.add_row(*cells, *(Text(bar) for bar in bars[position : position + 1]))
    _print(console, grid, stream)


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


def _bars(table: Table, look: Look, stream: IO[str]) -> list[str]:
    if look.bar not in table.columns:
        return []
    position = table.columns.index(look.bar)
    values = [row[position] if is_number(row[position]) else 0 for row in table.rows]
    longest = max(values, default=0)
    return [_bar(float(value / longest) if longest > 0 else 0.0, unicode=_is_unicode(stream)) for value in values]


def _bar(share: float, *, unicode: bool) -> str:
    if share <= 0:
        return ""
    eighths = max(round(share * BAR_WIDTH * 8), 1)
    if not unicode:
        return "#" * max(eighths // 8, 1)
    return "█" * (eighths // 8) + (_EIGHTHS[eighths % 8 - 1] if eighths % 8 else "")


def _is_unicode(stream: IO[str]) -> bool:
    return (getattr(stream, "encoding", None) or "utf-8").lower().replace("-", "").startswith("utf")
