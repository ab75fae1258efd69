"""In what a term is measured: the kind and unit that constants beside it are said in, and the choices that they are of."""

from collections.abc import Iterable
from typing import Final

from attrs import evolve, frozen

from crmcore.grammar.declare import Field, Metric, Setting
from crmcore.grammar.expr import Aggregate, Arithmetic, Choose, Column, Extreme, PopulationValue, Term
from crmcore.kinds import MONEY, NUMBER, RATIO, Kind
from crmcore.labels import NO_CHOICES, Choices, Label


@frozen
class Measure:
    """The kind and unit of a number, the choices of a text.

    An average or part of money is money here, though it is held as a ratio.
    """

    kind: Kind
    unit: str = ""
    choices: Choices = NO_CHOICES


PLAIN: Final = Measure(NUMBER)
"""A bare number."""


def measure(term: Term) -> Measure:  # noqa: C901, PLR0911 - one case per node class
    """Return in what a term is measured."""
    match term:
        case Field() | Setting():
            return Measure(term.result_kind(), _untold(term.unit, term.label, term.name), term.choices)
        case Column(steps=(*_, last)):
            return Measure(term.result_kind(), choices=last.choices)
        case Metric(term=inner):
            known = measure(inner)
            unit = _untold(term.unit, term.label, term.name) if term.unit else known.unit
            return Measure(known.kind, unit, known.choices)
        case Aggregate(op="total" | "mean" | "smallest" | "largest" | "last", term=inner) if inner is not None:
            return measure(inner)
        case PopulationValue(op=op, term=inner) if inner is not None and op != "count":
            return measure(inner)
        case Arithmetic(op="+" | "-", left=left, right=right):
            return shared((left, right))
        case Arithmetic(op="/", left=left, right=right):
            return Measure(MONEY if measure(left).kind == MONEY != measure(right).kind else RATIO)
        case Arithmetic(left=left, right=right):
            return Measure(MONEY if MONEY in {measure(left).kind, measure(right).kind} else term.result_kind())
        case Extreme(terms=terms):
            return shared(terms)
        case Choose(cases=cases, otherwise=otherwise):
            return shared([*(value for _, value in cases), *([] if otherwise is None else [otherwise])])
        case _:
            return Measure(term.result_kind())


def shared(terms: Iterable[Term]) -> Measure:
    """Return in what values are measured that stand beside each other: as the first that is no bare number.

    Texts are of the first choices that there are.
    """
    found = tuple(measure(term) for term in terms)
    choices = next((each.choices for each in found if each.choices), NO_CHOICES)
    return evolve(next((each for each in found if each.kind != NUMBER), found[0]), choices=choices)


def _untold(unit: str, label: Label, name: str) -> str:
    """Return a unit, or nothing where a label or the name says it already: treatment chairs are counted in chairs."""
    told = " ".join((*(text for _, text in label.texts), name.replace(".", " ").replace("_", " ")))
    return "" if unit.casefold() in told.casefold().split() else unit
