"""``crm privacy``: export, erase, and the list of those who were erased."""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import crmcore

from .person import everything_of
from .retention import due_of

if TYPE_CHECKING:
    import click

LABELS = {
    "at": {"en": "Erased at", "zh": "删除时间"},
    "commit": {"en": "Commit", "zh": "提交编号"},
    "records": {"en": "Records", "zh": "记录数"},
    "entries": {"en": "Log entries", "zh": "日志条数"},
}


def privacy() -> "click.Group":
    """Return the group of commands."""
    import click  # noqa: PLC0415 - only where commands are used

    @click.group("privacy", epilog="Example: crm privacy erase c1 --dry-run")
    def group() -> None:
        """Give a person all of its data, or erase it for good."""

    for made in (_export(), _erase(), _erased()):
        group.add_command(made)
    return group


def _export() -> "click.Command":
    import click  # noqa: PLC0415 - only where commands are used

    @click.command("export", epilog="Example: crm privacy export c1 > c1.json")
    @click.argument("customer")
    @click.pass_context
    def command(ctx: click.Context, customer: str) -> None:
        """Write everything about CUSTOMER as JSON: records, placements, and what the log says of them.

        Sensitive values are among it, so it is for those who may see them.
        """
        crm = crmcore.opened(ctx)
        crmcore.reveal(crm)
        sys.stdout.write(json.dumps(everything_of(crm, customer), ensure_ascii=False, indent=2) + "\n")

    return command


def _erase() -> "click.Command":
    import click  # noqa: PLC0415 - only where commands are used

    @click.command("erase", epilog="Example: crm privacy erase c1 --dry-run; crm privacy erase --due")
    @click.argument("customers", nargs=-1, metavar="[CUSTOMER]...")
    @click.option("--due", is_flag=True, help="Everybody whose data has been kept for long enough.")
    @click.option("--listed", type=click.Path(dir_okay=False), help="Everybody in a file of ids, one a line.")
    @click.option("--dry-run", is_flag=True, help="Show what would be erased, and write nothing.")
    @crmcore.formatted
    @click.pass_context
    def command(ctx: click.Context, /, customers: Sequence[str], listed: str | None, form: str, **how: bool) -> None:
        """Erase the personal and sensitive values of customers, of what belongs to them and of what was logged of it.

        Ids, purchases and placements stay, so counts do too. Nothing brings the values back: not `crm undo`, and a backup
        that is restored over this store loses them again.
        """
        crm = crmcore.opened(ctx)
        names = dict.fromkeys((*customers, *(_due(crm) if how["due"] else ()), *(_listed(listed) if listed else ())))
        if not names and not how["due"]:
            raise crmcore.UsageError("whose data?", todo="Name customers, or use --due or --listed FILE.")
        done, unknown = _each(crm, names, dry_run=how["dry_run"])
        if done or not unknown:
            crmcore.print_tables(ctx, (_table(done),), crm.state(), form)
        if unknown:
            raise crmcore.NotFound(
                "customer", *unknown, todo="Whoever else was named is erased, and stands in the table."
            )
        if failed := [text for one in done for text in one.failed]:
            raise crmcore.CrmError(
                "the data is erased, but not from every copy beside the store:\n" + "\n".join(failed),
                todo="Remove these copies, or mend them and erase again.",
            )

    return command


def _each(crm: crmcore.Crm, names: Iterable[str], *, dry_run: bool) -> tuple[list[crmcore.Erasure], list[str]]:
    """Erase one after the other; returns what that did, and the names of those who are not there."""
    done, unknown = [], []
    for name in names:
        try:
            done.append(crmcore.erase(crm, name, dry_run=dry_run))
        except crmcore.NotFound:
            unknown.append(name)
    return done, unknown


def _table(done: Iterable[crmcore.Erasure]) -> crmcore.Table:
    rows = tuple((one.customer, len(one.records), len(one.entries), one.commit or None) for one in done)
    return crmcore.Table(("id", "records", "entries", "commit"), rows, "erased", labels=LABELS)


def _due(crm: crmcore.Crm) -> Iterator[str]:
    """Yield the customers whose time is over today, by the settings in force, without those who were erased since."""
    state = crm.state()
    erased = crmcore.erased_in(state.reader)
    everybody = crmcore.list_rows(state, crm.catalogue, crmcore.ListRequest(columns=("id",), archived=True)).rows
    yield from (key for key in due_of(crm, [key for (key,) in everybody]) if key not in erased)


def _listed(path: str) -> Iterator[str]:
    """Yield the ids in a file: the first cell of each line, without a heading."""
    try:
        lines = Path(path).read_text("utf-8-sig").splitlines()
    except (OSError, ValueError) as error:
        raise crmcore.UsageError(f"{path} cannot be read: {error}", todo="Give a text file of ids.") from error
    ids = (line.partition(",")[0].strip() for line in lines)
    yield from (key for key in ids if key and key != "id")


def _erased() -> "click.Command":
    import click  # noqa: PLC0415 - only where commands are used

    @click.command("erased", epilog="Example: crm privacy erased --format csv > erased.csv")
    @crmcore.formatted
    @click.pass_context
    def command(ctx: click.Context, form: str) -> None:
        """List the customers whose data was erased. Keep it: `crm privacy erase --listed FILE` repeats it elsewhere."""
        crm = crmcore.opened(ctx)
        state = crm.state()
        table = crmcore.Table(("id", "at"), tuple(crmcore.erased_in(state.reader).items()), "erased", labels=LABELS)
        crmcore.print_tables(ctx, (table,), state, form)

    return command
