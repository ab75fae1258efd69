"""The desk at which policies and claims are worked on: one unit of work, a day, and the digits of the currency."""

from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from attrs import evolve, frozen

from crmcore import CrmError, Record, Unit

from .claims import Claim, ClaimEvent
from .machines import BEGIN, CLAIM, POLICY
from .policies import Policy, PolicyEvent

Kept = TypeVar("Kept", bound=Record)


def called(record: Kept, key: str) -> Kept:
    """Return a record under an id; type checkers do not know of a record type's id where one is made."""
    return evolve(record, id=key)


@frozen(eq=False)
class Desk:
    """What all steps share; ``on`` is the day on which they count."""

    unit: Unit
    on: date
    digits: int = 2

    def begin_policy(self, policy: Policy) -> Policy:
        """Add a policy with the first event of its history."""
        action, state = BEGIN["policy"]
        made = self.unit.add(policy)
        event = PolicyEvent(policy=made.id, on=self.on, action=action, after=state)
        self.unit.add(called(event, f"{made.id}-e001"))
        return made

    def policy_step(
        self, policy: Policy, action: str, reason: str = "", amount: Decimal | None = None, **columns: Any
    ) -> Policy:
        """Take a step of the machine and note it; raises `CrmError` where there is none, or for a day in the past.

        A day on which the policy ended is noted as that from which the step counts.
        """
        after = POLICY.after(action, policy.state, policy.id)
        number = self._next(list(self.unit.all(PolicyEvent, policy=policy.id)), f"policy {policy.id}")
        event = PolicyEvent(policy=policy.id, on=self.on, action=action, before=policy.state, after=after)
        ended = columns.get("ended_on")
        event = evolve(event, reason=reason or None, amount=amount, counts_from=None if ended == self.on else ended)
        self.unit.add(called(event, f"{policy.id}-e{number:03}"))
        return self.unit.edit(policy, state=after, **columns)

    def begin_claim(self, claim: Claim) -> Claim:
        """Add a claim with the first event of its history."""
        action, state = BEGIN["claim"]
        made = self.unit.add(claim)
        event = ClaimEvent(claim=made.id, on=self.on, action=action, after=state, reserve=made.reserve)
        self.unit.add(called(event, f"{made.id}-e001"))
        return made

    def claim_step(self, claim: Claim, action: str, reason: str = "", **columns: Any) -> Claim:
        """Take a step of the machine and note it with the reserve; raises the same."""
        after = CLAIM.after(action, claim.state, claim.id)
        number = self._next(list(self.unit.all(ClaimEvent, claim=claim.id)), f"claim {claim.id}")
        event = ClaimEvent(claim=claim.id, on=self.on, action=action, before=claim.state, after=after)
        reserve = columns.get("reserve", claim.reserve)
        self.unit.add(called(evolve(event, reason=reason or None, reserve=reserve), f"{claim.id}-e{number:03}"))
        return self.unit.edit(claim, state=after, **columns)

    def _next(self, events: "list[PolicyEvent] | list[ClaimEvent]", what: str) -> int:
        """Return the number of the next event; a history goes forward only."""
        latest = max((event.on for event in events), default=self.on)
        if self.on < latest:
            raise CrmError(f"{what} was changed on {latest}, after {self.on}", todo=f"Give --on {latest} or later.")
        return len(events) + 1
