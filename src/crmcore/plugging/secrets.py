"""Secrets: a configuration file names where they are, they are looked up when they are used, and never shown."""

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from attrs import frozen

HIDDEN: Final = "***"
"""What is shown of a secret."""

_LARGEST: Final = 8192
_SHORTEST: Final = 4
_OTHERS: Final = stat.S_IRWXO
_used: Final[set[str]] = set()


@frozen
class Reference:
    """Where a secret is: ``{"$env" = "ACME_KEY"}`` or ``{"$file" = "/run/secrets/acme"}``."""

    kind: str
    where: str

    def __str__(self) -> str:
        return f"environment {self.where}" if self.kind == "$env" else f"file {self.where}"


def reference_of(value: Any, folder: Path) -> Reference | None:
    """Return what a table of a configuration file refers to, None if it is something else; ``folder`` is the file's."""
    match value:
        case {"$env": str(name), **rest} if name.strip() and not rest:
            return Reference("$env", name.strip())
        case {"$file": str(path), **rest} if path.strip() and "\0" not in path and not rest:
            return Reference("$file", str(folder / path))
        case _:
            return None


def look_up(reference: Reference, environ: Mapping[str, str]) -> str:
    """Return the text of a secret; raises `ValueError` with the reason, which never contains any of it."""
    if reference.kind == "$file":
        return _line_of(reference.where)
    text = environ.get(reference.where, "").strip()
    if not text:
        raise ValueError(f"the environment variable {reference.where} is not set")
    return text


def _line_of(path: str) -> str:
    content = _content_of(path)
    if len(content) > _LARGEST:
        raise ValueError(f"the file {path} is larger than {_LARGEST} bytes; it takes one line")
    try:
        lines = content.decode("utf-8").strip().splitlines()
    except UnicodeDecodeError:
        raise ValueError(f"the file {path} is not UTF-8") from None
    if len(lines) != 1:
        raise ValueError(f"the file {path} {'has several lines' if lines else 'is empty'}; it takes one line")
    return lines[0]


def _content_of(path: str) -> bytes:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)  # a pipe must not keep us waiting
    except OSError as error:
        raise ValueError(f"the file {path} cannot be read: {error.strerror}") from None
    try:
        facts = os.fstat(handle)
        if not stat.S_ISREG(facts.st_mode):
            raise ValueError(f"{path} is no file")
        if facts.st_mode & _OTHERS:
            raise ValueError(f"everybody on this machine can open the file {path}; `chmod o= {path}` ends that")
        return os.read(handle, _LARGEST + 1)
    finally:
        os.close(handle)


def remember(secret: str) -> None:
    """Keep a secret that is in use out of whatever `masked` is given from now on."""
    if len(secret) >= _SHORTEST:  # what is shorter would take parts of ordinary words away
        _used.update((secret, repr(secret)[1:-1]))


def masked(text: str) -> str:
    """Return a text without the secrets that this process has used."""
    for secret in sorted(_used, key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return text
