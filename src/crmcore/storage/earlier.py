"""The states before the last one, kept beside the store's file: ``crm.json.earlier-1`` is the newest of them.

They cost a link each, and are what a damaged file is made good from.
"""

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import Final

from crmcore.storage.safe_file import HEAD, opened

KEPT: Final = 3
"""So many states are kept; our choice."""

_LOG: Final = re.compile(rb'"log":(\d+)')


def paths(file: Path) -> tuple[Path, ...]:
    """Return where earlier states are kept, the newest first, whether or not they are there."""
    return tuple(file.with_name(f"{file.name}.earlier-{number}") for number in range(1, KEPT + 1))


def keep(file: Path) -> None:
    """Keep the state that is about to be replaced; what the file system refuses, or has not, is no reason to stop."""
    newest, *_ = kept = paths(file)
    with suppress(OSError):
        if newest.samefile(file):  # the last attempt to replace it failed
            return
    for older, newer in zip(kept[:0:-1], kept[-2::-1], strict=True):
        with suppress(OSError):
            os.rename(newer, older)  # noqa: PTH104 - this module speaks of the system's calls
    with suppress(OSError):
        os.link(file, newest)


def remove_before(file: Path, log: int) -> None:
    """Remove the states that were written before generation ``log`` of the change log; never fails."""
    for path in paths(file):
        with suppress(OSError):
            with opened(path, follow=False) as state:
                found = _LOG.search(state.read(HEAD))
            if found is None or int(found[1]) < log:
                path.unlink()
