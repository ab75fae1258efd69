"""Which encoding a file has: said by the user, marked in it, or found by reading all of it once."""

import codecs
from collections.abc import Iterator
from io import RawIOBase
from typing import Final

from attrs import frozen

from crmcore.errors import CrmError, Invalid, Problem, UsageError

CHUNK: Final = 1 << 18
"""Bytes read at a time; what detection holds in memory."""

_MARKS: Final = (
    (b"\x84\x31\x95\x33", "gb18030"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UTF32: Final = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_FAMILIES: Final = ("utf-8", "utf-16", "gb", "big5", "shift_jis", "euc", "iso8859", "cp", "koi8", "mac", "ascii")
_WIDENED: Final = {"gb2312": "gb18030", "gbk": "gb18030", "utf-8-sig": "utf-8"}
_ONE_BYTE: Final = bytes(range(0x80))
_RARE_ROWS: Final = bytes({*range(0x100)} - {*range(0xA1, 0xA4), *range(0xB0, 0xD8)})
"""All rows of GB2312 but punctuation and the commonest 3,755 characters."""
_SAY: Final = "Say which encoding it has with --encoding (such as gb18030, cp1252, big5)."


@frozen
class Encoding:
    """A codec that reads the whole file, and the bytes of the mark in front of the text."""

    codec: str
    mark: int = 0


@frozen
class Undecodable:
    """The first byte that a codec cannot read: its offset from 0 and its line from 1."""

    codec: str
    offset: int
    line: int
    byte: int

    def __str__(self) -> str:
        return f"byte 0x{self.byte:02x} at offset {self.offset} is not {self.codec.upper()}"


def find_encoding(file: RawIOBase, name: str, given: str | None) -> Encoding:
    """Return the encoding in which all of ``file`` can be read, trying UTF-8 and then GB18030.

    Raises `UsageError` for a given one that does not exist or contradicts the file's mark, and `Invalid`
    where a byte cannot be read, or where GB18030 would turn the text into unlikely characters.
    """
    head = _head(file)
    if head.startswith(_UTF32):
        raise _refused(name, 1, "is in UTF-32; save it as UTF-8")
    found = next((Encoding(codec, len(mark)) for mark, codec in _MARKS if head.startswith(mark)), None)
    if given is not None:
        found = _given(given, found, head)
    found = found or _wide(head)
    if found is None:
        return _utf8_or_gb18030(file, name)
    if wrong := first_undecodable(file, found):
        raise _refused(name, wrong.line, str(wrong), _SAY)
    return found


def first_undecodable(file: RawIOBase, encoding: Encoding) -> Undecodable | None:
    """Read all of ``file`` in bounded memory and return the first byte that is not text, or None."""
    try:
        for _ in _decoded(file, encoding):
            pass
    except _UndecodableError as error:
        return error.facts
    return None


def _head(file: RawIOBase) -> bytes:
    file.seek(0)
    return file.read(CHUNK) or b""


def _given(given: str, marked: Encoding | None, head: bytes) -> Encoding:
    try:
        codec = codecs.lookup(given).name
    except (LookupError, ValueError):
        codec = ""
    if not codec.startswith(_FAMILIES):
        raise UsageError(
            f"there is no text encoding named {given!r}", todo="Usual ones: utf-8, gb18030, utf-16, cp1252."
        )
    codec = _WIDENED.get(codec, codec)
    if marked and marked.codec.startswith(codec):
        return marked
    if marked:
        raise UsageError(f"--encoding says {given}, but the file begins with the mark of {marked.codec.upper()}")
    return (_wide(head) or Encoding("utf-16-le")) if codec == "utf-16" else Encoding(codec)


def _wide(head: bytes) -> Encoding | None:
    """Return UTF-16 where one byte of many pairs is NUL, as in the commas and line ends of any table."""
    low, high = head[0::2].count(0), head[1::2].count(0)
    if max(low, high) * 64 < len(head) or not max(low, high):
        return None
    pairs = {"utf-16-le": (b",\0", b"\t\0", b";\0", b"\n\0"), "utf-16-be": (b"\0,", b"\0\t", b"\0;", b"\0\n")}
    units = {head[at : at + 2] for at in range(0, min(len(head), 4096), 2)}
    likely = ["utf-16-le", "utf-16-be"] if high >= low else ["utf-16-be", "utf-16-le"]
    return next((Encoding(codec) for codec in likely if units.intersection(pairs[codec])), None)


def _utf8_or_gb18030(file: RawIOBase, name: str) -> Encoding:
    first = first_undecodable(file, Encoding("utf-8"))
    if first is None:
        return Encoding("utf-8")
    if _is_mostly_utf8(file):
        raise _refused(name, first.line, f"{first}, though the rest of the file is", f"Mend that place. {_SAY}")
    try:
        plausible = _looks_chinese(_decoded(file, Encoding("gb18030")))
    except _UndecodableError as error:
        reason = f"{first}; {error.facts} either (line {error.facts.line})"
        raise _refused(name, first.line, reason, _SAY) from None
    if not plausible:
        raise _refused(name, first.line, f"{first}, and as GB18030 the text would be unlikely Chinese", _SAY)
    return Encoding("gb18030")


def _is_mostly_utf8(file: RawIOBase) -> bool:
    """Tell a damaged UTF-8 file, which GB18030 might read as nonsense, from one that never was UTF-8."""
    valid = broken = 0
    for piece in _decoded(file, Encoding("utf-8"), "replace"):
        lost = piece.count("\ufffd")
        broken += lost
        valid += len(piece) - len(piece.encode("ascii", "ignore")) - lost
    return valid > 2 * broken


def _looks_chinese(pieces: Iterator[str]) -> bool:
    """Tell GB18030 from Western text and Big5, which it would take for rare characters of two bytes.

    Characters of four bytes count as common: nothing else has digits between its upper bytes.
    """
    beyond = common = 0
    for piece in pieces:
        below = len(piece.encode("ascii", "ignore"))
        beyond += len(piece) - below
        common += (len(piece.encode("gb18030")) - below) // 2 - (len(piece) - below)
        pairs = piece.encode("gb2312", "ignore").translate(None, _ONE_BYTE)
        common += len(pairs[0::2].translate(None, _RARE_ROWS))
    return common * 2 >= beyond


class _UndecodableError(Exception):
    def __init__(self, facts: Undecodable) -> None:
        super().__init__(str(facts))
        self.facts = facts


def _decoded(file: RawIOBase, encoding: Encoding, errors: str = "strict") -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding.codec)(errors)
    file.seek(encoding.mark)
    offset, lines, chunk = encoding.mark, 0, b"?"
    while chunk:
        chunk = file.read(CHUNK) or b""
        offset += len(chunk)
        try:
            piece = decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            before = error.object[: error.start].decode(encoding.codec, "ignore")
            at = offset - len(error.object) + error.start
            facts = Undecodable(encoding.codec, at, 1 + lines + before.count("\n"), error.object[error.start])
            raise _UndecodableError(facts) from None
        lines += piece.count("\n")
        yield piece


def _refused(name: str, line: int, reason: str, todo: str = "") -> CrmError:
    return Invalid([Problem(reason, file=name, line=line)], todo=todo)
