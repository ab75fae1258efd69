"""Customers and what is recorded about them: frozen attrs classes whose columns say what they hold."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, TypeVar, dataclass_transform

import attrs
from attrs import frozen

from crmcore.errors import RuleError
from crmcore.kinds import TEXT, Kind
from crmcore.labels import Label, as_label

Moment = date | datetime
"""When something happened: a UTC datetime, or a plain local date where no time of day is known."""


@frozen
class ColumnType:
    """What a column of a record type holds."""

    name: str
    kind: Kind
    required: bool = False
    refers_to: str = ""
    choices: tuple[str, ...] = ()
    label: Label = attrs.field(factory=Label)
    target: "type[Record] | None" = attrs.field(default=None, eq=False, repr=False)


@frozen
class RecordType:
    """What the framework knows of a record type.

    ``links`` maps a role to the path of columns that leads to the customer; ``dated_by`` is the path to the
    date or instant on which a row happened, empty for undated records.
    """

    name: str
    links: tuple[tuple[str, tuple[str, ...]], ...]
    dated_by: tuple[str, ...]
    columns: tuple[ColumnType, ...]
    label: Label = attrs.field(factory=Label)

    def column(self, name: str) -> ColumnType | None:
        """Return the column called ``name``, or None."""
        return next((column for column in self.columns if column.name == name), None)


def column(  # noqa: PLR0913 - keyword-only facts of one declaration
    kind: Kind,
    *,
    required: bool = False,
    refers_to: "type[Record] | str" = "",
    choices: tuple[str, ...] = (),
    default: Any = None,
    label: Mapping[str, str] | None = None,
) -> Any:
    """Declare a column; ``refers_to`` is the record type whose id it holds ("self" for the same one).

    Type checkers take a column without ``default=`` as one that every new record needs: write ``default=None``.
    """
    target = None if isinstance(refers_to, str) else refers_to
    named = type_of(target).name if target else str(refers_to)
    facts = ColumnType("", kind, required, named, choices, as_label(label), target)
    return attrs.field(default=attrs.NOTHING if required else default, metadata={"crm": facts}, kw_only=True)


@frozen
class Stamp:
    """When (UTC) and by whom."""

    at: datetime
    actor: str


def _unchangeable(given: Mapping[str, Any]) -> Mapping[str, Any]:
    return MappingProxyType(dict(given))


@frozen(kw_only=True)
class Record:
    """What every record has; ``version`` counts its commits, 0 before the first.

    ``fields`` holds the stored values of plugins' fields by full name, exactly as they stand in the store.
    """

    id: str = attrs.field(
        default="", metadata={"crm": ColumnType("", TEXT, label=as_label({"en": "Id", "zh": "编号"}))}
    )
    version: int = 0
    created: Stamp | None = None
    changed: Stamp | None = None
    fields: Mapping[str, Any] = attrs.field(factory=dict, converter=_unchangeable, repr=False)


RecordClass = TypeVar("RecordClass", bound=Record)


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(column,))
def record(
    name: str,
    *,
    links: Mapping[str, str] | None = None,
    dated_by: str = "",
    label: Mapping[str, str] | None = None,
) -> Callable[[type[RecordClass]], type[RecordClass]]:
    """Make an attrs class a record type called ``name``.

    ``links`` maps roles to columns that hold a customer's id, perhaps through references
    (``{"customer": "purchase.customer"}``); ``dated_by`` names the column, or path, with the row's date.
    """

    def declare(cls: type[RecordClass]) -> type[RecordClass]:
        made = frozen(kw_only=True)(cls)
        columns = tuple(
            _completed(field.metadata["crm"], field.name, name, made)
            for field in attrs.fields(made)
            if "crm" in field.metadata
        )
        paths = tuple((role, tuple(path.split("."))) for role, path in (links or {}).items())
        dated = tuple(dated_by.split(".")) if dated_by else ()
        known = {facts.name for facts in columns}
        for path in (*(path for _, path in paths), dated):
            if path and path[0] not in known:
                raise RuleError(f"record type {name!r} has no column {path[0]!r}")
        made.__crm__ = RecordType(name, paths, dated, columns, as_label(label))  # type: ignore[attr-defined]  # set on purpose: read by type_of
        return made

    return declare


def _completed(facts: ColumnType, column_name: str, record_name: str, made: type[Record]) -> ColumnType:
    if facts.refers_to != "self":
        return attrs.evolve(facts, name=column_name)
    return attrs.evolve(facts, name=column_name, refers_to=record_name, target=made)


def type_of(cls: type[Record]) -> RecordType:
    """Return the declaration of a record class; raises `RuleError` for any other class."""
    found = vars(cls).get("__crm__")
    if not isinstance(found, RecordType):
        raise RuleError(f"{cls.__name__} is not a record type; decorate it with @record(...)")
    return found
