"""A storage for TinyDB that survives crashes: it writes aside, syncs and renames instead of overwriting in place.

Plain TinyDB can look into a store through it (or through its own). Keys are texts, which TinyDB has to be told::

    table = TinyDB("crm.json", storage=SafeStorage).table("customer")
    table.document_id_class = str
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tinydb import Storage

from crmcore.storage.safe_file import Seen, read_if_changed, replace_file
from crmcore.storage.state_file import dump, parse


class SafeStorage(Storage):
    """A file of tables; it takes no lock, which is for who reads, changes and writes."""

    def __init__(self, path: str | Path, *, name: str = "") -> None:
        """Use the file at ``path``; messages call it ``name``."""
        super().__init__()
        self.path = Path(path)
        self.name = name or str(path)

    def read(self) -> dict[str, dict[str, Any]] | None:
        """Return all tables, or None if there is no file; raises `StoreError`."""
        return self.load(None)[1] if self.path.exists() else None

    def write(self, data: Mapping[str, Mapping[str, Any]]) -> None:
        """Replace all tables; raises as `replace_file` does."""
        self.save(data)

    def load(self, seen: Seen | None) -> tuple[Seen, dict[str, dict[str, Any]] | None]:
        """Return what the file looks like, and all tables unless it still looks like ``seen``."""
        now, data = read_if_changed(self.path, seen)
        return now, None if data is None else parse(data, self.name)

    def save(self, data: Mapping[str, Mapping[str, Any]]) -> Seen:
        """Replace all tables and return what the file then looks like."""
        return replace_file(self.path, [dump(data)])
