"""``crm log`` and ``crm undo``: what was changed, and reversing it."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import click

from crmcore.cli.cells import Look
from crmcore.cli.context import done, note, opened, store_of
from crmcore.cli.groups import Suggesting
from crmcore.cli.options import dry, formatted
from crmcore.cli.output import print_object, print_table
from crmcore.errors import NotFound
from crmcore.view import Table

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from crmcore.app import Crm
    from crmcore.store import LogEntry, Store

_LONGEST: Final = 18
"""Digits of a number of commits that anybody could make."""


CHECK_FAILED: Final = 3


class CommitNumber(click.ParamType):  # type: ignore[type-arg]  # click 8.3 has no argument there
    """The number of a commit, from 1."""

    name = "commit"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number, or say where it is found."""
        text = str(value)
        if text.isascii() and text.isdigit() and len(text) <= _LONGEST and int(text):
            return int(text)
        return self.fail(f"{text!r} is no commit number; `crm log` lists them", param, ctx)


class Log(Suggesting):
    """The group of what can be done with the log; without a name of such a thing it lists commits."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take ``crm log 12`` for ``crm log list 12``."""
        named = {*self.commands, *ctx.help_option_names}
        return super().parse_args(ctx, args if args and args[0] in named else ["list", *args])


@click.group(cls=Log, epilog="Example: crm log --limit 5; crm log 12 --format json")
def log() -> None:
    """List commits and what they changed; make sure that nobody altered the log."""


@log.command("list", epilog="Example: crm log list --limit 5; crm log list 12 --format json")
@click.argument("commit", type=CommitNumber(), required=False)
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="The newest so many.")
@click.option("--all", "everything", is_flag=True, help="All of them.")
@formatted
@click.pass_context
def list_commits(ctx: click.Context, commit: int | None, limit: int, everything: bool, form: str) -> None:
    """List the newest commits, newest last; with COMMIT, every value that it changed."""
    store = store_of(ctx)
    if commit is None:
        entries = [entry for entry in store.log() if entry.changes or entry.why]
        shown = entries if everything else entries[-limit:]
        rows = tuple(
            (one.commit, datetime.fromisoformat(one.at), one.actor, one.why, len(one.changes)) for one in shown
        )
        print_table(Table(("commit", "at", "actor", "why", "changes"), rows), form, Look(zone=_zone(store)))
        return
    crm = opened(ctx)
    entry = next((one for one in crm.store.log(commit - 1) if one.commit == commit), None)
    if entry is None:
        raise NotFound("commit", str(commit), todo="`crm log` lists them.")
    print_table(Table(("record", "id", "column", "from", "to"), tuple(_values(entry, crm))), form)


@log.command(epilog="Example: crm log verify --noted 5f3a... --format json")
@click.option(
    "--noted", metavar="LINK", default="", help="A link that an earlier call showed; it must be in the chain."
)
@formatted
@click.pass_context
def verify(ctx: click.Context, noted: str, form: str) -> None:
    """Follow the chain that ties each commit to the one before; exit code 3 if it is broken.

    Note the link that is shown somewhere else: who can write all files of the store can also make its chain anew, and
    only the noted link finds that out.
    """
    from crmcore.storage import log_chain  # noqa: PLC0415 - only here

    found = log_chain.verify(store_of(ctx).log(), noted.strip().lower())
    print_object(
        {
            "commits": found.commits,
            "first": found.first,
            "link": found.head,
            "erased": found.erased,
            "unsealed": found.unsealed,
            "problems": list(found.problems),
        },
        form,
    )
    for text in found.problems:
        note(text)
    note("the chain is broken" if found.problems else "the chain is whole")
    if found.problems:
        ctx.exit(CHECK_FAILED)


@click.command(epilog="Example: crm undo 12 --dry-run")
@click.argument("commit", type=CommitNumber())
@dry
@click.pass_context
def undo(ctx: click.Context, commit: int, dry_run: bool) -> None:
    """Reverse a commit by a new one; refused where a later commit changed the same record."""
    changes = opened(ctx).undo(commit, dry_run=dry_run)
    done(ctx, f"commit {commit} is undone: {len(changes)} changes reversed", dry_run=dry_run)


def _zone(store: "Store") -> "ZoneInfo | None":
    from crmcore.work import company as companies  # noqa: PLC0415 - only here

    document = store.read().get(companies.TABLE, companies.KEY)
    return None if document is None else companies.from_document(document).zone


def _values(entry: "LogEntry", crm: "Crm") -> Iterator[tuple[Any, ...]]:
    from crmcore.work.masking import Masking  # noqa: PLC0415 - only here

    masking = Masking.of(crm.classes, crm.catalogue, is_off=crm.sensitive)
    for change in entry.changes:
        before, after = _flat(change.before), _flat(change.after)
        for name in dict.fromkeys((*before, *after)):
            if before.get(name) != after.get(name):
                values = (masking.shown(change.table, name, one.get(name)) for one in (before, after))
                yield change.table, change.key, name, *values


def _flat(document: Any) -> dict[str, Any]:
    """Return a document's values by name, fields among them, without what changes with every commit."""
    if document is None:
        return {}
    values = {
        name: value for name, value in document.items() if name not in {"fields", "version", "created", "changed"}
    }
    return values | dict(document.get("fields", {}))
