"""`crm pharmacy`, `crm drugstore` and `crm ward`: drugs handed over and stored, beds, orders, discharge."""

from decimal import Decimal
from typing import Any

import click

from . import dispensing, ward
from .cashier import Till
from .command_kit import AMOUNT, DAY, desk, done, group, working
from .desk_commands import by_cashier, method
from .drug_store import Batch
from .inpatient import Admission
from .inpatient_orders import Order
from .prescriptions import Prescription, PrescriptionLine

pharmacy = group("pharmacy", "Hand over what was prescribed and paid, and take it back.", "dispense p1")
store = group("drugstore", "Receive drugs and write them off.", "write-off b1 --reason expired")
beds = group("ward", "Admit, transfer, order, carry out, discharge.", "admit ada --bed w12")

by = click.option("--by", help="Who does it.")
witness = click.option("--witness", help="Who sees it done; controlled drugs need one.")
every = click.option("--every", type=click.IntRange(1), default=24, show_default=True, help="Hours between executions.")
times = click.option("--times", type=click.IntRange(0), default=1, show_default=True, help="How many executions.")


@desk(pharmacy, "dispense", "p1 --by tom")
@click.argument("prescription")
@by
@witness
def dispense(ctx: click.Context, prescription: str, *, dry_run: bool, **who: Any) -> None:
    """Hand over what was prescribed and paid for; what expires first goes first."""
    with working(ctx, "dispensing", dry_run=dry_run) as unit:
        made = list(dispensing.dispense(unit, unit.get(Prescription, prescription), who["by"], who["witness"]))
    for one in made:
        click.echo(one.id)
    done("", f"{len(made)} issued", dry_run=dry_run)


@desk(pharmacy, "return", "l1 --quantity 3")
@click.argument("prescription_line")
@click.option("--quantity", type=AMOUNT, required=True, help="How much comes back.")
@by
@witness
def take_back(ctx: click.Context, prescription_line: str, quantity: Decimal, *, dry_run: bool, **who: Any) -> None:
    """Take a drug back into the batches it came from; the refund comes afterwards."""
    with working(ctx, "drug return", dry_run=dry_run) as unit:
        line = unit.get(PrescriptionLine, prescription_line)
        made = list(dispensing.take_back(unit, line, quantity, who["by"], who["witness"]))
    for one in made:
        click.echo(one.id)
    done("", f"{quantity} returned", dry_run=dry_run)


@desk(store, "receive", "amox --number 26A7 --expires 2028-01-31 --quantity 500")
@click.argument("drug")
@click.option("--number", required=True, help="Batch number.")
@click.option("--expires", type=DAY, metavar="YYYY-MM-DD", required=True, help="Last day of use.")
@click.option("--quantity", type=AMOUNT, required=True, help="How much.")
@click.option("--cost", type=AMOUNT, help="What one costs the hospital.")
@click.option("--supplier", help="Who delivers it.")
@by
def receive(ctx: click.Context, drug: str, *, dry_run: bool, **what: Any) -> None:
    """Take a delivery into a batch."""
    known = {name: what[name] for name in ("number", "expires", "cost", "supplier")}
    with working(ctx, "receipt", dry_run=dry_run) as unit:
        made = dispensing.receive(unit, Batch(drug=drug, **known), what["quantity"], what["by"])
    done(made.batch, f"{made.quantity} received", dry_run=dry_run)


@desk(store, "write-off", "b1 --reason expired")
@click.argument("batch")
@click.option("--quantity", type=AMOUNT, help="How much.  [default: all that is left]")
@click.option("--reason", required=True, help="Why.")
@by
def write_off(ctx: click.Context, batch: str, *, dry_run: bool, **what: Any) -> None:
    """Write off what cannot be used any more."""
    with working(ctx, "write-off", dry_run=dry_run) as unit:
        made = dispensing.write_off(unit, unit.get(Batch, batch), what["quantity"], what["reason"], what["by"])
    done(made.id, f"{made.quantity} written off", dry_run=dry_run)


