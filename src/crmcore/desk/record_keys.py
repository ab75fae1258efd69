"""Finding the record that a row of a file is about, by its id or by another column that tells records apart."""

from collections.abc import Mapping
from typing import Any

from attrs import define, field

from crmcore.entities import ColumnType, Record, type_of
from crmcore.errors import Invalid, Problem
from crmcore.files.file_rows import Row
from crmcore.grammar.declare import Field
from crmcore.kinds import fold
from crmcore.storage.json_values import decode_value
from crmcore.store import Document, Reader

_ID = "id"


@define(eq=False)
class RecordKeys:
    """The records of one type by the values of one column or field; texts other than ids are compared without case."""

    reader: Reader
    record_class: type[Record]
    column: ColumnType
    plugin_field: Field | None = None
    _seen: dict[Any, int] = field(factory=dict, init=False)
    _stored: dict[Any, list[str]] | None = field(default=None, init=False)

    def find(self, row: Row) -> str | None:
        """Return the id of the record that a row is about, or None for a new one.

        Raises `Invalid` where the row does not say, an earlier row said the same, or several records fit.
        """
        name = self.column.name
        value = self._mark({**row.values, **row.fields}.get(name))
        if value is None:
            raise Invalid([Problem("is empty, and the row is to be found by it", column=name)])
        if value in self._seen:
            raise Invalid([Problem(f"stands in line {self._seen[value]} already", column=name, value=str(value))])
        self._seen[value] = row.number
        found = self._known(value)
        if len(found) > 1:
            several = f"{len(found)} records have it: {', '.join(found[:5])}"
            raise Invalid([Problem(several, column=name, value=str(value))])
        return found[0] if found else None

    def _known(self, value: Any) -> list[str]:
        table = type_of(self.record_class).name
        if self.column.name == _ID:
            return [value] if self.reader.get(table, value) is not None else []
        if self._stored is None:
            self._stored = {}
            for key, document in self.reader.items(table):
                mark = self._mark(decode_value(self.column.kind, self._raw(document)))
                if mark is not None:
                    self._stored.setdefault(mark, []).append(key)
        return self._stored.get(value, [])

    def _raw(self, document: Document) -> Any:
        if self.plugin_field is None:
            return document.get(self.column.name)
        raw = document.get("fields", {}).get(self.plugin_field.name)
        return raw.get("value") if isinstance(raw, Mapping) else raw

    def _mark(self, value: Any) -> Any:
        return fold(value) if isinstance(value, str) and self.column.name != _ID else value
