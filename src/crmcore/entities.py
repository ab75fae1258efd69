"""Customers and what is recorded about them: frozen attrs classes whose columns say what they hold."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Final, TypeVar, dataclass_transform

import attrs
from attrs import frozen

from crmcore.attributes import (
    CHOICES,
    FLAG,
    KIND,
    LABEL,
    LINE,
    NAME,
    PERSONAL,
    PRIVACY,
    Privacy,
    Shape,
    a,
    as_choices,
    is_line,
    several,
    shown,
)
from crmcore.errors import RuleError
from crmcore.kinds import MONEY_EXTRA_DIGITS, TEXT, Kind
from crmcore.labels import NO_CHOICES, Choices, Label, as_label
from crmcore.values import misfit, text_misfit

Moment = date | datetime
"""When something happened: a UTC datetime, or a plain local date where no time of day is known."""


def is_record_type(value: Any) -> bool:
    """Whether it is a class of records made with ``@record``."""
    is_class = isinstance(value, type) and issubclass(value, Record)
    return is_class and isinstance(vars(value).get("__crm__"), RecordType)


def _is_path(value: Any) -> bool:
    return isinstance(value, tuple) and all(map(is_line, value))


def _is_link(value: Any) -> bool:
    role, path = value
    return NAME.fits(role) and _is_path(path) and bool(path)


def _as_path(given: Any) -> Any:
    if isinstance(given, str):
        return tuple(given.split(".")) if given else ()
    return given


def _as_links(given: Any) -> Any:
    if given is None or isinstance(given, Mapping):
        return tuple((role, _as_path(path)) for role, path in (given or {}).items())
    return given


RECORD_TYPE: Final = Shape("a record type: Customer, Purchase, or a class made with @record", is_record_type)

_REFERENCE: Final = Shape('a record type or "self"', lambda value: value == "" or NAME.fits(value))
_LINKS: Final = Shape(
    'each a role with the column that leads to a customer, as in {"customer": "purchase.customer"}',
    lambda value: isinstance(value, tuple) and all(map(_is_link, value)),
)


@frozen
class ColumnType:
    """What a column of a record type holds."""

    name: str = attrs.field(validator=LINE)
    kind: Kind = attrs.field(validator=a(Kind, KIND.takes))
    required: bool = attrs.field(default=False, validator=FLAG)
    refers_to: str = attrs.field(default="", validator=_REFERENCE)
    choices: Choices = attrs.field(default=NO_CHOICES, converter=as_choices, validator=CHOICES)
    label: Label = attrs.field(default=None, converter=as_label, validator=LABEL)
    privacy: Privacy = attrs.field(default="internal", validator=PRIVACY)
    target: "type[Record] | None" = attrs.field(default=None, eq=False, repr=False)


@frozen
class RecordType:
    """What the framework knows of a record type.

    ``links`` maps a role to the path of columns that leads to the customer; ``dated_by`` is the path to the
    date or instant on which a row happened, empty for undated records.
    """

    name: str = attrs.field(validator=NAME)
    links: tuple[tuple[str, tuple[str, ...]], ...] = attrs.field(converter=_as_links, validator=_LINKS)
    dated_by: tuple[str, ...] = attrs.field(
        converter=_as_path, validator=Shape("a column with the date, perhaps through references", _is_path)
    )
    columns: tuple[ColumnType, ...] = attrs.field(validator=several(a(ColumnType, "a column")))
    label: Label = attrs.field(default=None, converter=as_label, validator=LABEL)

    def column(self, name: str) -> ColumnType | None:
        """Return the column called ``name``, or None."""
        return next((column for column in self.columns if column.name == name), None)


def column(  # noqa: PLR0913 - keyword-only facts of one declaration
    kind: Kind,
    *,
    required: bool = False,
    refers_to: "type[Record] | str" = "",
    choices: Iterable[str] = (),
    default: Any = None,
    label: Mapping[str, str] | None = None,
    privacy: Privacy = "internal",
) -> Any:
    """Declare a column; ``refers_to`` is the record type whose id it holds ("self" for the same one).

    ``privacy`` says whose business it is: what is "personal" or "sensitive" goes when a person's data is erased, and
    what is sensitive is shown on request only. ``choices`` are the texts that it takes, as `Choices` with what people read.

    Type checkers take a column without ``default=`` as one that every new record needs: write ``default=None``.
    """
    target: Any = refers_to if is_record_type(refers_to) else None
    named: Any = type_of(target).name if target else refers_to
    facts = ColumnType("", kind, required, named, choices, as_label(label), privacy, target)
    if not KIND.holds(kind):
        raise RuleError(f"column: kind= takes {KIND.takes}, not {shown(kind)}")
    if problem := _default_problem(facts, default):
        raise RuleError(f"column: its default {shown(default)} {problem}")
    if privacy in PERSONAL and (refers_to or (required and (kind != TEXT or choices))):
        raise RuleError(f"column: what is {privacy} can be erased, so it is no reference, and if required a free text")
    return attrs.field(default=attrs.NOTHING if required else default, metadata={"crm": facts}, kw_only=True)


def _default_problem(facts: ColumnType, default: Any) -> str:
    if default is None:
        return ""
    if problem := misfit(facts.kind, default, MONEY_EXTRA_DIGITS):
        return problem
    given = default if isinstance(default, tuple) else (default,)
    if facts.choices and not set(given) <= set(facts.choices):
        return f"is not one of {', '.join(facts.choices)}"
    return text_misfit("", default) if isinstance(default, str | tuple) else ""


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
        _check_columns(cls)
        made = frozen(kw_only=True)(cls)
        columns = tuple(
            _completed(field.metadata["crm"], field.name, name, made)
            for field in attrs.fields(made)
            if "crm" in field.metadata
        )
        facts = RecordType(name, links, dated_by, columns, label)
        _check_paths(facts)
        made.__crm__ = facts  # type: ignore[attr-defined]  # set on purpose: read by type_of
        return made

    return declare


def _check_columns(cls: type[Record]) -> None:
    """Raise `RuleError` where a class says anew what every record has, or what rules mean something else by."""
    names = set(vars(cls).get("__annotations__", ()))
    if own := {"version", "created", "changed", "fields"} & names:
        raise RuleError(f"{cls.__name__}: {', '.join(sorted(own))} is what every record has; choose another name")
    if taken := {"role", "record_class", "is_customer"} & names:  # attributes of rows()
        said = ", ".join(sorted(taken))
        raise RuleError(f"{cls.__name__}: rules could not name its column {said}, for `rows(...)` has that already")


def _check_paths(facts: RecordType) -> None:
    """Raise `RuleError` where a record type names a column that it has not, or one that holds no customer or date."""
    for role, path in facts.links:
        end = _end_of(facts, path)
        if end is not None and end.refers_to != "customer":
            raise RuleError(f"record type {facts.name!r}: {'.'.join(path)!r}, its link {role!r}, refers to no customer")
    end = _end_of(facts, facts.dated_by)
    if end is not None and not end.kind.is_time:
        raise RuleError(f"record type {facts.name!r}: {'.'.join(facts.dated_by)!r}, which dates it, holds no date")


def _end_of(facts: RecordType, path: tuple[str, ...]) -> ColumnType | None:
    """Return the column to which a path leads; None for none, and behind what is known by name only."""
    owner, column = facts, None
    for place, name in enumerate(path, 1):
        if column is not None:
            if column.target is None and column.refers_to != facts.name:
                return None
            owner = facts if column.target is None or column.refers_to == facts.name else type_of(column.target)
        column = owner.column(name)
        if column is None:
            raise RuleError(f"record type {facts.name!r} has no column {'.'.join(path[:place])!r}")
        if place < len(path) and not column.refers_to:
            raise RuleError(f"record type {facts.name!r}: the column {name!r} refers to no record")
    return column


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
