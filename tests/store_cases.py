"""What the tests of the default store share."""

import os
import stat

from crmcore.storage.tinydb_store import open_tinydb
from crmcore.store import Change, LogEntry


def made(file):
    """A new store in ``file``."""
    store = open_tinydb(f"tinydb:///{file}")
    store.create()
    return store


def again(store):
    """Another handle on the same store."""
    return open_tinydb(store.url)


def entry(why="test", *changes):
    return LogEntry(0, "2026-11-21T12:00:00Z", "ada", why, changes)


def put(store, key, document, table="customer"):
    with store.write() as work:
        change = Change(table, key, work.get(table, key), document)
        work.put(table, key, document)
        return work.commit_as(entry(f"put {key}", change))


def modes(folder):
    """The permissions of the files in a folder, by name."""
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir() if path.is_file()}


def fails(monkeypatch, name, code, *, after=0):
    """Let one function of `os` fail from its n-th call on; returns what ends that."""
    genuine, calls = getattr(os, name), []

    def failing(*args, **kwargs):
        calls.append(args)
        if len(calls) > after:
            raise OSError(code, os.strerror(code))
        return genuine(*args, **kwargs)

    monkeypatch.setattr(os, name, failing)
    return lambda: monkeypatch.setattr(os, name, genuine)
