"""`crm claim open`, `assess`, `pay`, `reject`, `reopen`, `bordereau`: beside `crm claim list`."""

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import click

from . import claim_work as work
from .bordereau import losses, take_in
from .claims import REJECTIONS, Claim, ClaimItem, ClaimPayment
from .commands_kit import Told, amount_option, day_option, reason_option, step
from .desk import Desk, called
from .premiums import METHODS

number = click.argument("key", metavar="CLAIM")


@click.group("claim", epilog="Example: crm claim list --where state=opened")
def claim() -> None:
    """Open, assess, pay, reject and reopen claims; each step is checked and kept as a claim event."""


@claim.command("open", epilog="Example: crm claim open P1 --occurred-on 2026-03-01 --claimed 900 --benefit collision")
@click.argument("policy", metavar="POLICY")
@click.option("--id", "key", default="", metavar="NUMBER", help="The claim number.  [default: one is made]")
@day_option("--occurred-on", "When it happened.", required=True)
@amount_option("--claimed", "What is claimed.  [default: the total of the items]")
@click.option("--item", multiple=True, metavar="CODE=AMOUNT", help="A line of the claim; may be repeated.")
@click.option("--benefit", metavar="BENEFIT", help="The benefit that is claimed.")
@click.option("--insured", metavar="CUSTOMER", help="To whom it happened.")
@click.option("--cause", metavar="TEXT", help="What caused the loss.")
@click.option("--account", metavar="TEXT", help="The account to pay to.")
@amount_option("--reserve", "What is set aside.  [default: what is claimed]")
@step("open a claim")
def open_(desk: Desk, key: str, item: tuple[str, ...], **given: Any) -> Told:
    """Open a claim under a policy and print its number."""
    columns = {name: value for name, value in given.items() if value is not None}
    claim = called(Claim(reported_on=desk.on, **columns), key)
    made = work.open_claim(desk, claim, [*map(_item, item)], reserve=given["reserve"])
    return Told(f"claim {made.id} opened, reserve {made.reserve}", (made.id,))


@claim.command("assess", epilog="Example: crm claim assess C1")
@number
@amount_option("--approve", "What the adjuster approves.  [default: what the benefit pays]")
@click.option("--adjuster", default="", metavar="NAME", help="Who assesses it.")
@step("assess")
def assess(desk: Desk, key: str, approve: Decimal | None, adjuster: str) -> Told:
    """Find what the benefit pays: cover, waiting period, frequency, deductible, co-insurance and limits."""
    found = work.assess_claim(desk, desk.unit.get(Claim, key), approved=approve, adjuster=adjuster)
    advice = f"; to close it: crm claim reject {key} --reason {found.rejection}" if found.rejection else ""
    lines = tuple(f"{name}\t{amount}" for name, amount in found.deductions)
    return Told(f"claim {key}: {found.approved} approved{advice}", lines)


@claim.command("pay", epilog="Example: crm claim pay C1 --payee 'City Garage'")
@number
@amount_option("--amount", "A part, or with - what came back.  [default: all that is approved and not paid]")
@click.option("--payee", metavar="TEXT", help="Who gets it.")
@click.option("--method", type=click.Choice(METHODS), help="How it is paid.")
@step("pay")
def pay(desk: Desk, key: str, amount: Decimal | None, **given: Any) -> Told:
    """Pay what is approved; the last part closes the claim."""
    payment = ClaimPayment(claim=key, on=desk.on, amount=Decimal(0), **given)
    made = work.pay_claim(desk, desk.unit.get(Claim, key), payment, amount)
    return Told(f"{made.amount} paid for claim {key}, which is {desk.unit.get(Claim, key).state}")


@claim.command("reject", epilog="Example: crm claim reject C1 --reason waiting_period")
@number
@click.option("--reason", "code", type=click.Choice(REJECTIONS), required=True, help="The coded reason.")
@click.option("--note", default="", metavar="TEXT", help="More about it.")
@step("reject")
def reject(desk: Desk, key: str, code: str, note: str) -> Told:
    """Close a claim without paying any more."""
    work.reject_claim(desk, desk.unit.get(Claim, key), code, note)
    return Told(f"claim {key} rejected: {code}")


@claim.command("reopen", epilog="Example: crm claim reopen C1 --reserve 500 --reason 'new invoice'")
@number
@amount_option("--reserve", "What it may still cost.", required=True)
@reason_option
@step("reopen")
def reopen(desk: Desk, key: str, reserve: Decimal, reason: str) -> Told:
    """Open a closed claim again."""
    work.reopen_claim(desk, desk.unit.get(Claim, key), reason, reserve)
    return Told(f"claim {key} is open again, reserve {reserve}")


@claim.command("bordereau", epilog="Example: crm claim bordereau claims.csv --holder partner")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--holder", required=True, metavar="CUSTOMER", help="The partner whose book it is.")
@step("bordereau of")
def bordereau(desk: Desk, file: Path, holder: str) -> Told:
    """Take in a partner's claims from a file with the columns of the PRISM simulation, under a block policy per line."""
    number = take_in(desk, losses(file, desk.digits), holder)
    return Told(f"{number} claims taken in from {file}")


def _item(text: str) -> ClaimItem:
    code, mark, amount = text.partition("=")
    try:
        claimed = Decimal(amount)
    except InvalidOperation:
        mark, claimed = "", Decimal(0)
    if not mark or not code or not claimed.is_finite():
        raise click.UsageError(f"--item {text!r} is not CODE=AMOUNT, as in towing=120")
    return ClaimItem(claim="", code=code, claimed=claimed)
