"""Tables on standard output, in the form that was asked for."""

import csv
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import IO, TYPE_CHECKING, Any, Final

import click
from attrs import evolve

from crmcore.cli.cells import Look, cell, data, headings, numeric, said, width
from crmcore.cli.context import note
from crmcore.files.spreadsheets import guard
from crmcore.view import Table

if TYPE_CHECKING:
    from crmcore.cli.page import Frame, Part

PLAIN: Final = Look()


def print_table(
    table: Table,
    form: str = "table",
    look: Look = PLAIN,
    frame: "Frame | None" = None,
    *,
    to: IO[str] | None = None,
) -> None:
    """Print a table; ``form`` is table, json, jsonl, csv, md or html.

    Tables, Markdown and pages are for people: labels as headings, rounded numbers, and the table's chart. JSON and CSV
    are data: names as keys and headers, exact values, decimals as text. Where there is nothing, people read a note on
    standard error.
    """
    stream = sys.stdout if to is None else to
    match form:
        case "html":
            from crmcore.cli.page import Sheet  # noqa: PLC0415 - only for a page

            print_page([Sheet(table, look)], frame, look.language, to=stream)
        case "json":
            _lines(stream, _array(table))
        case "jsonl":
            _lines(stream, (_object(table.columns, row) for row in table.rows))
        case "csv":
            _csv(table, stream)
        case "md":
            _lines(stream, _markdown(table, look))
        case _ if not table.rows:
            note(f"{table.title}: nothing found" if table.title else "nothing found")
        case _:
            from crmcore.cli.terminal import draw  # noqa: PLC0415 - rich is imported only where a table is drawn

            draw(table, look, stream)


def print_page(
    parts: "Sequence[Part]", frame: "Frame | None" = None, language: str = "en", *, to: IO[str] | None = None
) -> None:
    """Print a page of HTML; where the stream cannot hold a character, as a reference to it."""
    from crmcore.cli.page import Frame, page  # noqa: PLC0415 - only for a page

    stream, context = sys.stdout if to is None else to, click.get_current_context(silent=True)
    frame = frame or Frame(language=language)
    title = frame.title or (context.command_path if context else "")
    encoding = getattr(stream, "encoding", None) or "utf-8"
    text = page(parts, evolve(frame, title=title))
    stream.write(text.encode(encoding, "xmlcharrefreplace").decode(encoding))


def facts(values: Mapping[str, Any], look: Look = PLAIN) -> "Part":
    """Return the values of one thing as a part of a page."""
    from crmcore.cli.page import Facts  # noqa: PLC0415 - only for a page

    return Facts({name: titled(name, look) for name in values}, values, look)


def print_object(
    values: Mapping[str, Any], form: str = "table", look: Look = PLAIN, frame: "Frame | None" = None
) -> None:
    """Print one thing: an object in JSON, one row in CSV, otherwise a line for each of its values."""
    if form in {"json", "jsonl"}:
        indent = 2 if form == "json" else None
        _lines(sys.stdout, [json.dumps(data(values), ensure_ascii=False, indent=indent)])
    elif form == "csv":
        print_table(Table(tuple(values), (tuple(values.values()),)), form, look)
    elif form == "html":
        print_page([facts(values, look)], frame, look.language)
    else:
        rows = tuple((titled(name, look), said(value, name, look)) for name, value in values.items())
        if form == "md":
            print_table(Table(("", ""), rows), form)
        else:
            widest = max((width(name) for name, _ in rows), default=0)
            _lines(sys.stdout, (f"{name}{' ' * (widest - width(name))}  {text}".rstrip() for name, text in rows))


def print_objects(listed: Iterable[Mapping[str, Any]], form: str) -> None:
    """Print several things that are more than a row each, as JSON or JSON lines."""
    if form == "jsonl":
        _lines(sys.stdout, (json.dumps(data(one), ensure_ascii=False) for one in listed))
    else:
        _lines(sys.stdout, [json.dumps([data(one) for one in listed], ensure_ascii=False, indent=2)])


def titled(name: str, look: Look) -> str:
    """Return a label, with the full name where plugins might use the same label."""
    label = look.labels.get(name, name)
    return label if label == name or "." not in name else f"{label} ({name})"


def _lines(stream: IO[str], lines: Iterable[str]) -> None:
    stream.writelines(f"{line}\n" for line in lines)


def _object(columns: tuple[str, ...], row: tuple[Any, ...]) -> str:
    values = {name: data(value) for name, value in zip(columns, row, strict=True)}
    return json.dumps(values, ensure_ascii=False)


def _array(table: Table) -> Iterator[str]:
    last = len(table.rows) - 1
    yield "[" if table.rows else "[]"
    for position, row in enumerate(table.rows):
        yield f"  {_object(table.columns, row)}{',' if position < last else ''}"
    if table.rows:
        yield "]"


class _LineFeeds:
    """Ends rows with a line feed alone."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def write(self, row: str) -> None:
        self._stream.write(row.removesuffix("\r\n") + "\n")


def _csv(table: Table, stream: IO[str]) -> None:
    writer = csv.writer(_LineFeeds(stream), lineterminator="\r\n")  # so that a lone return inside a cell is quoted
    writer.writerow(table.columns)
    writer.writerows([cell(value, guard) for value in row] for row in table.rows)


def _markdown(table: Table, look: Look) -> Iterator[str]:
    if table.title:
        yield from (f"**{_escaped(table.title)}**", "")
    yield _row(headings(table, look))
    yield _row(tuple("---:" if right else "---" for right in numeric(table)), escape=False)
    for row in table.rows:
        yield _row(tuple(said(value, name, look) for name, value in zip(table.columns, row, strict=True)))


def _row(cells: tuple[str, ...], *, escape: bool = True) -> str:
    return f"| {' | '.join(_escaped(text) if escape else text for text in cells)} |"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
