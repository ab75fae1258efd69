"""Where the rules of a scheme cut a number of the customers by a setting, and in what that setting is given."""

from collections.abc import Iterator
from typing import Final, Literal

from attrs import frozen

from crmcore.grammar.declare import Metric, Scheme, Setting
from crmcore.grammar.expr import Arithmetic, Band, Compare, PopulationValue, Predicate, Term
from crmcore.grammar.walk import is_constant, reached, rules_of

Scale = Literal["value", "quantile", "pareto_cut", "nth_largest"]

_RANKED: Final[dict[str, Scale]] = {
    "quantile": "quantile",
    "pareto_cut": "pareto_cut",
    "nth_largest": "nth_largest",
}


@frozen
class Cut:
    """A number of a customer, and the setting that says where it is cut.

    ``scale`` says in what: "value" is the number's own measure, "quantile" the share of customers below, "pareto_cut"
    the share of the total at or above, "nth_largest" how many customers are at or above; of customers for whom ``among``
    holds, if there is one.
    """

    term: Term
    setting: Setting
    scale: Scale = "value"
    among: Predicate | None = None


def cuts_of(scheme: Scheme) -> tuple[Cut, ...]:
    """Return where the scheme's rules cut a number of a customer by a setting.

    A number that is compared with a multiple of another one is cut as their ratio.
    """
    found: dict[Cut, None] = {}
    for part in reached(*rules_of(scheme), into_rows=False):
        match part:
            case Compare(left=left, right=right):
                found.update((cut, None) for pair in ((left, right), (right, left)) for cut in _cut(*pair))
            case Band(term=term, cuts=bounds):
                found.update((cut, None) for bound in bounds for cut in _cut(term, bound))
    return tuple(found)


def _cut(term: Term, bound: Term) -> Iterator[Cut]:
    """Yield the cut that a bound makes, if a setting says where it lies and nothing else does."""
    while isinstance(bound, Metric):
        bound = bound.term
    if is_constant(term) or not term.result_kind().is_number:
        return
    match bound:
        case Setting():
            yield Cut(term, bound)
        case PopulationValue(op=op, term=own, among=among, parameter=Setting() as setting) if own == term:
            yield Cut(term, setting, _RANKED[op], among)
        case (
            Arithmetic(op="*", left=Setting() as factor, right=other)
            | Arithmetic(op="*", left=other, right=Setting() as factor)
        ):
            yield Cut(Arithmetic("/", term, other), factor)
