"""How wide the columns of a table are where there is only so much room."""

from collections.abc import Callable, Sequence
from typing import Final

from attrs import frozen

GAP: Final = 2
"""Blanks between columns."""

_NARROW: Final = 12
"""Texts are not folded to less, even where folding between words does not do."""


@frozen
class Column:
    """The texts of a column, its heading first; those of one that ``is_whole`` are not broken over lines."""

    texts: tuple[str, ...]
    is_whole: bool = False


def fitted(columns: Sequence[Column], room: int | None, width: Callable[[str], int]) -> tuple[int, ...] | None:
    """Return the columns' widths, None if they do not fit into the room; without a limit each is as wide as its texts.

    The widest are narrowed first: to whole words, then texts to what can still be read, headings to their values.
    """
    found = [max(map(width, column.texts)) for column in columns]
    if room is None:
        return tuple(found)
    for floor in (_to_words, _to_least):
        least = [min(wide, floor(column, width)) for column, wide in zip(columns, found, strict=True)]
        while total(found) > room and (open_ := [place for place, wide in enumerate(found) if wide > least[place]]):
            found[max(open_, key=found.__getitem__)] -= 1
    return tuple(found) if total(found) <= room else None


def total(found: Sequence[int]) -> int:
    """Return what columns of these widths take together."""
    return sum(found) + GAP * max(len(found) - 1, 0)


def _to_words(column: Column, width: Callable[[str], int]) -> int:
    heading = max(map(width, column.texts[0].split()), default=1)
    if column.is_whole:
        return max(heading, _content(column, width))
    return max((width(word) for text in column.texts for word in text.split()), default=1)


def _to_least(column: Column, width: Callable[[str], int]) -> int:
    return _content(column, width) if column.is_whole else _NARROW


def _content(column: Column, width: Callable[[str], int]) -> int:
    return max((width(text) for text in column.texts[1:]), default=1) or 1
