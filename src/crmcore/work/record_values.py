"""Whether the values of a record fit its columns and the fields that plugins add to it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from crmcore.entities import ColumnType, Record, type_of
from crmcore.errors import Invalid, Problem
from crmcore.grammar.declare import Field
from crmcore.records import PurchaseLine
from crmcore.storage.json_values import decode_value
from crmcore.values import misfit, text_misfit
from crmcore.work.field_values import described

_TEXTS: Final = frozenset({"text", "texts"})


def misfits(record: Record, fields: Sequence[Field], money_digits: int) -> Iterator[Problem]:
    """Yield a problem for each value that its column or field cannot hold."""
    for column in type_of(type(record)).columns:
        value = getattr(record, column.name)
        if value is None:
            reason = "is required" if column.required else ""
        elif column.required and isinstance(value, str) and not value.strip():
            reason = "is required and cannot be empty"
        else:
            reason = _misfit(column, value, money_digits)
        if reason:
            yield Problem(reason, column=column.name, value="" if value is None else str(value)[:60])
    if isinstance(record, PurchaseLine) and record.discount is not None and not 0 <= record.discount <= 1:
        yield Problem("must be a share from 0 to 1; 15 % is 0.15", column="discount", value=str(record.discount))
    for field in fields:
        raw = record.fields.get(field.name) if field.on is type(record) else None
        if raw is not None:
            yield from _misfit_field(field, raw, money_digits)


def _misfit(column: ColumnType, value: Any, money_digits: int) -> str:
    reason = misfit(column.kind, value, money_digits)
    if not reason and column.kind.name in _TEXTS:
        reason = text_misfit(column.name, value)
    return reason or _not_among(column.choices, value)


def _misfit_field(field: Field, raw: Any, money_digits: int) -> Iterator[Problem]:
    kind = field.result_kind()
    try:
        value = decode_value(kind, _said(raw) if field.soft else raw)
    except (Invalid, ValueError) as error:
        reasons = [problem.reason for problem in error.problems] if isinstance(error, Invalid) else [str(error)]
        yield Problem("; ".join(reasons), column=field.name, value=str(raw)[:60])
        return
    reason = _misfit(described(field), value, money_digits)
    if reason:
        yield Problem(reason, column=field.name, value=str(value)[:60])


def _said(raw: Any) -> Any:
    """Return what a soft value says; raises `ValueError` unless it has value, date and source."""
    if not isinstance(raw, Mapping) or not {"value", "on", "source"} <= raw.keys():
        raise ValueError("is entered by people, so it needs value, on and source")
    date.fromisoformat(raw["on"])
    return raw["value"]


def _not_among(choices: tuple[str, ...], value: Any) -> str:
    given = value if isinstance(value, tuple) else (value,)
    return "" if not choices or set(given) <= set(choices) else f"is not one of {', '.join(choices)}"
