"""What plugins declare by name: fields, metrics, settings, and schemes with their segments."""

import os
import sys
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import attrs
from attrs import frozen

from crmcore.attributes import (
    CHOICES,
    DOC,
    FLAG,
    FULL_NAME,
    LABEL,
    LINE,
    PRIVACY,
    Privacy,
    Shape,
    a,
    as_choices,
    named,
    perhaps,
    several,
    text_of,
)
from crmcore.entities import RECORD_TYPE, Record
from crmcore.errors import RuleError, UnknownName
from crmcore.grammar.days import is_days
from crmcore.grammar.expr import Predicate, Term, as_term
from crmcore.grammar.field_types import DEFAULT, TYPE, choices_of, kind_held
from crmcore.grammar.levels import check_customer_level, check_record_level
from crmcore.grammar.setting_defaults import BOUND, default_problem, is_setting_default
from crmcore.kinds import BOOLEAN, DATE, MONEY_EXTRA_DIGITS, NUMBER, TEXT, Kind
from crmcore.labels import NO_CHOICES, Choices, Label, as_label
from crmcore.values import misfit


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


PLACE: Final = a(Place, "a Place")
RULE: Final = a(Predicate, "a rule such as `spend >= 1000`")
_GRACE: Final = Shape("a number of days, or a setting with least=0", lambda value: is_days(value, 0))
_SEGMENT_NAME: Final = named(
    r"[A-Za-z][A-Za-z0-9_]{0,59}", "a name of letters, digits and _ (the text for people is the label)"
)


@frozen(cache_hash=True, order=False, repr=False)
class Field(Term):
    """A stored value that a plugin adds to a record type.

    ``type`` is int, Decimal, str, bool, date, datetime, an `enum.Enum` of texts, or a `Kind` such as MONEY. A ``default``
    is applied on reading and never stored. A ``soft`` value was entered by a person and is kept with source and date.
    ``indexed`` asks stores in databases to find records by it quickly.
    """

    name: str = attrs.field(validator=FULL_NAME)
    type: Any = attrs.field(validator=TYPE)
    on: "type[Record]" = attrs.field(validator=RECORD_TYPE, kw_only=True)
    default: Any = attrs.field(default=None, converter=text_of, validator=DEFAULT, kw_only=True)
    unit: str = attrs.field(default="", validator=LINE, kw_only=True)
    choices: Choices = attrs.field(
        default=attrs.Factory(lambda self: choices_of(self.type), takes_self=True),
        converter=as_choices,
        validator=CHOICES,
        kw_only=True,
    )
    soft: bool = attrs.field(default=False, validator=FLAG, kw_only=True)
    indexed: bool = attrs.field(default=False, validator=FLAG, eq=False, kw_only=True)
    privacy: Privacy = attrs.field(default="internal", validator=PRIVACY, kw_only=True)
    label: Label = attrs.field(default=None, converter=as_label, validator=LABEL, kw_only=True)
    doc: Label = attrs.field(default=None, converter=as_label, validator=DOC, kw_only=True)
    place: Place = attrs.field(factory=here, validator=PLACE, eq=False, repr=False, kw_only=True)

    def __attrs_post_init__(self) -> None:
        reason = "" if self.default is None else misfit(self.result_kind(), self.default, MONEY_EXTRA_DIGITS)
        if self.choices and self.default is not None and self.default not in self.choices:
            reason = f"is not one of {', '.join(self.choices)}"
        if reason:
            raise RuleError(f"field {self.name!r}: its default {self.default!r} {reason}")

    def row_type(self) -> "type[Record]":
        return self.on

    def result_kind(self) -> Kind:
        return kind_held(self.type) or TEXT


