"""What the tests of every store share: how to make one, sample documents, and how to commit one."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from crmcore.store import Change, Document, LogEntry, Store

TRICKY: Final[Mapping[str, Document]] = {
    "c1": {"name": "Ångström 牙椅 🦷", "tags": ["a", "b"], "empty": "", "none": None, "yes": True, "no": False},
    "key with / and \\ and . and '": {"nested": {"deep": [{"er": [1, 2, [3]]}]}, "nothing": {}, "list": []},
    "客户": {"most": 2**63 - 1, "least": -(2**63), "zero": 0, "text": "12345678901234567890123"},
    "C1": {"only": "case differs"},
    " c1 ": {"only": "spaces differ"},
    "1": {"id": "1"},
    "01": {"id": "01", "line\nbreak": "\t\r\n\x00\x1f\u2028"},
}

UNFIT: Final[Mapping[str, Any]] = {
    "nan": float("nan"),
    "infinity": float("-inf"),
    "tuple": (1, 2),
    "bytes": b"x",
    "object": object(),
    "too large": 2**64,
    "key is no text": {1: "x"},
    "half a character": "\ud800",
}


def entry(why: str = "test", *changes: Change) -> LogEntry:
    """Return a log entry; the store replaces its number."""
    return LogEntry(0, "2026-11-21T12:00:00Z", "ada", why, changes)


def put(store: Store, table: str, key: str, document: Document) -> int:
    """Commit one document, logged with what it replaces."""
    with store.write() as work:
        change = Change(table, key, work.get(table, key), document)
        work.put(table, key, document)
        return work.commit_as(entry(f"put {key}", change))


class StoreHooks:
    """What a store's own test class provides."""

    def make_store(self, tmp_path: Path) -> Store:
        """Return a store at a place of its own, not yet created."""
        raise NotImplementedError

    def open_again(self, store: Store, patience: float) -> Store:
        """Return another handle on the same store, whose writers wait ``patience`` seconds for each other."""
        raise NotImplementedError

    @pytest.fixture
    def store(self, tmp_path: Path) -> Store:
        """Return a new, empty store."""
        store = self.make_store(tmp_path)
        store.create()
        return store
