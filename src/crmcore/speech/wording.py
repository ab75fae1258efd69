"""How rules read: any node of the grammar as part of an English or Chinese sentence."""

from typing import Any, assert_never, cast

from attrs import evolve, frozen

from crmcore.grammar.declare import Field, InSegment, Metric, Scheme, Setting
from crmcore.grammar.expr import (
    Aggregate,
    And,
    Arithmetic,
    Band,
    Choose,
    Column,
    Compare,
    DayCount,
    Equals,
    Extreme,
    InYear,
    Known,
    Literal,
    Node,
    Not,
    OneOf,
    Or,
    OrElse,
    PopulationValue,
    Predicate,
    Term,
    TextTest,
    Within,
)
from crmcore.grammar.unions import AnyPredicate, AnyTerm
from crmcore.speech import row_phrases, rule_phrases, term_phrases
from crmcore.speech.measures import measure
from crmcore.speech.spoken import Reader, say_segment, say_value, short
from crmcore.speech.voice import LOOSE, Voice
from crmcore.speech.words import fill

__all__ = ["Reader", "define", "describe", "say_result", "say_segment", "say_value"]


def describe(node: Node, reader: Reader) -> str:
    """Say a term or predicate as part of a sentence; settings are said with their value and name."""
    speaker = _Speaker(reader)
    return speaker.rule(node) if isinstance(node, Predicate) else speaker.term(cast("Term", node))


def define(declared: Scheme | Metric, reader: Reader) -> tuple[str, ...]:
    """Say what a scheme's segments are, one line each in their order; or how a metric is computed."""
    words = reader.words
    if isinstance(declared, Metric):
        name = declared.label(reader.language, short(declared.name))
        return (fill(words.definition, name=name, meaning=describe(declared.term, reader)),)
    lines = []
    for place, part in enumerate(declared.segments, start=1):
        segment = say_segment(declared, part.name, reader)
        if part.when is not None:
            rule = describe(part.when, reader)
            lines.append(fill(words.numbered, place=str(place), segment=segment, rule=rule))
        else:
            lines.append(fill(words.only_segment if place == 1 else words.last_segment, segment=segment))
    return tuple(lines)


def say_result(term: Term, value: Any, reader: Reader) -> str:
    """Say a value that ``term`` has, in its unit; an average of money is said as money."""
    found = measure(term)
    return say_value(value, found.kind, reader, found.unit, choices=found.choices)


@frozen
class _Speaker(Voice):
    """Knows for each node class which phrase says it."""

    def term(self, term: Term, place: int = LOOSE) -> str:
        voice = self if place == LOOSE else evolve(self, followed=True)
        return self.bracketed(voice.bare(term), needed=term_phrases.firmness(term) < place)

    def bare(self, term: Term) -> str:  # noqa: C901, PLR0911 - one case per node class
        part = cast("AnyTerm", term)
        match part:
            case Literal(value=value):
                return self.constant(value)
            case Setting():
                return self.setting(part)
            case Field(label=label, name=name) | Metric(label=label, name=name):
                return self.name(label, name)
            case Column():
                return term_phrases.column(part, self)
            case Arithmetic():
                return term_phrases.arithmetic(part, self)
            case Extreme():
                return term_phrases.extreme(part, self)
            case Choose():
                return term_phrases.choose(part, self)
            case Aggregate():
                return row_phrases.aggregate(part, self)
            case PopulationValue():
                return term_phrases.population(part, self)
            case Band():
                return term_phrases.band(part, self)
            case DayCount():
                return term_phrases.day_count(part, self)
            case _:
                assert_never(part)

    def rule(self, rule: Predicate, place: int = LOOSE, *, holds: bool = True) -> str:  # noqa: C901, PLR0911 - one case per node class
        part = cast("AnyPredicate", rule)
        match part:
            case And() | Or():
                return rule_phrases.joined(part, self, place, holds=holds)
            case Not(part=inner):
                return self.rule(inner, place, holds=not holds)
            case Compare():
                return rule_phrases.compare(part, self, holds=holds)
            case Equals(left=left, right=right):
                return rule_phrases.equals(left, right, self, holds=holds)
            case OneOf():
                return rule_phrases.one_of(part, self, holds=holds)
            case Known():
                return rule_phrases.known(part, self, holds=holds)
            case TextTest():
                return rule_phrases.text_test(part, self, holds=holds)
            case Within() | InYear():
                return row_phrases.in_window(part, self, holds=holds)
            case OrElse():
                return rule_phrases.or_else(part, self, holds=holds)
            case InSegment():
                return rule_phrases.in_segment(part, self, holds=holds)
            case _:
                assert_never(part)
