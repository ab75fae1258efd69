"""Steps in a policy's life: what each checks, writes, bills and pays back, inside one unit of work."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from attrs import evolve

from crmcore import CrmError

from .claims import Claim, ClaimPayment
from .desk import Desk, called
from .machines import POLICY
from .money import DAY, instalments, months_later, rounded, share_of_days, total
from .policies import Agent, Party, Policy, PolicyEvent
from .premium_work import bill, credit, drop_open, open_instalments, paid_until, payments, refund
from .premiums import Premium
from .products import Product

# -- from quote to cover -----------------------------------------------------------------------------------------------


def quote(desk: Desk, policy: Policy, parties: Iterable[Party] = ()) -> Policy:
    """Enter a quote, with the other people on it."""
    product = desk.unit.get(Product, policy.product)
    if (product.valid_from and desk.on < product.valid_from) or (product.valid_until and desk.on > product.valid_until):
        raise CrmError(
            f"product {product.id} is sold from {product.valid_from or 'ever'} until {product.valid_until or 'ever'}, "
            f"not on {desk.on}",
            todo="Choose another product: crm insurance_product list.",
        )
    agent = desk.unit.get(Agent, policy.agent) if policy.agent else None
    channel, branch = (getattr(policy, name) or getattr(agent, name, None) for name in ("channel", "branch"))
    asked = evolve(policy, state="quoted", applied_on=desk.on, channel=channel, branch=branch)
    made = desk.begin_policy(asked)
    for party in parties:
        desk.unit.add(evolve(party, policy=made.id))
    return made


def underwrite(
    desk: Desk, policy: Policy, decision: str, *, loading: Decimal | None = None, reason: str = ""
) -> Policy:
    """Decide on a quote: accept it, perhaps with a loading on the premium, postpone or decline it."""
    changes: dict[str, Any] = {"ended_on": desk.on} if decision == "decline" else {}
    if loading is not None:
        base = _premium(policy) / (1 + policy.loading)
        changes |= {"loading": loading, "premium": rounded(Fraction(base) * (1 + Fraction(loading)), desk.digits)}
    return desk.policy_step(policy, decision, reason, **changes)


def issue(desk: Desk, policy: Policy, starts: date) -> Policy:
    """Put an accepted quote in force from a day on, and bill its premium in instalments."""
    product = desk.unit.get(Product, policy.product)
    premium, months = _premium(policy), product.term_months
    ends = months_later(starts, months) - DAY
    made = desk.policy_step(policy, "issue", issued_on=desk.on, starts=starts, ends=ends)
    for due, amount in instalments(starts, months, policy.instalments, premium, desk.digits):
        bill(desk, made, due, amount)
    return desk.unit.edit(made, paid_until=paid_until(desk.unit, made))


def withdraw(desk: Desk, policy: Policy, reason: str) -> Policy:
    """Take back a quote that was not issued."""
    return desk.policy_step(policy, "withdraw", reason, ended_on=desk.on)


# -- in force ----------------------------------------------------------------------------------------------------------


def endorse(desk: Desk, policy: Policy, reason: str, *, premium: Decimal | None = None, **columns: Any) -> Policy:
    """Change a policy in force; a new premium counts for the rest of the term, pro rata by days.

    The difference is billed at once as an instalment of its own, or else taken off what is open and paid back.
    """
    if premium is None:
        return desk.policy_step(policy, "endorse", reason, **columns)
    starts, ends = _term(policy, "endorse")
    rest = share_of_days(desk.on, ends, starts, ends)
    change = rounded(Fraction(premium - _premium(policy)) * rest, desk.digits)
    made = desk.policy_step(policy, "endorse", reason, change, premium=premium, **columns)
    if change > 0:
        bill(desk, made, desk.on, change)
    elif change < 0:
        credit(desk, made, -change)
    return desk.unit.edit(made, paid_until=paid_until(desk.unit, made))


def renew(desk: Desk, policy: Policy, key: str, **columns: Any) -> Policy:
    """Write the policy of the next term, which starts the day after this one ends.

    Raises `CrmError` outside the renewal period and the days of grace after it, and where it is renewed already.
    """
    _, ends = _term(policy, "renew")
    product = desk.unit.get(Product, policy.product)
    first, last = ends - timedelta(days=product.renewal_days), ends + timedelta(days=product.grace_days)
    if not first <= desk.on <= last:
        raise CrmError(f"policy {policy.id} can be renewed from {first} until {last}, not on {desk.on}")
    if later := next(desk.unit.all(Policy, previous=policy.id), None):
        raise CrmError(f"policy {policy.id} is renewed already, by policy {later.id}")
    agent = desk.unit.get(Agent, policy.agent) if policy.agent else None
    stays = policy.agent if agent and agent.left_on is None else None  # who has left sells no renewal: it is an orphan
    kept = {"holder": policy.holder, "product": policy.product, "channel": policy.channel, "branch": policy.branch}
    worth = {"sum_insured": policy.sum_insured, "premium": policy.premium, "instalments": policy.instalments}
    given = {name: value for name, value in columns.items() if value is not None}
    facts: dict[str, Any] = {**kept, **worth, "loading": policy.loading, "agent": stays, **given}
    desk.policy_step(policy, "renew", renewed_on=desk.on)
    next_term = called(Policy(previous=policy.id, applied_on=desk.on, **facts), key)
    people = tuple(desk.unit.all(Party, policy=policy.id))
    made = quote(desk, next_term, (called(one, "") for one in people))
    return issue(desk, desk.policy_step(made, "accept"), ends + DAY)


def reassign(desk: Desk, policy: Policy, agent: str | None) -> Policy:
    """Give a policy to another agent, or without one to the pool."""
    return desk.policy_step(policy, "reassign", agent=agent)


def reassign_all(desk: Desk, agent: str, other: str | None) -> tuple[str, ...]:
    """Give every live policy of an agent to another, or to the pool, and return their numbers."""
    for key in (agent, other):
        if key:
            desk.unit.get(Agent, key)
    found = [one for one in desk.unit.all(Policy, agent=agent) if POLICY.allows("reassign", one.state)]
    return tuple(reassign(desk, one, other).id for one in found)


# -- the end, and the way back -----------------------------------------------------------------------------------------


def lapse(desk: Desk, policy: Policy) -> Policy:
    """End a policy whose days of grace are over; raises `CrmError` before."""
    unpaid = policy.paid_until or desk.on
    last = unpaid + timedelta(days=desk.unit.get(Product, policy.product).grace_days)
    if desk.on <= last or _is_paid_up(policy):
        raise CrmError(f"policy {policy.id} is paid until {unpaid} and has grace until {last}; it cannot lapse before")
    return desk.policy_step(policy, "lapse", ended_on=last + DAY)


def reinstate(desk: Desk, policy: Policy, reason: str) -> Policy:
    """Bring a lapsed policy back; raises `CrmError` while premiums are open, and after the reinstatement period."""
    product = desk.unit.get(Product, policy.product)
    _, ends = _term(policy, "reinstate")
    last = min((policy.ended_on or desk.on) + timedelta(days=product.reinstatement_days), ends)
    if desk.on > last:
        raise CrmError(f"policy {policy.id} could be reinstated until {last}")
    owed = [one for one in open_instalments(desk.unit, policy) if one.due <= desk.on]
    if owed:
        raise CrmError(
            f"policy {policy.id} has {len(owed)} instalments open that were due by {desk.on}",
            todo=f"Take them in first: crm premium pay {policy.id} --amount AMOUNT.",
        )
    return desk.policy_step(policy, "reinstate", reason, ended_on=None)


def surrender(desk: Desk, policy: Policy, reason: str, back: Decimal | None = None) -> tuple[Policy, Decimal]:
    """End a policy at its holder's wish and return what is paid back.

    Within the cooling-off days that is all that was paid, unless a claim was paid too; later, unless ``back`` is given, what was paid for days to
    come, less the product's charge. Raises `CrmError` while a claim is not closed.
    """
    waiting = [one.id for one in desk.unit.all(Claim, policy=policy.id) if one.state not in {"paid", "rejected"}]
    if waiting:
        raise CrmError(f"policy {policy.id} has claims that are not closed: {', '.join(waiting)}")
    amount = _unused(desk, policy) if back is None else back
    paid = total(one.amount for one in payments(desk.unit, policy))
    if not 0 <= amount <= paid:
        raise CrmError(f"{paid} was paid for policy {policy.id}, so {amount} cannot be paid back")
    made = desk.policy_step(policy, "surrender", reason, -amount, ended_on=desk.on)
    drop_open(desk, made)
    refund(desk, made, amount)
    return made, amount


def expire(desk: Desk, policy: Policy) -> Policy:
    """End a policy whose term is over; raises `CrmError` before."""
    _, ends = _term(policy, "expire")
    if desk.on <= ends:
        raise CrmError(f"policy {policy.id} lasts until {ends}; it cannot expire before")
    return desk.policy_step(policy, "expire", ended_on=ends + DAY)


def sweep(desk: Desk) -> tuple[Policy, ...]:
    """Lapse and expire what is due on the day, and return it as it is then."""
    found = []
    for policy in [one for one in desk.unit.all(Policy, state="in_force") if one.paid_until and one.ends]:
        grace = timedelta(days=desk.unit.get(Product, policy.product).grace_days)
        if policy.paid_until and desk.on > policy.paid_until + grace and not _is_paid_up(policy):
            found.append(lapse(desk, policy))
        elif policy.ends and desk.on > policy.ends:
            found.append(expire(desk, policy))
    return tuple(found)


def _is_paid_up(policy: Policy) -> bool:
    return policy.paid_until is not None and policy.ends is not None and policy.paid_until >= policy.ends


def _unused(desk: Desk, policy: Policy) -> Decimal:
    product = desk.unit.get(Product, policy.product)
    paid = total(one.amount for one in payments(desk.unit, policy))
    cools_until = (policy.issued_on or desk.on) + timedelta(days=product.cooling_off_days)
    claims = {one.id for one in desk.unit.all(Claim, policy=policy.id)}
    has_used = any(one.amount > 0 for one in desk.unit.all(ClaimPayment, claim=claims))
    if desk.on <= cools_until and not has_used:
        return max(paid, Decimal(0))
    starts, ends = _term(policy, "surrender")
    left = max(Fraction(paid) - _earned(desk, policy, starts, ends), Fraction(0))
    return rounded(left * (1 - Fraction(product.surrender_charge)), desk.digits)


def _earned(desk: Desk, policy: Policy, starts: date, ends: date) -> Fraction:
    """Return what the days before this one cost: what was agreed at issue, and each endorsement's change from its day on."""
    events = desk.unit.all(PolicyEvent, policy=policy.id)
    changes = [(one.on, one.amount) for one in events if one.action == "endorse" and one.amount]
    back = total(one.amount for one in payments(desk.unit, policy) if one.premium is None)
    billed = total(one.amount for one in desk.unit.all(Premium, policy=policy.id)) + back
    parts = [(starts, billed - total(amount for _, amount in changes)), *changes]
    return sum((Fraction(amount) * _gone(desk.on, max(on, starts), ends) for on, amount in parts), Fraction(0))


def _gone(day: date, starts: date, ends: date) -> Fraction:
    """Return which part of the days of a term lies before a day."""
    return share_of_days(starts, day - DAY, starts, ends)


def _premium(policy: Policy) -> Decimal:
    if policy.premium is None:
        raise CrmError(f"policy {policy.id} has no premium", todo=f"Enter it: crm policy edit {policy.id} --premium N.")
    return policy.premium


def _term(policy: Policy, action: str) -> tuple[date, date]:
    """Return the first and the last day of a policy for which an action is possible; raises `CrmError` otherwise."""
    POLICY.after(action, policy.state, policy.id)
    if policy.starts is None or policy.ends is None:
        raise CrmError(f"policy {policy.id} has no term: it is {policy.state}", todo="Issue it: crm policy issue.")
    return policy.starts, policy.ends
