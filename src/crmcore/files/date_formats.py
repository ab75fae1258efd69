"""The date formats that a user may name for a file: ``DMY``, ``MDY``, ``YMD``, or a pattern like ``%d.%m.%Y``."""

import re
from functools import lru_cache
from typing import Final

from crmcore.errors import UsageError

MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_NUMERIC: Final = frozenset("YmdHIMSf")
_PARTS: Final = {
    "Y": "[0-9]{4}",
    "m": "[0-9]{1,2}",
    "d": "[0-9]{1,2}",
    "H": "[0-9]{1,2}",
    "I": "[0-9]{1,2}",
    "M": "[0-9]{2}",
    "S": "[0-9]{2}",
    "f": "[0-9]{1,6}",
    "p": "[AaPp][Mm]",
    "b": "|".join(MONTHS),
}
_ORDERS: Final = {
    "DMY": ("d", "m", "Y"),
    "MDY": ("m", "d", "Y"),
    "YMD": ("Y", "m", "d"),
}
_CLOCK: Final = (
    r"(?:[ T](?P<H>[0-9]{1,2}):(?P<M>[0-9]{2})(?::(?P<S>[0-9]{2})(?:\.(?P<f>[0-9]{1,9}))?)?(?: ?(?P<p>[AP]M))?)?"
)
_TOKEN: Final = re.compile(r"%(.)|([^%])", re.DOTALL)
_LONGEST: Final = 60


@lru_cache(maxsize=32)
def compile_format(text: str) -> re.Pattern[str]:
    """Return a pattern with the groups Y m d b H I M S f p, as far as the format has them.

    A named order takes ``/``, ``.`` or ``-`` between its parts and, where moments are read, a time after it.
    Raises `UsageError` for a format that could not tell one day from another.
    """
    text = text.strip()
    order = _ORDERS.get(text.upper())
    if order:
        first, second, third = (f"(?P<{part}>{_PARTS[part]})" for part in order)
        return re.compile(f"{first}(?P<sep>[/.-]){second}(?P=sep){third}{_CLOCK}", re.IGNORECASE)
    if len(text) > _LONGEST:
        raise _unusable(text, f"it is longer than {_LONGEST} characters")
    tokens = _TOKEN.findall(text)
    if sum(len(literal) or 2 for _, literal in tokens) != len(text):
        raise _unusable(text, "it ends in a single %; write %% for a percent sign")
    _check(text, [part for part, _ in tokens if part not in {"", "%"}])
    return re.compile("".join(_piece(tokens, at) for at in range(len(tokens))), re.IGNORECASE)


def _piece(tokens: list[tuple[str, str]], at: int) -> str:
    part, literal = tokens[at]
    if part in {"", "%"}:
        return re.escape(literal or "%")
    beside = [tokens[other] for other in (at - 1, at + 1) if 0 <= other < len(tokens)]
    touching = any(near in _NUMERIC or literal.isdigit() for near, literal in beside)
    digits = _PARTS[part]
    if touching and digits.endswith("{1,2}"):  # 1122010 is a guess, 01122010 is not
        digits = "[0-9]{2}"
    return f"(?P<{part}>{digits})"


def _check(text: str, parts: list[str]) -> None:
    found = set(parts)
    if found - set(_PARTS):
        known = " ".join(f"%{part}" for part in _PARTS)
        what = "a year of two digits can be two years; " if "y" in found else ""
        raise _unusable(text, f"{what}it can hold {known} and plain text")
    if len(found) < len(parts):
        raise _unusable(text, "it names a part twice")
    if not {"Y", "d"} <= found or len(found & {"m", "b"}) != 1:
        raise _unusable(text, "it needs %Y, %d and one of %m and %b")
    clock = found & {"H", "I", "M", "S", "f", "p"}
    if not _clock_is_whole(clock):
        raise _unusable(text, "its time needs %H:%M or %I:%M %p, then perhaps %S and %f")


def _clock_is_whole(clock: set[str]) -> bool:
    hours = clock & {"H", "I", "p"}
    if not clock:
        return True
    whole = hours in ({"H"}, {"I", "p"}) and "M" in clock
    return whole and ("f" not in clock or "S" in clock)


def _unusable(text: str, why: str) -> UsageError:
    return UsageError(
        f"the date format {text!r} cannot be used: {why}", todo="Say DMY, MDY, YMD or a pattern like %d.%m.%Y."
    )
