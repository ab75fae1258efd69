"""What alerts: indicators of customers, claims, accounts, products and regions that pass their thresholds."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from attrs import frozen

from crmcore import Customer, Metric, Setting, State

from . import experience, facts, settings
from .adjudication import is_covered
from .claims import Claim, ClaimPayment
from .policies import Policy
from .premiums import PremiumPayment

YEAR: Final = timedelta(days=365)
ONCE: Final = frozenset({"early_claim", "large_claim"})
"""Indicators of what happens once: when such an alert is closed, it is not raised again."""


@frozen
class Sign:
    """An indicator of a subject at or past its threshold; ``gravity`` is how many times the threshold it is."""

    indicator: str
    subject: str
    value: Fraction
    threshold: Fraction
    gravity: Fraction
    customer: str | None = None


@frozen(eq=False)
class Watch:
    """The company's data on the day on which it is looked at."""

    state: State

    def signs(self) -> Iterator[Sign]:
        """Yield everything that alerts."""
        yield from self._of_customers()
        yield from self._of_claims()
        yield from self._of_accounts()
        yield from self._of_products()
        yield from self._of_regions()

    def threshold(self, setting: Setting) -> Fraction:
        """Return a setting's value as a number."""
        return Fraction(self.state.setting(setting))

    def _sign(self, indicator: str, subject: str, value: Any, setting: Setting, customer: str | None) -> Iterator[Sign]:
        threshold = self.threshold(setting)
        if value is not None and (exact := Fraction(value)) >= threshold > 0:
            yield Sign(indicator, subject, exact, threshold, exact / threshold, customer)

    def _of_customers(self) -> Iterator[Sign]:
        watched: Mapping[str, tuple[Metric, Setting]] = {
            "loss_ratio": (experience.loss_ratio_12m, settings.alert_loss_ratio),
            "claim_frequency": (experience.claims_12m, settings.alert_claims),
            "overdue_premium": (facts.days_overdue, settings.alert_overdue_days),
        }
        holders = {policy.holder for policy in self._policies()}
        for customer in self.state.book.customers():
            if customer.id in holders:
                case = self.state.case(customer)
                for indicator, (metric, setting) in watched.items():
                    value = self.state.evaluator.value(metric, case)
                    yield from self._sign(indicator, f"customer {customer.id}", value, setting, customer.id)

    def _of_claims(self) -> Iterator[Sign]:
        early, large = self.threshold(settings.early_claim_days), settings.large_claim
        policies = {policy.id: policy for policy in self._policies()}
        for claim in self._claims():
            policy = policies.get(claim.policy)
            if policy is None:
                continue
            yield from self._sign("large_claim", f"claim {claim.id}", claim.claimed, large, policy.holder)
            if policy.starts is None or policy.previous is not None:
                continue
            days = Fraction((claim.occurred_on - policy.starts).days)
            if 0 <= days <= early:
                gravity = early / max(days, Fraction(1))
                yield Sign("early_claim", f"claim {claim.id}", days, early, max(gravity, Fraction(1)), policy.holder)

    def _of_accounts(self) -> Iterator[Sign]:
        holders = {policy.id: policy.holder for policy in self._policies()}
        found: defaultdict[str, set[str]] = defaultdict(set)
        for claim in self._claims():
            if claim.account and claim.policy in holders:
                found[claim.account].add(holders[claim.policy])
        for account, those in sorted(found.items()):
            yield from self._sign(
                "shared_account", f"account {account}", len(those), settings.shared_account_claimants, None
            )

    def _of_products(self) -> Iterator[Sign]:
        product = {policy.id: policy.product for policy in self._policies()}
        policy_of = {claim.id: claim.policy for claim in self._claims()}
        paid: defaultdict[str, Decimal] = defaultdict(Decimal)
        cost: defaultdict[str, Decimal] = defaultdict(Decimal)
        for payment in self.state.book.all(PremiumPayment):
            if self._is_recent(payment.on) and payment.policy in product:
                paid[product[payment.policy]] += payment.amount
        for out in self.state.book.all(ClaimPayment):
            if self._is_recent(out.on) and policy_of.get(out.claim) in product:
                cost[product[policy_of[out.claim]]] += out.amount
        for claim in self._claims():
            if claim.policy in product:
                cost[product[claim.policy]] += claim.reserve
        for key in sorted(paid):
            value = Fraction(cost[key]) / Fraction(paid[key]) if paid[key] > 0 else None
            yield from self._sign("loss_ratio", f"product {key}", value, settings.alert_loss_ratio, None)

    def _of_regions(self) -> Iterator[Sign]:
        region = {customer.id: customer.province for customer in self.state.book.all(Customer)}
        found: defaultdict[str, Decimal] = defaultdict(Decimal)
        for policy in self._policies():
            place = region.get(policy.holder)
            if place and is_covered(policy, self.state.day):
                found[place] += policy.sum_insured or Decimal(0)
        for place, insured in sorted(found.items()):
            yield from self._sign("accumulation", f"region {place}", insured, settings.accumulation, None)

    def _policies(self) -> list[Policy]:
        return [one for one in self.state.book.all(Policy) if one.applied_on <= self.state.day]

    def _claims(self) -> list[Claim]:
        return [one for one in self.state.book.all(Claim) if one.reported_on <= self.state.day]

    def _is_recent(self, day: Any) -> bool:
        return bool(self.state.day - YEAR < day <= self.state.day)
