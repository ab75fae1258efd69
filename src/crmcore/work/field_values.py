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
    """Who stated soft values, and on which local date.

    Where ``is_dated`` is false nobody said since when they hold: ``on`` is the day on which they were entered.
    """

    source: str
    on: date
    is_dated: bool = True


def described(field: Field) -> ColumnType:
    """Return a field as texts are read for it, like a column."""
    return ColumnType(field.name, field.result_kind(), choices=field.choices, label=field.label)


def stored(field: Field, value: Any, said: Said, before: Any = None) -> Any:
    """Return ``value`` as it is stored over ``before``.

    A soft value holds from the date on which it was said; without one the first of a record holds since always, a
    later one from its entry. An equal value keeps its source and date, unless it is now said to hold since before, or
    nobody had dated it. Raises `Invalid` for a value that is not of the field's kind.
    """
    raw = encode_value(field.result_kind(), value)
    if not field.soft or raw is None:
        return raw
    on = said.on if said.is_dated or before is not None else ALWAYS
    if isinstance(before, Mapping) and before.get("value") == raw and not _dates_anew(said, before):
        return dict(before)
    return {"value": raw, "on": on.isoformat(), "source": said.source}


def _dates_anew(said: Said, before: Mapping[str, Any]) -> bool:
    earlier = date.fromisoformat(before["on"])
    return said.is_dated and (earlier == ALWAYS or said.on < earlier)


def current(field: Field, raw: Any, day: date) -> Any:
    """Return the value of a stored one on a day: the field's default where there is none yet."""
    if field.soft and raw is not None:
        raw = raw["value"] if date.fromisoformat(raw["on"]) <= day else None
    return field.default if raw is None else decode_value(field.result_kind(), raw)
