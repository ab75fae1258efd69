"""The options behind the `?` of a store's address."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

from crmcore import UsageError

PATIENCE: Final = 30.0
"""Seconds that a writer waits for another one, unless the address says otherwise. Our default."""


def options_of(query: str, url: str) -> dict[str, str]:
    """Return the options by name, of an address that is told as ``url``; raises `UsageError` for what is none, and for one that stands there twice."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query), max_num_fields=50)
    except ValueError as error:
        what = f"what stands behind the ? of {url!r} is no list of options"
        raise UsageError(what, todo="Write NAME=VALUE, with & between two.") from error
    found = dict(pairs)
    if len(found) < len(pairs):
        raise UsageError(f"{url!r} says one of its options twice", todo="Leave one of them out.")
    return found


def patience(options: Mapping[str, str], url: str) -> float:
    """Return how long a writer waits, in seconds; raises `UsageError`."""
    text = options.get("timeout", str(PATIENCE))
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1
    if not 0 <= seconds < float("inf"):
        raise UsageError(f"{url!r}: timeout={text!r} is no number of seconds", todo="Write ?timeout=SECONDS.")
    return seconds
