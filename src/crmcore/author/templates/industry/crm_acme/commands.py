"""What is done: a task for each renewal that is due."""

import click
from crmcore import Crm, Customer, Task, opened

from .care import care

ORIGIN = "acme"
"""Stands in the tasks made here, by which they are known again."""


def due_for_renewal(crm: Crm) -> list[Customer]:
    """Return whose renewal is due and who has no open task of ours, in the order of entry."""
    state = crm.state()
    asked = {task.customer for task in state.book.all(Task) if task.origin == ORIGIN and task.state == "open"}
    return [
        customer
        for customer in state.book.customers()
        if customer.id not in asked and state.evaluator.holds(care.is_("renewal"), state.case(customer))
    ]


@click.command("acme", epilog="Example: crm acme --dry-run")
@click.option("--dry-run", is_flag=True, help="Do everything but write.")
@click.pass_context
def acme(ctx: click.Context, dry_run: bool) -> None:
    """Make a task for each customer whose renewal is due."""
    crm = opened(ctx)  # the store, plugins and language that the options before the command ask for
    found, due = due_for_renewal(crm), crm.state().day
    with crm.unit("renewals", dry_run=dry_run) as unit:  # all tasks or, if anything is wrong, none
        for customer in found:
            title = f"Offer {customer.name} a renewal"
            unit.add(Task(customer=customer.id, title=title, due=due, owner=customer.owner, origin=ORIGIN))
    for customer in found:
        click.echo(f"{customer.id}\t{customer.name}")  # data goes to standard output, all else to the other
    click.echo(f"{len(found)} tasks{' (dry run: nothing was written)' if dry_run else ''}", err=True)
