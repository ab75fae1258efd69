"""What plugins declare by name: fields, metrics, settings, and schemes with their segments."""

import enum
import os
import re
import sys
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, Literal

import attrs
from attrs import frozen

from crmcore.entities import Record
from crmcore.errors import RuleError, UnknownName
from crmcore.grammar.expr import Predicate, Term, as_term
from crmcore.grammar.levels import check_customer_level
from crmcore.grammar.setting_defaults import default_problem
from crmcore.kinds import BOOLEAN, DATE, INSTANT, INTEGER, MONEY_EXTRA_DIGITS, NUMBER, TEXT, Kind, decimal
from crmcore.labels import Label, as_label
from crmcore.values import misfit

PLAIN_DECIMAL: Final = decimal(6)
"""What a field declared as `Decimal` holds."""

_FULL_NAME: Final = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
_SEGMENT_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_TYPES: Final[dict[Any, Kind]] = {
    int: INTEGER,
    Decimal: PLAIN_DECIMAL,
    str: TEXT,
    bool: BOOLEAN,
    date: DATE,
    datetime: INSTANT,
}

Privacy = Literal["public", "internal", "personal", "sensitive"]


@frozen
class Place:
    """Where something was declared."""

    file: str = ""
    line: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.file else "(unknown place)"


def here() -> Place:
    """Return the nearest caller outside the grammar and attrs' generated code."""
    inside = str(Path(__file__).parent) + os.sep
    frame = sys._getframe(1)  # noqa: SLF001 - the documented way to a caller's line without importing inspect
    while frame.f_back and (frame.f_code.co_filename.startswith((inside, "<attrs generated"))):
        frame = frame.f_back
    return Place(frame.f_code.co_filename, frame.f_lineno)


def full_name(_: Any, __: Any, name: str) -> None:
    """Refuse a name that is not of the form plugin.name."""
    if not _FULL_NAME.fullmatch(name):
        raise RuleError(f"{name!r} is no full name; write plugin.name in small letters, digits and _")


def _text_of(given: Any) -> Any:
    """Return the text of a member of an enum, anything else as it is."""
    return given.value if isinstance(given, enum.Enum) else given


@frozen(cache_hash=True, order=False, repr=False)
class Field(Term):
    """A stored value that a plugin adds to a record type.

    ``type`` is int, Decimal, str, bool, date, datetime, an `enum.Enum` of texts, or a `Kind` such as MONEY. A ``default``
    is applied on reading and never stored. A ``soft`` value was entered by a person and is kept with source and date.
    """

    name: str = attrs.field(validator=full_name)
    type: Any
    on: type[Record] = attrs.field(kw_only=True)
    default: Any = attrs.field(default=None, converter=_text_of, kw_only=True)
    unit: str = attrs.field(default="", kw_only=True)
    choices: tuple[str, ...] = attrs.field(
        default=attrs.Factory(lambda self: _choices_of(self.type), takes_self=True), kw_only=True
    )
    soft: bool = attrs.field(default=False, kw_only=True)
    privacy: Privacy = attrs.field(default="internal", kw_only=True)
    label: Label = attrs.field(default=None, converter=as_label, kw_only=True)
    doc: Label = attrs.field(default=None, converter=as_label, kw_only=True)
    place: Place = attrs.field(factory=here, eq=False, repr=False, kw_only=True)

    def __attrs_post_init__(self) -> None:
        kind = self.result_kind()
        if not all(isinstance(choice, str) for choice in self.choices):
            raise RuleError(f"field {self.name!r}: its choices must be texts, not {self.choices!r}")
        reason = "" if self.default is None else misfit(kind, self.default, MONEY_EXTRA_DIGITS)
        if self.choices and self.default is not None and self.default not in self.choices:
            reason = f"is not one of {', '.join(self.choices)}"
        if reason:
            raise RuleError(f"field {self.name!r}: its default {self.default!r} {reason}")

    def row_type(self) -> type[Record]:
        return self.on

    def result_kind(self) -> Kind:
        if isinstance(self.type, Kind) and self.type != NUMBER:
            return self.type
        if isinstance(self.type, type) and issubclass(self.type, enum.Enum):
            return TEXT
        try:
            return _TYPES[self.type]
        except (KeyError, TypeError):
            raise RuleError(
                f"field {self.name!r}: a field cannot hold {self.type!r}",
                todo="Use int, Decimal, str, bool, date, datetime, an Enum of texts, or a kind such as MONEY.",
            ) from None


