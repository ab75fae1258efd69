"""`crm clinic` and `crm cashier`: registration, encounters, bills, payments, refunds, the day's settlement."""

from datetime import date
from decimal import Decimal
from typing import Any

import click

from . import billing, cashier, registering
from .cashier import Till
from .charging import METHODS, Bill, BillLine
from .command_kit import AMOUNT, DAY, desk, done, group, working
from .encounters import Encounter
from .inpatient import Admission

PAID_BY = tuple(method for method in METHODS if method != "deposit")
method = click.option(
    "--method", type=click.Choice(PAID_BY), default="cash", show_default=True, help="Kind of payment."
)
by_cashier = click.option("--cashier", help="Who takes the money.")

clinic = group("clinic", "Register patients and open their encounters.", "see r1")
counter = group("cashier", "Charge, take payments and deposits, refund, settle the day.", "charge e1")


@desk(clinic, "register", "ada --session s1 --rank expert")
@click.argument("patient")
@click.option("--session", required=True, help="Id of the clinic session.")
@click.option("--rank", required=True, help="Id of the registration rank.")
def register(ctx: click.Context, patient: str, session: str, rank: str, *, dry_run: bool) -> None:
    """Book a place in a session; a free re-visit costs nothing."""
    with working(ctx, "registration", dry_run=dry_run) as unit:
        made = registering.register(unit, patient, session, rank)
    done(made.id, f"registered for a fee of {made.fee}", dry_run=dry_run)


def _step(name: str, state: str, text: str) -> None:
    def step(ctx: click.Context, registration: str, *, dry_run: bool) -> None:
        with working(ctx, name, dry_run=dry_run) as unit:
            registering.go_on(unit, registration, state)
        done(registration, text, dry_run=dry_run)

    step.__doc__ = text.capitalize() + "."
    desk(clinic, name, "r1")(click.argument("registration")(step))


_step("arrive", "arrived", "the patient has arrived")
_step("cancel", "cancelled", "the registration is cancelled")
_step("miss", "missed", "the patient did not come")


@desk(clinic, "see", "r1")
@click.argument("registration")
def see(ctx: click.Context, registration: str, *, dry_run: bool) -> None:
    """Open the encounter of a patient who has arrived."""
    with working(ctx, "encounter", dry_run=dry_run) as unit:
        made = registering.see(unit, registration)
    done(made.id, "the encounter is open", dry_run=dry_run)


@desk(counter, "charge", "e1")
@click.argument("encounter")
def charge(ctx: click.Context, encounter: str, *, dry_run: bool) -> None:
    """Write a bill for all of an encounter that is on no bill yet."""
    with working(ctx, "bill", dry_run=dry_run) as unit:
        found = unit.get(Encounter, encounter)
        admission = next(iter(unit.all(Admission, encounter=encounter)), None)
        bill = billing.charge(unit, found, admission)
        total = cashier.outstanding(unit, bill) if bill else Decimal(0)
    done(bill.id if bill else "", f"{total} to pay" if bill else "there is nothing to charge", dry_run=dry_run)


@desk(counter, "pay", "b1 --method card --cashier eve")
@click.argument("bill")
@method
@by_cashier
@click.option("--amount", type=AMOUNT, help="Only so much of it.")
def pay(ctx: click.Context, bill: str, *, dry_run: bool, **how: Any) -> None:
    """Take the rest of a bill, or an amount of it; a paid bill is settled, with an invoice."""
    with working(ctx, "payment", dry_run=dry_run) as unit:
        cashier.pay(unit, unit.get(Bill, bill), Till(how["method"], how["cashier"]), how["amount"])
        rest = cashier.outstanding(unit, unit.get(Bill, bill))
    done(bill, f"{rest} is still to pay" if rest else "paid and settled", dry_run=dry_run)


@desk(counter, "deposit", "a1 --amount 2000 --method card")
@click.argument("admission")
@click.option("--amount", type=AMOUNT, required=True, help="How much.")
@method
@by_cashier
def deposit(ctx: click.Context, admission: str, *, dry_run: bool, **how: Any) -> None:
    """Take a deposit for a stay in hospital."""
    with working(ctx, "deposit", dry_run=dry_run) as unit:
        found = unit.get(Admission, admission)
        made = cashier.deposit(unit, found, how["amount"], Till(how["method"], how["cashier"]))
    done(made.id, f"{made.amount} deposited", dry_run=dry_run)


@desk(counter, "refund", "l1 --quantity 3")
@click.argument("bill_line")
@click.option("--quantity", type=AMOUNT, help="Only so much of it.")
@method
@by_cashier
def refund(ctx: click.Context, bill_line: str, *, dry_run: bool, **how: Any) -> None:
    """Take a paid charge back; drugs are returned to the pharmacy first."""
    with working(ctx, "refund", dry_run=dry_run) as unit:
        found = unit.get(BillLine, bill_line)
        made = cashier.refund(unit, found, how["quantity"], Till(how["method"], how["cashier"]))
    done(made.id, f"{made.amount} refunded", dry_run=dry_run)


@desk(counter, "settle", "--cashier eve --verified-by max")
@click.option("--cashier", "who", required=True, help="Whose day.")
@click.option("--on", "day", type=DAY, metavar="YYYY-MM-DD", help="Which day.  [default: today]")
@click.option("--verified-by", help="Who has counted it as well.")
def settle(ctx: click.Context, who: str, day: date | None, verified_by: str | None, *, dry_run: bool) -> None:
    """Close a cashier's day: its payments stay as they are from then on."""
    with working(ctx, "settlement", dry_run=dry_run) as unit:
        made = cashier.settle_day(unit, who, day or unit.author.today, verified_by)
    done(made.id, f"{who}'s {made.on}: {made.cash} in cash", dry_run=dry_run)
