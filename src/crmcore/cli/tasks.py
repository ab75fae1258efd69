"""``crm task list``, ``done`` and ``drop``: what is due for whom, and closing it."""

from collections.abc import Callable
from datetime import date
from typing import Any, Final

import click

from crmcore.cli.completing import names_of
from crmcore.cli.context import done, opened
from crmcore.cli.listings import named, paged, print_list
from crmcore.cli.options import Day, dated, dry, formatted
from crmcore.desk.listing import ListRequest
from crmcore.errors import NotFound, counted
from crmcore.records import Task

_TODAY: Final = "today"
_DUE: Final = ("due", "overdue", "customer", "customer.name", "title", "owner", "playbook", "id")
_STATES: Final = {"done": "done", "drop": "dropped"}
_HELP: Final = {
    "done": "Close tasks as done; a visit counts as a contact, from which the next one follows.",
    "drop": "Close tasks that nobody will do; of a visit, the next one follows the next contact.",
}


class DueDay(Day):
    """A date as YYYY-MM-DD, or the word that stands for the day that is asked about."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the date, or the word."""
        return value if value == _TODAY else super().convert(value, param, ctx)


def _narrowed(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say which tasks to list."""
    for option in (
        click.option(
            "--playbook", metavar="NAME", shell_complete=names_of("playbook"), help="Only what this one raised."
        ),
        click.option("--customer", metavar="ID", help="Only tasks for this customer."),
        click.option("--owner", metavar="NAME", help="Only tasks of this person, role or team."),
        click.option(
            "--due",
            type=DueDay(),
            metavar="[DATE]",
            is_flag=False,
            flag_value=_TODAY,
            help="Only what is open and due by DATE, the day asked about unless given; what is overdue longest first.",
        ),
    ):
        command = option(command)
    return command


def list_command() -> click.Command:
    """Return ``crm task list``."""

    @click.command(
        "list",
        epilog="Example: crm task list --due --owner ada; crm task list --due 2026-12-31 --playbook retention.high",
    )
    @_narrowed
    @paged
    @dated
    @formatted
    @click.pass_context
    def command(ctx: click.Context, /, form: str, as_of: date | None, due: Any, **asked: Any) -> None:
        """List tasks; `crm task list --due` says what there is to do today.

        Columns may be any column of tasks, of their customers (customer.name), or playbook and overdue.
        """
        columns, where = named(asked.pop("columns")), list(asked.pop("where"))
        where += [f"{name}={value}" for name in ("owner", "customer", "playbook") if (value := asked.pop(name))]
        if due is not None:
            day = (as_of or opened(ctx).state().day) if due == _TODAY else due
            where += ["state=open", f"due<={day}"]
            columns, asked["sort"] = columns or _DUE, asked["sort"] or "due,customer"
        print_list(ctx, ListRequest(Task, columns, tuple(where), **asked), form, as_of)

    return command


def close_command(how: str) -> click.Command:
    """Return ``crm task done`` or ``crm task drop``."""

    @click.command(
        how,
        help=_HELP[how],
        epilog=f"Example: crm task {how} ID ID; crm task edit ID --state open takes it back.",
    )
    @click.argument("ids", metavar="ID...", nargs=-1, required=True)
    @dry
    @click.pass_context
    def command(ctx: click.Context, ids: tuple[str, ...], dry_run: bool) -> None:
        keys, state = tuple(dict.fromkeys(ids)), _STATES[how]
        with opened(ctx).unit(f"task {how} {' '.join(keys)}", dry_run=dry_run) as unit:
            if unknown := [key for key in keys if unit.transaction.get("task", key) is None]:
                raise NotFound("task", *unknown, todo="Nothing was written. `crm task list --due` lists what is open.")
            open_ones = [task for key in keys if (task := unit.get(Task, key)).state != state]
            for task in open_ones:
                unit.edit(task, state=state)
        already = f", {len(keys) - len(open_ones)} already were" if len(open_ones) < len(keys) else ""
        done(ctx, f"{counted(len(open_ones), 'task')} {state}{already}", dry_run=dry_run)

    return command
