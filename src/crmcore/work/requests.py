"""Requests with a key, which are carried out once however often they are made, and commits that one can ask for later."""

import os
from typing import Final

from attrs import evolve

from crmcore.errors import AlreadyDone, CommitUnknown
from crmcore.store import LogEntry, Reader, Transaction

TABLE: Final = "request"
"""The commits of requests, by key; they are kept for good."""


def check_undone(reader: Reader, key: str) -> None:
    """Raise `AlreadyDone` if a request with this key was carried out; nothing is known of requests without one."""
    done = reader.get(TABLE, key) if key else None
    if done is not None:
        raise AlreadyDone(key, done["commit"])


def note_done(transaction: Transaction, key: str) -> None:
    """Note that the next commit carries out the request called ``key``."""
    if key:
        transaction.put(TABLE, key, {"commit": transaction.commit + 1})


def commit_named(transaction: Transaction, entry: LogEntry) -> int:
    """Commit under a name of its own, which the error tells if the commit was not confirmed."""
    token = os.urandom(12).hex()
    try:
        return transaction.commit_as(evolve(entry, token=token))
    except CommitUnknown as error:
        raise error.of(token, transaction.commit) from error
