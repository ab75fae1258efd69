"""Whether what a report returns can be shown and given on: tables whose rows fit their columns, and whose values are plain."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from crmcore.attributes import shown
from crmcore.legible import is_legible
from crmcore.values import control_in
from crmcore.view import Table

_LARGEST: Final = 10**100
_YEARS: Final = range(2, 9999)
"""Those whose moments exist in every time zone."""


def problems_of_table(table: Table) -> Iterator[str]:
    """Yield what is wrong with a table, row by row."""
    named = f"its table {shown(table.title)}"
    if not is_legible(table.title):
        yield f"the title of {named} has control characters"
    for place, column in enumerate(table.columns):
        if column in table.columns[:place]:
            yield f"{named} has two columns called {shown(column)}"
    for number, row in enumerate(table.rows, 1):
        if problem := _row_problem(table, row):
            yield f"row {number} of {named} {problem}"


def _row_problem(table: Table, row: Any) -> str:
    if not isinstance(row, tuple | list):
        return f"is {shown(row)}, and a row is a tuple of values"
    if len(row) != len(table.columns):
        return f"has {len(row)} values for {len(table.columns)} columns ({', '.join(table.columns)}): {shown(row)}"
    problems = (
        f"has {shown(value)} in the column {column!r}, {problem}"
        for column, value in zip(table.columns, row, strict=True)
        if (problem := _problem_of(value))
    )
    return next(problems, "")


def _problem_of(value: Any) -> str:
    """Return why a value cannot stand in a table; empty if it can."""
    match value:
        case None | bool():
            return ""
        case str():
            return control_in(value, lines=True).replace("has", "with", 1)
        case tuple() | list():
            return next(filter(None, map(_problem_of, value)), "")
        case datetime() | date():
            return "" if value.year in _YEARS else "which is no day in every time zone"
        case int() | float() | Decimal() | Fraction():
            is_none = isinstance(value, Decimal) and not value.is_finite()
            return "" if not is_none and -_LARGEST < value < _LARGEST else "a number that is none, or too large"
        case _:
            return "which is no text, number, date, yes or no, or list of these"
