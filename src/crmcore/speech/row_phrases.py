"""How values over a customer's rows read: total amount of purchases in the 365 days up to the date."""

from collections.abc import Sequence
from typing import Final

from crmcore.entities import type_of
from crmcore.grammar.declare import Field, Setting
from crmcore.grammar.expr import (
    Aggregate,
    And,
    Column,
    Compare,
    Equals,
    InYear,
    Known,
    Literal,
    Not,
    Or,
    Predicate,
    Term,
    Within,
    as_term,
)
from crmcore.kinds import INTEGER
from crmcore.speech.measures import PLAIN, Measure
from crmcore.speech.rule_phrases import clauses
from crmcore.speech.spoken import with_unit
from crmcore.speech.voice import BOTH, FIRM, LOOSE, Voice
from crmcore.speech.words import fill, flow, inflect

_DAYS: Final = Measure(INTEGER, "days")


def aggregate(part: Aggregate, voice: Voice) -> str:
    """Say an aggregate: what is computed, over which rows."""
    words, said = voice.words, aggregated_rows(part, voice)
    if part.term is None or part.op == "count":
        return fill(words.count, rows=said)
    if is_occasion(part):
        return fill(words.day_of, rows=said)
    value = voice.by(PLAIN).term(part.term, FIRM)
    if part.op == "last":
        return fill(words.value_of, value=value, rows=said)
    is_noun = isinstance(part.term, Field) or (isinstance(part.term, Column) and len(part.term.steps) == 1)
    template = (words.aggregate if is_noun else words.aggregate_composed)[part.op]
    return fill(template, value=value, values=inflect(value, words.plurals), rows=said)


def is_occasion(part: Aggregate) -> bool:
    """Whether an aggregate is the date of the first or of the latest row."""
    return part.op in {"earliest", "latest"} and part.term is not None and _dates(part.term, part)


def _dates(term: Term, whole: Aggregate) -> bool:
    """Whether a term is the date of the rows of an aggregate."""
    path = tuple(step.name for step in term.steps) if isinstance(term, Column) else None
    return path == type_of(whole.source.record_class).dated_by


def aggregated_rows(part: Aggregate, voice: Voice) -> str:
    """Say the rows of an aggregate with their limits: the latest purchase in the 365 days up to the date."""
    words, said, link = voice.words, _rows(part, voice), _link(part, voice)
    if link and not words.conditions_first:
        said, link = fill(words.rows_such, rows=said, such=link), ""
    limited, rules = _limits(part)
    inside = [] if limited is None else [window(limited, voice)]
    return such(said, [*inside, *conditions(rules, voice, link)], voice)


def _rows(part: Aggregate, voice: Voice) -> str:
    words, facts = voice.words, type_of(part.source.record_class)
    row = voice.name(facts.label, facts.name)
    if part.op == "last" or is_occasion(part):
        return fill(words.occasion[part.op], row=inflect(row, words.events))
    return inflect(row, words.plurals)


def _link(part: Aggregate, voice: Voice) -> str:
    """Say how rows belong to the customer where there are several ways: whose holder is this customer."""
    facts, role = type_of(part.source.record_class), part.source.role
    if len(facts.links) == 1:
        return ""
    step = facts.column(dict(facts.links)[role][0])
    return fill(voice.words.linked, link=voice.name(step.label, step.name) if step else role)


def _limits(part: Aggregate) -> tuple[Within | InYear | None, tuple[Predicate, ...]]:
    """Return the window in which the rows' own date must lie, and the other rules that must hold for them."""
    given = part.where.parts if isinstance(part.where, And) else (part.where,) if part.where is not None else ()
    windows = (rule for rule in given if isinstance(rule, Within | InYear) and _dates(rule.term, part))
    limited = next(windows, None)
    rules = tuple(rule for rule in given if rule is not limited)
    if part.op == "count" and part.term is not None:
        rules = (Known(part.term), *rules)
    return limited, rules


def conditions(rules: tuple[Predicate, ...], voice: Voice, link: str = "") -> tuple[str, ...]:
    """Say how rows are linked and what must hold, as one phrase or none; standing first, it may need brackets."""
    words, said = voice.words, [link] if link else []
    clear = True
    if rules:
        whole = rules[0] if len(rules) == 1 else And(rules)
        said.append(voice.by(PLAIN).rule(whole, BOTH if link else LOOSE))
        clear = (
            not words.conditions_first
            or _is_clear(whole, followed=voice.followed)
            or (bool(link) and isinstance(whole, Or))
        )
    joined = flow([piece for part in said for piece in (words.both, part)][1:])
    return (fill(words.such, rule=voice.bracketed(joined, needed=not clear)),) if said else ()


def _is_clear(rule: Predicate, *, followed: bool) -> bool:
    """Whether nothing around a rule can be read as part of it: not where rules are joined, or a sign stands open."""
    match rule:
        case And() | Or():
            return len(clauses(rule)) == 1
        case Not(part=And() | Or()):
            return True
        case Not(part=inner):
            return _is_clear(inner, followed=followed)
        case Compare(left=left, right=right) | Equals(left=left, right=right):
            has_sign = left.result_kind().is_number
            return isinstance(right, Literal | Setting) and not (has_sign and followed)
        case _:
            return True


def such(said: str, limits: Sequence[str], voice: Voice) -> str:
    """Add limits to rows: "in the 30 days up to the date", "where amount > 0"; in brackets if more follows."""
    if not limits:
        return said
    words = voice.words
    template = words.rows_such_tight if voice.followed else words.rows_such
    return fill(template, rows=said, such=flow(limits) if words.conditions_first else " ".join(limits))


def window(part: Within | InYear, voice: Voice) -> str:
    """Say when a date must be: in the 365 days up to the date."""
    words = voice.words
    if isinstance(part, InYear):
        return words.window_year
    days = _days(part.days, voice)
    if part.ending == as_term(0):
        return fill(words.window, days=days)
    return fill(words.window_ended, days=days, ending=_days(part.ending, voice))


def in_window(part: Within | InYear, voice: Voice, *, holds: bool) -> str:
    """Say that a date lies in a window."""
    claim = voice.words.within.said(holds=holds)
    return fill(claim, value=voice.by(PLAIN).term(part.term, FIRM), window=window(part, voice))


def _days(length: Term, voice: Voice) -> str:
    if isinstance(length, Literal | Setting):
        return voice.by(_DAYS).term(length)
    return with_unit(voice.by(PLAIN).term(length, FIRM), "days", voice.words)
