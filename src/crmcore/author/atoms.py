"""What single comparisons say of a value: under which key it is known, and where it lies if they hold."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from attrs import frozen

from crmcore.author.regions import NOTHING, NUMBERS, UNKNOWN, WORDS, Region, Span, beside, complement, one_of, points
from crmcore.grammar.declare import Field, InSegment, Metric, Setting
from crmcore.grammar.expr import (
    Aggregate,
    Band,
    Choose,
    Column,
    Compare,
    DayCount,
    Equals,
    Known,
    Literal,
    OneOf,
    Predicate,
    Term,
)
from crmcore.grammar.walk import canonical, canonical_scheme
from crmcore.kinds import fold

_FLIPPED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_SIGNS: Final = one_of((True, False))


@frozen
class Atom:
    """A comparison: the key of what it looks at, and the values of that with which it is true, false and unknown."""

    key: str
    true: Region
    false: Region
    unknown: Region = NOTHING

    def region(self, truth: bool | None) -> Region:  # noqa: FBT001 - three values
        """Return the values with which it is true, false or unknown."""
        return self.unknown if truth is None else self.true if truth else self.false


def _split(key: str, held: Region, true: Region, *, whole: bool = False) -> Atom:
    """Return the atom that holds for the values ``true`` out of those that there can be."""
    false = held.known if held.spans and not true.spans else held.known.meet(complement(true))
    true = held.known.meet(true)
    return Atom(key, true.whole() if whole else true, false.whole() if whole else false, held.meet(UNKNOWN))


def atom(part: Predicate, *, defaults: bool) -> Atom:  # noqa: PLR0911 - one case per node class
    """Return a predicate that is no combination of others; with ``defaults``, settings have their default."""
    match part:
        case Compare(op=op, left=left, right=right):
            return _compared((op, left, right), defaults=defaults)
        case Equals(left=left, right=right):
            return _equal(part, left, right, defaults=defaults)
        case OneOf(term=term, choices=choices):
            values = [constant(choice, defaults=defaults) for choice in choices]
            return _split(_key(term), domain(term), _among(values), whole=_is_whole(term))
        case Known(term=Field(default=default)) if default is not None:
            return Atom(_key(part), one_of((True,)), one_of((False,)))
        case Known(term=term):
            held = domain(term)
            return Atom(_key(term), held.known, held.meet(UNKNOWN))
        case InSegment(scheme=scheme, segment=segment):
            names = [one.name for one in scheme.segments] + ([""] if scheme.segments[-1].when is not None else [])
            held = Region(words=frozenset(names), null=True)
            return _split(canonical_scheme(scheme, {}), held, one_of((segment,)))
        case _:
            return _opaque(part)


def _opaque(part: Predicate) -> Atom:
    return _split(_key(part), Region(words=_SIGNS.words, null=True), one_of((True,)))


def _decided(*, holds: bool) -> Atom:
    always, never = one_of((True,)), NOTHING
    return Atom("constant", always if holds else never, never if holds else always)


def _compared(parts: tuple[str, Term, Term], *, defaults: bool) -> Atom:
    op, left, right = parts
    one, two = constant(left, defaults=defaults), constant(right, defaults=defaults)
    if one is not None and two is not None:
        return _decided(holds=not points([one]).meet(beside(op, two)).is_empty)
    if two is not None:
        return _split(_key(left), domain(left), beside(op, two), whole=_is_whole(left))
    if one is not None:
        return _split(_key(right), domain(right), beside(_FLIPPED[op], one), whole=_is_whole(right))
    first, second = _key(left), _key(right)
    turned = first > second
    key = f"{second} - {first}" if turned else f"{first} - {second}"
    return _split(key, _difference(left, right), beside(_FLIPPED[op] if turned else op, Fraction(0)))


def _difference(left: Term, right: Term) -> Region:
    null = domain(left).null or domain(right).null
    return Region(spans=NUMBERS.spans, null=null)


def _equal(part: Predicate, left: Term, right: Term, *, defaults: bool) -> Atom:
    one, two = constant(left, defaults=defaults), constant(right, defaults=defaults)
    if one is not None and two is not None:
        return _decided(holds=one == two)
    if one is None and two is None:
        if not (left.result_kind().is_number or left.result_kind().is_time):
            return _opaque(part)
        first, second = sorted((_key(left), _key(right)))
        return _split(f"{first} - {second}", _difference(left, right), points([Fraction(0)]))
    term, value = (left, two) if one is None else (right, one)
    return _split(_key(term), domain(term), _among([value]), whole=_is_whole(term))


def _among(values: list[Any]) -> Region:
    if all(isinstance(value, Fraction) for value in values):
        return points(values)
    return one_of(values)


def constant(term: Term, *, defaults: bool) -> Any:
    """Return the value of a constant: a fraction for numbers and days, a folded text, true or false; else None."""
    if isinstance(term, Literal):
        return _plain(term.value)
    if isinstance(term, Setting) and defaults and not isinstance(term.default, bool | str):
        return _plain(term.default)
    return None


def _plain(value: Any) -> Any:
    match value:
        case bool():
            return value
        case str():
            return fold(value)
        case int() | Decimal():
            return Fraction(value)
        case date():
            return Fraction(value.toordinal())
    return None


def _key(part: Term | Predicate) -> str:
    return canonical(part, {})


def domain(term: Term) -> Region:  # noqa: PLR0911 - one case per node class
    """Return every value that a term can have, as far as that is plain."""
    match term:
        case Metric(term=inner):
            return domain(inner)
        case Aggregate(op="count" | "distinct"):
            return Region(spans=(Span(low=Fraction(0)),)).whole()
        case Band(cuts=cuts):
            return Region(spans=tuple(Span(Fraction(n), Fraction(n)) for n in range(1, len(cuts) + 2)), null=True)
        case Choose(cases=cases, otherwise=otherwise):
            return _chosen([value for _, value in cases] + ([] if otherwise is None else [otherwise]), term)
        case Field(choices=choices, default=default) if choices:
            return Region(words=frozenset(map(fold, choices)), null=default is None)
        case Column(steps=steps) if steps[-1].choices:
            return Region(words=frozenset(map(fold, steps[-1].choices)), null=True)
        case Setting():
            return _set(term)
        case _:
            return _of_kind(term)


def _of_kind(term: Term) -> Region:
    kind = term.result_kind()
    null = not (isinstance(term, Field) and term.default is not None)
    if kind.is_number or kind.is_time:
        return Region(spans=NUMBERS.spans, null=null)
    if kind.name == "boolean":
        return Region(words=frozenset((True, False)), null=null)
    return Region(others=WORDS.others, null=null)


def _chosen(values: list[Term], term: Term) -> Region:
    found = [constant(value, defaults=False) for value in values]
    if None in found:
        return _of_kind(term)
    region = _among(found)
    return Region(region.spans, region.words, null=True)


def _set(setting: Setting) -> Region:
    if setting.choices:
        return one_of(map(fold, setting.choices))
    region = _of_kind(setting).known
    for op, bound in ((">=", setting.least), ("<=", setting.greatest)):
        if bound is not None:
            region = region.meet(beside(op, _plain(bound)))
    return region


def _is_whole(term: Term) -> bool:
    """Whether a term can only be a whole number, or a day."""
    match term:
        case Metric(term=inner):
            return _is_whole(inner)
        case Aggregate() | DayCount() | Column() | Field():
            return term.result_kind().name in {"integer", "date", "instant"}
        case _:
            return False
