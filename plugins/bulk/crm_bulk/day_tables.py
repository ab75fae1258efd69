"""Local days of moments through a table, where clocks were set too often for one expression."""

from collections.abc import Iterator, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from crm_bulk.days import NEVER, spans
from crm_bulk.expressions import col, when
from crm_bulk.vectors import DAY


def day_table(zone: ZoneInfo, numbers: Sequence[int]) -> dict[str, list[int]]:
    """Return, for each of some UTC days in order, its first local day and the moments at which another one begins.

    Columns: utc, day0, then as many pairs from1, day1, from2, day2 as the worst day needs: one nearly everywhere, three
    where clocks are set back over midnight.
    """
    pieces: dict[int, list[tuple[int, int]]] = {number: [] for number in numbers}
    for first, last in _runs(numbers):
        for span in spans(zone, first, last):
            for number in range(span.start // DAY, (span.end - 1) // DAY + 1):
                if number in pieces:
                    pieces[number].append((span.start, span.day))
    most = max((len(found) for found in pieces.values()), default=1)
    table: dict[str, list[int]] = {"utc": list(pieces), "day0": [found[0][1] for found in pieces.values()]}
    for place in range(1, most):
        more = [found[place] if place < len(found) else (NEVER, 0) for found in pieces.values()]
        table |= {f"from{place}": [moment for moment, _ in more], f"day{place}": [day for _, day in more]}
    return table


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the first and last of each run of numbers that follow one another."""
    first = last = None
    for number in numbers:
        if last is not None and first is not None and number > last + 1:
            yield first, last
            first = number
        first, last = (number if first is None else first), number
    if first is not None and last is not None:
        yield first, last


def from_table(moment: Any, breaks: int) -> Any:
    """Return the local day of a moment beside the columns of its UTC day's row in the table."""
    found = col("day0")
    for place in range(1, breaks + 1):
        found = when(moment >= col(f"from{place}"), col(f"day{place}"), found)
    return found
