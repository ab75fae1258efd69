"""The store's file: one JSON object of tables, readable by plain TinyDB, with the store's own facts in ``_crm``."""

import zlib
from collections.abc import Mapping
from typing import Any, Final

import orjson
from attrs import asdict, fields, frozen

from crmcore.errors import Invalid, NotCommitted, Problem, StoreBroken, StoreTooNew
from crmcore.store import FORMAT, Document

OWN_TABLE: Final = "_crm"
"""The table that no caller may use."""

_OWN_KEY: Final = "1"
_PLAIN: Final = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_SUBCLASS
_RESTORE: Final = "Restore a backup (`crm store restore`), or name another store."

Tables = Mapping[str, Mapping[str, Document]]


@frozen
class Facts:
    """What a state says about itself and about the change log that was written before it.

    The log of generation ``log`` holds the commits after ``log_after``, ends at byte ``log_bytes`` and has its last
    entry at byte ``log_last``; a state without an entry has zeros. ``log_accepted`` is the commit up to which people know
    that the log has gaps, ``log_link`` the link of the last entry. Generations before ``log_from`` held what was erased.
    """

    format: int = FORMAT
    commit: int = 0
    crc32: int = 0
    log: int = 0
    log_after: int = 0
    log_bytes: int = 0
    log_last: int = 0
    log_crc32: int = 0
    log_accepted: int = 0
    log_from: int = 0
    log_link: str = ""


@frozen(eq=False)
class State:
    """One committed state."""

    facts: Facts
    tables: Tables


def dump(data: Mapping[str, Any]) -> bytes:
    """Return tables as the bytes of a file; the store's own facts stand first and get the sum over all others.

    Raises `NotCommitted` for what JSON cannot carry.
    """
    try:
        body = orjson.dumps({table: documents for table, documents in data.items() if table != OWN_TABLE})
    except TypeError as error:  # only documents that another program put into the file
        raise NotCommitted(f"the tables cannot be written as JSON: {error}", todo=_RESTORE) from error
    own = data.get(OWN_TABLE, {}).get(_OWN_KEY)
    if own is None:
        return body
    head = orjson.dumps({OWN_TABLE: {_OWN_KEY: {**own, "crc32": zlib.crc32(body)}}})
    return head if body == b"{}" else head[:-1] + b"," + body[1:]


def parse(data: bytes, name: str) -> Any:
    """Return the JSON in a file's bytes; ``name`` is how messages call the file. Raises `StoreBroken`."""
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        text = data.strip()
        if not text:
            raise StoreBroken(f"{name} is empty", todo=_RESTORE) from error
        if text.startswith(b"{") and (not text.endswith(b"}") or "end of data" in error.msg):
            raise StoreBroken(f"{name} is cut off after {len(data)} bytes", todo=_RESTORE) from error
        raise StoreBroken(f"{name} is not JSON: {error}", todo=_RESTORE) from error


def to_tables(state: State) -> dict[str, Any]:
    """Return a state as the tables of its file."""
    return {OWN_TABLE: {_OWN_KEY: asdict(state.facts)}, **state.tables}


def to_state(data: Any, name: str) -> State:
    """Return the state that a file's tables hold; raises `StoreBroken` or `StoreTooNew`."""
    if not isinstance(data, dict) or OWN_TABLE not in data:
        raise StoreBroken(f"{name} is JSON, but not a store", todo="Name another store, or `crm import` the data.")
    facts = _facts(data[OWN_TABLE], name)
    tables = {table: documents for table, documents in data.items() if table != OWN_TABLE}
    for table, documents in tables.items():
        check_documents(table, documents, name)
    return State(facts, tables)


def check_documents(table: str, documents: Any, name: str) -> None:
    """Raise `StoreBroken` unless ``documents`` is a mapping of keys to documents."""
    if not isinstance(documents, dict):
        raise StoreBroken(f"{name}: table {table!r} is not a mapping of keys to documents", todo=_RESTORE)
    if set(map(type, documents.values())) - {dict}:
        key, document = next(item for item in documents.items() if type(item[1]) is not dict)
        raise StoreBroken(f"{name}: {table} {key!r} is not a document but {document!r:.40}", todo=_RESTORE)


def _facts(own: Any, name: str) -> Facts:
    given = own.get(_OWN_KEY) if isinstance(own, dict) else None
    version = given.get("format") if isinstance(given, dict) else None
    if type(version) is int and version > FORMAT:
        raise StoreTooNew(
            f"{name} has format {version}; this version of crmcore reads up to {FORMAT}",
            todo="Install a newer crmcore (`pip install -U crmcore`).",
        )
    names = [field.name for field in fields(Facts)]
    if isinstance(given, dict):
        given = {"log_accepted": 0, "log_from": 0, "log_link": "", **given}  # older states have none
    if not isinstance(given, dict) or not all(map(_is_fact, names, map(given.get, names))):
        raise StoreBroken(f"{name}: the store's own facts ({OWN_TABLE}) are damaged", todo=_RESTORE)
    return Facts(**{each: given[each] for each in names})


def _is_fact(name: str, value: Any) -> bool:
    return type(value) is str if name == "log_link" else type(value) is int and value >= 0


def altered(state: State) -> bool:
    """Whether the values in the tables are not those that were written."""
    try:
        return zlib.crc32(orjson.dumps(state.tables)) != state.facts.crc32
    except TypeError:  # what JSON cannot carry was not written by us
        return True


def plain(value: Any, *, at: str) -> Any:
    """Return a copy of ``value`` as JSON would give it back, or raise `Invalid` naming the place ``at``.

    Refused is whatever would come back different: NaN, tuples, keys that are not texts, numbers beyond 64 bits.
    """
    try:
        copy = orjson.loads(orjson.dumps(value, option=_PLAIN))
    except (TypeError, ValueError) as error:
        raise Invalid([Problem(f"cannot be stored as JSON: {error}", column=at)]) from error
    if copy != value:
        raise Invalid([Problem("would come back different from JSON (NaN, infinity or a tuple?)", column=at)])
    return copy
