"""`crm policy quote`, `underwrite`, `issue`, `endorse`, `renew`, and how a policy ends: beside `crm policy list`."""

from datetime import date
from decimal import Decimal
from typing import Any

import click

from . import policy_work as work
from .commands_kit import Told, amount_option, day_option, reason_option, step
from .desk import Desk, called
from .policies import CHANNELS, ROLES, Party, Policy

number = click.argument("key", metavar="POLICY")


@click.group("policy", epilog="Example: crm policy list --where state=in_force")
def policy() -> None:
    """Quote, issue, endorse, renew and end policies; each step is checked and kept as a policy event."""


@policy.command("quote", epilog="Example: crm policy quote --holder c1 --product motor --premium 1200")
@click.option("--id", "key", default="", metavar="NUMBER", help="The policy number.  [default: one is made]")
@click.option("--holder", required=True, metavar="CUSTOMER", help="Who buys it.")
@click.option("--product", required=True, metavar="PRODUCT", help="What is bought.")
@amount_option("--premium", "Premium of the whole term.", required=True)
@amount_option("--sum-insured", "What is paid at most.")
@click.option("--instalments", type=click.IntRange(1, 12), default=1, help="In how many parts the premium is paid.")
@click.option("--agent", metavar="AGENT", help="Who sells it; without one it is in the pool.")
@click.option("--channel", type=click.Choice(CHANNELS), help="The way on which it is sold.")
@click.option("--branch", metavar="TEXT", help="The branch that keeps it.")
@click.option("--party", multiple=True, metavar="ROLE=CUSTOMER[:SHARE]", help=f"Who else: {', '.join(ROLES)}.")
@step("quote a policy")
def quote(desk: Desk, key: str, party: tuple[str, ...], **given: Any) -> Told:
    """Enter a quote and print its number."""
    made = work.quote(desk, called(Policy(applied_on=desk.on, **given), key), [*map(_party, party)])
    return Told(f"policy {made.id} quoted", (made.id,))


@policy.command("underwrite", epilog="Example: crm policy underwrite P1 --decision accept --loading 0.2")
@number
@click.option(
    "--decision", type=click.Choice(["accept", "postpone", "decline"]), required=True, help="What is decided."
)
@amount_option("--loading", "Share by which the premium is raised: 0.2 is 20 %.")
@reason_option
@step("underwrite")
def underwrite(desk: Desk, key: str, decision: str, loading: Decimal | None, reason: str) -> Told:
    """Decide on a quote: accept, postpone or decline it."""
    made = work.underwrite(desk, desk.unit.get(Policy, key), decision, loading=loading, reason=reason)
    return Told(f"policy {key} is {made.state}, premium {made.premium}")


@policy.command("issue", epilog="Example: crm policy issue P1 --starts 2026-01-01")
@number
@day_option("--starts", "The first day of cover.  [default: the day of issue]")
@step("issue")
def issue(desk: Desk, key: str, starts: date | None) -> Told:
    """Put an accepted quote in force and bill its premium."""
    made = work.issue(desk, desk.unit.get(Policy, key), starts or desk.on)
    return Told(f"policy {key} is in force from {made.starts} until {made.ends}")


@policy.command("endorse", epilog="Example: crm policy endorse P1 --premium 1400 --reason 'second driver'")
@number
@amount_option("--premium", "The new premium of a whole term; the difference counts pro rata by days.")
@amount_option("--sum-insured", "The new sum insured.")
@click.option("--branch", metavar="TEXT", help="The branch that keeps it from now on.")
@reason_option
@step("endorse")
def endorse(desk: Desk, key: str, reason: str, premium: Decimal | None, **given: Any) -> Told:
    """Change a policy in force: premium, sum insured or branch."""
    columns = {name: value for name, value in given.items() if value is not None}
    if premium is None and not columns:
        raise click.UsageError("nothing to change: give --premium, --sum-insured or --branch")
    made = work.endorse(desk, desk.unit.get(Policy, key), reason, premium=premium, **columns)
    return Told(f"policy {key} endorsed: premium {made.premium}, paid until {made.paid_until}")


@policy.command("renew", epilog="Example: crm policy renew P1 --id P1-2027 --premium 1250")
@number
@click.option("--id", "new", default="", metavar="NUMBER", help="The new policy number.  [default: one is made]")
@click.option("--product", metavar="PRODUCT", help="Another product for the next term.")
@amount_option("--premium", "Another premium for the next term.")
@click.option("--agent", metavar="AGENT", help="Another agent.")
@step("renew")
def renew(desk: Desk, key: str, new: str, **given: Any) -> Told:
    """Write the policy of the next term and print its number."""
    made = work.renew(desk, desk.unit.get(Policy, key), new, **given)
    return Told(f"policy {key} renewed as {made.id}, from {made.starts} until {made.ends}", (made.id,))


@policy.command("withdraw", epilog="Example: crm policy withdraw P1 --reason 'bought elsewhere'")
@number
@reason_option
@step("withdraw")
def withdraw(desk: Desk, key: str, reason: str) -> Told:
    """Take back a quote that was not issued."""
    work.withdraw(desk, desk.unit.get(Policy, key), reason)
    return Told(f"policy {key} withdrawn")


@policy.command("reinstate", epilog="Example: crm policy reinstate P1")
@number
@reason_option
@step("reinstate")
def reinstate(desk: Desk, key: str, reason: str) -> Told:
    """Bring a lapsed policy back, once its premiums are paid."""
    work.reinstate(desk, desk.unit.get(Policy, key), reason)
    return Told(f"policy {key} is in force again")


@policy.command("surrender", epilog="Example: crm policy surrender P1 --reason 'car sold'")
@number
@amount_option("--refund", "What is paid back.  [default: all in the cooling-off days, then what is not used up]")
@reason_option
@step("surrender")
def surrender(desk: Desk, key: str, refund: Decimal | None, reason: str) -> Told:
    """End a policy at its holder's wish, and pay back what is due."""
    _, amount = work.surrender(desk, desk.unit.get(Policy, key), reason, refund)
    return Told(f"policy {key} surrendered, {amount} paid back")


@policy.command("sweep", epilog="Example: crm policy sweep --dry-run")
@step("sweep policies")
def sweep(desk: Desk) -> Told:
    """Lapse policies whose days of grace are over, and expire those whose term is; meant for every day."""
    found = work.sweep(desk)
    lapsed = sum(one.state == "lapsed" for one in found)
    return Told(f"{lapsed} lapsed, {len(found) - lapsed} expired", tuple(f"{one.id}\t{one.state}" for one in found))


@policy.command("reassign", epilog="Example: crm policy reassign A1 --to A2")
@click.argument("key", metavar="AGENT")
@click.option("--to", "other", metavar="AGENT", help="Who gets them.  [default: the pool]")
@step("reassign policies of")
def reassign(desk: Desk, key: str, other: str | None) -> Told:
    """Give all live policies of an agent to another, or to the pool: what becomes an orphan when the agent leaves."""
    found = work.reassign_all(desk, key, other)
    return Told(f"{len(found)} policies go from {key} to {other or 'the pool'}", found)


def _party(text: str) -> Party:
    role, mark, rest = text.partition("=")
    customer, _, share = rest.partition(":")
    try:
        part = Decimal(share) if share else None
    except ArithmeticError:
        part, mark = None, ""
    if role not in ROLES or not mark or not customer:
        raise click.UsageError(f"--party {text!r} is not ROLE=CUSTOMER[:SHARE] with a role of {', '.join(ROLES)}")
    return Party(policy="", customer=customer, kind=role, share=part)
