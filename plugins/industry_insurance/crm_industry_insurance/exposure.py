"""What has been earned: the part of a policy's premium that falls on days of cover, and the policy years of it."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction

from attrs import frozen

from .claims import Claim, ClaimPayment
from .money import DAY
from .policies import Policy


def covered(policy: Policy) -> tuple[date, date] | None:
    """Return the first and the last day of cover as far as it is known; None if there was or will be none."""
    if policy.issued_on is None or policy.starts is None or policy.ends is None:
        return None
    last = policy.ends if policy.ended_on is None else min(policy.ends, policy.ended_on - DAY)
    return (policy.starts, last) if last >= policy.starts else None


def days_within(policy: Policy, begin: date, end: date) -> int:
    """Return on how many days from ``begin`` to ``end``, both included, a policy covered."""
    cover = covered(policy)
    return 0 if cover is None else max((min(cover[1], end) - max(cover[0], begin)).days + 1, 0)


def earned(policy: Policy, begin: date, end: date) -> Fraction:
    """Return the premium of those days: the premium of the term, as it is now, in equal parts for each of its days."""
    if policy.starts is None or policy.ends is None or not policy.premium:
        return Fraction(0)
    term = (policy.ends - policy.starts).days + 1
    return Fraction(policy.premium) * days_within(policy, begin, end) / term


def years_of(policies: Iterable[Policy], as_of: date) -> range:
    """Return the calendar years in which any of the policies covered, up to the day."""
    covers = [cover for policy in policies if (cover := covered(policy)) and cover[0] <= as_of]
    if not covers:
        return range(0)
    return range(min(first for first, _ in covers).year, min(max(last for _, last in covers), as_of).year + 1)


@frozen
class Costs:
    """What claims have cost: paid per claim so far, and the reserves on top."""

    paid: Mapping[str, Fraction]

    @classmethod
    def of(cls, payments: Iterable[ClaimPayment]) -> "Costs":
        """Add up payments per claim."""
        found: dict[str, Fraction] = {}
        for one in payments:
            found[one.claim] = found.get(one.claim, Fraction(0)) + Fraction(one.amount)
        return cls(found)

    def incurred(self, claim: Claim) -> Fraction:
        """Return what was paid for a claim and what is reserved."""
        return self.paid.get(claim.id, Fraction(0)) + Fraction(claim.reserve)


def in_year(claims: Iterable[Claim], year: int) -> Iterator[Claim]:
    """Yield the claims that occurred in a calendar year."""
    return (claim for claim in claims if claim.occurred_on.year == year)
