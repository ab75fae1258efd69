"""What plugins add, remembered, so that ``crm --help``, completion and reading commands import no more than they need.

The index holds names, one line of help, and which plugin is needed for what; never anything to run. Where a plugin
stands is checked again before it is imported. Whatever is not exactly as we write it is made anew without a word.
"""
# ruff: noqa: PTH100, PTH103, PTH105, PTH107, PTH109, PTH111, PTH116, PTH117, PTH118, PTH120, PTH208 - importing pathlib is slow

import json
import os
import re
import stat
import sys
import zlib
from collections.abc import Iterable
from contextlib import suppress
from time import time_ns
from typing import Any, Final, NamedTuple

import click

from crmcore import __version__
from crmcore.addresses import DEFAULT, address, folder_of

_FORMAT: Final = 3
_LARGEST: Final = 2_000_000
_HERE: Final = "crmcore.cli.index"
_INSTALLED: Final = (".dist-info", ".egg-info", ".egg-link")
_name: Final = re.compile(r"[a-z][a-z0-9_-]{0,59}").fullmatch
_words: Final = re.compile(r"[a-z][a-z0-9_-]{0,59}( [a-z][a-z0-9_-]{0,59})?").fullmatch
_full_name: Final = re.compile(r"[a-z][a-z0-9_]{0,59}(\.[a-z0-9_]{1,99})?").fullmatch

LONGEST: Final = 1000
"""Characters of a name, a path or a line of help."""

WORDS: Final = frozenset({"record", "command"})
"""The kinds that can follow ``crm`` on the command line."""

KINDS: Final = WORDS | {"field", "metric", "scheme", "playbook", "setting", "view", "report", "store"}
"""The kinds of contribution that somebody can name."""

OF_RULES: Final = "rules"
"""What a setting is on, if a rule uses it."""


class Entry(NamedTuple):
    """Something that can be named on the command line, and the plugin that has to be there for it.

    ``on`` is the record type of a field or view, and tells the settings that rules use.
    """

    name: str
    kind: str
    plugin: str
    help: str
    on: str


class Source(NamedTuple):
    """A plugin: what is known of it, the ``entry_points.txt`` that names its module, and the plugins that it needs."""

    name: str
    status: str
    distribution: str
    version: str
    module: str
    file: str
    points: str
    schema: str
    needs: tuple[str, ...]


class Start(NamedTuple):
    """Where the index belongs, what it depends on, and when the plugins were about to be asked, in nanoseconds."""

    path: str
    key: list[Any]
    moment: int


class Index(NamedTuple):
    """All plugins in their order, and everything of them that can be named."""

    entries: tuple[Entry, ...]
    sources: tuple[Source, ...]

    @property
    def words(self) -> tuple[Entry, ...]:
        """The commands and record types that follow ``crm``."""
        return tuple(entry for entry in self.entries if entry.kind in WORDS and " " not in entry.name)

    def word(self, name: str) -> Entry | None:
        """Return the command or record type of a name, that of a command in a group being both words."""
        return next((entry for entry in self.entries if entry.kind in WORDS and entry.name == name), None)

    def joined(self, group: str) -> tuple[Entry, ...]:
        """Return the commands that join a group of the core's, by their own names."""
        found = (entry for entry in self.entries if entry.kind in WORDS and entry.name.startswith(f"{group} "))
        return tuple(entry._replace(name=entry.name.removeprefix(f"{group} ")) for entry in found)

    def named(self, kind: str) -> tuple[Entry, ...]:
        """Return everything of one kind."""
        return tuple(entry for entry in self.entries if entry.kind == kind)


def is_for_all(ctx: click.Context) -> bool:
    """Whether this machine's plugins are asked for, no fewer and no others."""
    root = ctx.find_root()
    return not (root.params.get("no_plugin") or root.params.get("no_plugins") or root.obj is not None)


def read(ctx: click.Context) -> Index | None:
    """Return what the index says, or None: there is none that can be trusted, or other plugins were asked for."""
    root = ctx.find_root()
    if not is_for_all(ctx):
        return None
    if _HERE not in root.meta:
        root.meta[_HERE] = _read(ctx)
    found: Index | None = root.meta[_HERE]
    return found


def forget(ctx: click.Context) -> None:
    """Take away an index that turned out to be wrong."""
    ctx.find_root().meta[_HERE] = None
    with suppress(OSError):
        os.remove(path_of(ctx))


def _read(ctx: click.Context) -> Index | None:
    try:
        content = json.loads(_content(path_of(ctx)))
        key, watched, listed, plugins = (content[name] for name in ("key", "watched", "entries", "plugins"))
        if key != key_of(ctx) or any(stamp(file) != known for file, known in watched.items()):
            return None
        entries = tuple(Entry(*map(_text, item)) for item in listed)
        sources = tuple(map(_source, plugins))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    sound = all(map(_is_sound, entries)) and all(map(_is_sound_source, sources))
    return Index(entries, sources) if sound else None


