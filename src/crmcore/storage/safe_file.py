"""Files that are either wholly old or wholly new after a crash, a full disk or a power cut.

Every file is made with mode 0600, or stricter where the one that it replaces was; that one's owner and group are kept.
Symbolic links are never followed when writing.
"""

import errno
import os
import re
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

from attrs import frozen

from crmcore.errors import CommitUnknown, NotCommitted, StoreBroken, StoreError

HEAD: Final = 512
"""So many first bytes of a file take part in telling whether it changed."""

_PRIVATE: Final = 0o600
_WRITE: Final = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
_CAUSES: Final = {
    errno.ENOSPC: ("the disk is full", "Make room on the disk, then repeat the command."),
    errno.EDQUOT: ("the disk quota is used up", "Make room or ask for a larger quota, then repeat the command."),
    errno.EFBIG: (
        "the file would become larger than allowed",
        "Raise the limit (`ulimit -f`) or make the store smaller.",
    ),
    errno.EACCES: (
        "permission denied",
        "Run the command as the owner of the file, or let the owner change its permissions.",
    ),
    errno.EPERM: (
        "permission denied",
        "Run the command as the owner of the file, or let the owner change its permissions.",
    ),
    errno.EROFS: (
        "the file system is read-only",
        "Choose a store on another file system, or mount this one for writing.",
    ),
    errno.EIO: ("the disk reports a fault", "Check the disk, and make a backup on another one first."),
    errno.ENOENT: ("there is no such file or folder", "Make the folder first, or check the path."),
    errno.ENOTDIR: ("part of the path is a file, not a folder", "Check the path."),
    errno.EISDIR: ("it is a folder, not a file", "Give the path of a file."),
    errno.ELOOP: ("it is a symbolic link", "Remove the link; files of a store are not followed through links."),
}


@frozen
class Seen:
    """What tells one state of a file from the next without reading it whole."""

    inode: int
    size: int
    modified: int
    head: bytes


def cause(error: OSError) -> tuple[str, str]:
    """Return why the system refused, in words, and what to do about it."""
    known = _CAUSES.get(error.errno or 0)
    return known or (error.strerror or str(error), "Repeat the command; if it fails again, check the disk.")


def read_if_changed(path: Path, seen: Seen | None) -> tuple[Seen, bytes | None]:
    """Return what a file looks like now, and its bytes unless it still looks like ``seen``.

    Raises `StoreError` if it cannot be read, `StoreBroken` if it is no file.
    """
    try:
        with opened(path) as file:
            head = file.read(HEAD)
            now = _look(file.fileno(), head)
            return now, None if now == seen else head + file.read()
    except OSError as error:
        why, todo = cause(error)
        raise StoreError(f"{path} cannot be read: {why}", todo=todo) from error


def opened(path: Path, *, follow: bool = True) -> IO[bytes]:
    """Open a file for reading, through a symbolic link only with ``follow``.

    Raises `OSError`, and `StoreBroken` if it is no file.
    """
    # O_NONBLOCK: opening a named pipe must not wait for somebody to write into it.
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | (0 if follow else os.O_NOFOLLOW)
    file = os.open(path, flags)
    mode = os.fstat(file).st_mode
    if stat.S_ISREG(mode):
        return os.fdopen(file, "rb")
    os.close(file)
    what = "a folder" if stat.S_ISDIR(mode) else "a device or pipe"
    raise StoreBroken(f"{path} is {what}, not a file", todo="Give the path of a file, such as crm.json.")


def _look(file: int, head: bytes) -> Seen:
    found = os.fstat(file)
    return Seen(found.st_ino, found.st_size, found.st_mtime_ns, head)


def replace_file(path: Path, chunks: Iterable[bytes]) -> Seen:
    """Write a file aside, sync it and put it in the place of ``path``; returns what it then looks like.

    Raises `OSError` or `NotCommitted` while nothing has changed, `CommitUnknown` when the new file is in place but the disk did not
    confirm that it will stay.
    """
    written = _place(path, chunks)
    try:
        sync_folder(path.parent)
    except OSError as error:
        raise CommitUnknown(
            f"{path} was written, but the disk did not confirm it: {cause(error)[0]}",
            todo="Look whether the change is there before repeating it, and check the disk.",
        ) from error
    return written


