"""Naming a local plugin in crm.toml by the smallest change of its text: comments, order and line ends stay."""

import re
import tomllib
from collections.abc import Iterator
from copy import deepcopy
from typing import Any, Final

_HEADER: Final = re.compile(r"^[ \t]*\[[ \t]*plugins[ \t]*\][ \t]*(#[^\n]*)?\r?$", re.MULTILINE)
_KEY: Final = re.compile(r"^[ \t]*(plugins[ \t]*\.[ \t]*)?local[ \t]*=", re.MULTILINE)


def with_local(text: str, name: str) -> str | None:
    """Return the text of a sound crm.toml with one more local plugin, or None where no small change does it.

    Each change that might do is tried; the first counts whose text means what the old one did, and the plugin.
    """
    wanted = _wanted(tomllib.loads(text), name)
    return next((changed for changed in _attempts(text, name) if _meaning(changed) == wanted), None)


def line_for(text: str, name: str) -> str:
    """Return the line that somebody has to write where no change was found."""
    plugins = tomllib.loads(text).get("plugins", {})
    listed = [*plugins.get("local", ()), name]
    return f"local = [{', '.join(map(_quoted, listed))}]"


def _wanted(data: dict[str, Any], name: str) -> dict[str, Any]:
    wanted = deepcopy(data)
    plugins = wanted.setdefault("plugins", {})
    plugins["local"] = [*plugins.get("local", ()), name]
    return wanted


def _meaning(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None


def _quoted(name: str) -> str:
    return f'"{name}"'


def _attempts(text: str, name: str) -> Iterator[str]:
    """Yield changed texts, the nicest first."""
    end = "\r\n" if "\r\n" in text else "\n"
    yield from _longer_lists(text, _quoted(name), end)
    for found in _HEADER.finditer(text):
        at = found.end() - found[0].endswith("\r")
        yield f"{text[:at]}{end}local = [{_quoted(name)}]{text[at:]}"
    gap = "" if not text.strip() else end if text.endswith("\n") else end * 2
    yield f"{text}{gap}[plugins]{end}local = [{_quoted(name)}]{end}"


def _longer_lists(text: str, item: str, end: str) -> Iterator[str]:
    """Yield texts with an item more in a list called local: on a line of its own, at the end, after the last item."""
    ends = [
        (key.end(), key.end() + closing.start())
        for key in _KEY.finditer(text)
        for closing in re.finditer(r"\]", text[key.end() :])
    ]
    on_own_line = [(start, at) for start, at in ends if not text[text.rfind("\n", start, at) + 1 : at].strip()]
    yield from (_on_a_line(text, at, item + "," + end) for start, at in on_own_line)
    yield from (_before(text, at, item) for start, at in ends if (start, at) not in on_own_line)
    for start, at in ends:
        last = max(text.rfind(mark, start, at) for mark in "\"'") + 1
        yield f"{text[:last]}, {item}{text[last:]}"
    yield from (_before(text, at, item) for _, at in on_own_line)


def _on_a_line(text: str, closing: int, added: str) -> str:
    """Return the text with a line before the bracket that closes a list, indented as the line above it."""
    line = text.rfind("\n", 0, closing) + 1
    above = text[:line].rstrip().rpartition("\n")[2]
    indent = "    " if "=" in above.partition("#")[0] else above[: len(above) - len(above.lstrip())]
    return f"{text[:line]}{indent}{added}{text[line:]}"


def _before(text: str, closing: int, item: str) -> str:
    """Return the text with an item before the bracket that closes a list."""
    joint = {"[": "", ",": " "}.get(text[:closing].rstrip()[-1], ", ")
    return f"{text[:closing]}{joint}{item}{text[closing:]}"
