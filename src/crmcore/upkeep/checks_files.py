"""What can be wrong with a store's files: who can read them, and how old the newest backup beside them is."""

import gzip
import json
import stat
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from crmcore.addresses import file_of
from crmcore.upkeep.findings import Finding

_OLD: Final = timedelta(days=30)
"""How old a backup may be before we say so; our default."""

_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def open_files(url: str) -> Iterator[Finding]:
    """Find files of the store that others than its owner can use."""
    file = Path(file_of(url))
    for path in (file, *sorted(file.parent.glob(f"{file.name}.log*"))) if file.name else ():
        try:
            mode = path.stat().st_mode
        except OSError:
            continue
        if mode & _OTHERS:
            what = f"{path} can be used by others (mode {stat.S_IMODE(mode):o}); it holds personal data"
            yield Finding("file-open", "warning", what, str(path), f"chmod 600 {path}")


def old_backup(url: str, commit: int, now: datetime) -> Iterator[Finding]:
    """Find out whether the newest backup beside the store is old; where there is none, nobody can tell."""
    file = Path(file_of(url))
    if not file.name:
        return
    found = [
        (path, at) for path in file.parent.glob("*backup*") if (at := _commit_of(path)) is not None and at <= commit
    ]
    newest = max(found, key=lambda one: (one[1], str(one[0])), default=None)
    if newest is None or newest[1] == commit:
        return
    age = now - datetime.fromtimestamp(newest[0].stat().st_mtime, UTC)
    if age > _OLD:
        what = f"the newest backup beside the store is {age.days} days old; {commit - newest[1]} commits came after it"
        yield Finding("backup-old", "warning", what, str(newest[0]), "Make a new one with `crm store backup FILE`.")


def _commit_of(path: Path) -> int | None:
    """Return the commit of which a file is a backup, None if it is none."""
    try:
        with gzip.open(path, "rb") as lines:
            heading = json.loads(lines.readline(10_000))
        return int(heading["commit"]) if "crm_backup" in heading else None
    except (OSError, EOFError, ValueError, KeyError, TypeError, zlib.error):
        return None
