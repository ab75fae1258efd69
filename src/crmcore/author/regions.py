"""Sets of values that a term may have: spans of numbers and days, or some of several words; and whether it may be unknown."""

from collections.abc import Iterable
from fractions import Fraction
from math import ceil, floor
from typing import Any, Final

from attrs import evolve, frozen


@frozen
class Span:
    """The numbers between two bounds; a bound of None is none at all."""

    low: Fraction | None = None
    high: Fraction | None = None
    low_open: bool = False
    high_open: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether no number lies in it."""
        if self.low is None or self.high is None:
            return False
        return self.low > self.high or (self.low == self.high and (self.low_open or self.high_open))

    def whole(self) -> "Span":
        """Return the span of the whole numbers in it."""
        low, high = self.low, self.high
        if low is not None:
            low = Fraction(floor(low) + 1 if self.low_open else ceil(low))
        if high is not None:
            high = Fraction(ceil(high) - 1 if self.high_open else floor(high))
        return Span(low, high)

    def meet(self, other: "Span") -> "Span":
        """Return what lies in both."""
        low, low_open = _tighter((self.low, self.low_open), (other.low, other.low_open), above=True)
        high, high_open = _tighter((self.high, self.high_open), (other.high, other.high_open), above=False)
        return Span(low, high, low_open, high_open)


Bound = tuple[Fraction | None, bool]


def _tighter(one: Bound, two: Bound, *, above: bool) -> Bound:
    if one[0] is None or two[0] is None:
        return two if one[0] is None else one
    if one[0] == two[0]:
        return one[0], one[1] or two[1]
    return one if (one[0] > two[0]) == above else two


@frozen
class Region:
    """The values that something may have: in one of the ``spans``, or one of the ``words``; unknown too if ``null``.

    ``others`` turns the words around: every word but these.
    """

    spans: tuple[Span, ...] = ()
    words: frozenset[Any] = frozenset()
    others: bool = False
    null: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether there is no such value."""
        return not (self.spans or self.words or self.others or self.null)

    def meet(self, other: "Region") -> "Region":
        """Return the values that are in both."""
        spans = tuple(met for one in self.spans for two in other.spans if not (met := one.meet(two)).is_empty)
        words, others = _common(self, other)
        return Region(spans, words, others, self.null and other.null)

    def whole(self) -> "Region":
        """Return what is left if only whole numbers count."""
        return evolve(self, spans=tuple(span for one in self.spans if not (span := one.whole()).is_empty))

    @property
    def known(self) -> "Region":
        """The same without the unknown."""
        return evolve(self, null=False)


def _common(one: Region, two: Region) -> tuple[frozenset[Any], bool]:
    if one.others and two.others:
        return one.words | two.words, True
    if one.others:
        return two.words - one.words, False
    if two.others:
        return one.words - two.words, False
    return one.words & two.words, False


NUMBERS: Final = Region(spans=(Span(),))
WORDS: Final = Region(others=True)
UNKNOWN: Final = Region(null=True)
NOTHING: Final = Region()


def one_of(words: Iterable[Any]) -> Region:
    """Return the region of some words."""
    return Region(words=frozenset(words))


def points(numbers: Iterable[Fraction]) -> Region:
    """Return the region of some numbers."""
    return Region(spans=tuple(Span(number, number) for number in sorted(set(numbers))))


def beside(op: str, bound: Fraction) -> Region:
    """Return the numbers for which ``number op bound`` holds."""
    match op:
        case "<" | "<=":
            return Region(spans=(Span(high=bound, high_open=op == "<"),))
        case _:
            return Region(spans=(Span(low=bound, low_open=op == ">"),))


def complement(region: Region) -> Region:
    """Return the known values of the same sort that are not in a region."""
    if not region.spans:
        return Region(words=region.words, others=not region.others)
    rest: tuple[Span, ...] = (Span(),)
    for span in region.spans:
        rest = tuple(met for one in rest for side in _outside(span) if not (met := one.meet(side)).is_empty)
    return Region(spans=rest)


def _outside(span: Span) -> tuple[Span, ...]:
    below = () if span.low is None else (Span(high=span.low, high_open=not span.low_open),)
    above = () if span.high is None else (Span(low=span.high, low_open=not span.high_open),)
    return (*below, *above)
