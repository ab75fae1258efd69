"""What is wrong with the rows of an import, as people read it: each sort once, and what would mend a whole column."""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final

from crmcore.errors import Problem, Taken
from crmcore.files.file_rows import OrderedOtherwise

_IN_FULL: Final = 5
"""Problems of one sort that are all printed."""

_FIRST: Final = 3
"""Of more than that, only these, with the lines of the others."""

_SPANS: Final = 5
"""Runs of lines that are named."""

_PARTICULAR: Final = re.compile(r"'[^']*'|[0-9][0-9.,:+-]*")
"""What tells reasons of one sort apart: quoted texts, numbers and dates."""


def lines_of(problems: Iterable[Problem]) -> Iterator[str]:
    """Yield a line for each problem; where a column has many of one sort, the first few and the lines of the rest."""
    sorts: dict[tuple[str, str, str], list[Problem]] = {}
    for problem in problems:
        sort = (problem.file, problem.column, _PARTICULAR.sub("", problem.reason))
        sorts.setdefault(sort, []).append(problem)
    for (file, column, _), found in sorts.items():
        if len(found) <= _IN_FULL:
            yield from map(str, found)
            continue
        yield from map(str, found[:_FIRST])
        rest = sorted({problem.line for problem in found[_FIRST:]})
        yield ": ".join(part for part in (file, column, f"the same in {len(rest)} more rows, {_spans(rest)}") if part)


def advice(problems: Iterable[Problem], record: str) -> Iterator[str]:
    """Yield what would mend many rows at once: a key for records that are there, an order for the dates of a column."""
    days: dict[tuple[str, str], list[OrderedOtherwise]] = {}
    taken = False
    for problem in problems:
        taken |= isinstance(problem, Taken)
        if isinstance(problem, OrderedOtherwise):
            days.setdefault((problem.file, problem.column), []).append(problem)
    if taken:
        yield f"--key id changes each {record.replace('_', ' ')} that is there already, and adds the others"
    for (file, column), found in days.items():
        yield f"{file}: {column}: {_order_of(found)}"


def _order_of(days: list[OrderedOtherwise]) -> str:
    """Return what the days of a column say together, which one alone often leaves open."""
    common = [order for order in days[0].orders if all(order in day.orders for day in days)]
    match common:
        case [order]:
            return f"all these dates fit {order}, and no other order: say --date-format {order}"
        case []:
            return "no one order of day and month fits all these dates; mend the others in the file"
        case _:
            ways = " or ".join(f"--date-format {order}" for order in common)
            return f"all these dates fit {' and '.join(common)} alike: say {ways}, as you know them"


def _spans(numbers: list[int]) -> str:
    """Return lines as people write them: lines 5-13, 17, 20-22."""
    runs = [[number for _, number in run] for _, run in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0])]
    texts = [str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs[:_SPANS]]
    return f"line{'s' if len(numbers) > 1 else ''} {', '.join(texts)}{', ...' if len(runs) > _SPANS else ''}"
