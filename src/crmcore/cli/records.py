"""``crm customer``, ``crm purchase``, ...: the same commands for every record type."""

from collections.abc import Callable
from typing import Any, Final

import click

from crmcore.cli import tasks
from crmcore.cli.groups import Suggesting
from crmcore.cli.listings import export_command, list_command, show_command
from crmcore.cli.writing import add_command, edit_command, remove_command
from crmcore.entities import Record, type_of
from crmcore.records import CORE_RECORDS, Task

_Makers = dict[str, tuple[str, Callable[[type[Record]], click.Command]]]
_MAKERS: Final[_Makers] = {
    "list": ("List records: columns, filters, order.", list_command),
    "show": ("Show one record with everything known of it.", show_command),
    "add": ("Add a record and print its id.", add_command),
    "edit": ("Change columns and fields of a record.", edit_command),
    "remove": ("Remove a record.", remove_command),
    "export": ("Write all records to a file that can be imported.", export_command),
}

_OF_TASK: Final[_Makers] = {
    **_MAKERS,
    "list": (
        "List tasks: those that are due, those of an owner, customer or playbook.",
        lambda _: tasks.list_command(),
    ),
    "done": ("Close tasks as done.", lambda _: tasks.close_command("done")),
    "drop": ("Close tasks that nobody will do.", lambda _: tasks.close_command("drop")),
}


class RecordGroup(Suggesting):
    """The commands of one record type, made when they are used, and those that its plugin adds to them."""

    def __init__(self, record: type[Record], more: click.Group | None = None) -> None:
        """Make the group of a record class; the commands of ``more`` join it."""
        facts = type_of(record)
        kind = facts.label("en", facts.name).lower()
        text = f"List, show, add, edit, remove and export records of type {kind}."
        if more is not None and more.help:
            text += f"\n\n{more.help}"
        super().__init__(facts.name, help=text, epilog=f"Example: crm {facts.name} list --limit 10")
        self.record = record
        self.makers = _OF_TASK if record is Task else _MAKERS
        self.more: dict[str, click.Command] = dict(more.commands) if more else {}

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - as click calls it
        """Return the names of the commands."""
        return [*self.makers, *self.more]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as click calls it
        """Make a command."""
        return self.makers[cmd_name][1](self.record) if cmd_name in self.makers else self.more.get(cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - as click calls it
        """Write the commands without making them."""
        with formatter.section("Commands"):
            formatter.write_dl(
                [
                    *((name, text) for name, (text, _) in self.makers.items()),
                    *((name, each.get_short_help_str()) for name, each in self.more.items() if not each.hidden),
                ]
            )


def group_of(record: type[Record], more: click.Group | None = None) -> RecordGroup:
    """Return the commands of a record type, with those of a group that joins them."""
    return RecordGroup(record, more)


def __getattr__(name: str) -> Any:
    for record in CORE_RECORDS:
        if type_of(record).name == name:
            return group_of(record)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
