"""The documents of a store as a database of an engine: only the columns that are asked for, each made once."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any, Final

from attrs import define, field

from crm_bulk.encoding import Unfit, encoded, midnight_of
from crm_bulk.engines.backend import Backend, Frame
from crm_bulk.kept_columns import default_of, kept_columns
from crm_bulk.record_tables import extent_of
from crm_bulk.scopes import SEPARATOR, Wanted
from crmcore import CrmError, Record
from crmcore.engines import Reader, World, fold, type_of

Column = Any
"""An Arrow array; pyarrow has no types."""

_DAY: Final = len("YYYY-MM-DD")


@define(eq=False)
class StoreTables:
    """The tables of one state of a store."""

    backend: Backend
    reader: Reader
    world: World
    _documents: dict[str, list[Any]] = field(factory=dict, init=False)
    _made: dict[tuple[str, str], Column] = field(factory=dict, init=False)
    _keys: dict[str, Column] = field(factory=dict, init=False)

    def scan(self, record_class: type[Record], wanted: Sequence[Wanted]) -> Frame:
        """Return the ids of a record type's rows and these physical columns of its own."""
        import pyarrow as pa  # noqa: PLC0415 - only where an engine runs

        self._fetch(record_class, wanted)
        columns = {one.name: self._column(record_class, one) for one in wanted}
        return self.backend.frame(pa.table({"id": self._ids(record_class), **columns}))

    def extent(self, record_class: type[Record], wanted: Wanted) -> tuple[int, int] | None:
        """Return the least and the greatest value of a physical column, or None if none is known."""
        return extent_of(self._column(record_class, wanted))

    def rows(self, record_class: type[Record]) -> int:
        """Return how many records there are."""
        return self.reader.count(type_of(record_class).name)

    def is_full(self, record_class: type[Record], wanted: Wanted) -> bool:
        """Whether a physical column has a value in every row."""
        return not self._column(record_class, wanted).null_count

    def _of(self, record_class: type[Record]) -> list[Any]:
        name = type_of(record_class).name
        if name not in self._documents:
            found = dict(self.reader.items(name))
            order = self._keys[name].to_pylist() if name in self._keys else found
            self._documents[name] = [found[key] for key in order]
        return self._documents[name]

    def _ids(self, record_class: type[Record]) -> Column:
        """Return the ids, in the order of all columns."""
        import pyarrow as pa  # noqa: PLC0415 - only where an engine runs

        name = type_of(record_class).name
        if name not in self._keys:
            self._fetch(record_class, ())
        if name not in self._keys:
            self._keys[name] = pa.array([document["id"] for document in self._of(record_class)], pa.string())
        return self._keys[name]

    def _fetch(self, record_class: type[Record], wanted: Sequence[Wanted]) -> None:
        """Take the columns that are not there yet from the database, if it keeps them."""
        name = type_of(record_class).name
        lacking = [one for one in wanted if (name, one.name) not in self._made]
        if name in self._documents or (wanted and not lacking):
            return
        found = kept_columns(self.reader, record_class, lacking, self._keys.get(name), self.world)
        if found is not None:
            keys, *columns = found
            self._keys.setdefault(name, keys)
            self._made |= {(name, one.name): column for one, column in zip(lacking, columns, strict=True)}

    def _column(self, record_class: type[Record], wanted: Wanted) -> Column:
        key = (type_of(record_class).name, wanted.name)
        if key not in self._made:
            self._fetch(record_class, (wanted,))
        if key not in self._made:
            raws = _raws(record_class, wanted, self._of(record_class))
            made = self._fast(wanted, raws)
            self._made[key] = self._slow(record_class, wanted, raws) if made is None else made
        return self._made[key]

    def _fast(self, wanted: Wanted, raws: list[Any]) -> Column | None:
        """Return a column made by Arrow, or None for values of mixed or unexpected form."""
        import pyarrow as pa  # noqa: PLC0415 - only where an engine runs

        made = _MAKERS["date" if wanted.part == "stated" else "key" if wanted.part == "key" else wanted.kind.name]
        try:
            return made(raws, wanted, self.world)
        except (pa.ArrowException, AttributeError, OverflowError, TypeError, ValueError):
            return None

    def _slow(self, record_class: type[Record], wanted: Wanted, raws: list[Any]) -> Column:
        """Return a column made value by value, as the core reads them; raises `CrmError` that names the first bad one."""
        import pyarrow as pa  # noqa: PLC0415 - only where an engine runs

        found = []
        for document, raw in zip(self._of(record_class), raws, strict=True):
            try:
                value = raw if wanted.part == "key" or raw is None else self._decoded(wanted, raw)
                found.append(encoded(wanted, [value], self.world))
            except (CrmError, pa.ArrowException, OverflowError, TypeError, ValueError) as error:
                raise _refused(type_of(record_class).name, document["id"], wanted, error) from error
        return pa.concat_arrays(found) if found else encoded(wanted, [], self.world)

    def _decoded(self, wanted: Wanted, raw: Any) -> Any:
        return date.fromisoformat(raw) if wanted.part == "stated" else self.world.decode(wanted.kind, raw)


