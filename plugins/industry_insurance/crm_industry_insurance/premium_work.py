"""Premiums inside a unit of work: billing, payments to the oldest instalment first, refunds, and commission."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from crmcore import CrmError, Unit

from .desk import Desk, called
from .money import DAY, rounded, total
from .policies import Policy
from .premiums import Commission, Premium, PremiumPayment
from .products import Product


def bill(desk: Desk, policy: Policy, due: date, amount: Decimal) -> Premium:
    """Add an instalment."""
    number = sum(1 for _ in desk.unit.all(Premium, policy=policy.id)) + 1
    settled = None if amount else desk.on
    made = Premium(policy=policy.id, due=due, amount=amount, settled_on=settled)
    return desk.unit.add(called(made, f"{policy.id}-p{number:03}"))


def open_instalments(unit: Unit, policy: Policy) -> tuple[Premium, ...]:
    """Return the instalments that are not settled, earliest first."""
    found = (one for one in unit.all(Premium, policy=policy.id) if one.settled_on is None)
    return tuple(sorted(found, key=lambda one: (one.due, one.id)))


def payments(unit: Unit, policy: Policy) -> tuple[PremiumPayment, ...]:
    """Return all payments for a policy, refunds included."""
    return tuple(unit.all(PremiumPayment, policy=policy.id))


def paid_until(unit: Unit, policy: Policy) -> date | None:
    """Return the last day that premiums pay for: the one before the earliest open instalment, else the last day."""
    left = open_instalments(unit, policy)
    return left[0].due - DAY if left else policy.ends


def grace_ends(desk: Desk, policy: Policy) -> date | None:
    """Return the last day of grace of a policy with an open instalment; None where nothing is open."""
    if policy.paid_until is None or policy.ends is None or policy.paid_until >= policy.ends:
        return None
    return policy.paid_until + timedelta(days=desk.unit.get(Product, policy.product).grace_days)


def receive(desk: Desk, policy: Policy, amount: Decimal, payment: PremiumPayment) -> tuple[PremiumPayment, ...]:
    """Take in an amount, the oldest instalment first; ``payment`` says how it was paid.

    Raises `CrmError` for an amount that is not positive or more than is open.
    """
    left = open_instalments(desk.unit, policy)
    paid = _paid_so_far(desk.unit, policy)
    owed = total(one.amount - paid.get(one.id, Decimal(0)) for one in left)
    if not 0 < amount <= owed:
        raise CrmError(
            f"policy {policy.id} has {owed} open, so {amount} cannot be taken in",
            todo="Give an amount above 0 up to what is open; `crm premium list` shows the instalments.",
        )
    made = tuple(_allocated(desk, policy, amount, payment, left))
    desk.unit.edit(policy, paid_until=paid_until(desk.unit, policy))
    return made


def _allocated(
    desk: Desk, policy: Policy, amount: Decimal, payment: PremiumPayment, left: tuple[Premium, ...]
) -> Iterator[PremiumPayment]:
    paid = _paid_so_far(desk.unit, policy)
    for instalment in left:
        owed = instalment.amount - paid.get(instalment.id, Decimal(0))
        part = min(amount, owed)
        if part > 0:
            yield _pay(desk, policy, part, payment, instalment)
        if part == owed:
            desk.unit.edit(instalment, settled_on=desk.on)
        amount -= part
        if amount <= 0:
            return


def _pay(
    desk: Desk, policy: Policy, amount: Decimal, payment: PremiumPayment, instalment: Premium | None
) -> PremiumPayment:
    """Note a payment or refund, and the commission that it earns or costs."""
    product = desk.unit.get(Product, policy.product)
    rate = product.renewal_commission_rate if policy.previous else product.commission_rate
    for agent, part in _commissioned(desk, policy, rounded(amount * rate, desk.digits)):
        desk.unit.add(Commission(policy=policy.id, agent=agent, on=desk.on, rate=rate, amount=part))
    return desk.unit.add(
        PremiumPayment(
            policy=policy.id,
            premium=instalment.id if instalment else None,
            on=desk.on,
            amount=amount,
            method=payment.method,
            payer=payment.payer,
            receipt=payment.receipt,
        )
    )


def _commissioned(desk: Desk, policy: Policy, amount: Decimal) -> Iterator[tuple[str, Decimal]]:
    """Yield who earns a commission, or gives back what was earned: those who earned it, each by its part."""
    if amount >= 0:
        yield from [(policy.agent, amount)] if policy.agent and amount else []
        return
    earned: dict[str, Decimal] = {}
    for one in desk.unit.all(Commission, policy=policy.id):
        earned[one.agent] = earned.get(one.agent, Decimal(0)) + one.amount
    earned = {agent: part for agent, part in sorted(earned.items()) if part > 0}
    whole, left = total(earned.values()), amount
    for number, (agent, part) in enumerate(earned.items(), 1):
        back = left if number == len(earned) else rounded(amount * part / whole, desk.digits)
        left -= back
        yield agent, back


def refund(desk: Desk, policy: Policy, amount: Decimal) -> None:
    """Pay an amount back; nothing where there is nothing to pay back."""
    if amount > 0:
        nothing = PremiumPayment(policy=policy.id, on=desk.on, amount=amount)
        _pay(desk, policy, -amount, nothing, None)


def credit(desk: Desk, policy: Policy, amount: Decimal) -> None:
    """Take an amount off what is open, the last instalment first, and pay the rest back."""
    paid = _paid_so_far(desk.unit, policy)
    for instalment in reversed(open_instalments(desk.unit, policy)):
        owed = instalment.amount - paid.get(instalment.id, Decimal(0))
        part = min(amount, owed)
        settled = desk.on if part == owed else None
        desk.unit.edit(instalment, amount=instalment.amount - part, settled_on=settled)
        amount -= part
    refund(desk, policy, amount)


def drop_open(desk: Desk, policy: Policy) -> None:
    """Take back what is open of a policy that has ended: an instalment counts as what was paid of it."""
    paid = _paid_so_far(desk.unit, policy)
    for instalment in open_instalments(desk.unit, policy):
        desk.unit.edit(instalment, amount=paid.get(instalment.id, Decimal(0)), settled_on=desk.on)


def _paid_so_far(unit: Unit, policy: Policy) -> dict[str | None, Decimal]:
    found: dict[str | None, Decimal] = {}
    for one in payments(unit, policy):
        found[one.premium] = found.get(one.premium, Decimal(0)) + one.amount
    return found
