"""Random rules over the whole grammar, well typed by construction, for the laws of evaluation and wording.

``predicates()``, ``terms(kind)`` and ``schemes()`` reach every node class; ``customers()`` makes the facts that they
speak of. ``source`` makes rules for the rows of one source, as they stand in a ``where``; without it they are about
the customer. ``max_depth`` bounds how deep parts stand inside each other. Everything is built with the public words
(``total``, ``band``, ``&``, ...), whose checks refuse what makes no sense.
"""

from collections.abc import Sequence
from decimal import Decimal

from draws import LISTED, Draw, kinds_beside, named_metric, named_scheme, number, of_kinds, one, seldom
from hypothesis import strategies as st
from random_customers import Given, customers
from vocabulary import (
    DECIMAL,
    EXACT,
    KINDS,
    NUMERIC,
    SOURCES,
    TIMES,
    anchored,
    anchors,
    available,
    constants,
    is_dated,
    lag,
    share,
    stored,
    top,
    window,
)

from crmcore.grammar import terms as words
from crmcore.grammar.declare import Scheme
from crmcore.grammar.expr import Predicate, Rows, Term, as_of, as_term
from crmcore.grammar.walk import reached
from crmcore.kinds import DATE, INTEGER, RATIO, TEXT, TEXTS, Kind

__all__ = ["KINDS", "Given", "customers", "predicates", "schemes", "terms"]

MAX_DEPTH = 3


@st.composite
def terms(draw: Draw, kind: Kind, *, max_depth: int = MAX_DEPTH, source: Rows | None = None) -> Term:
    """Draw a term whose kind has the name of ``kind``, one of `KINDS` (`available` says which a source has)."""
    return _term(draw, kind, source, max_depth)


@st.composite
def predicates(draw: Draw, *, max_depth: int = MAX_DEPTH, source: Rows | None = None) -> Predicate:
    """Draw a predicate."""
    return _rule(draw, source, max_depth)


@st.composite
def schemes(draw: Draw, *, max_depth: int = MAX_DEPTH) -> Scheme:
    """Draw a scheme of up to four segments, the last of which may have no rule."""
    return _scheme(draw, max_depth)


# -- terms -----------------------------------------------------------------------------------------------------------


def _term(draw: Draw, kind: Kind, source: Rows | None, depth: int) -> Term:  # noqa: PLR0911 - one case per shape
    match one(draw, _shapes(kind, source, depth)):
        case "choose":
            return _choose(draw, kind, source, depth - 1)
        case "arithmetic":
            return _arithmetic(draw, kind, source, depth - 1)
        case "extreme":
            pick = one(draw, (words.least, words.greatest))
            return pick(_term(draw, kind, source, depth - 1), _like(draw, kind, source, depth - 1))
        case "day count":
            count = one(draw, (words.days_since, words.days_until))
            return count(_moment(draw, source, depth - 1))
        case "band":
            return _band(draw, source, depth - 1)
        case "metric":
            return named_metric(_term(draw, kind, None, depth - 1))
        case "aggregate":
            return _aggregate(draw, kind, depth - 1)
        case "population value":
            return _population(draw, kind, depth - 1)
        case _:
            return _leaf(draw, kind, source)


def _shapes(kind: Kind, source: Rows | None, depth: int) -> list[str]:
    if depth <= 0:
        return ["leaf"]
    shapes = ["leaf"] if kind == TEXTS else ["leaf", "choose"]
    shapes += ["arithmetic", "arithmetic"] if kind in NUMERIC else []
    shapes += ["extreme"] if kind in (*NUMERIC, *TIMES) else []
    shapes += ["day count", "day count", "band", "band"] if kind == INTEGER else []
    shapes += ["metric", "aggregate", "aggregate"] if source is None else []
    shapes += ["population value"] * 2 if source is None and kind in NUMERIC else []
    return shapes


def _leaf(draw: Draw, kind: Kind, source: Rows | None) -> Term:
    """Draw a column or field, now and then a constant or setting where the kind has them."""
    if kind == RATIO:
        return _quotient(draw, source, 0)
    known, fixed = stored(kind, source), constants(kind)
    return as_term(one(draw, fixed if fixed and (not known or seldom(draw)) else known))


def _like(draw: Draw, kind: Kind, source: Rows | None, depth: int) -> Term:
    """Draw something that can stand beside a term of a kind without changing the kind."""
    if kind in NUMERIC and draw(st.booleans()):
        return number(draw, kind, depth)
    return _term(draw, kind, source, depth)


