"""Sensitive values in the change log and in conflicts, which name them without saying what they are of."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from attrs import frozen

from crmcore.entities import ColumnType, Record, type_of
from crmcore.errors import StaleEdit
from crmcore.grammar.declare import Field
from crmcore.plugging.catalogue import Catalogue

SENSITIVE: Final = "sensitive"

MASK: Final = "***"
"""What stands in the place of a sensitive value."""


@frozen
class Masking:
    """Which names hold sensitive values, by table; what no active plugin declares might, so it counts as that too."""

    open_names: Mapping[str, frozenset[str]]
    is_off: bool

    @classmethod
    def of(cls, classes: Mapping[str, type[Record]], catalogue: Catalogue, *, is_off: bool) -> "Masking":
        """Return what may be shown of each record type."""
        declared: dict[str, tuple[ColumnType | Field, ...]] = {
            name: (*type_of(record).columns, *catalogue.fields_on(record)) for name, record in classes.items()
        }
        names = {
            name: frozenset(one.name for one in found if one.privacy != SENSITIVE) for name, found in declared.items()
        }
        return cls(names, is_off)

    @contextmanager
    def of_conflicts(self) -> Iterator[None]:
        """Let a conflict say which sensitive values differ, and not what they are."""
        try:
            yield
        except StaleEdit as error:
            error.mask(self.shown)
            raise

    def shown(self, table: str, name: str, value: Any) -> Any:
        """Return a value of a record, or a mask; documents that are no records are shown."""
        may = self.is_off or value is None or table not in self.open_names or name in self.open_names[table]
        return value if may else MASK