@frozen(cache_hash=True, order=False, repr=False)
class Metric(Term):
    """A value computed for each customer as of a date."""

    name: str = attrs.field(validator=full_name)
    term: Term = attrs.field(converter=as_term)
    unit: str = attrs.field(default="", kw_only=True)
    label: Label = attrs.field(default=None, converter=as_label, kw_only=True)
    doc: Label = attrs.field(default=None, converter=as_label, kw_only=True)
    place: Place = attrs.field(factory=here, eq=False, repr=False, kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_customer_level(self.term)

    def result_kind(self) -> Kind:
        return self.term.result_kind()


@frozen(cache_hash=True, order=False, repr=False)
class Setting(Term):
    """A number, text, date or yes/no that a company sets; ``default`` is ours, since no source gives thresholds.

    ``least`` and ``greatest`` are allowed themselves. A ``secret`` is a text for code only: it is never shown, no rule
    can use it, and nothing but the empty text can be its default.
    """

    name: str = attrs.field(validator=full_name)
    default: Any = attrs.field()
    unit: str = attrs.field(default="", kw_only=True)
    choices: tuple[str, ...] = attrs.field(default=(), converter=tuple, kw_only=True)
    least: Any = attrs.field(default=None, kw_only=True)
    greatest: Any = attrs.field(default=None, kw_only=True)
    secret: bool = attrs.field(default=False, kw_only=True)
    label: Label = attrs.field(default=None, converter=as_label, kw_only=True)
    doc: Label = attrs.field(default=None, converter=as_label, kw_only=True)
    place: Place = attrs.field(factory=here, eq=False, repr=False, kw_only=True)

    def __attrs_post_init__(self) -> None:
        kind = self.result_kind()
        wrong = default_problem(self.default, kind, self.choices, self.least, self.greatest)
        reason = _secret_problem(self) if self.secret else wrong
        if reason:
            raise RuleError(f"setting {self.name!r}: {reason}")

    def result_kind(self) -> Kind:
        match self.default:
            case bool():
                return BOOLEAN
            case int():
                return NUMBER
            case Decimal() if self.default.is_finite():
                return NUMBER
            case str():
                return TEXT
            case date() if not isinstance(self.default, datetime):
                return DATE
        raise RuleError(
            f"setting {self.name!r}: {self.default!r} cannot be a default; use an int, Decimal, text, date or bool"
        )


def _secret_problem(setting: Setting) -> str:
    if setting.default != "":
        return 'a secret has the default "" and no other: what stands in a program is no secret'
    limits = (setting.choices, setting.unit, setting.least, setting.greatest)
    return "a secret has neither choices nor bounds nor a unit" if any(limits) else ""


@frozen(cache_hash=True)
class Segment:
    """One answer of a scheme, with the rule for belonging to it; only the last segment may have none.

    ``doc`` says what the segment means; ``treatment`` what the source of the scheme does for it, and is empty where
    the source says nothing.
    """

    name: str = attrs.field()
    when: Predicate | None = None
    label: Label = attrs.field(default=None, converter=as_label, kw_only=True)
    doc: Label = attrs.field(default=None, converter=as_label, kw_only=True)
    treatment: Label = attrs.field(default=None, converter=as_label, kw_only=True)

    @name.validator
    def _check_name(self, _: Any, name: str) -> None:
        if not _SEGMENT_NAME.fullmatch(name):
            raise RuleError(f"segment {name!r}: use letters, digits and _; the text for people is the label")

    def __attrs_post_init__(self) -> None:
        if self.when is not None and not isinstance(self.when, Predicate):
            raise RuleError(f"segment {self.name!r}: when= takes a rule such as `spend >= 1000`, not {self.when!r}")
        if self.when is not None:
            check_customer_level(self.when)


@frozen(init=False, repr=False)
class Scheme:
    """A question about each customer and its ordered answers: the first segment whose rule holds."""

    name: str = attrs.field(validator=full_name)
    segments: tuple[Segment, ...]
    label: Label
    doc: Label
    place: Place = attrs.field(eq=False)

    def __init__(
        self,
        name: str,
        *segments: Segment,
        label: Mapping[str, str] | Label | None = None,
        doc: Mapping[str, str] | Label | str | None = None,
    ) -> None:
        self.__attrs_init__(name, segments, as_label(label), as_label(doc), here())
        _check_segments(name, segments)

    def __repr__(self) -> str:
        return f"Scheme({self.name!r})"

    def is_(self, segment: str) -> "InSegment":
        """Hold where this scheme's answer is ``segment``; unknown where it cannot tell, false where no rule holds."""
        return InSegment(self, segment)

    def segment(self, name: str) -> Segment:
        """Return the segment called ``name``; raises `UnknownName`."""
        for segment in self.segments:
            if segment.name == name:
                return segment
        raise UnknownName(f"segment of {self.name}", name, (segment.name for segment in self.segments))


@frozen(cache_hash=True, order=False, repr=False)
class InSegment(Predicate):
    """The customer's answer in a scheme is a certain segment."""

    scheme: Scheme
    segment: str

    def __attrs_post_init__(self) -> None:
        self.scheme.segment(self.segment)


@frozen
class Rule:
    """A predicate on the rows of a record type that must not be false; ``message`` says so to people."""

    name: str = attrs.field(validator=full_name)
    on: type[Record]
    must: Predicate
    message: Label = attrs.field(default=None, converter=as_label)
    place: Place = attrs.field(factory=here, eq=False, repr=False, kw_only=True)


def _choices_of(given: Any) -> tuple[str, ...]:
    if isinstance(given, type) and issubclass(given, enum.Enum):
        return tuple(str(member.value) for member in given)
    return ()


def _check_segments(name: str, segments: tuple[Segment, ...]) -> None:
    if not segments:
        raise RuleError(f"scheme {name!r} has no segments")
    names = [segment.name for segment in segments]
    for repeated in sorted({item for item in names if names.count(item) > 1}):
        raise RuleError(f"scheme {name!r} has two segments called {repeated!r}")
    for segment in segments[:-1]:
        if segment.when is None:
            raise RuleError(
                f"scheme {name!r}: segment {segment.name!r} has no rule, so nothing after it can be reached",
                todo="Give it a rule, or move it to the end.",
            )
