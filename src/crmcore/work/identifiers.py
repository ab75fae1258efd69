"""Ids for records that come without one: sortable by time, never reused."""

import secrets
from datetime import datetime
from typing import Final

from attrs import define

_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32 in small letters: no i, l, o, u."""

_TIME_BITS: Final = 48
_COUNTER_BITS: Final = 32
_RANDOM_BITS: Final = 50
_LENGTH: Final = (_TIME_BITS + _COUNTER_BITS + _RANDOM_BITS) // 5


@define
class Identifiers:
    """Makes ids within one unit: milliseconds of its time, a counter that keeps their order, and random bits."""

    _counter: int = 0

    def make(self, now: datetime) -> str:
        """Return a new id of 26 characters; later ones sort after earlier ones."""
        milliseconds = int(now.timestamp() * 1000)
        value = (milliseconds << _COUNTER_BITS | self._counter) << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS)
        self._counter += 1
        digits = []
        for _ in range(_LENGTH):
            value, rest = divmod(value, 32)
            digits.append(_ALPHABET[rest])
        return "".join(reversed(digits))
