"""Places in a FHIR resource: ``period.start``, ``type.0.text``, ``identifier[type.coding.0.code=MR].value``."""

import re
from collections.abc import Iterator
from typing import Any

_STEP = re.compile(r"([A-Za-z]+|\d+)(?:\[([^=\]]+)=([^\]]*)\])?(?:\.|$)")


def steps(path: str) -> Iterator[tuple[str, str, str]]:
    """Yield the steps of a path: a name or number, and the path and value that choose one of a list."""
    for match in _STEP.finditer(path):
        yield match[1], match[2] or "", match[3] or ""


def look(part: Any, path: str) -> Any:
    """Return what stands at a path; None if nothing does."""
    for name, chosen_by, value in steps(path):
        part = _next(part, name)
        if chosen_by:
            listed = part if isinstance(part, list) else []
            part = next((one for one in listed if look(one, chosen_by) == value), None)
        if part is None:
            return None
    return part


def take(part: Any, path: str) -> Any:
    """Take out what stands at a path and return it; what it stood in stays, even if empty. Lists keep their members."""
    head, last = _split(path)
    holder = look(part, head) if head else part
    return holder.pop(last, None) if isinstance(holder, dict) else look(part, path)


def put(part: Any, path: str, value: Any) -> None:
    """Set what stands at a path, making what it stands in."""
    head, last = _split(path)
    holder = part
    for name, chosen_by, wanted in steps(head):
        known = _next(holder, name)
        if chosen_by:
            known = next((one for one in known or [] if look(one, chosen_by) == wanted), None)
            if known is None:
                return
        elif known is None:
            known = holder[name] = {}
        holder = known
    holder[int(last) if isinstance(holder, list) else last] = value


def leaves(part: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every leaf with its path; an empty object or list is one."""
    if isinstance(part, dict) and part:
        for name, value in part.items():
            yield from leaves(value, f"{path}.{name}" if path else name)
    elif isinstance(part, list) and part:
        for place, value in enumerate(part):
            yield from leaves(value, f"{path}.{place}")
    else:
        yield path, part


def _split(path: str) -> tuple[str, str]:
    head, _, last = path.rpartition(".")
    return head, last


def _next(part: Any, name: str) -> Any:
    if isinstance(part, list) and name.isdigit():
        return part[int(name)] if int(name) < len(part) else None
    return part.get(name) if isinstance(part, dict) else None
