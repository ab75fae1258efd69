"""State machines as data: which step leads from which state of a policy or claim to which, and why one is refused."""

from collections.abc import Iterable, Iterator
from typing import Final

from attrs import frozen

from crmcore import Breach, Constraint, CrmError, Pending, state_machine

from . import claims, policies
from .claims import Claim, ClaimEvent
from .policies import Policy, PolicyEvent


@frozen
class Step:
    """An action, the states from which it is possible, and the state after it; without one the state stays."""

    action: str
    sources: tuple[str, ...]
    target: str = ""


@frozen
class Machine:
    """All steps of one record type."""

    noun: str
    states: tuple[str, ...]
    steps: tuple[Step, ...]

    def after(self, action: str, state: str, key: str) -> str:
        """Return the state after an action; raises `CrmError` that says what is possible instead."""
        step = next(one for one in self.steps if one.action == action)
        if state not in step.sources:
            possible = ", ".join(one.action for one in self.steps if state in one.sources)
            raise CrmError(
                f"{self.noun} {key} is {state}: {action} needs one that is {' or '.join(step.sources)}",
                todo=f"Possible now: {possible or 'nothing; this state is final'}.",
            )
        return step.target or state

    def allows(self, action: str, state: str) -> bool:
        """Whether an action is possible in a state."""
        return any(one.action == action and state in one.sources for one in self.steps)

    def leads(self, before: str, after: str, action: str) -> bool:
        """Whether an action leads from one state to the other."""
        return any(
            one.action == action and before in one.sources and (one.target or before) == after for one in self.steps
        )

    def following(self) -> dict[str, tuple[str, ...]]:
        """Return, for each state, the other states that a step leads to."""
        return {
            state: tuple(
                dict.fromkeys(
                    one.target for one in self.steps if state in one.sources and one.target not in {"", state}
                )
            )
            for state in self.states
        }


POLICY: Final = Machine(
    "policy",
    policies.STATES,
    (
        Step("accept", ("quoted", "postponed"), "accepted"),
        Step("postpone", ("quoted",), "postponed"),
        Step("decline", ("quoted", "postponed"), "declined"),
        Step("withdraw", ("quoted", "accepted", "postponed"), "withdrawn"),
        Step("issue", ("accepted",), "in_force"),
        Step("endorse", ("in_force",)),
        Step("reassign", ("quoted", "accepted", "postponed", "in_force", "lapsed")),
        Step("renew", ("in_force", "expired")),
        Step("lapse", ("in_force",), "lapsed"),
        Step("reinstate", ("lapsed",), "in_force"),
        Step("surrender", ("in_force",), "surrendered"),
        Step("expire", ("in_force",), "expired"),
    ),
)
CLAIM: Final = Machine(
    "claim",
    claims.STATES,
    (
        Step("assess", ("opened", "assessed", "reopened"), "assessed"),
        Step("part_pay", ("assessed",)),
        Step("pay", ("assessed",), "paid"),
        Step("recover", ("assessed", "paid", "reopened")),
        Step("reject", ("opened", "assessed", "reopened"), "rejected"),
        Step("reopen", ("paid", "rejected"), "reopened"),
    ),
)
BEGIN: Final = {"policy": ("quote", "quoted"), "claim": ("open", "opened")}
"""How a history begins: with which action, in which state."""

Event = PolicyEvent | ClaimEvent


def _breach(machine: Machine, record: Policy | Claim, events: Iterable[Event]) -> Iterator[Breach]:
    """Yield why a history is no path of the machine that ends where the record stands."""
    state: str | None = None
    first = True
    for event in sorted(events, key=lambda one: (len(one.id), one.id)):
        begins = first and event.before is None and (event.action, event.after) == BEGIN[machine.noun]
        goes = event.before is not None and machine.leads(event.before, event.after, event.action)
        if not (begins or (goes and (first or event.before == state))):
            came = state or "nothing"
            yield Breach(
                event,
                {
                    "en": f"{event.action} does not lead from {came} to {event.after}",
                    "zh": f"{event.action} 不能使状态从 {came} 变为 {event.after}",
                },
                "action",
            )
        state, first = event.after, False
    if state is not None and state != record.state:
        yield Breach(
            record,
            {
                "en": f"its history ends with {state}; use the command for the step, such as crm {machine.noun} --help",
                "zh": f"其变更记录止于 {state}；请使用相应命令办理，见 crm {machine.noun} --help",
            },
            "state",
        )


def policy_histories(pending: Pending) -> Iterator[Breach]:
    """Yield each policy whose events are no path of the machine, or do not end in its state."""
    changed = [one for pair in pending.changed(PolicyEvent) for one in pair if one]
    keys = {one.policy for one in changed} | {one.id for _, one in pending.changed(Policy) if one}
    found: dict[str, list[Event]] = {}
    for event in pending.all(PolicyEvent, **({"policy": next(iter(keys))} if len(keys) == 1 else {})):
        found.setdefault(event.policy, []).append(event)
    for key in sorted(keys):
        policy = pending.get(Policy, key)
        if policy is not None:
            yield from _breach(POLICY, policy, found.get(key, ()))


def claim_histories(pending: Pending) -> Iterator[Breach]:
    """Yield each claim whose events are no path of the machine, or do not end in its state."""
    changed = [one for pair in pending.changed(ClaimEvent) for one in pair if one]
    keys = {one.claim for one in changed} | {one.id for _, one in pending.changed(Claim) if one}
    found: dict[str, list[Event]] = {}
    for event in pending.all(ClaimEvent, **({"claim": next(iter(keys))} if len(keys) == 1 else {})):
        found.setdefault(event.claim, []).append(event)
    for key in sorted(keys):
        claim = pending.get(Claim, key)
        if claim is not None:
            yield from _breach(CLAIM, claim, found.get(key, ()))


CONSTRAINTS: Final = (
    state_machine("insurance.policy_states", Policy, POLICY.following()),
    state_machine("insurance.claim_states", Claim, CLAIM.following()),
    Constraint(
        "insurance.policy_histories",
        (Policy, PolicyEvent),
        policy_histories,
        {"en": "A policy's events lead, step by step, to its state.", "zh": "保单的变更记录逐步通向其状态。"},
    ),
    Constraint(
        "insurance.claim_histories",
        (Claim, ClaimEvent),
        claim_histories,
        {"en": "A claim's events lead, step by step, to its state.", "zh": "赔案的进度逐步通向其状态。"},
    ),
)
