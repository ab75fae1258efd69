"""The values of plugins' fields as they stand in a record: bare, or with source and date where the field is soft."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from attrs import frozen

from crmcore.entities import ColumnType
from crmcore.evaluation.facts import ALWAYS
from crmcore.grammar.declare import Field
from crmcore.storage.json_values import decode_value, encode_value


@frozen
class Said:
    """Who stated soft values, and on which local date."""

    source: str
    on: date


def described(field: Field) -> ColumnType:
    """Return a field as texts are read for it, like a column."""
    return ColumnType(field.name, field.result_kind(), choices=field.choices, label=field.label)


def stored(field: Field, value: Any, said: Said, before: Any = None) -> Any:
    """Return ``value`` as it is stored over ``before``; an equal soft value keeps its source and date.

    The first soft value of a record holds since always, a later one from the date on which it is said. Raises
    `Invalid` for a value that is not of the field's kind.
    """
    raw = encode_value(field.result_kind(), value)
    if not field.soft or raw is None:
        return raw
    if isinstance(before, Mapping) and before.get("value") == raw:
        return dict(before)
    on = ALWAYS if before is None else said.on
    return {"value": raw, "on": on.isoformat(), "source": said.source}


def current(field: Field, raw: Any, day: date) -> Any:
    """Return the value of a stored one on a day: the field's default where there is none yet."""
    if field.soft and raw is not None:
        raw = raw["value"] if date.fromisoformat(raw["on"]) <= day else None
    return field.default if raw is None else decode_value(field.result_kind(), raw)
