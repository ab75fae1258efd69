"""Cut points that the company's own figures suggest, beside the settings in force: for people to judge, never applied."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from itertools import accumulate
from typing import Any

from attrs import frozen

from crmcore import Cut, Evaluation, Scheme, State, Table, choose, cuts_of, describe, needs_of

from .figures import natural_breaks, quantile, rounded, rounded_down
from .tables import table
from .words import SCALES

DIGITS = 4
"""Those of suggested shares."""


@frozen(eq=False, slots=False)
class Crowd:
    """The known values of a number, in their order, and in what the settings that cut it are given."""

    values: Sequence[Any]
    scale: str

    @cached_property
    def totals(self) -> Sequence[Any]:
        """What the values from each place on come to."""
        return [*accumulate(reversed(self.values))][::-1]

    def above(self, value: Any) -> int:
        """Return how many customers are at or above a value."""
        return len(self.values) - bisect_left(self.values, value)

    def cut(self, setting: Any) -> Any:
        """Return the value at which a setting cuts; None where there are not so many customers."""
        match self.scale:
            case "quantile":
                return quantile(self.values, Fraction(setting))
            case "pareto_cut":
                wanted = Fraction(setting) * Fraction(self.totals[0])
                found = zip(reversed(self.values), reversed(self.totals), strict=True)
                return next((value for value, total in found if Fraction(total) >= wanted), None)
            case "nth_largest":
                return self.values[-int(setting)] if 1 <= setting <= len(self.values) else None
            case _:
                return setting

    def setting(self, value: Any) -> Any:
        """Return the setting that cuts off the customers from a value on, shares to four digits; None where none does."""
        below = bisect_left(self.values, value)
        match self.scale:
            case "quantile":
                return rounded_down(Fraction(below, len(self.values) - 1), DIGITS) if len(self.values) > 1 else None
            case "pareto_cut":
                is_shared = self.totals[0] > 0 and self.above(value) > 0
                return (
                    rounded_down(Fraction(self.totals[below]) / Fraction(self.totals[0]), DIGITS) if is_shared else None
                )
            case "nth_largest":
                return self.above(value)
            case _:
                return rounded(value)


def suggestions(scheme: Scheme, state: State, evaluation: Evaluation, language: str) -> Table:
    """Return, for each setting by which a number is cut, where equal groups and natural classes would be cut.

    Equal groups have as many customers each; in natural classes values vary least. There are as many groups as the
    settings of one number make. Each is said as the setting is: as a value, a share of customers or of the total.
    """
    found: list[tuple[Any, ...]] = []
    for cuts in _grouped(scheme).values():
        first = cuts[0]
        term = first.term if first.among is None else choose((first.among, first.term))
        values = sorted(value for value in evaluation.values(term).values() if value is not None)
        said = describe(first.term, state.listener(language)), SCALES[first.scale][language]
        rows = _rows(cuts, Crowd(values, first.scale), state) if values else _unknown(cuts, state)
        found += [(cut.setting.name, *said, *row) for cut, row in rows]
    columns = ("setting", "number", "scale", "value", "at_or_above", "median", "equal_groups", "natural_classes")
    return table("cuts", columns, found, scheme=scheme)


def uncut(scheme: Scheme, state: State, language: str) -> Table:
    """Return the settings of a scheme for which no cut point can be suggested, since they cut no number of a customer."""
    cut = {one.setting for one in cuts_of(scheme)}
    left = [one for one in needs_of(scheme).settings if one not in cut]
    rows = [(one.name, one.choices.said(state.setting(one), language)) for one in left]
    return table("uncut", ("setting", "value"), rows, scheme=scheme)


def _grouped(scheme: Scheme) -> Mapping[tuple[Any, ...], Sequence[Cut]]:
    found: dict[tuple[Any, ...], list[Cut]] = {}
    for cut in cuts_of(scheme):
        found.setdefault((cut.term, cut.scale, cut.among), []).append(cut)
    return found


def _unknown(cuts: Sequence[Cut], state: State) -> Iterator[tuple[Cut, tuple[Any, ...]]]:
    """Yield the row of each cut of a number that nobody has: its value alone."""
    yield from ((cut, (state.setting(cut.setting), *[None] * 4)) for cut in cuts)


def _rows(cuts: Sequence[Cut], crowd: Crowd, state: State) -> Iterator[tuple[Cut, tuple[Any, ...]]]:
    """Yield the row of each cut, the lowest first."""
    settings = {cut: state.setting(cut.setting) for cut in cuts}
    ordered = sorted(cuts, key=lambda cut: float(settings[cut]), reverse=crowd.scale in {"pareto_cut", "nth_largest"})
    breaks = natural_breaks(crowd.values, len(ordered) + 1)
    for place, cut in enumerate(ordered):
        at = crowd.cut(settings[cut])
        above = None if at is None else crowd.above(at) / len(crowd.values)
        share = (place + 1) / (len(ordered) + 1)
        equal = rounded(share, DIGITS) if crowd.scale == "quantile" else crowd.setting(quantile(crowd.values, share))
        natural = crowd.setting(breaks[place]) if place < len(breaks) else None
        possible = (_possible(cut.setting, one) for one in (equal, natural))
        yield cut, (settings[cut], above, rounded(quantile(crowd.values, 0.5)), *possible)


def _possible(setting: Any, value: Any) -> Any:
    """Return a suggestion, or None where the setting cannot be that."""
    is_less = value is not None and setting.least is not None and value < setting.least
    is_more = value is not None and setting.greatest is not None and value > setting.greatest
    return None if is_less or is_more else value
