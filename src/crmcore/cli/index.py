"""What plugins add to the command line, remembered so that ``crm --help`` need not import them.

The index holds names and one line of help, never anything to run: a command of a plugin is always looked up in the
plugin itself. Whatever is not exactly as we write it is made anew without a word.
"""
# ruff: noqa: PTH100, PTH103, PTH105, PTH111, PTH112, PTH116, PTH117, PTH118, PTH120 - importing pathlib is slow

import json
import os
import re
import stat
import sys
import zlib
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Final, NamedTuple

import click

from crmcore import __version__
from crmcore.addresses import DEFAULT, address, folder_of

_FORMAT: Final = 1
_LARGEST: Final = 100_000
_KINDS: Final = frozenset({"record", "command"})
_name: Final = re.compile(r"[a-z][a-z0-9_-]{0,59}").fullmatch


class Entry(NamedTuple):
    """A command or record type that a plugin adds."""

    name: str
    kind: str
    plugin: str
    help: str


def read(ctx: click.Context) -> tuple[Entry, ...] | None:
    """Return what the index says, or None where there is none that can be trusted."""
    try:
        content = json.loads(_content(path_of(ctx)))
        key, watched, listed = content["key"], content["watched"], content["entries"]
        if key != key_of(ctx) or any(stamp(file) != known for file, known in watched.items()):
            return None
        found = tuple(Entry(*(str(item[field]) for field in Entry._fields)) for item in listed)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return found if all(map(_is_sound, found)) else None


def write(ctx: click.Context, found: Iterable[Entry], files: Iterable[str]) -> None:
    """Remember what plugins add for as long as ``files`` do not change; a failure to do so is no matter."""
    content = {
        "key": key_of(ctx),
        "watched": {file: stamp(file) for file in sorted(set(files))},
        "entries": [entry._asdict() for entry in found if _is_sound(entry)],
    }
    path = path_of(ctx)
    aside = f"{path}.{os.getpid()}"
    with suppress(OSError):
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(content, file)
        os.replace(aside, path)


def path_of(ctx: click.Context) -> str:
    """Return where the index for this Python, its path and this folder is kept."""
    home = os.environ.get("XDG_CACHE_HOME", "")
    folder = home if os.path.isabs(home) else os.path.expanduser("~/.cache")
    number = zlib.crc32("\0".join([sys.prefix, *sys.path, *_settings_files(ctx)]).encode("utf-8", "surrogateescape"))
    return os.path.join(folder, "crm", f"commands-{number:08x}.json")


def key_of(ctx: click.Context) -> list[Any]:
    """Return what the index depends on: versions, and whatever can bring plugins or take them away."""
    places = [place for place in sys.path if os.path.isdir(place)]
    files = [*places, *_settings_files(ctx)]
    disabled = os.environ.get("CRM_DISABLE_PLUGINS", "")
    return [_FORMAT, __version__, list(sys.version_info[:3]), disabled, [[file, stamp(file)] for file in files]]


def stamp(file: str) -> int:
    """Return when a file or folder was changed, in nanoseconds; 0 where there is none."""
    try:
        return os.stat(file).st_mtime_ns
    except OSError:
        return 0


def _content(path: str) -> str:
    """Return the text of the index, which nobody else may have written; raises `OSError` or `ValueError`."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    with os.fdopen(handle, encoding="utf-8") as file:
        facts = os.fstat(handle)
        mine = facts.st_uid == os.getuid() and stat.S_ISREG(facts.st_mode) and not facts.st_mode & 0o077
        if not mine or facts.st_size > _LARGEST:
            raise ValueError(path)
        return file.read()


def _is_sound(entry: Entry) -> bool:
    words = _name(entry.name) and (not entry.plugin or _name(entry.plugin))
    return bool(words) and entry.kind in _KINDS and entry.help.isprintable() and len(entry.help) <= 200  # noqa: PLR2004 - one line


def _settings_files(ctx: click.Context) -> tuple[str, ...]:
    """Return the files that may name or disable plugins: the company's and the user's."""
    store = ctx.find_root().params.get("store") or os.environ.get("CRM_STORE", "").strip() or DEFAULT
    home = os.environ.get("XDG_CONFIG_HOME", "")
    own = home if os.path.isabs(home) else os.path.expanduser("~/.config")
    return (
        os.path.abspath(os.path.join(folder_of(address(store)), "crm.toml")),
        os.path.join(own, "crm", "config.toml"),
    )
