"""`crm premium pay`: beside `crm premium list`."""

from decimal import Decimal
from typing import Any

import click

from .commands_kit import Told, amount_option, step
from .desk import Desk
from .policies import Policy
from .premium_work import receive
from .premiums import METHODS, PremiumPayment


@click.group("premium", epilog="Example: crm premium list --sort due")
def premium() -> None:
    """Take in premiums."""


@premium.command("pay", epilog="Example: crm premium pay P1 --amount 300 --method card")
@click.argument("key", metavar="POLICY")
@amount_option("--amount", "What came in.", required=True)
@click.option("--method", type=click.Choice(METHODS), help="How it was paid.")
@click.option("--payer", metavar="CUSTOMER", help="Who paid, if not the holder.")
@click.option("--receipt", metavar="TEXT", help="The number of the receipt.")
@step("premium of")
def pay(desk: Desk, key: str, amount: Decimal, **given: Any) -> Told:
    """Take in a payment for a policy, the oldest instalment first, with the agent's commission."""
    payment = PremiumPayment(policy=key, on=desk.on, amount=amount, **given)
    made = receive(desk, desk.unit.get(Policy, key), amount, payment)
    until = desk.unit.get(Policy, key).paid_until
    return Told(f"{amount} taken in for policy {key}, {len(made)} instalments; paid until {until}")