def _choose(draw: Draw, kind: Kind, source: Rows | None, depth: int) -> Term:
    cases = [(_rule(draw, source, depth), _term(draw, kind, source, depth))]
    if draw(st.booleans()):
        cases.append((_rule(draw, source, depth), _like(draw, kind, source, depth)))
    return words.choose(*cases, otherwise=_like(draw, kind, source, depth) if draw(st.booleans()) else None)


def _arithmetic(draw: Draw, kind: Kind, source: Rows | None, depth: int) -> Term:
    if kind == RATIO and draw(st.booleans()):
        return _quotient(draw, source, depth)
    left = _term(draw, kind, source, depth)
    sign = one(draw, "+-*")
    right = _factor(draw, kind, source, depth) if sign == "*" else _like(draw, kind, source, depth)
    first, second = (right, left) if draw(st.booleans()) else (left, right)
    return first + second if sign == "+" else first - second if sign == "-" else first * second


def _factor(draw: Draw, kind: Kind, source: Rows | None, depth: int) -> Term:
    """Draw what a number may be multiplied with: a constant, or a whole number, which keeps the digits few."""
    if INTEGER in available(source) and draw(st.booleans()):
        return _term(draw, INTEGER, source, depth)
    return number(draw, kind, depth)


def _quotient(draw: Draw, source: Rows | None, depth: int) -> Term:
    exact = [kind for kind in EXACT if kind in available(source)]
    left = _term(draw, one(draw, exact), source, depth)
    right = number(draw, DECIMAL, depth) if draw(st.booleans()) else _term(draw, one(draw, exact), source, depth)
    return right / left if draw(st.booleans()) else left / right


def _band(draw: Draw, source: Rows | None, depth: int) -> Term:
    kind = one(draw, [kind for kind in (*NUMERIC, *TIMES) if kind in available(source)])
    cuts = [_like(draw, DATE if kind in TIMES else kind, source, 0) for _ in range(draw(st.integers(1, 4)))]
    if source is None and kind in NUMERIC and draw(st.booleans()):
        cuts.append(_population(draw, kind, depth - 1))
    return words.band(_term(draw, kind, source, depth), cuts)


# -- values over rows and over all customers -------------------------------------------------------------------------


def _aggregate(draw: Draw, kind: Kind, depth: int) -> Term:
    operations = {"integer": ("count", "distinct", "rows", "number"), "ratio": ("mean", "mean", "number")}
    operation = one(draw, operations.get(kind.name, ("number" if kind in NUMERIC else "other",)))
    if operation == "rows":
        source = one(draw, SOURCES)
        return words.count(source, where=_where(draw, source, depth))
    if operation in {"number", "other"}:
        return _picked(draw, kind, depth)
    source = one(draw, [rows for rows in SOURCES if operation != "mean" or RATIO in anchored(rows)])
    allowed = NUMERIC if operation == "mean" else [each for each in KINDS if each != TEXTS]
    inner = _on_rows(draw, one(draw, [each for each in allowed if each in anchored(source)]), source, depth)
    make = {"count": words.count, "distinct": words.distinct, "mean": words.mean}[operation]
    return make(inner, where=_where(draw, source, depth))


def _picked(draw: Draw, kind: Kind, depth: int) -> Term:
    """Draw an aggregate that is of the same kind as what it is over."""
    picks = [words.last]
    picks += [words.total, words.total, words.smallest, words.largest] if kind in NUMERIC else []
    picks += [words.earliest, words.latest] if kind in TIMES else []
    pick = one(draw, picks)
    source = one(draw, [rows for rows in SOURCES if kind in anchored(rows) and (pick != words.last or is_dated(rows))])
    return pick(_on_rows(draw, kind, source, depth), where=_where(draw, source, depth))


def _on_rows(draw: Draw, kind: Kind, source: Rows, depth: int) -> Term:
    """Draw a term on rows that tells which rows it is about."""
    term = _term(draw, kind, source, depth)
    found = set(reached(term))
    if any(anchor in found for each in KINDS for anchor in anchors(each, source)):
        return term
    if kind == RATIO:
        return one(draw, [anchor for exact in EXACT for anchor in anchors(exact, source)]) / number(draw, kind, 0)
    return one(draw, anchors(kind, source))


def _where(draw: Draw, source: Rows, depth: int) -> Predicate | None:
    return _rule(draw, source, depth) if draw(st.booleans()) else None


