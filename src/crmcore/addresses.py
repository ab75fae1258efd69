"""How stores are named: a path, or a URL whose scheme says what kind of store it is."""
# ruff: noqa: PTH111, PTH120 - `crm --help` asks, and importing pathlib would slow it down

import os
from typing import Final

DEFAULT: Final = "tinydb:///crm.json"

_FILE: Final = "tinydb:///"


def address(text: str) -> str:
    """Return a path as the URL of a file store; what is a URL already, as it is."""
    if "://" in text:
        return text
    return _FILE + os.path.expanduser(text)


def scheme_of(url: str) -> str:
    """Return the scheme of a URL: ``tinydb``, ``sqlite``, ..."""
    return url.partition("://")[0]


def folder_of(url: str) -> str:
    """Return the folder of the file that a URL names, in which crm.toml stands; the current one for a server's."""
    return os.path.dirname(file_of(url)) or "."


def file_of(url: str) -> str:
    """Return the file that a URL names; empty for a server's."""
    _, _, path = url.partition("://")
    return path[1:].partition("?")[0] if path.startswith("/") else ""
