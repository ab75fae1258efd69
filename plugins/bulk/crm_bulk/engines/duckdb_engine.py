"""DuckDB: the columns of one machine, also where they do not fit into memory."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from typing import Any

import duckdb
import narwhals.stable.v2 as nw
from attrs import define, field

from crm_bulk.engines.backend import EngineFailed, Frame, Natural, Table
from crm_bulk.scopes import SEPARATOR


@define(eq=False)
class DuckdbBackend:
    """Frames are relations of a database of their own; what is kept is a table in it."""

    name: str = "duckdb"
    _connection: Any = field(factory=duckdb.connect, init=False)
    _names: Any = field(factory=count, init=False)

    def __attrs_post_init__(self) -> None:
        self._connection.execute("SET preserve_insertion_order = false; SET TimeZone = 'UTC'")

    def frame(self, table: Table, *, is_small: bool = False) -> Frame:  # noqa: ARG002 - all are in memory
        """Return an Arrow table as a frame."""
        name = self._named()
        self._connection.register(name, table)
        return nw.from_native(self._connection.table(name))

    def keep(self, frame: Frame) -> Frame:
        """Compute a frame once."""
        name = self._named()
        with _told():
            frame.to_native().create(name)
            return nw.from_native(self._connection.table(name))

    def collect(self, frame: Frame) -> Table:
        """Return a frame's content."""
        with _told():
            return frame.to_native().to_arrow_table()

    def files(self, paths: Sequence[str]) -> Frame:
        """Return Parquet files."""
        with _told():
            return nw.from_native(self._connection.read_parquet(list(paths)))

    def physical(self, files: Frame, columns: Sequence[Natural]) -> Frame:
        """Return physical columns of files."""
        made = ", ".join(f'{_made(each)} AS "{each.name}"' for each in columns)
        return nw.from_native(files.to_native().project(made))

    def unfit(self, files: Frame, columns: Sequence[Natural]) -> Mapping[str, int]:
        """Count values without a physical form."""
        counts = ", ".join(f"count(*) FILTER (NOT ({_fits(each)}))" for each in columns)
        with _told():
            (row,) = files.to_native().aggregate(counts).fetchall()
        return dict(zip((each.name for each in columns), row, strict=True))

    def close(self) -> None:
        """Close the database, with all that it kept."""
        self._connection.close()

    def _named(self) -> str:
        return f"kept{next(self._names)}"


def version() -> str:
    """Return the library's name and version."""
    return f"duckdb {duckdb.__version__}"


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except duckdb.Error as error:
        raise EngineFailed(f"duckdb: {error}") from error


def _made(each: Natural) -> str:  # noqa: PLR0911 - one case per form
    found = _quoted(each.column)
    match each.form:
        case "whole":
            return f"CAST({found} AS BIGINT) * {10**each.digits}"
        case "decimal":
            return f"CAST({found} * {10**each.digits} AS BIGINT)"
        case "float":
            return f"CAST({found} * 1e{each.digits} AS BIGINT)"
        case "days":
            return f"CAST(date_diff('day', DATE '1970-01-01', {found}) AS BIGINT)"
        case "moment":
            return f"epoch_us({found})"
        case "text":
            return f"CAST({found} AS VARCHAR)"
        case "texts":
            parts, mark = _parts(found), _MARK
            return (
                f"CASE WHEN {found} IS NULL THEN NULL WHEN len({parts}) = 0 THEN {mark}"
                f" ELSE {mark} || array_to_string({parts}, {mark}) || {mark} END"
            )
        case _:
            return found


def _fits(each: Natural) -> str:
    found = _quoted(each.column)
    match each.form:
        case "decimal":
            return f"{found} * {10**each.digits} = {_made(each)}"
        case "float":
            return f"isfinite({found}) AND round({found} * 1e{each.digits}) / 1e{each.digits} = {found}"
        case _:
            made = _made(each)
            return f"length({made}) - length(replace({made}, {_MARK}, '')) = len({_parts(found)}) + 1"


_MARK = f"chr({ord(SEPARATOR)})"


def _parts(found: str) -> str:
    return f"list_filter({found}, lambda each: each IS NOT NULL)"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