def begin(ctx: click.Context) -> Start | None:
    """Note how things are before the plugins are asked; None where that cannot be told."""
    with suppress(OSError):  # the current folder is gone
        return Start(path_of(ctx), key_of(ctx), time_ns())
    return None


def write(ctx: click.Context, start: Start, index: Index, files: Iterable[str]) -> None:
    """Remember what plugins add for as long as ``files`` do not change; a failure to do so is no matter.

    Nothing is remembered if something changed since ``start``: the plugins may have answered without it.
    """
    watched = {file: stamp(file) for file in sorted(set(files))}
    changed = key_of(ctx) != start.key or any(start.moment <= moment <= time_ns() for moment, _ in watched.values())
    if changed or not (all(map(_is_sound, index.entries)) and all(map(_is_sound_source, index.sources))):
        return
    aside = f"{start.path}.{os.getpid()}"
    with suppress(OSError):
        os.makedirs(os.path.dirname(start.path), mode=0o700, exist_ok=True)
        handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            content = {"key": start.key, "watched": watched, "entries": index.entries, "plugins": index.sources}
            file.write(json.dumps(content, separators=(",", ":")))
        os.replace(aside, start.path)


def path_of(ctx: click.Context) -> str:
    """Return where the index for this Python, its path and this folder is kept."""
    home = os.environ.get("XDG_CACHE_HOME", "")
    folder = home if os.path.isabs(home) else os.path.expanduser("~/.cache")
    number = zlib.crc32("\0".join([sys.prefix, *sys.path, *_settings_files(ctx)]).encode("utf-8", "surrogateescape"))
    return os.path.join(folder, "crm", f"commands-{number:08x}.json")


def key_of(ctx: click.Context) -> list[Any]:
    """Return what the index depends on: versions, and whatever can bring plugins or take them away.

    Installing changes a folder on Python's path, as does upgrading, since the folder of a distribution is named after
    its version; of the current folder, in which stores are written, only such folders count. The last item holds the
    files and folders with their stamps.
    """
    here = os.getcwd()
    places = dict.fromkeys(os.path.abspath(place) for place in sys.path)
    beside = sorted(name for name in os.listdir(here) if name.endswith(_INSTALLED)) if here in places else []
    stamps = [[file, stamp(file)] for file in (*places, *_settings_files(ctx)) if file != here]
    disabled = os.environ.get("CRM_DISABLE_PLUGINS", "")
    return [_FORMAT, __version__, sys.version, disabled, beside, stamps]


def stamp(file: str) -> list[int]:
    """Return when a file or folder was changed, in nanoseconds, and its size; zeros where there is none."""
    try:
        facts = os.stat(file)
    except (OSError, ValueError):
        return [0, 0]
    return [facts.st_mtime_ns, facts.st_size]


def _content(path: str) -> str:
    """Return the text of the index, which nobody else may have written; raises `OSError` or `ValueError`."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(handle, encoding="utf-8") as file:
        facts = os.fstat(handle)
        mine = facts.st_uid == os.getuid() and stat.S_ISREG(facts.st_mode) and not facts.st_mode & 0o077
        if not mine or facts.st_size > _LARGEST:
            raise ValueError(path)
        return file.read()


def _source(item: list[Any]) -> Source:
    *texts, needs = item
    name, status, distribution, version, module, file, points, schema = map(_text, texts)
    return Source(name, status, distribution, version, module, file, points, schema, tuple(_text(one) for one in needs))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _is_sound(entry: Entry) -> bool:
    named = (_words if entry.kind in WORDS else _name if entry.kind == "store" else _full_name)(entry.name)
    return bool(named and _name(entry.plugin)) and entry.kind in KINDS and _is_line(entry.help) and _is_line(entry.on)


def _is_sound_source(source: Source) -> bool:
    known = source.status in {"active", "disabled"}
    return bool(known and _name(source.name) and all(map(_name, source.needs)) and all(map(_is_line, source[:-1])))


def _is_line(text: str) -> bool:
    return text.isprintable() and len(text) <= LONGEST


def _settings_files(ctx: click.Context) -> tuple[str, ...]:
    """Return the files that may name or disable plugins: the company's and the user's."""
    store = ctx.find_root().params.get("store") or os.environ.get("CRM_STORE", "").strip() or DEFAULT
    home = os.environ.get("XDG_CONFIG_HOME", "")
    own = home if os.path.isabs(home) else os.path.expanduser("~/.config")
    return (
        os.path.abspath(os.path.join(folder_of(address(store)), "crm.toml")),
        os.path.join(own, "crm", "config.toml"),
    )
