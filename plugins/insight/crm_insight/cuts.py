"""Cut points that the company's own figures suggest, beside the settings in force: for people to judge, never applied."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attrs import frozen

from crmcore import Evaluation, Scheme, Setting, State, Table, Term, cuts_of, describe

from .figures import natural_breaks, quantile, rounded
from .tables import table


@frozen
class Cut:
    """A setting that a number of the customer is compared with, and its value in force."""

    term: Term
    setting: Setting
    value: Any


def suggestions(scheme: Scheme, state: State, evaluation: Evaluation, language: str) -> Table:
    """Return, for each setting that a number is compared with, where equal groups and natural classes would be cut.

    Equal groups have as many customers each; in natural classes values vary least. There are as many groups as the
    settings of one number make.
    """
    found: list[tuple[Any, ...]] = []
    for term, cuts in _by_term(scheme, state).items():
        values = sorted(value for value in evaluation.values(term).values() if value is not None)
        if values:
            said = describe(term, state.listener(language))
            found += [(cut.setting.name, said, *row) for cut, row in _rows(cuts, values)]
    columns = ("setting", "number", "value", "at_or_above", "median", "equal_groups", "natural_classes")
    return table("cuts", columns, found, scheme=scheme)


def _by_term(scheme: Scheme, state: State) -> Mapping[Term, Sequence[Cut]]:
    found: dict[Term, list[Cut]] = {}
    for term, setting in cuts_of(scheme):
        found.setdefault(term, []).append(Cut(term, setting, state.setting(setting)))
    return found


def _rows(cuts: Sequence[Cut], values: Sequence[Any]) -> Iterator[tuple[Cut, tuple[Any, ...]]]:
    ordered = sorted(cuts, key=lambda cut: float(cut.value))
    breaks = natural_breaks(values, len(ordered) + 1)
    for place, cut in enumerate(ordered):
        above = sum(value >= cut.value for value in values) / len(values)
        equal = quantile(values, (place + 1) / (len(ordered) + 1))
        natural = breaks[place] if place < len(breaks) else None
        yield cut, (cut.value, above, rounded(quantile(values, 0.5)), rounded(equal), rounded(natural))
