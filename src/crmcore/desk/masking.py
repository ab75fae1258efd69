"""Sensitive values in the change log, which names them without saying what they are of."""

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from crmcore.app import Crm
from crmcore.desk.column_terms import SENSITIVE
from crmcore.desk.listed_columns import MASK
from crmcore.entities import ColumnType, type_of
from crmcore.grammar.declare import Field


@frozen
class Masking:
    """Which names hold sensitive values, by table; what no active plugin declares might, so it counts as that too."""

    open_names: Mapping[str, frozenset[str]]
    is_off: bool

    @classmethod
    def of(cls, crm: Crm) -> "Masking":
        """Return what may be shown of each record type."""
        declared: dict[str, tuple[ColumnType | Field, ...]] = {
            name: (*type_of(record).columns, *crm.catalogue.fields_on(record)) for name, record in crm.classes.items()
        }
        names = {
            name: frozenset(one.name for one in found if one.privacy != SENSITIVE) for name, found in declared.items()
        }
        return cls(names, crm.sensitive)

    def shown(self, table: str, name: str, value: Any) -> Any:
        """Return a value of a record, or a mask; documents that are no records are shown."""
        may = self.is_off or value is None or table not in self.open_names or name in self.open_names[table]
        return value if may else MASK