def _population(draw: Draw, kind: Kind, depth: int) -> Term:
    among = _rule(draw, None, depth) if draw(st.booleans()) else None
    operation = one(draw, ("total", "mean", "quantile", "pareto", "nth", *(["count"] if kind == INTEGER else [])))
    if operation == "count":
        return words.population_count(among=among)
    term = _term(draw, kind, None, depth)
    if operation in {"total", "mean"}:
        make = words.population_total if operation == "total" else words.population_mean
        return make(term, among=among)
    if operation == "nth":
        return words.nth_largest(term, one(draw, (1, 2, 3, top, top + 1)), among=among)
    make = words.quantile if operation == "quantile" else words.pareto_cut
    return make(term, one(draw, (0, Decimal("0.2"), Decimal("0.5"), Decimal("0.8"), 1, share, 1 - share)), among=among)


# -- predicates ------------------------------------------------------------------------------------------------------


def _rule(draw: Draw, source: Rows | None, depth: int) -> Predicate:
    shapes = ["compare", "compare", "equals", "one of", "known", "text", "within", "in year", "between"]
    if depth > 0:
        shapes += ["not", "and", "and", "or", "or", "or else", *(["in segment"] * 2 if source is None else [])]
    match one(draw, shapes):
        case "not":
            return ~_rule(draw, source, depth - 1)
        case "and":
            return _rule(draw, source, depth - 1) & _rule(draw, source, depth - 1)
        case "or":
            return _rule(draw, source, depth - 1) | _rule(draw, source, depth - 1)
        case "or else":
            return _rule(draw, source, depth - 1).or_else(draw(st.booleans()))
        case "in segment":
            scheme = _scheme(draw, depth - 1)
            return scheme.is_(one(draw, scheme.segments).name)
        case shape:
            return _test(draw, shape, source, depth)


def _test(draw: Draw, shape: str, source: Rows | None, depth: int) -> Predicate:  # noqa: PLR0911 - one case per shape
    match shape:
        case "compare":
            left, right = _pair(draw, (INTEGER, INTEGER, *NUMERIC, *TIMES), source, depth)
            return one(draw, (left < right, left <= right, left > right, left >= right))
        case "equals":
            left, right = _pair(draw, [kind for kind in KINDS if kind != TEXTS], source, depth)
            return left.is_(right)
        case "between":
            kind = of_kinds(draw, (*NUMERIC, *TIMES), source)
            low, high = (_like(draw, kind, source, 0) for _ in range(2))
            return _term(draw, kind, source, depth).between(low, high)
        case "one of":
            kind, values = one(draw, [pair for pair in LISTED.items() if pair[0] in available(source)])
            chosen = draw(st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True))
            return _term(draw, kind, source, depth).is_in(*chosen)
        case "known":
            return _term(draw, of_kinds(draw, KINDS, source), source, depth).is_known()
        case "text":
            return _text_test(draw, source, depth)
        case "within":
            days = one(draw, (1, 7, 30, 365, 366, window, window + 1, words.least(window, 90)))
            return _moment(draw, source, depth).within(days=days, ending=one(draw, (0, 0, 1, 30, lag)))
        case _:
            return _moment(draw, source, depth).in_year_of(as_of)


def _pair(draw: Draw, kinds: Sequence[Kind], source: Rows | None, depth: int) -> tuple[Term, Term]:
    """Draw two terms that can be compared: of one kind, a number beside a constant, numbers of two kinds, two times."""
    kind = of_kinds(draw, kinds, source)
    left = _term(draw, kind, source, depth)
    right = _like(draw, one(draw, [kind, *kinds_beside(kind, source)]), source, depth)
    return (right, left) if seldom(draw) else (left, right)


def _text_test(draw: Draw, source: Rows | None, depth: int) -> Predicate:
    part = _term(draw, TEXT, source, 0) if seldom(draw) else as_term(one(draw, constants(TEXT)))
    if TEXTS in available(source) and draw(st.booleans()):
        return _term(draw, TEXTS, source, depth).contains(part)
    text = _term(draw, TEXT, source, depth)
    return text.contains(part) if draw(st.booleans()) else text.starts_with(part)


def _moment(draw: Draw, source: Rows | None, depth: int) -> Term:
    return _term(draw, of_kinds(draw, TIMES, source), source, depth)


def _scheme(draw: Draw, depth: int) -> Scheme:
    return named_scheme([_rule(draw, None, depth) for _ in range(draw(st.integers(1, 3)))], last=draw(st.booleans()))
