"""Small draws that random expressions are put together from."""

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st
from vocabulary import (
    AMOUNTS,
    DAYS,
    DECIMAL,
    NUMBER_SETTINGS,
    NUMERIC,
    TIMES,
    WHOLE,
    WHOLE_SETTINGS,
    WORDS,
    available,
)

from crmcore.grammar import terms as words
from crmcore.grammar.declare import Metric, Scheme, Segment
from crmcore.grammar.expr import Predicate, Rows, Term, as_term
from crmcore.grammar.walk import canonical, canonical_scheme, fingerprint
from crmcore.kinds import BOOLEAN, DATE, INTEGER, MONEY, RATIO, TEXT, Kind

Draw = st.DrawFn

LISTED = {INTEGER: WHOLE, MONEY: AMOUNTS, DECIMAL: AMOUNTS, TEXT: WORDS, BOOLEAN: (True, False), DATE: DAYS}
"""Constants by the kind of what they are compared with, for ``is_in``."""


def one(draw: Draw, choices: Sequence[Any]) -> Any:
    return draw(st.sampled_from(choices))


def seldom(draw: Draw) -> bool:
    return draw(st.integers(0, 3)) == 3


def of_kinds(draw: Draw, kinds: Sequence[Kind], source: Rows | None) -> Kind:
    """Draw one of the kinds that a source has."""
    return one(draw, [kind for kind in kinds if kind in available(source)])


def number(draw: Draw, beside: Kind, depth: int) -> Term:
    """Draw a constant, a setting, or something computed from them; whole beside an integer."""
    settings = WHOLE_SETTINGS if beside == INTEGER else NUMBER_SETTINGS
    simple = as_term(one(draw, (*WHOLE, *settings) if beside == INTEGER else (*WHOLE, *AMOUNTS, *settings)))
    if depth <= 0 or not seldom(draw):
        return simple
    setting = one(draw, settings)
    return one(draw, (setting + simple, setting - simple, simple * setting, words.least(setting, simple)))


def kinds_beside(kind: Kind, source: Rows | None) -> list[Kind]:
    """Return the other kinds with which values of a kind can be compared."""
    if kind in TIMES:
        return [other for other in TIMES if other in available(source)]
    plain = kind in NUMERIC and kind != MONEY
    return [other for other in (INTEGER, DECIMAL, RATIO) if plain and other in available(source)]


def named_metric(term: Term) -> Metric:
    """Name a term after its definition, so that one name never has two."""
    if isinstance(term, Metric):
        return term
    key = fingerprint(canonical(term, {}))[:8]
    return Metric(f"law.m_{key}", term, label={"en": f"Value {key}", "zh": f"指标 {key}"} if key < "8" else None)


def named_scheme(rules: Sequence[Predicate], *, last: bool) -> Scheme:
    """Make a scheme, perhaps with a last segment without a rule; like a metric it is named after its definition."""
    labels = {0: {"en": "First class", "zh": "一类"}, 2: {"en": "Third class"}}
    segments = [Segment(f"s{place}", rule, label=labels.get(place)) for place, rule in enumerate(rules)]
    segments += [Segment("rest")] if last else []
    key = fingerprint(canonical_scheme(Scheme("law.unnamed", *segments), {}))[:8]
    return Scheme(f"law.s_{key}", *segments, label={"en": f"Scheme {key}", "zh": f"分类 {key}"} if key < "8" else None)
