"""Records in memory as a database of an engine."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from attrs import define, field

from crm_bulk.encoding import encoded
from crm_bulk.engines.backend import Backend, Frame, Table
from crm_bulk.scopes import Wanted
from crmcore import Record
from crmcore.engines import World


@define(eq=False)
class RecordTables:
    """Records by type, with fields as they are stored; each physical column is made once, when it is asked for."""

    backend: Backend
    records: Mapping[type[Record], Sequence[Record]]
    world: World
    _made: dict[tuple[type[Record], str], Any] = field(factory=dict, init=False)

    def scan(self, record_class: type[Record], wanted: Sequence[Wanted]) -> Frame:
        """Return the ids of a record type's rows and these physical columns of its own."""
        return self.backend.frame(self.table(record_class, wanted))

    def table(self, record_class: type[Record], wanted: Sequence[Wanted]) -> Table:
        """Return the same as an Arrow table."""
        import pyarrow as pa  # noqa: PLC0415 - only where an engine runs

        ids = pa.array([record.id for record in self._of(record_class)], pa.string())
        return pa.table({"id": ids, **{one.name: self._column(record_class, one) for one in wanted}})

    def extent(self, record_class: type[Record], wanted: Wanted) -> tuple[int, int] | None:
        """Return the least and the greatest value of a physical column, or None if none is known."""
        return extent_of(self._column(record_class, wanted))

    def rows(self, record_class: type[Record]) -> int:
        """Return how many records there are."""
        return len(self._of(record_class))

    def is_full(self, record_class: type[Record], wanted: Wanted) -> bool:
        """Whether a physical column has a value in every row."""
        return not self._column(record_class, wanted).null_count

    def _of(self, record_class: type[Record]) -> Sequence[Record]:
        return self.records.get(record_class, ())

    def _column(self, record_class: type[Record], wanted: Wanted) -> Any:
        key = (record_class, wanted.name)
        if key not in self._made:
            self._made[key] = encoded(wanted, self._values(record_class, wanted), self.world)
        return self._made[key]

    def _values(self, record_class: type[Record], wanted: Wanted) -> Iterator[Any]:
        stored = wanted.field
        for record in self._of(record_class):
            if stored is None:
                yield getattr(record, wanted.path[0].name)
                continue
            raw = record.fields.get(stored.name)
            if stored.soft and raw is not None:
                raw = date.fromisoformat(raw["on"]) if wanted.part == "stated" else raw["value"]
            decoded = raw is None or wanted.part == "stated"
            yield raw if decoded else self.world.decode(wanted.kind, raw)


def extent_of(column: Any) -> tuple[int, int] | None:
    """Return the least and the greatest value in an Arrow column of whole numbers, or None if none is known."""
    import pyarrow.compute as pc  # noqa: PLC0415 - only where an engine runs

    found = pc.min_max(column).as_py()
    return None if found["min"] is None else (found["min"], found["max"])
