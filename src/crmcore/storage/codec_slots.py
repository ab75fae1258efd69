"""How the attributes of records change between values and plain JSON: one slot for each."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, get_args

import attrs
from attrs import frozen

from crmcore.entities import ColumnType, Stamp
from crmcore.errors import RuleError
from crmcore.storage.json_values import DECODERS, ENCODERS, Turn, Unfit, unlike

FIELDS: Final = "fields"
"""The attribute, and the key of a document, with the stored values of plugins' fields."""


@frozen
class Slot:
    """One attribute of a record class and how its value changes form."""

    name: str
    required: bool
    nullable: bool
    omit_empty: bool
    encode: Turn
    decode: Turn


class Gathered(dict[str, Any]):
    """Fields among which unknown columns stand already."""


def slot_of(attribute: "attrs.Attribute[Any]", record_type: str) -> Slot:
    """Say how an attribute changes form: by its column's kind, or as one of those that every record has."""
    own = _OWN.get(attribute.name)
    described: ColumnType | None = attribute.metadata.get("crm")
    if described:
        own = ENCODERS[described.kind.name], DECODERS[described.kind.name]
    if not own:
        raise RuleError(
            f"{record_type}.{attribute.name} is not a column", todo="Declare it with `column(...)` or remove it."
        )
    default = attribute.default
    return Slot(attribute.name, default is attrs.NOTHING, _nullable(attribute), default in (None, ()), *own)


def _nullable(attribute: "attrs.Attribute[Any]") -> bool:
    annotated = attribute.type
    allowed = "None" in annotated if isinstance(annotated, str) else type(None) in get_args(annotated)
    return allowed or attribute.default is None


def _stamp_out(value: Any) -> dict[str, Any]:
    if not isinstance(value, Stamp):
        raise unlike(value, "a stamp")
    return {name: _inside(turn, getattr(value, name), name) for name, (turn, _) in _STAMP.items()}


def _stamp_in(raw: Any) -> Stamp:
    if not isinstance(raw, dict) or raw.keys() != _STAMP.keys():
        raise unlike(raw, "a mapping of `at` and `actor`")
    at, actor = raw["at"], _inside(_STAMP["actor"][1], raw["actor"], "actor")
    return _stamp(at, actor) if isinstance(at, str) else _inside(_STAMP["at"][1], at, "at")


@lru_cache(4096)
def _stamp(at: str, actor: str) -> Stamp:
    """Return the same stamp for all records of one commit: an import makes thousands with one."""
    return Stamp(_inside(_STAMP["at"][1], at, "at"), actor)


def _inside(turn: Turn, value: Any, name: str) -> Any:
    try:
        return turn(value)
    except Unfit as error:
        raise Unfit(error.reason, error.value, f".{name}") from error


def fields_in(raw: Any) -> Mapping[str, Any]:
    """Return stored fields as they are; raises `Unfit` unless each has a full name."""
    if not isinstance(raw, Mapping):
        raise unlike(raw, "a mapping of fields' names to values")
    for name in () if isinstance(raw, Gathered) else raw:
        if "." not in name:
            raise Unfit("is not the full name of a field, such as plugin.name", name, f".{name}")
    return raw


_STAMP: Final = {"at": (ENCODERS["instant"], DECODERS["instant"]), "actor": (ENCODERS["text"], DECODERS["text"])}
_OWN: Final[Mapping[str, tuple[Turn, Turn]]] = {
    "version": (ENCODERS["integer"], DECODERS["integer"]),
    "created": (_stamp_out, _stamp_in),
    "changed": (_stamp_out, _stamp_in),
    FIELDS: (dict, fields_in),
}
"""How the attributes that every record has change form."""
