"""Whether a customer is covered, as a holder or insured, or anybody in a household: in all, for illness, for accidents."""

from typing import Any, Final

from crmcore import Predicate, Term, choose, count, rows

from .declared import metric
from .facts import is_in_force, policy
from .policies import Party, Policy

of_household = rows(Policy, by="household")
as_party, of_member = rows(Party, by="customer"), rows(Party, by="household")


def _covers(*lines: str) -> Term:
    """Return whether policies in force cover a customer, or anybody in a household, in a line; in any without lines."""
    held = tuple(count(one, where=_in(one, lines)) for one in (policy, of_household))
    insured = tuple(count(one, where=one.kind.is_("insured") & _in(one.policy, lines)) for one in (as_party, of_member))
    return choose((held[0] + held[1] + insured[0] + insured[1] > 0, True), otherwise=False)


def _in(one: Any, lines: tuple[str, ...]) -> Predicate:
    return is_in_force(one) & one.product.line.is_in(*lines) if lines else is_in_force(one)


covered = metric(
    "covered",
    _covers(),
    (
        "Covered",
        "有保障",
        "Holds, or is insured by, a policy in force; for a household, one of its members.",
        "持有有效保单或为其被保险人；家庭则任一成员即可。",
    ),
)
covered_medical = metric(
    "covered_medical",
    _covers("medical"),
    ("Medical cover", "有医疗保障", "The same, for medical insurance.", "同上，限医疗险。"),
)
covered_accident = metric(
    "covered_accident",
    _covers("accident"),
    ("Accident cover", "有意外保障", "The same, for accident insurance.", "同上，限意外险。"),
)

METRICS: Final = (covered, covered_medical, covered_accident)
