"""``crm store copy``, ``verify`` and ``outcome``: other places for the data, backups, and commits that were not confirmed."""

import hashlib
import os
import sys
from pathlib import Path

import click

from crmcore.cli.context import catalogued, configured, done, note, store_of
from crmcore.cli.options import dry, formatted
from crmcore.cli.output import print_object
from crmcore.errors import CrmError, NotFound


@click.command(epilog="Example: crm store copy crm.json sqlite:///crm.db")
@click.argument("source")
@click.argument("target")
@dry
@click.pass_context
def copy(ctx: click.Context, source: str, target: str, dry_run: bool) -> None:
    """Copy the store at SOURCE, with its log, to a new one at TARGET; each is a path or an address of any kind.

    Others may write to SOURCE meanwhile: one state of it is copied. If it fails, repeat it: what was read is kept in
    a file beside you, and used if SOURCE did not change.
    """
    from crmcore.addresses import address  # noqa: PLC0415 - not for `crm --help`
    from crmcore.opening import open_store  # noqa: PLC0415 - the same
    from crmcore.upkeep.copying import copy_store  # noqa: PLC0415 - the same
    from crmcore.work.shapes import shape  # noqa: PLC0415 - the same

    config, catalogue = configured(ctx), catalogued(ctx)
    found, made = (open_store(config.with_flags(store=address(one)), catalogue) for one in (source, target))
    shape(made, catalogue)
    if dry_run:
        documents = sum(found.info()["documents"].values())
        done(ctx, f"{documents:,} documents of {found.url} to copy to {made.url}", dry_run=True)
        return
    name = hashlib.sha256(os.fsencode(f"{found.url}\n{made.url}")).hexdigest()[:12]
    spool = Path(f"crm-copy-{name}.backup")
    try:
        copied = copy_store(found, made, spool, _progress)
    except (CrmError, OSError):
        if spool.exists():
            note(f"what was read is kept in {spool} for another attempt; delete it if there will be none")
        raise
    finally:
        _clear_progress()
    again = " (read by an earlier attempt)" if copied.is_resumed else ""
    done(ctx, f"{copied.documents:,} documents{again} and the log up to commit {copied.commit} are in {made.url}")


@click.command(epilog="Example: crm store verify crm-2026-11-21.backup")
@click.argument("file")
@formatted
def verify(file: str, form: str) -> None:
    """Read the backup in FILE to its end, and say what it holds if it is sound; exit code 1 if it is not."""
    from crmcore.storage import store_backup  # noqa: PLC0415 - not for `crm --help`

    counted = _Counted()
    heading = store_backup.read_into(Path(file), counted, _progress)
    _clear_progress()
    print_object({"commit": heading.commit, "documents": counted.documents, "logged": counted.lines}, form)
    note(f"{file} is sound")


class _Counted:
    """Counts what a backup holds."""

    documents = 0
    lines = 0

    def document(self, _table: str, _key: str, _document: object) -> None:
        """Count a document."""
        self.documents += 1

    def logged(self, _line: bytes) -> None:
        """Count a commit."""
        self.lines += 1


@click.command(epilog="Example: crm store outcome 5f0c2f6c9f0e4d8a7b6c5d4e")
@click.argument("token")
@click.pass_context
def outcome(ctx: click.Context, token: str) -> None:
    """Say whether the unit of work called TOKEN was committed, after an error that left it open; exit code 3 if not."""
    from crmcore.store import outcome as outcome_of  # noqa: PLC0415 - not for `crm --help`

    number = outcome_of(store_of(ctx), token)
    if not number:
        raise NotFound("commit", token, todo="Nothing of it was written: repeat the command.")
    click.echo(number)
    note(f"it was committed: see `crm log {number}`")


def _progress(lines: int) -> None:
    """Count on a terminal; elsewhere be silent."""
    if sys.stderr.isatty():
        click.echo(f"\r{lines:,} documents and log entries", nl=False, err=True)


def _clear_progress() -> None:
    if sys.stderr.isatty():
        click.echo("\r\x1b[K", nl=False, err=True)
