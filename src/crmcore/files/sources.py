"""Files and standard input as text that can be read again, in bounded memory, with a hash of their bytes."""

import hashlib
import io
import os
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Protocol, TextIO

from attrs import frozen

from crmcore.errors import CrmError, Invalid, Problem
from crmcore.files.encodings import CHUNK, Encoding, find_encoding

STANDARD_INPUT: Final = "stdin"
"""The name of ``-`` in messages."""

STREAM_LIMIT: Final = 1 << 30
"""Bytes that are copied from a pipe, which need not ever end; a file may have any size."""

_NOT_TEXT: Final = (
    (b"PK\x03\x04", "is a spreadsheet or an archive, not a text table; save it as CSV"),
    (b"\xd0\xcf\x11\xe0", "is an old spreadsheet or document, not a text table; save it as CSV"),
    (b"\x1f\x8b", "is compressed; unpack it first"),
    (b"\xfd7zXZ", "is compressed; unpack it first"),
    (b"BZh", "is compressed; unpack it first"),
    (b"SQLite format 3\0", "is a database; export the table as CSV"),
)


class Readable(Protocol):
    """What bytes can be read from."""

    def read(self, size: int, /) -> bytes | None:
        """Return up to so many bytes, none at the end."""


@frozen
class Source:
    """An open file whose encoding is known; ``sha256`` is that of its bytes as they stand."""

    name: str
    file: io.RawIOBase
    encoding: Encoding
    sha256: str
    size: int
    changed_at: int

    @contextmanager
    def text(self) -> Iterator[TextIO]:
        """Open a new stream over the text, line ends kept, independent of any other; raises `CrmError`."""
        window = _Window(self.file, self.encoding.mark, self.size)
        buffered = io.BufferedReader(window, CHUNK)  # type: ignore[type-var]  # raw streams may return None, ours never does
        try:
            with io.TextIOWrapper(buffered, self.encoding.codec, newline="") as text:
                yield text
        except UnicodeDecodeError as error:  # all of it was decoded before
            raise _changed(self.name) from error
        except OSError as error:
            raise _unreadable(self.name, error) from error

    def check_unchanged(self) -> None:
        """Raise `CrmError` if somebody wrote to the file since it was opened."""
        facts = os.fstat(self.file.fileno())
        if (facts.st_size, facts.st_mtime_ns) != (self.size, self.changed_at):
            raise _changed(self.name)

    def close(self) -> None:
        """Close the file; a spooled one vanishes."""
        self.file.close()


def open_source(path: str | Path, encoding: str | None = None) -> Source:
    """Open a file, or standard input for ``-``, and read it once: for its hash and its encoding.

    What cannot be read twice is copied to a temporary file that only its owner can read. Raises `CrmError`.
    """
    name = STANDARD_INPUT if str(path) == "-" else str(path)
    try:
        file = _open(path)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise _unreadable(name, error) from error
    try:
        return _inspected(name, file, encoding)
    except OSError as error:
        file.close()
        raise _unreadable(name, error) from error
    except BaseException:
        file.close()
        raise


def _changed(name: str) -> CrmError:
    return CrmError(f"{name} was changed while it was read; nothing of it can be trusted", todo="Try again.")


def _unreadable(name: str, error: Exception) -> CrmError:
    why = getattr(error, "strerror", None) or error
    return CrmError(f"cannot read {name}: {why}", todo="Check the path and its permissions.")


def _inspected(name: str, file: io.RawIOBase, encoding: str | None) -> Source:
    facts = os.fstat(file.fileno())
    file.seek(0)
    head = file.read(32) or b""
    for magic, reason in _NOT_TEXT:
        if head.startswith(magic):
            raise Invalid([Problem(reason, file=name)])
    file.seek(0)
    digest = hashlib.sha256()
    while chunk := file.read(CHUNK):
        digest.update(chunk)
    found = find_encoding(file, name, encoding)
    return Source(name, file, found, digest.hexdigest(), facts.st_size, facts.st_mtime_ns)


def _open(path: str | Path) -> io.RawIOBase:
    if str(path) == "-":
        return _spooled(sys.stdin.buffer, STANDARD_INPUT)
    file = Path(path).open("rb", buffering=0)  # noqa: SIM115 - the Source closes it
    mode = os.fstat(file.fileno()).st_mode
    if stat.S_ISREG(mode):
        return file
    with file:
        if (stat.S_ISCHR(mode) or stat.S_ISBLK(mode)) and not file.isatty():
            raise Invalid([Problem("is a device, not a table", file=str(path))], todo="Give the path of a file.")
        return _spooled(file, str(path))


def _spooled(stream: Readable, name: str) -> io.RawIOBase:
    copy: io.RawIOBase = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - the Source closes it
    try:
        spool(stream, copy, name)
    except BaseException:
        copy.close()
        raise
    return copy


def spool(stream: Readable, copy: io.RawIOBase, name: str) -> None:
    """Copy a stream to its end; raises `CrmError` for one that is too long to have one."""
    left = STREAM_LIMIT
    while chunk := stream.read(CHUNK):
        left -= len(chunk)
        if left < 0:
            raise CrmError(
                f"{name} did not end within {STREAM_LIMIT:,} bytes",
                todo="Save it as a file and give that; a file may have any size.",
            )
        _write_all(copy, chunk)


def _write_all(file: io.RawIOBase, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) or 0 :]


class _Window(io.RawIOBase):
    """Bytes of a shared file from ``start`` to ``end``, with a position of its own."""

    def __init__(self, file: io.RawIOBase, start: int, end: int) -> None:
        self._file = file
        self._at = start
        self._end = end

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]  # the same buffers, narrower in name
        self._file.seek(self._at)
        part = memoryview(buffer)[: max(0, self._end - self._at)]
        count: int = self._file.readinto(part) or 0
        self._at += count
        return count
