"""Files that a command may write: never the store, what stands beside it, or what the command reads."""

import os
from collections.abc import Iterable

from crmcore.addresses import file_of, folder_of
from crmcore.errors import UsageError


def check_target(target: str, url: str, inputs: Iterable[str] = ()) -> None:
    """Raise `UsageError` if writing ``target`` would destroy the store at ``url``, its log, crm.toml or an input."""
    wanted = os.path.realpath(target)
    store = os.path.realpath(file_of(url)) if file_of(url) else ""
    kept = {os.path.realpath(name) for name in (*inputs, f"{folder_of(url)}/crm.toml")}
    if wanted in kept or (store and (wanted == store or wanted.startswith(f"{store}."))):
        raise UsageError(
            f"{target} is the store, its log, its configuration or a file that is being read; nothing was written",
            todo="Give another file name.",
        )
