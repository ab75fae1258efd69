"""Acme: makes a task for each customer whom nobody has spoken to for a while."""

from typing import TYPE_CHECKING

from crmcore import Crm, Customer, Interaction, Task, count, hookimpl, opened, rows

if TYPE_CHECKING:
    import click

ORIGIN = "acme"
"""Stands in the tasks made here, by which they are known again."""

interaction = rows(Interaction)


def neglected(crm: Crm, days: int) -> list[Customer]:
    """Return who has had no interaction for so many days and has no open task of ours, in the order of entry."""
    state = crm.state()
    spoken_to = count(interaction, where=interaction.at.within(days=days)) > 0
    asked = {task.customer for task in state.book.all(Task) if task.origin == ORIGIN and task.state == "open"}
    return [
        customer
        for customer in state.book.customers()
        if customer.id not in asked and not state.evaluator.holds(spoken_to, state.case(customer))
    ]


def make_tasks(crm: Crm, customers: list[Customer], *, dry_run: bool = False) -> None:
    """Add a task for each customer: all of them or, if anything is wrong, none."""
    due = crm.state().day
    with crm.unit("customers to speak to", dry_run=dry_run) as unit:
        for customer in customers:
            title = f"Call {customer.name}"
            unit.add(Task(customer=customer.id, title=title, due=due, owner=customer.owner, origin=ORIGIN))


def command() -> "click.Command":
    """Return the command; what only it needs is imported here, so that nobody else waits."""
    import click

    @click.command("acme", epilog="Example: crm acme --dry-run")
    @click.option("--days", type=click.IntRange(min=1), default=90, show_default=True, help="How long is a while.")
    @click.option("--dry-run", is_flag=True, help="Do everything but write.")
    @click.pass_context
    def acme(ctx: click.Context, days: int, dry_run: bool) -> None:
        """Make a task for each customer whom nobody has spoken to."""
        crm = opened(ctx)  # the store, plugins and language that the options before the command ask for
        found = neglected(crm, days)
        make_tasks(crm, found, dry_run=dry_run)
        for customer in found:
            click.echo(f"{customer.id}\t{customer.name}")  # data goes to standard output, all else to the other
        click.echo(f"{len(found)} tasks{' (dry run: nothing was written)' if dry_run else ''}", err=True)

    return acme


@hookimpl
def crm_commands() -> list["click.Command"]:
    """Add the command."""
    return [command()]