@desk(beds, "admit", "ada --bed w12 --kind emergency")
@click.argument("patient")
@click.option("--bed", required=True, help="Id of the bed.")
@click.option(
    "--kind", type=click.Choice(("elective", "emergency")), default="elective", show_default=True, help="How."
)
@click.option("--reason", help="Why.")
@click.option("--department", help="Id of the department.")
@click.option("--attending", help="Id of the practitioner in charge.")
def admit(ctx: click.Context, patient: str, bed: str, *, dry_run: bool, **columns: Any) -> None:
    """Admit a patient into a bed."""
    with working(ctx, "admission", dry_run=dry_run) as unit:
        made = ward.admit(unit, patient, bed, **columns)
    done(made.id, f"admitted into bed {bed}", dry_run=dry_run)


@desk(beds, "transfer", "a1 --bed w14")
@click.argument("admission")
@click.option("--bed", required=True, help="Id of the new bed.")
def transfer(ctx: click.Context, admission: str, bed: str, *, dry_run: bool) -> None:
    """Move a patient to another bed."""
    with working(ctx, "transfer", dry_run=dry_run) as unit:
        made = ward.transfer(unit, unit.get(Admission, admission), bed)
    done(made.id, f"moved to bed {bed}", dry_run=dry_run)


@desk(beds, "order", "a1 'Amoxicillin 1 g' --term long_term --times 6 --every 8")
@click.argument("admission")
@click.argument("content")
@click.option(
    "--term", type=click.Choice(("long_term", "temporary")), default="temporary", show_default=True, help="Term."
)
@click.option("--drug", help="Id of the drug.")
@click.option("--dose", help="How much each time.")
@every
@times
def order(ctx: click.Context, admission: str, content: str, *, dry_run: bool, **how: Any) -> None:
    """Give an order, with its planned executions."""
    with working(ctx, "order", dry_run=dry_run) as unit:
        columns = {name: how[name] for name in ("term", "drug", "dose")}
        made = Order(admission=admission, content=content, starts=unit.author.now, **columns)
        placed = ward.place(unit, made, how["times"], how["every"])
    done(placed.id, f"ordered, {how['times']} times", dry_run=dry_run)


def _follow(name: str, action: str, text: str, example: str) -> None:
    def following(ctx: click.Context, order: str, *, dry_run: bool, **how: Any) -> None:
        with working(ctx, name, dry_run=dry_run) as unit:
            planned = (how.get("times", 0), how.get("every", 24))
            made = ward.follow(unit, unit.get(Order, order), action, how.get("content", ""), planned)
        done(made.id, text, dry_run=dry_run)

    following.__doc__ = text.capitalize() + "."
    wrapped: Any = following
    if action != "discontinue":
        wrapped = every(times(wrapped))
    if action == "revise":
        wrapped = click.option("--content", required=True, help="The order as it is now.")(wrapped)
    desk(beds, name, example)(click.argument("order")(wrapped))


_follow(
    "revise",
    "revise",
    "the order is stopped, and a revised one takes its place",
    "o1 --content 'Amoxicillin 0.5 g' --times 4",
)
_follow("renew", "renew", "the order is stopped, and goes on as a new one", "o1 --times 3")
_follow("stop", "discontinue", "the order is stopped, and its later executions are cancelled", "o1")


@desk(beds, "execute", "x1 --by nina")
@click.argument("execution")
@by
@click.option("--remark", help="What was noticed.")
def execute(ctx: click.Context, execution: str, *, dry_run: bool, **what: Any) -> None:
    """Say that an order was carried out."""
    with working(ctx, "execution", dry_run=dry_run) as unit:
        ward.execute(unit, execution, what["by"], what["remark"])
    done(execution, "done", dry_run=dry_run)


@desk(beds, "discharge", "a1 --outcome cured --method card")
@click.argument("admission")
@click.option("--outcome", type=click.Choice(("cured", "improved", "unchanged", "died", "other")), help="How it went.")
@click.option("--main-code", help="Code of the main diagnosis.")
@click.option("--main-diagnosis", help="The main diagnosis.")
@click.option("--summary", help="What is to be known.")
@method
@by_cashier
def discharge(ctx: click.Context, admission: str, *, dry_run: bool, **what: Any) -> None:
    """Discharge a patient: free the bed, stop orders, settle the bills from the deposit, pay the rest back."""
    till = Till(what.pop("method"), what.pop("cashier"))
    with working(ctx, "discharge", dry_run=dry_run) as unit:
        ward.discharge(unit, unit.get(Admission, admission), till, **what)
    done(admission, "discharged, with the account balanced", dry_run=dry_run)
