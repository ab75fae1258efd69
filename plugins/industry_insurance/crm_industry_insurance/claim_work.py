"""Steps in a claim's life: opened, assessed, paid or rejected, and opened again, inside one unit of work."""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from attrs import evolve

from crmcore import CrmError, Customer

from .adjudication import Assessment, Before, Case, assess, shared_out
from .claims import Claim, ClaimEvent, ClaimItem, ClaimPayment
from .desk import Desk, called
from .money import total
from .policies import Party, Policy, PolicyEvent
from .premium_work import grace_ends
from .products import Benefit


def open_claim(desk: Desk, claim: Claim, items: Iterable[ClaimItem] = (), *, reserve: Decimal | None = None) -> Claim:
    """Enter a claim with its items; without a reserve, all that is claimed is set aside."""
    listed = tuple(items)
    claimed = total(item.claimed for item in listed) if listed else claim.claimed
    if claimed is None or claimed < 0:
        raise CrmError("a claim needs the amount that is claimed", todo="Give --claimed AMOUNT, or --item CODE=AMOUNT.")
    if claim.claimed is not None and claim.claimed != claimed:
        raise CrmError(f"the items add up to {claimed}, and {claim.claimed} is claimed", todo="Leave out --claimed.")
    held = (claim.reserve or claimed) if reserve is None else reserve
    made = desk.begin_claim(evolve(claim, state="opened", reported_on=desk.on, claimed=claimed, reserve=held))
    for number, item in enumerate(listed, 1):
        desk.unit.add(called(evolve(item, claim=made.id), f"{made.id}-i{number:03}"))
    return made


def assess_claim(desk: Desk, claim: Claim, *, approved: Decimal | None = None, adjuster: str = "") -> Assessment:
    """Find what the benefit pays, or take what an adjuster has approved; what is not paid yet becomes the reserve."""
    policy = desk.unit.get(Policy, claim.policy)
    found = assess(case_of(desk, claim, policy))
    if approved is not None:
        if not 0 <= approved <= (claim.claimed or Decimal(0)):
            raise CrmError(f"claim {claim.id} asks for {claim.claimed}, so {approved} cannot be approved")
        items = shared_out(
            found.items if found.approved else (evolve(item, approved=item.claimed) for item in found.items),
            approved,
            desk.digits,
        )
        found = evolve(found, approved=approved, items=items)
    paid = paid_of(desk, claim)
    if found.approved < paid:
        raise CrmError(
            f"{paid} was paid for claim {claim.id}, more than the {found.approved} that it comes to",
            todo=f"Enter what came back first: crm claim pay {claim.id} --amount=-N.",
        )
    for item in found.items:
        desk.unit.replace(item)
    desk.claim_step(
        claim,
        "assess",
        ", ".join(f"{name} {amount}" for name, amount in found.deductions),
        approved=found.approved,
        reserve=found.approved - paid,
        rejection=found.rejection or None,
        adjuster=adjuster or claim.adjuster,
    )
    return found


def case_of(desk: Desk, claim: Claim, policy: Policy) -> Case:
    """Return a claim with all that decides about it."""
    benefit = desk.unit.get(Benefit, claim.benefit) if claim.benefit else None
    before = desk.unit.get(Policy, policy.previous) if policy.previous else None
    return Case(
        policy,
        benefit,
        claim,
        tuple(desk.unit.all(ClaimItem, claim=claim.id)),
        used_before(desk, claim, policy),
        desk.digits,
        grace_ends(desk, policy),
        gaps_of(desk.unit.all(PolicyEvent, policy=policy.id)),
        frozenset(_insured_by(desk, policy)),
        has_waited=before is not None and before.product == policy.product,
    )


def gaps_of(events: Iterable[PolicyEvent]) -> tuple[tuple[date, date], ...]:
    """Return the days without cover between lapses and reinstatements."""
    found, begun = [], None
    for event in sorted(events, key=lambda one: (one.on, one.id)):
        if event.action == "lapse":
            begun = event.counts_from or event.on
        elif event.action == "reinstate" and begun is not None:
            found.append((begun, event.on))
    return tuple(found)


def _insured_by(desk: Desk, policy: Policy) -> Iterator[str]:
    """Yield whom a policy insures: its holder, a household's members, and who is named as insured."""
    yield policy.holder
    yield from (member.id for member in desk.unit.all(Customer, parent=policy.holder))
    yield from (party.customer for party in desk.unit.all(Party, policy=policy.id) if party.kind == "insured")


def used_before(desk: Desk, claim: Claim, policy: Policy) -> Before:
    """Return what other claims of this policy have used up of the same benefit."""
    others = (
        one
        for one in desk.unit.all(Claim, policy=policy.id)
        if one.id != claim.id and one.benefit == claim.benefit and one.state != "rejected" and one.approved
    )
    amounts = [one.approved or Decimal(0) for one in others]
    return Before(len(amounts), total(amounts))


def pay_claim(desk: Desk, claim: Claim, payment: ClaimPayment, amount: Decimal | None) -> ClaimPayment:
    """Pay what was approved, or a part of it; the last part closes the claim. A negative amount came back."""
    paid, approved = paid_of(desk, claim), claim.approved or Decimal(0)
    left = approved - paid
    amount = left if amount is None else amount
    if not (0 < amount <= left or -paid <= amount < 0):
        raise CrmError(
            f"claim {claim.id} has {left} left to pay, so {amount} cannot be paid",
            todo=f"Assess it anew: crm claim assess {claim.id}.",
        )
    if amount > 0:
        _check_cover(desk, claim)
    if amount < 0:
        desk.claim_step(claim, "recover", approved=approved + amount)
    elif amount == left:
        desk.claim_step(claim, "pay", reserve=Decimal(0), closed_on=desk.on)
    else:
        desk.claim_step(claim, "part_pay", reserve=left - amount)
    return desk.unit.add(evolve(payment, claim=claim.id, on=desk.on, amount=amount))


def _check_cover(desk: Desk, claim: Claim) -> None:
    """Refuse to pay where cover has turned out to be missing since the claim was assessed."""
    case = case_of(desk, claim, desk.unit.get(Policy, claim.policy))
    steps = [one for one in desk.unit.all(ClaimEvent, claim=claim.id) if one.action == "assess"]
    was_known = steps and "no_coverage" in (max(steps, key=lambda one: (one.on, one.id)).reason or "")
    if not case.has_cover and not was_known:
        raise CrmError(
            f"policy {claim.policy} did not cover {claim.occurred_on}, so claim {claim.id} cannot be paid",
            todo=f"Assess it anew: crm claim assess {claim.id}, with --approve to pay all the same.",
        )


def reject_claim(desk: Desk, claim: Claim, code: str, why: str = "") -> Claim:
    """Close a claim without paying any more."""
    reason = f"{code}: {why}" if why else code
    paid = paid_of(desk, claim)
    return desk.claim_step(
        claim, "reject", reason, rejection=code, approved=paid, reserve=Decimal(0), closed_on=desk.on
    )


def paid_of(desk: Desk, claim: Claim) -> Decimal:
    """Return what was paid for a claim so far."""
    return total(one.amount for one in desk.unit.all(ClaimPayment, claim=claim.id))


def reopen_claim(desk: Desk, claim: Claim, reason: str, reserve: Decimal) -> Claim:
    """Open a closed claim again, with what it may still cost."""
    return desk.claim_step(claim, "reopen", reason, closed_on=None, rejection=None, reserve=reserve)
