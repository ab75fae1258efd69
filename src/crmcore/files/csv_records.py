"""CSV and TSV records (RFC 4180) with the line on which each begins, in bounded memory."""

import csv
import re
from collections.abc import Iterator
from typing import Final, TextIO

from attrs import frozen

from crmcore.errors import Invalid, Problem

LINE_LIMIT: Final = 1 << 20
"""Characters that one line of a file may have."""

RECORD_LIMIT: Final = 1 << 22
"""Characters that one record may have, which can hold quoted line breaks."""

_QUOTED: Final = re.compile(r'"[^"]*"?')
_REASONS: Final = (
    ("unexpected end", "a quotation mark that opens a cell here is never closed"),
    (
        "field larger",
        f"a cell is longer than {csv.field_size_limit():,} characters; is a closing quotation mark missing?",
    ),
    ("expected after", "text follows a closing quotation mark; inside a quoted cell write the mark twice"),
)


@frozen
class Fault:
    """Why a record cannot be read; after a ``final`` one it is unclear where the next record begins."""

    reason: str
    final: bool = False


class TooLong(csv.Error):
    """A line or record beyond the limits."""


class BoundedLines:
    """The lines of a text, counted from 1, of which none, and no record, can fill the memory."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self._left = RECORD_LIMIT
        self.number = 0
        self.unbalanced = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._text.readline(LINE_LIMIT)
        if not line:
            raise StopIteration
        self.number += 1
        if len(line) >= LINE_LIMIT:
            self._skip_rest(line)
            raise TooLong(f"the line is longer than {LINE_LIMIT:,} characters")
        self._left -= len(line)
        if self._left < 0:
            raise TooLong(f"the row is longer than {RECORD_LIMIT:,} characters; is a closing quotation mark missing?")
        return line

    def begin_record(self) -> int:
        """Return the number of the next line, where a new record begins."""
        self._left = RECORD_LIMIT
        return self.number + 1

    def _skip_rest(self, line: str) -> None:
        marks = line.count('"')
        while line and not line.endswith(("\n", "\r")):
            line = self._text.readline(LINE_LIMIT)
            marks += line.count('"')
        self.unbalanced = marks % 2 == 1


def read_records(text: TextIO, delimiter: str) -> Iterator[tuple[int, list[str] | Fault]]:
    """Yield each record's first line and its cells, or why it has none, until the end or a final fault.

    Blank lines are skipped.
    """
    lines = BoundedLines(text)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        start = lines.begin_record()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            fault = _fault(str(error), start, lines)
            yield start, fault
            if fault.final:
                return
            continue
        if cells:
            yield start, cells


def find_delimiter(name: str, text: TextIO) -> str:
    """Return what separates the names of the first line: a comma, else a semicolon or tab; a comma if none does."""
    lines = iter(lambda: text.readline(LINE_LIMIT), "")
    bare = next((_QUOTED.sub("", line) for line in lines if line.strip("\r\n")), "")
    found = [mark for mark in ";\t" if mark in bare]
    if "," in bare or not found:
        return ","
    if len(found) > 1:
        reason = "the header has both semicolons and tabs, and no commas"
        raise Invalid([Problem(reason, file=name, line=1)], todo="Say which separates the columns with --delimiter.")
    return found[0]


def _fault(message: str, first: int, lines: BoundedLines) -> Fault:
    """Explain an error; one that spans lines, or leaves a quotation mark open, makes the rest a guess."""
    reason = next((ours for theirs, ours in _REASONS if theirs in message), message)
    if lines.number > first:
        reason = f"{reason} (lines {first} to {lines.number} were taken for one row)"
    final = lines.number > first or lines.unbalanced
    return Fault(f"{reason}; nothing below was read" if final else reason, final)
