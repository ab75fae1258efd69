"""Records as plain JSON documents and back, without losing anything, known or not.

A document holds a record's columns, leaving out what is None or empty, and under ``fields`` the stored values of
plugins' fields by full name, verbatim. A column that no installed code knows (of a newer version, or of a plugin
that changed) is kept verbatim too: in a record it stands among the ``fields`` under its bare name, which a field's
``plugin.name`` never is, and it returns to its place in the document.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeVar, cast, get_args, overload

import attrs
from attrs import frozen
from cattrs import Converter
from cattrs.gen import make_dict_structure_fn_from_attrs, make_dict_unstructure_fn_from_attrs, override

from crmcore.entities import Record, Stamp, type_of
from crmcore.errors import Invalid, Problem, RuleError, UnknownName
from crmcore.json_values import DECODERS, ENCODERS, Turn, Unfit, decode_value, encode_value, problem, unlike

__all__ = ["Codec", "decode_value", "encode_value"]

RecordClass = TypeVar("RecordClass", bound=Record)
_FIELDS: Final = "fields"


@frozen
class _Slot:
    """One attribute of a record class and how its value changes form."""

    name: str
    required: bool
    omit_empty: bool
    encode: Turn
    decode: Turn


@frozen
class _Plan:
    """How one record class is read and written."""

    cls: type[Record]
    name: str
    slots: tuple[_Slot, ...]
    known: frozenset[str]
    write: Callable[[Any], dict[str, Any]]
    make: Callable[[Any, Any], Any]


class Codec:
    """Turns the records of the given classes into documents and back."""

    def __init__(self, record_classes: tuple[type[Record], ...]) -> None:
        """Prepare for ``record_classes``; raises `RuleError` for a class that is no record type."""
        converter = Converter(detailed_validation=False)
        self._plans: dict[str | type[Record], _Plan] = {}
        for cls in record_classes:
            plan = _planned(cls, converter)
            if self._plans.setdefault(plan.name, plan) is not plan:
                raise RuleError(f"two record types are called {plan.name!r}")
            self._plans[cls] = plan

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
        found = self._plans.get(record_type)
        if found is None:
            name = record_type if isinstance(record_type, str) else type_of(record_type).name
            raise UnknownName("record type", name, (plan.name for plan in self._plans.values()))
        return found


class _Gathered(dict[str, Any]):
    """Fields among which unknown columns stand already."""


def _gathered(document: Mapping[str, Any], plan: _Plan) -> dict[str, Any]:
    """Move the columns that ``plan`` does not know into the fields."""
    wrong = next(_misplaced(document, plan), None)
    if wrong:
        raise ValueError(wrong.reason)
    columns = {name: value for name, value in document.items() if name in plan.known}
    unknown = {name: value for name, value in document.items() if name not in plan.known}
    return {**columns, _FIELDS: _Gathered({**_fields(document.get(_FIELDS, {})), **unknown})}


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
    return {**document, _FIELDS: stored} if stored else document


def _problems(plan: _Plan, values: Mapping[str, Any], turn_of: Callable[[_Slot], Turn]) -> Iterator[Problem]:
    """Try every value by itself."""
    for slot in plan.slots:
        if slot.required and values.get(slot.name) is None:
            yield Problem("is missing", column=slot.name)
        elif slot.name in values:
            try:
                turn_of(slot)(values[slot.name])
            except Unfit as error:
                yield problem(error, slot.name)


def _misnamed(fields: Mapping[Any, Any], plan: _Plan) -> Iterator[Problem]:
    for name in fields:
        if not isinstance(name, str):
            yield Problem("the name of a field must be a text", column=f"{_FIELDS}.{name}")
        elif name in plan.known:
            yield Problem("is a column and cannot be a field as well", column=f"{_FIELDS}.{name}")


def _misplaced(document: Mapping[str, Any], plan: _Plan) -> Iterator[Problem]:
    for name in document:
        if name not in plan.known and "." in name:
            yield Problem(f"is no column; the values of plugins' fields stand under {_FIELDS!r}", column=name)


def _planned(cls: type[Record], converter: Converter) -> _Plan:
    name = type_of(cls).name
    described = list(attrs.fields(cls))
    slots = tuple(_slot(attribute, name) for attribute in described)
    outward = {slot.name: override(unstruct_hook=slot.encode, omit_if_default=slot.omit_empty) for slot in slots}
    outward[_FIELDS] = override(omit=True)
    inward = {slot.name: override(struct_hook=_hook(slot.decode)) for slot in slots}
    return _Plan(
        cls,
        name,
        slots,
        frozenset(slot.name for slot in slots),
        make_dict_unstructure_fn_from_attrs(described, cls, converter, _cattrs_use_linecache=False, **outward),
        make_dict_structure_fn_from_attrs(described, cls, converter, _cattrs_use_linecache=False, **inward),
    )


def _hook(turn: Turn) -> Callable[[Any, Any], Any]:
    return lambda raw, _: turn(raw)


def _slot(attribute: "attrs.Attribute[Any]", record_type: str) -> _Slot:
    """Say how an attribute changes form: by its column's kind, or as one of those that every record has."""
    own = _OWN.get(attribute.name)
    described = attribute.metadata.get("crm")
    if own is None and described is None:
        raise RuleError(
            f"{record_type}.{attribute.name} is not a column", todo="Declare it with `column(...)` or remove it."
        )
    encode, decode = own or (ENCODERS[described.kind.name], DECODERS[described.kind.name])
    if _nullable(attribute):
        encode, decode = _or_none(encode), _or_none(decode)
    empty = attribute.default is None or attribute.default == ()
    return _Slot(attribute.name, attribute.default is attrs.NOTHING, empty, encode, decode)


def _nullable(attribute: "attrs.Attribute[Any]") -> bool:
    annotated = attribute.type
    allowed = "None" in annotated if isinstance(annotated, str) else type(None) in get_args(annotated)
    return allowed or attribute.default is None


def _or_none(turn: Turn) -> Turn:
    return lambda value: None if value is None else turn(value)


def _stamp_out(value: Any) -> dict[str, Any]:
    if not isinstance(value, Stamp):
        raise unlike(value, "a stamp")
    return {name: _inside(turn, getattr(value, name), name) for name, (turn, _) in _STAMP.items()}


def _stamp_in(raw: Any) -> Stamp:
    if not isinstance(raw, dict) or raw.keys() != _STAMP.keys():
        raise unlike(raw, "a mapping of `at` and `actor`")
    return Stamp(**{name: _inside(turn, raw[name], name) for name, (_, turn) in _STAMP.items()})


def _inside(turn: Turn, value: Any, name: str) -> Any:
    try:
        return turn(value)
    except Unfit as error:
        raise Unfit(error.reason, error.value, f".{name}") from error


def _fields(raw: Any) -> Mapping[str, Any]:
    if not isinstance(raw, Mapping):
        raise unlike(raw, "a mapping of fields' names to values")
    for name in () if isinstance(raw, _Gathered) else raw:
        if "." not in name:
            raise Unfit("is not the full name of a field, such as plugin.name", name, f".{name}")
    return raw


_STAMP: Final = {"at": (ENCODERS["instant"], DECODERS["instant"]), "actor": (ENCODERS["text"], DECODERS["text"])}
_OWN: Final[Mapping[str, tuple[Turn, Turn]]] = {
    "version": (ENCODERS["integer"], DECODERS["integer"]),
    "created": (_stamp_out, _stamp_in),
    "changed": (_stamp_out, _stamp_in),
    _FIELDS: (dict, _fields),
}
"""How the attributes that every record has change form."""
