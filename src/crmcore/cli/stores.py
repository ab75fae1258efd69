"""``crm init`` and ``crm store``: making a store, and looking after it."""

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from crmcore.cli.context import done, note, opened, store_of
from crmcore.cli.groups import Suggesting
from crmcore.cli.options import dry, formatted
from crmcore.cli.output import print_object, print_table
from crmcore.cli.store_copies import copy, outcome, verify
from crmcore.errors import CrmError, StoreBroken
from crmcore.store import ERASED, copies_of
from crmcore.view import Table

if TYPE_CHECKING:
    from crmcore.store import Store

CHECK_FAILED = 3

_FEWEST: Final = 500
"""Documents of which the time to read them says something."""


@click.command(epilog="Example: crm init --currency CNY --zone Asia/Shanghai")
@click.option("--currency", default="EUR", show_default=True, help="Base currency, three letters of ISO 4217.")
@click.option("--zone", default="UTC", show_default=True, help="The company's time zone, an IANA name.")
@dry
@click.pass_context
def init(ctx: click.Context, currency: str, zone: str, dry_run: bool) -> None:
    """Make a new store for one company. Currency and zone are fixed from then on."""
    from crmcore.opening import create  # noqa: PLC0415 - the same
    from crmcore.work.company import company  # noqa: PLC0415 - only here

    made, crm = company(currency, zone), opened(ctx)
    create(crm, made, dry_run=dry_run)
    done(ctx, f"{crm.store.url}: a new store in {made.currency}, zone {made.zone.key}", dry_run=dry_run)


@click.group(cls=Suggesting, epilog="Example: crm store backup crm-2026-11-21.backup")
def store() -> None:
    """Inspect, check, back up, copy and restore the store."""


for _command in (copy, outcome, verify):
    store.add_command(_command)


@store.command(epilog="Example: crm store info --format json")
@formatted
@click.pass_context
def info(ctx: click.Context, form: str) -> None:
    """Show what the store holds, and how large it is."""
    from crmcore.work import company as companies  # noqa: PLC0415 - only here

    found = store_of(ctx)
    began = time.perf_counter()
    facts = dict(found.info())
    seconds = time.perf_counter() - began
    counts = facts.pop("documents", {})
    facts |= found.read().get(companies.TABLE, companies.KEY) or {}
    if form not in {"json", "jsonl"}:
        facts |= {f"documents.{name}": count for name, count in counts.items()}
    else:
        facts["documents"] = counts
    print_object(facts, form)
    if found.url.startswith("tinydb:"):
        _say_how_far(sum(counts.values()), seconds)


@store.command(epilog="Example: crm store check && echo sound; crm store check --repair")
@click.option("--repair", is_flag=True, help="Make a damaged file good: from an earlier state, and the log since.")
@formatted
@click.pass_context
def check(ctx: click.Context, form: str, repair: bool) -> None:
    """Read everything and report what is damaged; exit code 3 if anything is, or still is after --repair."""
    if repair:
        from crmcore.cli.repairing import repair as mend  # noqa: PLC0415 - only here

        mend(ctx)
    problems = store_of(ctx).check()
    if problems or form != "table":
        print_table(Table(("problem",), tuple((text,) for text in problems)), form)
    note(f"the store is damaged: {len(problems)} problems" if problems else "the store is sound")
    if problems:
        ctx.exit(CHECK_FAILED)


@store.command(epilog="Example: crm store accept --dry-run")
@dry
@click.pass_context
def accept(ctx: click.Context, dry_run: bool) -> None:
    """Accept what `crm store check` finds, a lost log or changes by other programs: noted once, with who and when.

    `crm log` and `crm undo` do without the entries that are lost. Refused while a record cannot be read.
    """
    from crmcore.storage.tinydb_store import TinyDBStore  # noqa: PLC0415 - only here
    from crmcore.upkeep.acceptance import check_records  # noqa: PLC0415 - the same

    crm = opened(ctx)
    if not isinstance(crm.store, TinyDBStore):
        raise CrmError(f"{crm.store.url} is no file that others could change", todo="There is nothing to accept.")
    check_records(crm)
    wrong = crm.store.accept(crm.clock().isoformat().replace("+00:00", "Z"), crm.actor, dry_run=dry_run)
    for text in wrong:
        note(text)
    done(ctx, "accepted, and noted in the change log" if wrong else "the store is sound", dry_run=dry_run)


