"""Records as plain JSON documents and back, without losing anything, known or not.

A document holds a record's columns, leaving out what is None or empty, and under ``fields`` the stored values of
plugins' fields by full name, verbatim. A column that no installed code knows (of a newer version, or of a plugin
that changed) is kept verbatim too: in a record it stands among the ``fields`` under its bare name, which a field's
``plugin.name`` never is, and it returns to its place in the document.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar, cast, overload

import attrs
from attrs import frozen
from cattrs import Converter
from cattrs.gen import (
    make_dict_structure_fn_from_attrs,
    make_dict_unstructure_fn_from_attrs,
    override,
)

from crmcore.entities import Record, type_of
from crmcore.errors import Invalid, Problem, RuleError, UnknownName
from crmcore.storage.codec_slots import FIELDS, Gathered, Slot, fields_in, slot_of
from crmcore.storage.json_values import Turn, Unfit, decode_value, encode_value, problem

__all__ = ["Codec", "decode_value", "encode_value"]

RecordClass = TypeVar("RecordClass", bound=Record)


@frozen
class _Plan:
    """How one record class is read and written."""

    cls: type[Record]
    name: str
    slots: tuple[Slot, ...]
    known: frozenset[str]
    write: Callable[[Any], dict[str, Any]]
    make: Callable[[Any, Any], Any]


class Codec:
    """Turns the records of the given classes into documents and back."""

    def __init__(self, record_classes: tuple[type[Record], ...]) -> None:
        """Prepare for ``record_classes``; raises `RuleError` for a class that is no record type."""
        self._converter = Converter(detailed_validation=False)
        self._plans: dict[str | type[Record], _Plan] = {}
        self._classes: dict[str | type[Record], type[Record]] = {}
        self._slots: dict[type[Record], tuple[Slot, ...]] = {}
        for cls in dict.fromkeys(record_classes):
            name = type_of(cls).name
            if self._classes.setdefault(name, cls) is not cls:
                raise RuleError(f"two record types are called {name!r}")
            self._classes[cls] = cls
            self._slots[cls] = tuple(slot_of(attribute, name) for attribute in attrs.fields(cls))

    def encode(self, record: Record) -> dict[str, Any]:
        """Return a record as a document; raises `Invalid` with all of its problems."""
        plan = self._plan(type(record))
        try:
            document = plan.write(record)
            return _scattered(document, record.fields, plan) if record.fields else document
        except (ValueError, TypeError, AttributeError) as error:
            values = {slot.name: getattr(record, slot.name) for slot in plan.slots}
            wrong = [*_problems(plan, values, lambda slot: slot.encode), *_misnamed(record.fields, plan)]
            heading = f"{plan.name} {record.id!r} cannot be stored"
            raise Invalid(wrong or [Problem(str(error))], heading=heading) from error

    @overload
    def decode(self, record_type: type[RecordClass], document: Mapping[str, Any]) -> RecordClass: ...
    @overload
    def decode(self, record_type: str, document: Mapping[str, Any]) -> Record: ...
    def decode(self, record_type: str | type[Record], document: Mapping[str, Any]) -> Record:
        """Return the record in a document; raises `Invalid` with all of its problems."""
        plan = self._plan(record_type)
        try:
            known = plan.known >= document.keys()
            return cast("Record", plan.make(document if known else _gathered(document, plan), plan.cls))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            heading = f"{plan.name} cannot be read"
            wrong = [Problem("is not a document", value=repr(document)[:60])]
            if isinstance(document, Mapping):
                heading = f"{plan.name} {document.get('id', '')!r} cannot be read"
                wrong = [*_problems(plan, document, lambda slot: slot.decode), *_misplaced(document, plan)]
            raise Invalid(wrong or [Problem(str(error))], heading=heading) from error

    def _plan(self, record_type: str | type[Record]) -> _Plan:
        """Return how a record class is read and written, which is made when it is first asked for."""
        found = self._plans.get(record_type)
        if found is not None:
            return found
        cls = self._classes.get(record_type)
        if cls is None:
            name = record_type if isinstance(record_type, str) else type_of(record_type).name
            raise UnknownName("record type", name, (known for known in self._classes if isinstance(known, str)))
        made = self._plans[cls] = self._plans[type_of(cls).name] = _planned(cls, self._slots[cls], self._converter)
        return made


def _gathered(document: Mapping[str, Any], plan: _Plan) -> dict[str, Any]:
    """Move the columns that ``plan`` does not know into the fields."""
    wrong = next(_misplaced(document, plan), None)
    if wrong:
        raise ValueError(wrong.reason)
    columns = {name: value for name, value in document.items() if name in plan.known}
    unknown = {name: value for name, value in document.items() if name not in plan.known}
    return {**columns, FIELDS: Gathered({**fields_in(document.get(FIELDS, {})), **unknown})}


def _scattered(document: dict[str, Any], fields: Mapping[str, Any], plan: _Plan) -> dict[str, Any]:
    """Add the fields to a document, and the columns that ``plan`` does not know."""
    stored = {}
    for name, value in fields.items():
        if "." in name:
            stored[name] = value
        elif name in plan.known:
            raise ValueError(name)
        else:
            document[name] = value
    return {**document, FIELDS: stored} if stored else document


def _problems(plan: _Plan, values: Mapping[str, Any], turn_of: Callable[[Slot], Turn]) -> Iterator[Problem]:
    """Try every value by itself."""
    for slot in plan.slots:
        if slot.required and values.get(slot.name) is None:
            yield Problem("is missing", column=slot.name)
        elif slot.name in values and (values[slot.name] is not None or not slot.nullable):
            try:
                turn_of(slot)(values[slot.name])
            except Unfit as error:
                yield problem(error, slot.name)


def _misnamed(fields: Mapping[Any, Any], plan: _Plan) -> Iterator[Problem]:
    for name in fields:
        if not isinstance(name, str):
            yield Problem("the name of a field must be a text", column=f"{FIELDS}.{name}")
        elif name in plan.known:
            yield Problem("is a column and cannot be a field as well", column=f"{FIELDS}.{name}")


def _misplaced(document: Mapping[str, Any], plan: _Plan) -> Iterator[Problem]:
    for name in document:
        if name not in plan.known and "." in name:
            yield Problem(f"is no column; the values of plugins' fields stand under {FIELDS!r}", column=name)


def _planned(cls: type[Record], slots: tuple[Slot, ...], converter: Converter) -> _Plan:
    name, described = type_of(cls).name, list(attrs.fields(cls))
    outward: dict[str, Any] = {slot.name: _outward(slot) for slot in slots}
    outward[FIELDS] = override(omit=True)
    inward: dict[str, Any] = {slot.name: override(struct_hook=_inward(slot)) for slot in slots}
    return _Plan(
        cls,
        name,
        slots,
        frozenset(slot.name for slot in slots),
        make_dict_unstructure_fn_from_attrs(described, cls, converter, _cattrs_use_linecache=False, **outward),
        make_dict_structure_fn_from_attrs(described, cls, converter, _cattrs_use_linecache=False, **inward),
    )


def _outward(slot: Slot) -> Any:
    turn = slot.encode
    if slot.nullable and not slot.omit_empty:
        return override(unstruct_hook=lambda value: None if value is None else turn(value))
    return override(unstruct_hook=turn, omit_if_default=slot.omit_empty)


def _inward(slot: Slot) -> Callable[[Any, Any], Any]:
    turn = slot.decode
    return (lambda raw, _: None if raw is None else turn(raw)) if slot.nullable else lambda raw, _: turn(raw)
