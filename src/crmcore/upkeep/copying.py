"""Copying a store into another one, of whatever kind: through a verified backup, and compared in the end."""

import hashlib
from pathlib import Path

import orjson
from attrs import frozen

from crmcore.errors import StoreBroken, StoreError
from crmcore.storage import change_log, store_backup
from crmcore.store import Document, Store, Tell, quiet


@frozen
class Copied:
    """How much was copied, up to which commit; ``is_resumed`` tells that an earlier attempt had read it already."""

    commit: int
    documents: int
    is_resumed: bool


def copy_store(source: Store, target: Store, spool: Path, tell: Tell = quiet) -> Copied:
    """Copy a store, with its change log, into one that is new or empty.

    ``spool`` is where the backup goes; it stays if this fails, and another attempt goes on from there if nothing was
    committed meanwhile. Raises `StoreError` for a target that holds anything, and `StoreBroken` if what stands there
    in the end is not what was read.
    """
    if target.exists() and target.read().commit:
        raise StoreError(
            f"{target.url} holds data already; nothing was copied",
            todo="Name a new store, or put a backup in its place with `crm store restore`.",
        )
    is_resumed = _is_current(spool, source)
    if not is_resumed:
        spool.unlink(missing_ok=True)
        source.backup(spool, tell)
    target.restore(spool, tell)
    wanted, log_after = _sum_of_backup(spool)
    if wanted != sum_of(target, log_after):
        raise StoreBroken(
            f"{target.url} does not hold what {source.url} held",
            todo=f"Do not use it; {spool} is a sound backup that can be restored elsewhere.",
        )
    spool.unlink()
    info = target.info()
    return Copied(info["commit"], sum(info["documents"].values()), is_resumed)


def _is_current(spool: Path, source: Store) -> bool:
    """Whether an earlier attempt left there what the source holds."""
    if not spool.exists():
        return False
    try:
        total, log_after = _sum_of_backup(spool)
        return total == sum_of(source, log_after)
    except StoreError:
        return False


def sum_of(store: Store, since: int = 0) -> str:
    """Return a sum over all documents, in their order, and the log after ``since``: equal for stores that hold the same."""
    reader, tables = store.read(), _Tables()
    for table in reader.tables():
        for key, document in reader.items(table):
            tables.document(table, key, document)
    for entry in store.log(since):
        tables.logged(change_log.line_of(entry))
    return tables.total(reader.commit)


def _sum_of_backup(source: Path) -> tuple[str, int]:
    tables = _Tables()
    heading = store_backup.read_into(source, tables)
    return tables.total(heading.commit), heading.log_after


class _Tables:
    """Adds up documents by table, so that the order of tables does not matter."""

    def __init__(self) -> None:
        self._sums: dict[str, hashlib._Hash] = {}

    def document(self, table: str, key: str, document: Document) -> None:
        """Take the next document."""
        self._of(table).update(orjson.dumps([key, document]) + b"\n")

    def logged(self, line: bytes) -> None:
        """Take the next line of the change log."""
        self._of("").update(line)

    def total(self, commit: int) -> str:
        """Return the sum over everything."""
        parts = [[name, one.hexdigest()] for name, one in sorted(self._sums.items())]
        return hashlib.sha256(orjson.dumps([commit, parts])).hexdigest()

    def _of(self, table: str) -> "hashlib._Hash":
        return self._sums.setdefault(table, hashlib.sha256())
