"""Polars: the columns of one machine, lazily."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import narwhals.stable.v2 as nw
import polars as pl
from attrs import define

from crm_bulk.engines.backend import EngineFailed, Frame, Natural, Table
from crm_bulk.scopes import SEPARATOR


@define(eq=False)
class PolarsBackend:
    """Frames are lazy frames of Polars; what is kept is a data frame in memory."""

    name: str = "polars"

    def frame(self, table: Table, *, is_small: bool = False) -> Frame:  # noqa: ARG002 - all are in memory
        """Return an Arrow table as a frame, without a copy."""
        found = pl.from_arrow(table)
        return nw.from_native(found.lazy() if isinstance(found, pl.DataFrame) else found.to_frame().lazy())

    def keep(self, frame: Frame) -> Frame:
        """Compute a frame once."""
        with _told():
            return nw.from_native(frame.to_native().collect().lazy())

    def collect(self, frame: Frame) -> Table:
        """Return a frame's content."""
        with _told():
            return frame.to_native().collect().to_arrow()

    def files(self, paths: Sequence[str]) -> Frame:
        """Return Parquet files."""
        with _told():
            return nw.from_native(pl.scan_parquet(list(paths)))

    def physical(self, files: Frame, columns: Sequence[Natural]) -> Frame:
        """Return physical columns of files."""
        return nw.from_native(files.to_native().select(_made(each).alias(each.name) for each in columns))

    def unfit(self, files: Frame, columns: Sequence[Natural]) -> Mapping[str, int]:
        """Count values without a physical form."""
        with _told():
            counted = files.to_native().select((~_fits(each)).sum().alias(each.name) for each in columns).collect()
        return dict(zip(counted.columns, counted.row(0), strict=True))

    def close(self) -> None:
        """Do nothing: memory is given back when frames are."""


def version() -> str:
    """Return the library's name and version."""
    return f"polars {pl.__version__}"


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (pl.exceptions.PolarsError, OSError) as error:
        raise EngineFailed(f"polars: {error}") from error


def _made(each: Natural) -> Any:  # noqa: PLR0911 - one case per form
    found = pl.col(each.column)
    match each.form:
        case "whole":
            return found.cast(pl.Int64) * 10**each.digits
        case "decimal" if each.scale <= each.digits:
            return found.to_physical().cast(pl.Int64) * 10 ** (each.digits - each.scale)
        case "decimal":
            return (found.to_physical() // 10 ** (each.scale - each.digits)).cast(pl.Int64)
        case "float":
            return (found * 10.0**each.digits).round().cast(pl.Int64)
        case "days":
            return found.to_physical().cast(pl.Int64)
        case "moment":
            return found.dt.timestamp("us")
        case "text":
            return found.cast(pl.String)
        case "texts":
            parts = found.list.drop_nulls()
            joined = pl.lit(SEPARATOR) + parts.list.join(SEPARATOR) + pl.lit(SEPARATOR)
            return pl.when(parts.list.len() == 0).then(pl.lit(SEPARATOR)).otherwise(joined)
        case _:
            return found


def _fits(each: Natural) -> Any:
    found: Any = pl.col(each.column)
    match each.form:
        case "decimal":
            return found.to_physical() % 10 ** (each.scale - each.digits) == 0
        case "float":
            factor = found * 0.0 + 10.0**each.digits  # a column: by a bare number polars multiplies its reciprocal
            return found.is_finite() & ((found * factor).round() / factor == found)
        case _:
            parts = found.list.drop_nulls()
            separators = _made(each).str.count_matches(SEPARATOR, literal=True)
            return separators == parts.list.len() + 1