@store.command(epilog="Example: crm store backup - | ssh elsewhere 'cat > crm.backup'")
@click.argument("file")
@dry
@click.pass_context
def backup(ctx: click.Context, file: str, dry_run: bool) -> None:
    """Write a complete copy, with its log, into one new FILE (- is standard output)."""
    found = store_of(ctx)
    if dry_run:
        found.read()
        if file != "-" and os.path.lexists(file):
            raise CrmError(f"{file} is there already", todo="Choose another name.")
    elif file == "-":
        with tempfile.TemporaryDirectory() as folder:
            spool = Path(folder, "backup")
            found.backup(spool)
            with spool.open("rb") as content:
                shutil.copyfileobj(content, sys.stdout.buffer)
    else:
        found.backup(Path(file))
    done(ctx, f"backed up {found.url} into {'standard output' if file == '-' else file}", dry_run=dry_run)


@store.command(epilog="Example: crm store restore crm-2026-11-21.backup")
@click.argument("file")
@dry
@click.pass_context
def restore(ctx: click.Context, file: str, dry_run: bool) -> None:
    """Verify the backup in FILE (- is standard input) and put it in place; the old state is kept beside it."""
    found = store_of(ctx)
    before, erased = _kept_copies(found), _erased(found)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(file)
        if file == "-" or source.is_fifo():
            source = _spooled(file, Path(folder, "backup"))
        if dry_run:
            from crmcore.storage import store_backup  # noqa: PLC0415 - only here

            store_backup.read(source)
        else:
            found.restore(source)
            _erase_again(ctx, erased)
    made = ", ".join(sorted(_kept_copies(found) - before))
    more = f"; the old state is kept in {made}" if made else ""
    done(ctx, f"restored {found.url} from {'standard input' if file == '-' else file}{more}", dry_run=dry_run)


def _spooled(file: str, copy: Path) -> Path:
    """Copy standard input, or a pipe, to a file that can be looked at before it is trusted."""
    from crmcore.files.sources import spool  # noqa: PLC0415 - only here

    with copy.open("wb", buffering=0) as content:
        if file == "-":
            spool(sys.stdin.buffer, content, "standard input")
        else:
            with Path(file).open("rb", buffering=0) as pipe:
                spool(pipe, content, file)
    return copy


def _kept_copies(store: "Store") -> set[str]:
    """Return the copies that earlier restores left beside a store, if it can be asked."""
    try:
        return {copy.url.removeprefix("tinydb:///").removeprefix(f"{Path.cwd()}/") for copy in copies_of(store)}
    except (CrmError, OSError):
        return set()


def _erased(store: "Store") -> dict[str, str]:
    """Return whose data was erased from a store, if there is one that can be read."""
    from crmcore.addresses import file_of, scheme_of  # noqa: PLC0415 - only here
    from crmcore.storage.repair import remains  # noqa: PLC0415 - the same
    from crmcore.upkeep.erasing import erased_in  # noqa: PLC0415 - the same

    try:
        return erased_in(store.read())
    except StoreBroken:
        if scheme_of(store.url) != "tinydb":
            note("the old state cannot be read, nor whose data was erased from it: `crm privacy erase` does it again")
            return {}
        return {key: str(document.get("at", "")) for key, document in remains(Path(file_of(store.url)), ERASED).items()}
    except CrmError:
        return {}


def _erase_again(ctx: click.Context, before: dict[str, str]) -> None:
    """Erase in a restored store what was erased before."""
    from crmcore.upkeep.erasing import erase_again  # noqa: PLC0415 - only here

    missing = {key: at for key, at in before.items() if _erased(store_of(ctx)).get(key) != at}
    if missing and (again := erase_again(opened(ctx), missing)):
        note(f"erased again, as they were before: {', '.join(again)}")


def _say_how_far(documents: int, seconds: float) -> None:
    """Say how long a file takes to read, and up to how many documents such a file serves on this machine."""
    from crmcore.store import COMFORTABLE_SECONDS  # noqa: PLC0415 - only here

    if documents < _FEWEST:
        return
    most = int(documents * COMFORTABLE_SECONDS / seconds)
    rounded = round(most, 1 - len(str(most)))
    told = f"reading the file took {seconds * 1000:,.0f} ms; each command does, and each commit writes it whole"
    if documents <= most:
        note(f"{told}. It serves up to about {rounded:,} documents here ({COMFORTABLE_SECONDS:g} s)")
    else:
        note(
            f"{told}. {documents:,} documents are much for a file store, which serves about {rounded:,} here: "
            "copy it to an SQL store with `crm store copy` (plugin sql)"
        )