def write_file(path: Path, chunks: Iterable[bytes]) -> None:
    """Do the same for a file that counts for nothing until another one is written; raises `OSError` only."""
    _place(path, chunks)
    sync_folder(path.parent)


def _place(path: Path, chunks: Iterable[bytes]) -> Seen:
    aside = path.with_name(f".{path.name}.{os.urandom(8).hex()}.tmp")
    try:
        written = _write_new(aside, chunks, path)
        os.replace(aside, path)  # noqa: PTH105 - this module speaks of the system's calls
    except BaseException:
        with suppress(OSError):
            os.unlink(aside)  # noqa: PTH108 - as above
        raise
    return written


def _write_new(path: Path, chunks: Iterable[bytes], replaced: Path) -> Seen:
    file = os.open(path, _WRITE | os.O_EXCL, _PRIVATE)
    try:
        _resemble(file, replaced)
        _write_all(file, 0, chunks)
        return _look(file, os.pread(file, HEAD, 0))
    finally:
        os.close(file)


def _resemble(file: int, replaced: Path) -> None:
    """Give a new file the owner, the group and at most the rights of the one that it will replace.

    Raises `NotCommitted` where it would pass from its owner to somebody else.
    """
    try:
        old = os.lstat(replaced)
    except FileNotFoundError:
        return
    if old.st_uid != os.geteuid():
        try:
            os.fchown(file, old.st_uid, old.st_gid)
        except OSError as error:
            raise NotCommitted(
                f"{replaced} belongs to another user (number {old.st_uid}), from whom writing would take it away",
                todo="Run the command as that user, or let the owner give the file to you (`chown`).",
            ) from error
    elif old.st_gid != os.fstat(file).st_gid:
        with suppress(OSError):  # a group that we are not in any more
            os.fchown(file, -1, old.st_gid)
    if stat.S_IMODE(old.st_mode) & _PRIVATE != _PRIVATE:
        os.fchmod(file, stat.S_IMODE(old.st_mode) & _PRIVATE)


def append_synced(path: Path, at: int, data: bytes) -> None:
    """Cut a file to ``at`` bytes, append and sync; it is made if missing. Raises `OSError`."""
    file = os.open(path, _WRITE, _PRIVATE)
    try:
        os.ftruncate(file, at)
        os.lseek(file, at, os.SEEK_SET)
        _write_all(file, at, [data])
    except OSError:
        with suppress(OSError):  # what does not belong to a commit is cut off later anyway; on a full disk it helps now
            os.ftruncate(file, at)
        raise
    finally:
        os.close(file)
    if at == 0:  # perhaps it was just made, and its name must last too
        sync_folder(path.parent)


def _write_all(file: int, start: int, chunks: Iterable[bytes]) -> None:
    """Write and sync everything, however little the system takes at a time; a full disk or a lie is an `OSError`."""
    size = start
    for chunk in chunks:
        rest = memoryview(chunk)
        while rest:
            taken = os.write(file, rest)
            if not taken:
                raise OSError(errno.EIO, "nothing was written")
            rest = rest[taken:]
        size += len(chunk)
    if os.fstat(file).st_size != size:
        raise OSError(errno.EIO, "fewer bytes arrived than were written")
    os.fsync(file)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder last; raises `OSError`."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(opened)
    except OSError as error:
        if error.errno not in {errno.EINVAL, errno.ENOTSUP}:  # some network file systems cannot, and need not
            raise
    finally:
        os.close(opened)


def sweep(path: Path) -> None:
    """Remove what killed writers left of ``path`` and the files named after it; call it under the lock. Never fails."""
    log = r"\.log(\.\d+)?"
    after = rf"({log}|\.before-restore-\d+({log})?)?"
    left = re.compile(rf"\.{re.escape(path.name)}{after}\.[0-9a-f]{{16}}\.tmp")
    with suppress(OSError):
        for entry in os.scandir(path.parent):
            if left.fullmatch(entry.name):
                os.unlink(entry.path)  # noqa: PTH108 - as above