@frozen(cache_hash=True, order=False, repr=False)
class Metric(Term):
    """A value computed for each customer as of a date."""

    name: str = attrs.field(validator=FULL_NAME)
    term: Term = attrs.field(converter=as_term, validator=a(Term, "a term such as `total(purchase.amount)`"))
    unit: str = attrs.field(default="", validator=LINE, kw_only=True)
    label: Label = attrs.field(default=None, converter=as_label, validator=LABEL, kw_only=True)
    doc: Label = attrs.field(default=None, converter=as_label, validator=DOC, kw_only=True)
    place: Place = attrs.field(factory=here, validator=PLACE, eq=False, repr=False, kw_only=True)

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

    name: str = attrs.field(validator=FULL_NAME)
    default: Any = attrs.field(validator=Shape("an int, Decimal, text, date or bool", is_setting_default))
    unit: str = attrs.field(default="", validator=LINE, kw_only=True)
    choices: Choices = attrs.field(default=NO_CHOICES, converter=as_choices, validator=CHOICES, kw_only=True)
    least: Any = attrs.field(default=None, validator=perhaps(BOUND), kw_only=True)
    greatest: Any = attrs.field(default=None, validator=perhaps(BOUND), kw_only=True)
    secret: bool = attrs.field(default=False, validator=FLAG, kw_only=True)
    label: Label = attrs.field(default=None, converter=as_label, validator=LABEL, kw_only=True)
    doc: Label = attrs.field(default=None, converter=as_label, validator=DOC, kw_only=True)
    place: Place = attrs.field(factory=here, validator=PLACE, eq=False, repr=False, kw_only=True)

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
            case int() | Decimal():
                return NUMBER
            case str():
                return TEXT
            case _:
                return DATE


def _secret_problem(setting: Setting) -> str:
    if setting.default != "":
        return 'a secret has the default "" and no other: what stands in a program is no secret'
    limits = (setting.choices, setting.unit, setting.least, setting.greatest)
    return "a secret has neither choices nor bounds nor a unit" if any(limits) else ""


@frozen(cache_hash=True)
class Segment:
    """One answer of a scheme, with the rule for belonging to it; only the last segment may have none.

    ``doc`` says what the segment means; ``treatment`` what the source of the scheme does for it, and is empty where
    the source says nothing. ``grace`` is for how many days a customer stays in it whom the rules put further down; what
    they answer then comes into force.
    """

    name: str = attrs.field(validator=_SEGMENT_NAME)
    when: Predicate | None = attrs.field(default=None, validator=perhaps(RULE))
    label: Label = attrs.field(default=None, converter=as_label, validator=LABEL, kw_only=True)
    doc: Label = attrs.field(default=None, converter=as_label, validator=DOC, kw_only=True)
    treatment: Label = attrs.field(default=None, converter=as_label, validator=DOC, kw_only=True)
    grace: int | Setting | None = attrs.field(default=None, validator=perhaps(_GRACE), kw_only=True)

    def __attrs_post_init__(self) -> None:
        if self.when is not None:
            check_customer_level(self.when)


@frozen(init=False, repr=False)
class Scheme:
    """A question about each customer and its ordered answers: the first segment whose rule holds.

    Where ``privacy`` is "sensitive", lists and exports mask the answers, as they mask sensitive fields.
    """

    name: str = attrs.field(validator=FULL_NAME)
    segments: tuple[Segment, ...] = attrs.field(validator=several(a(Segment, 'a segment such as Segment("key")')))
    label: Label = attrs.field(converter=as_label, validator=LABEL)
    doc: Label = attrs.field(converter=as_label, validator=DOC)
    privacy: Privacy = attrs.field(validator=PRIVACY)
    place: Place = attrs.field(validator=PLACE, eq=False)

    def __init__(
        self,
        name: str,
        *segments: Segment,
        label: Mapping[str, str] | Label | None = None,
        doc: Mapping[str, str] | Label | str | None = None,
        privacy: Privacy = "internal",
    ) -> None:
        self.__attrs_init__(name, segments, label, doc, privacy, here())
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

    name: str = attrs.field(validator=FULL_NAME)
    on: type[Record] = attrs.field(validator=RECORD_TYPE)
    must: Predicate = attrs.field(validator=RULE)
    message: Label = attrs.field(default=None, converter=as_label, validator=LABEL)
    place: Place = attrs.field(factory=here, validator=PLACE, eq=False, repr=False, kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_record_level(self.must, self.on)


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
