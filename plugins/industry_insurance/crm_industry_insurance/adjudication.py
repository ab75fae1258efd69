"""What a benefit pays of a claim: cover, waiting period, frequency, items, deductible, co-insurance and limits.

Pure functions of records; nothing here reads or writes a store.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from attrs import evolve, frozen

from .claims import Claim, ClaimItem
from .money import rounded, total
from .policies import Policy
from .products import Benefit


@frozen
class Assessment:
    """What is approved, the items with what is approved of each, and each deduction with its reason and amount."""

    approved: Decimal
    items: tuple[ClaimItem, ...]
    deductions: tuple[tuple[str, Decimal], ...]

    @property
    def rejection(self) -> str:
        """The reason for which nothing is paid; empty if something is."""
        return self.deductions[-1][0] if self.deductions and not self.approved else ""


@frozen
class Before:
    """What the term has used up of a benefit already: how many claims were paid or approved, and how much."""

    claims: int = 0
    amount: Decimal = Decimal(0)


@frozen
class Case:
    """A claim with all that decides about it; ``digits`` are those of the currency."""

    policy: Policy
    benefit: Benefit | None
    claim: Claim
    items: tuple[ClaimItem, ...] = ()
    before: Before = Before()
    digits: int = 2


def is_covered(policy: Policy, day: date) -> bool:
    """Whether a policy covers a day: issued, begun, neither over nor ended."""
    if policy.issued_on is None or policy.starts is None or policy.ends is None:
        return False
    return policy.starts <= day <= policy.ends and (policy.ended_on is None or day < policy.ended_on)


def reason_against(case: Case) -> str:
    """Return the reason for which a claim is not paid at all; empty if there is none."""
    policy, benefit, day = case.policy, case.benefit, case.claim.occurred_on
    if not is_covered(policy, day):
        return "no_coverage"
    if benefit is None:
        return ""
    if benefit.product != policy.product:
        return "no_product"
    waits = timedelta(days=benefit.waiting_days)
    # who renews has waited already
    if policy.previous is None and policy.starts is not None and day < policy.starts + waits:
        return "waiting_period"
    if benefit.term_claims is not None and case.before.claims >= benefit.term_claims:
        return "frequency"
    return ""


def assess(case: Case) -> Assessment:
    """Return what is approved of a claim, and why not more."""
    items = tuple(evolve(item, approved=Decimal(0) if item.rejection else item.claimed) for item in case.items)
    asked = total(item.approved or Decimal(0) for item in items) if items else case.claim.claimed or Decimal(0)
    if reason := reason_against(case):
        refused = tuple(evolve(item, approved=Decimal(0), rejection=item.rejection or reason) for item in items)
        return Assessment(Decimal(0), refused, ((reason, asked),))
    left, deductions = asked, []
    for name, amount in _deductions(case, asked):
        if amount > 0:
            deductions.append((name, amount))
            left -= amount
    return Assessment(left, items, tuple(deductions))


def _deductions(case: Case, asked: Decimal) -> Iterator[tuple[str, Decimal]]:
    """Yield what is taken off, in this order: deductible, co-insurance, limit of a claim, of the term, sum insured."""
    most = case.policy.sum_insured
    if (benefit := case.benefit) is None:
        if most is not None:
            yield "ceiling", max(asked - most, Decimal(0))
        return
    deductible = min(benefit.deductible or Decimal(0), asked)
    yield "below_deductible" if deductible == asked else "deductible", deductible
    left = asked - deductible
    borne = rounded(left * benefit.coinsurance, case.digits)
    yield "coinsurance", borne
    left -= borne
    rest = None if benefit.term_limit is None else max(benefit.term_limit - case.before.amount, Decimal(0))
    for limit in (benefit.claim_limit, rest, most):
        if limit is not None:
            yield "ceiling", max(left - limit, Decimal(0))
            left = min(left, limit)
