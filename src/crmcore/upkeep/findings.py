"""What `crm doctor` says: one sentence each, with what to do about it."""

from typing import Literal

from attrs import frozen

Level = Literal["error", "warning"]


@frozen
class Finding:
    """One thing that is not as it should be; ``id`` is the same for all of its sort."""

    id: str
    level: Level
    what: str
    where: str = ""
    todo: str = ""


def some(names: "list[str] | tuple[str, ...]", shown: int = 3) -> str:
    """Return the first of many names, and how many more there are."""
    more = f" and {len(names) - shown} more" if len(names) > shown else ""
    return ", ".join(names[:shown]) + more
