"""Tables from files, streamed: CSV, TSV and JSON lines as rows of named texts, each bad row as a problem."""

from collections.abc import Iterator, Mapping
from pathlib import Path, PurePath
from types import TracebackType
from typing import Final, Self, TextIO

from attrs import frozen

from crmcore.errors import Problem, UnknownName, UsageError
from crmcore.files.csv_records import LINE_LIMIT, Fault, find_delimiter, read_records
from crmcore.files.headers import csv_header, json_header
from crmcore.files.json_lines import BadCell, read_objects
from crmcore.files.parsing_base import BadValue
from crmcore.files.sources import Source, open_source
from crmcore.files.spreadsheets import unguard

SHOWN: Final = 200
"""Characters of a value that a problem shows."""

FORMATS: Final = ("csv", "tsv", "jsonl")

_SUFFIXES: Final = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
}
_DELIMITERS: Final = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";"}


@frozen
class Broken(Problem):
    """A problem below which nothing was read, since it is unclear where a row begins: no bad row to be skipped."""


@frozen
class Line:
    """One row: the line on which it begins, counted from 1 with the header, and its texts by column."""

    number: int
    values: Mapping[str, str]


@frozen
class Table:
    """An open table; iterating reads it from the start, each time anew, and never all of it at once."""

    source: Source
    format: str
    delimiter: str
    columns: tuple[str, ...]

    @property
    def name(self) -> str:
        """The file's name for messages."""
        return self.source.name

    @property
    def encoding(self) -> str:
        """The encoding that was said or found, such as ``utf-8``."""
        return self.source.encoding.codec

    @property
    def sha256(self) -> str:
        """The hash of the file's bytes, in hexadecimal."""
        return self.source.sha256

    def __iter__(self) -> Iterator[Line | Problem]:
        with self.source.text() as text:
            yield from self._objects(text) if self.format == "jsonl" else self._records(text)
        self.source.check_unchanged()

    def close(self) -> None:
        """Close the file."""
        self.source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _records(self, text: TextIO) -> Iterator[Line | Problem]:
        records = read_records(text, self.delimiter)
        next(records)
        width = len(self.columns)
        for number, cells in records:
            if isinstance(cells, Fault):
                yield (Broken if cells.final else Problem)(cells.reason, self.name, number)
            elif len(cells) != width:
                yield Problem(_ragged(len(cells), width), self.name, number, value=shown(self.delimiter.join(cells)))
            else:
                yield Line(number, dict(zip(self.columns, map(unguard, cells), strict=True)))

    def _objects(self, text: TextIO) -> Iterator[Line | Problem]:
        blank = dict.fromkeys(self.columns, "")
        for number, found in read_objects(text):
            if isinstance(found, BadCell):
                yield Problem(str(found), self.name, number, found.column, shown(found.value))
            elif isinstance(found, BadValue):
                yield Problem(str(found), self.name, number)
            else:
                yield Line(number, blank | found)


def open_table(
    path: str | Path,
    *,
    format: str | None = None,  # noqa: A002 - named like the option
    encoding: str | None = None,
    delimiter: str | None = None,
) -> Table:
    """Open a file, or standard input for ``-``, and read its header; close the table after use.

    What is not said is found: the format by the name, then the content; the encoding by reading all of the file;
    the delimiter by the header. Raises `UsageError` for what cannot be meant, `Invalid` for a file
    that is not such a table, and `CrmError` for one that cannot be read.
    """
    if format is not None and format not in FORMATS:
        raise UnknownName("input format", format, FORMATS)
    mark = None if delimiter is None else _usable_delimiter(delimiter)
    source = open_source(path, encoding)
    try:
        return _table(source, format or _find_format(str(path), source), mark)
    except BaseException:
        source.close()
        raise


def shown(value: str) -> str:
    """Return as much of a value as a message should hold."""
    return value if len(value) <= SHOWN else value[:SHOWN] + "..."


def _table(source: Source, form: str, mark: str | None) -> Table:
    with source.text() as text:
        if form == "jsonl":
            return Table(source, form, "", json_header(source.name, text))
    if mark is None:
        with source.text() as text:
            mark = "\t" if form == "tsv" else find_delimiter(source.name, text)
    with source.text() as text:
        return Table(source, form, mark, csv_header(source.name, text, mark))


def _find_format(path: str, source: Source) -> str:
    known = _SUFFIXES.get(PurePath(path).suffix.lower())
    if known:
        return known
    with source.text() as text:
        begin = text.read(LINE_LIMIT).lstrip()
    return "jsonl" if begin.startswith(("{", "[")) else "csv"


def _usable_delimiter(given: str) -> str:
    mark = _DELIMITERS.get(given.lower(), given)
    if len(mark) != 1 or mark in '"\r\n\0':
        raise UsageError(f"{given!r} cannot separate columns", todo="Give one character, or the word tab.")
    return mark


def _ragged(cells: int, width: int) -> str:
    return f"has {cells} {'cell' if cells == 1 else 'cells'}, and the header has {width}"
