"""What Parquet files say of themselves: how many rows they have, and between which values a column lies."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from math import ceil, floor
from typing import Any

from attrs import frozen

from crm_bulk.days import day_number, microseconds
from crm_bulk.engines.backend import Natural


@frozen(eq=False, slots=False)
class Footers:
    """The footers of some files."""

    paths: Sequence[str]

    @cached_property
    def rows(self) -> int:
        """How many rows there are."""
        return sum(int(found.num_rows) for found in self._metadata)

    def extent(self, natural: Natural) -> tuple[int, int] | None:
        """Return the least and the greatest physical value of a column, or None where the files do not say."""
        found = list(self._noted(natural.column))
        if not found or None in found:
            return None
        lows, highs = zip(*(pair for pair in found if pair is not None), strict=True)
        low, high = _physical(min(lows), natural, floor), _physical(max(highs), natural, ceil)
        return None if low is None or high is None else (low, high)

    def is_full(self, column: str) -> bool:
        """Whether the files say that a column has a value in every row."""
        found = list(self._statistics(column))
        return bool(found) and all(
            noted is not None and noted.has_null_count and not noted.null_count for noted in found
        )

    def _noted(self, column: str) -> Iterator[tuple[Any, Any] | None]:
        """Yield the least and the greatest value of each group of rows that has any, None where that is not noted."""
        for noted in self._statistics(column):
            if noted is not None and noted.has_min_max:
                yield (noted.min, noted.max)
            elif noted is None or noted.num_values:
                yield None

    def _statistics(self, column: str) -> Iterator[Any]:
        """Yield what each group of rows notes on a column, or None."""
        for file in self._metadata:
            leaves = range(file.num_columns)
            place = next((leaf for leaf in leaves if file.schema.column(leaf).path == column), None)
            if place is None:
                yield None
                continue
            for group in range(file.num_row_groups):
                yield file.row_group(group).column(place).statistics

    @cached_property
    def _metadata(self) -> tuple[Any, ...]:
        import pyarrow.parquet as pq  # noqa: PLC0415 - only where files are read

        return tuple(map(pq.read_metadata, self.paths))


def _physical(value: Any, natural: Natural, rounded: Any) -> int | None:
    match value:
        case datetime():
            return microseconds(value) if value.tzinfo is not None else None
        case date():
            return day_number(value)
        case int() | Decimal():
            return int(rounded(value * 10**natural.digits))
    return None