def _raws(record_class: type[Record], wanted: Wanted, documents: Iterable[Any]) -> list[Any]:
    """Return the stored values of a column or field, None for unknown; for a soft one its value or the stated day."""
    if wanted.field is None:
        name, default = wanted.path[0].name, default_of(record_class, wanted)
        kept = list(default) if isinstance(default, tuple) else default
        return [document.get(name, kept) for document in documents]
    name, part = wanted.field.name, "on" if wanted.part == "stated" else "value"
    found = [(document.get("fields") or {}).get(name) for document in documents]
    return [raw and raw[part] for raw in found] if wanted.field.soft else found


def _refused(record: str, key: str, wanted: Wanted, error: Exception) -> CrmError:
    name = wanted.field.name if wanted.field is not None else wanted.path[0].name
    said = error.message if isinstance(error, CrmError) else str(error).partition("\n")[0]
    return Unfit(
        f"{record} {key!r}: {name} has no place in a column: {said}",
        todo="Correct it, or use --engine python, which holds values of any size.",
    )


# --- one maker for each kind ------------------------------------------------------------------------------------------


def _texts_as_they_are(raws: list[Any]) -> Column:
    import pyarrow as pa  # noqa: PLC0415 - only where an engine runs

    return pa.array(raws, pa.string())


def _number(raws: list[Any], wanted: Wanted, world: World) -> Column:
    """Read decimal texts into whole numbers of units: through 128 bits, of which the upper half must say nothing."""
    import numpy as np  # noqa: PLC0415 - only where an engine runs
    import pyarrow as pa  # noqa: PLC0415 - the same
    import pyarrow.compute as pc  # noqa: PLC0415 - the same

    digits = world.money_digits if wanted.kind.name == "money" else wanted.kind.scale
    texts = _texts_as_they_are(raws)
    if pc.any(pc.match_substring_regex(texts, "[^0-9.-]")).as_py():
        raise ValueError("not a plain number")
    wide = texts.cast(pa.decimal128(38, digits))
    halves = np.frombuffer(wide.buffers()[1], np.int64).reshape(-1, 2)[: len(wide)]
    known = wide.is_valid().to_numpy(zero_copy_only=False)
    if (halves[known, 1] != halves[known, 0] >> 63).any():
        raise OverflowError
    return pa.array(halves[:, 0], pa.int64(), mask=~known)


def _integer(raws: list[Any], _wanted: Wanted, _world: World) -> Column:
    import pyarrow as pa  # noqa: PLC0415 - only where an engine runs

    return pa.array(raws, pa.int64())


def _ratio(raws: list[Any], _wanted: Wanted, _world: World) -> Column:
    import pyarrow as pa  # noqa: PLC0415 - only where an engine runs

    return pa.array([None if raw is None else float(raw) for raw in raws], pa.float64())


def _boolean(raws: list[Any], _wanted: Wanted, _world: World) -> Column:
    import pyarrow as pa  # noqa: PLC0415 - only where an engine runs

    return pa.array(raws, pa.bool_())


def _text(raws: list[Any], _wanted: Wanted, _world: World) -> Column:
    return _texts_as_they_are([None if raw is None else raw.lower() if raw.isascii() else fold(raw) for raw in raws])


def _texts(raws: list[Any], _wanted: Wanted, _world: World) -> Column:
    return _texts_as_they_are([None if raw is None else _joined(raw) for raw in raws])


def _joined(texts: list[str]) -> str:
    parts = [fold(text) for text in texts]
    if any(SEPARATOR in part for part in parts):
        raise ValueError("a text with a control character")
    return SEPARATOR + "".join(part + SEPARATOR for part in parts)


def _date(raws: list[Any], _wanted: Wanted, _world: World) -> Column:
    import pyarrow as pa  # noqa: PLC0415 - only where an engine runs

    return _texts_as_they_are(raws).cast(pa.date32()).cast(pa.int32()).cast(pa.int64())


def _instant(raws: list[Any], wanted: Wanted, world: World) -> Column:
    """Read moments, and plain days as their local midnight."""
    import pyarrow as pa  # noqa: PLC0415 - only where an engine runs
    import pyarrow.compute as pc  # noqa: PLC0415 - the same

    texts = _texts_as_they_are(raws)
    is_day = pc.equal(pc.binary_length(texts), _DAY)
    nothing = pa.scalar(None, pa.string())
    moments = pc.if_else(is_day, nothing, texts).cast(pa.timestamp("us", "UTC")).cast(pa.int64())
    if not pc.any(is_day).as_py():
        return moments
    days = _date(pc.if_else(is_day, texts, nothing).to_pylist(), wanted, world)
    distinct = days.dictionary_encode()
    starts = pa.array([midnight_of(day, wanted, world) for day in distinct.dictionary.to_pylist()], pa.int64())
    return pc.coalesce(moments, starts.take(distinct.indices))


_MAKERS: Final[dict[str, Callable[[list[Any], Wanted, World], Column]]] = {
    "key": lambda raws, _wanted, _world: _texts_as_they_are(raws),
    "money": _number,
    "decimal": _number,
    "integer": _integer,
    "ratio": _ratio,
    "boolean": _boolean,
    "text": _text,
    "texts": _texts,
    "date": _date,
    "instant": _instant,
}
