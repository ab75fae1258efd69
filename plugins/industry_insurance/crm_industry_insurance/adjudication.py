"""What a benefit pays of a claim: cover, waiting period, frequency, items, deductible, co-insurance and limits.

Pure functions of records; nothing here reads or writes a store.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

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
    """A claim with all that decides about it; ``digits`` are those of the currency.

    Where a premium is open, cover lasts until ``grace_ends``, whether the policy was lapsed by then or not. ``gaps`` are
    the days without cover between a lapse and a reinstatement: the first of them, and the first with cover again.
    ``people`` are those whom the policy insures; ``has_waited`` says that the term before was of the same product.
    """

    policy: Policy
    benefit: Benefit | None
    claim: Claim
    items: tuple[ClaimItem, ...] = ()
    before: Before = Before()
    digits: int = 2
    grace_ends: date | None = None
    gaps: tuple[tuple[date, date], ...] = ()
    people: frozenset[str] | None = None
    has_waited: bool = False

    @property
    def has_cover(self) -> bool:
        """Whether the policy covered the day on which it happened."""
        day = self.claim.occurred_on
        in_gap = any(begin <= day < end for begin, end in self.gaps)
        return is_covered(self.policy, day) and not in_gap and (self.grace_ends is None or day <= self.grace_ends)


def is_covered(policy: Policy, day: date) -> bool:
    """Whether a policy covers a day: issued, begun, neither over nor ended."""
    if policy.issued_on is None or policy.starts is None or policy.ends is None:
        return False
    return policy.starts <= day <= policy.ends and (policy.ended_on is None or day < policy.ended_on)


def reason_against(case: Case) -> str:
    """Return the reason for which a claim is not paid at all; empty if there is none."""
    benefit = case.benefit
    if not case.has_cover:
        return "no_coverage"
    if case.people is not None and case.claim.insured and case.claim.insured not in case.people:
        return "not_insured"
    return "" if benefit is None else _reason_of_benefit(case, benefit)


def _reason_of_benefit(case: Case, benefit: Benefit) -> str:
    policy, day = case.policy, case.claim.occurred_on
    if benefit.product != policy.product:
        return "no_product"
    waits = timedelta(days=benefit.waiting_days)
    if not case.has_waited and policy.starts is not None and day < policy.starts + waits:
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
    return Assessment(left, shared_out(items, left, case.digits), tuple(deductions))


def shared_out(items: Iterable[ClaimItem], amount: Decimal, digits: int) -> tuple[ClaimItem, ...]:
    """Return items whose approved amounts add up to ``amount``: each by its part, what rounding leaves in the last."""
    those = tuple(items)
    asked, left, shares = total(item.approved or Decimal(0) for item in those), amount, []
    last = max((place for place, item in enumerate(those) if item.approved), default=None)
    for place, item in enumerate(those):
        own = item.approved or Decimal(0)
        part = (
            left
            if place == last
            else rounded(Fraction(amount) * Fraction(own) / Fraction(asked), digits)
            if own
            else own
        )
        left -= part
        shares.append(evolve(item, approved=part))
    return tuple(shares)


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
