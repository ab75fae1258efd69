"""What a library must do for a plan: take tables, keep what is used again, give results back."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol

from attrs import frozen

from crmcore import CrmError

Frame = Any
"""A lazy frame of Narwhals; its own type is generic in the library."""
Table = Any
"""An Arrow table; pyarrow has no types."""

Form = Literal["itself", "text", "whole", "decimal", "float", "days", "moment", "texts"]
"""How a column of files becomes a physical one: as it is, as text, a number in units, a time in whole numbers, texts
as one text between separators."""


class EngineFailed(CrmError):
    """A library could not carry out what was asked of it."""


@frozen
class Natural:
    """A physical column, and the column of files of which it is made.

    ``digits`` are those of the units, ``scale`` those of a decimal in the files.
    """

    name: str
    column: str
    form: Form
    digits: int = 0
    scale: int = 0

    @property
    def is_exact(self) -> bool:
        """Whether every value has a physical form."""
        if self.form == "decimal":
            return self.scale <= self.digits
        return self.form not in {"float", "texts"}


class Backend(Protocol):
    """One library."""

    name: str

    def frame(self, table: Table, *, is_small: bool = False) -> Frame:
        """Return an Arrow table as a frame."""

    def keep(self, frame: Frame) -> Frame:
        """Compute a frame once and return the result as a frame."""

    def collect(self, frame: Frame) -> Table:
        """Return a frame's content as an Arrow table."""

    def files(self, paths: Sequence[str]) -> Frame:
        """Return Parquet files as a frame with the columns that they have."""

    def physical(self, files: Frame, columns: Sequence[Natural]) -> Frame:
        """Return physical columns of files."""

    def unfit(self, files: Frame, columns: Sequence[Natural]) -> Mapping[str, int]:
        """Return in how many rows a column of files has a value without a physical form."""

    def close(self) -> None:
        """Forget everything that was kept, and close what was opened."""


def small_table(columns: Mapping[str, tuple[type, Sequence[Any]]]) -> Table:
    """Return columns of whole numbers, floats or texts as an Arrow table."""
    import pyarrow as pa  # noqa: PLC0415 - only where an engine runs

    types = {int: pa.int64(), float: pa.float64(), str: pa.string()}
    return pa.table({name: pa.array(values, types[kind]) for name, (kind, values) in columns.items()})
