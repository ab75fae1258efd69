"""How rules read that compare, test or join: spend >= 50,000 EUR and province is "Jiangsu"."""

from typing import Final

from attrs import frozen

from crmcore.grammar.declare import InSegment, Setting
from crmcore.grammar.expr import (
    And,
    Compare,
    ComparisonSign,
    Known,
    Literal,
    OneOf,
    Or,
    OrElse,
    Predicate,
    Term,
    TextTest,
)
from crmcore.kinds import TEXTS
from crmcore.speech.measures import PLAIN, measure, shared
from crmcore.speech.spoken import quoted, say_segment
from crmcore.speech.voice import BOTH, EITHER, FIRM, SUM, Voice
from crmcore.speech.words import fill, flow

_OPPOSITE: Final[dict[ComparisonSign, ComparisonSign]] = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}


@frozen
class Between:
    """Two bounds of one value, said as one."""

    term: Term
    low: Term
    high: Term


def clauses(rule: Predicate) -> list[Predicate | Between]:
    """Return the parts joined by "and" or "or", two bounds of one value as one part; else the rule itself."""
    if isinstance(rule, Or):
        return list(rule.parts)
    found: list[Predicate | Between] = []
    for part in rule.parts if isinstance(rule, And) else (rule,):
        match found[-1:], part:
            case [Compare(op=">=", left=term, right=low)], Compare(op="<=", left=same, right=high) if term == same:
                found[-1] = Between(term, low, high)
            case _:
                found.append(part)
    return found


def joined(rule: And | Or, voice: Voice, place: int, *, holds: bool) -> str:
    """Say parts joined by "and" or "or"; a part of "or" that has an "and" in it is set off by a comma."""
    words, parts = voice.words, clauses(rule)
    own = BOTH if isinstance(rule, And) else EITHER
    if len(parts) == 1:
        return _part(parts[0], voice, place, holds=holds)
    far = own == EITHER and any(isinstance(part, And) and len(clauses(part)) > 1 for part in parts)
    link = words.both if own == BOTH else words.either_far if far else words.either
    said = (_part(part, voice, own) for part in parts)
    whole = flow([piece for part in said for piece in (link, part)][1:])
    if not holds:
        return fill(words.neither, rule=whole)
    return voice.bracketed(whole, needed=own < place)


def _part(part: Predicate | Between, voice: Voice, place: int, *, holds: bool = True) -> str:
    if isinstance(part, Predicate):
        return voice.rule(part, place, holds=holds)
    inner = voice.by(shared((part.term, part.low, part.high)))
    term, low, high = (inner.term(each, SUM) for each in (part.term, part.low, part.high))
    return fill(voice.words.between.said(holds=holds), value=term, low=low, high=high)


def compare(part: Compare, voice: Voice, *, holds: bool) -> str:
    """Say an order of two values; the negation of "at least" is "less than"."""
    words, inner = voice.words, voice.by(shared((part.left, part.right)))
    templates = words.compare_day if part.left.result_kind().is_time else words.compare
    sign = part.op if holds else _OPPOSITE[part.op]
    return fill(templates[sign], left=inner.term(part.left, SUM), right=inner.term(part.right, SUM))


def equals(left: Term, right: Term, voice: Voice, *, holds: bool) -> str:
    """Say that two values are the same: a value beside a constant, a number, or two unlike terms."""
    words, inner = voice.words, voice.by(shared((left, right)))
    if left.result_kind().is_number:
        claim = words.equals
    else:
        claim = words.is_value if isinstance(right, Literal | Setting) else words.is_same
    return fill(claim.said(holds=holds), left=inner.term(left, SUM), right=inner.term(right, SUM))


def one_of(part: OneOf, voice: Voice, *, holds: bool) -> str:
    """Say that a value is among several; among one, that it is that."""
    if len(part.choices) == 1:
        return equals(part.term, part.choices[0], voice, holds=holds)
    words, inner = voice.words, voice.by(measure(part.term))
    values = words.comma.join(inner.term(choice) for choice in part.choices)
    claim = words.one_of.said(holds=holds)
    return fill(claim, value=inner.term(part.term, SUM), values=values or words.nothing)


def known(part: Known, voice: Voice, *, holds: bool) -> str:
    """Say that there is a value."""
    return fill(voice.words.known.said(holds=holds), value=voice.by(PLAIN).term(part.term, SUM))


def text_test(part: TextTest, voice: Voice, *, holds: bool) -> str:
    """Say what a text begins with or contains, or which tag is among several."""
    words, inner = voice.words, voice.by(PLAIN)
    if part.op == "starts_with":
        claim = words.starts_with
    else:
        claim = words.includes if part.term.result_kind() == TEXTS else words.contains
    return fill(claim.said(holds=holds), left=inner.term(part.term, SUM), right=inner.term(part.part, SUM))


def or_else(part: OrElse, voice: Voice, *, holds: bool) -> str:
    """Say a rule with its answer where it is unknown; "not (x, else false)" is "not x, else true"."""
    words = voice.words
    answer = words.answer.said(holds=part.default is holds)
    return fill(words.or_else, rule=voice.rule(part.part, FIRM, holds=holds), answer=answer)


def in_segment(part: InSegment, voice: Voice, *, holds: bool) -> str:
    """Say which segment of a scheme a customer is in."""
    words, scheme = voice.words, part.scheme
    label = quoted(say_segment(scheme, part.segment, voice.reader), words)
    return fill(words.is_value.said(holds=holds), left=voice.name(scheme.label, scheme.name), right=label)
