"""One writer at a time, between threads and between processes."""

import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from crmcore.errors import StoreError, StoreLocked
from crmcore.storage.safe_file import cause

_POLL: Final = 0.005
"""Seconds between two attempts; a commit takes some milliseconds."""

_ours: Final[dict[Path, tuple[int, int]]] = {}
"""The process and thread of each lock that this program holds: whoever waits for itself would wait in vain."""


@contextmanager
def held(path: Path, timeout: float) -> Iterator[None]:
    """Hold the lock file ``path``; raises `StoreLocked` after ``timeout`` seconds, naming the holder if known.

    At once, if this thread holds it already. The system frees the lock of a process that ends, however it ends, so no lock is ever left behind.
    """
    me = os.getpid(), threading.get_ident()
    if _ours.get(path) == me:
        raise nested()
    from filelock import FileLock, Timeout  # noqa: PLC0415 - 40 ms that commands which only read need not spend

    lock = FileLock(path, mode=0o600)
    try:
        lock.acquire(timeout, poll_interval=_POLL)
    except Timeout as error:
        raise StoreLocked(
            f"{_holder(path)} is writing to the store and did not finish within {timeout:g} s ({path})",
            todo="Repeat the command when it is done, or wait longer with `?timeout=SECONDS` after the store's path.",
        ) from error
    except OSError as error:
        why, todo = cause(error)
        raise StoreError(f"the store cannot be locked for writing: {path}: {why}", todo=todo) from error
    try:
        with suppress(OSError):
            _sign(path)
        _ours[path] = me
        yield
    finally:
        _ours.pop(path, None)
        with suppress(OSError):  # the system frees it anyway; what was committed is committed
            lock.release()


def nested() -> StoreLocked:
    """Return the error for a unit of work inside another one, which cannot end before it."""
    return StoreLocked(
        "a unit of work is open in this program already, and nothing else can be written before it ends",
        todo="Make the change in the unit that is open, or leave its `with` block first.",
    )


def _sign(path: Path) -> None:
    """Note who holds the lock, for the message to those who wait."""
    file = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        if os.fstat(file).st_nlink == 1:  # a second name would be somebody else's file
            os.ftruncate(file, 0)
            os.write(file, f"{os.getpid()} {os.uname().nodename}\n".encode())
    finally:
        os.close(file)


def _holder(path: Path) -> str:
    with suppress(OSError):
        signed = re.fullmatch(r"(\d+) (\S+)\n", path.read_text("utf-8", "replace"))
        if signed:
            return f"process {signed[1]} on {signed[2]}"
    return "another process"
