"""Dates of review as expressions in days since 1970: the least and the greatest of dates, without those that cannot matter.

FOREVER is never, and no date is null. Whatever is in the least of all dates need not be looked at inside the others:
min(a, max(min(a, b), c)) is min(a, max(b, c)).
"""

from collections.abc import Iterable, Sequence
from functools import reduce
from operator import or_
from typing import Final

import narwhals.stable.v2 as nw

from crm_bulk.expressions import Expr, greatest, least, lit, operation, when

FOREVER: Final = 10_000_000
NEVER: Final = lit(FOREVER, nw.Int64)
_BEFORE_ALL: Final = lit(-FOREVER, nw.Int64)

Pair = tuple[Expr, Expr]


def earliest(dates: Iterable[Expr]) -> Expr:
    """Return the earliest of several dates."""
    found: dict[int, Expr] = {}
    for day in dates:
        if day is not NEVER:
            found |= {id(part): part for part in (day.parts if day.op == "earliest" else (day,))}
    sure = frozenset(key for key, part in found.items() if part.op not in {"when", "settled"})
    kept: dict[int, Expr] = {}
    for key, part in found.items():
        left = _without(part, sure - {key})
        if left is not NEVER:
            kept |= {id(inner): inner for inner in (left.parts if left.op == "earliest" else (left,))}
    if not kept:
        return NEVER
    return next(iter(kept.values())) if len(kept) == 1 else operation("earliest", tuple(kept.values()))


def only_where(holds: Expr, day: Expr) -> Expr:
    """Return a date where something holds, never elsewhere."""
    return when(holds, day, NEVER)


def settled(parts: Sequence[Pair]) -> Expr:
    """Return the latest date of the parts that hold, where any does, and else the earliest of all."""
    dates = [day for _, day in parts]
    common = reduce(frozenset.intersection, map(_sure, dates))
    first = [part for part in _parts(dates[0]) if id(part) in common]
    groups: dict[int, list[Pair]] = {}
    for (holds, _), day in zip(parts, dates, strict=True):
        rest = _without(day, common)
        groups.setdefault(id(rest), []).append((holds, rest))
    pairs = [(reduce(or_, (holds for holds, _ in group)), group[0][1]) for group in groups.values()]
    return earliest((*first, _settled(pairs)))


def _settled(pairs: list[Pair]) -> Expr:
    """Return the same for different dates that have nothing in common."""
    forever = [holds for holds, day in pairs if day is NEVER]
    others = [(holds, day) for holds, day in pairs if day is not NEVER]
    if not others:
        return NEVER
    held = tuple(each for pair in others for each in pair)
    found = others[0][1] if len(others) == 1 else operation("settled", held)
    return only_where(~forever[0], found) if forever else found


def _without(day: Expr, sure: frozenset[int]) -> Expr:  # noqa: PLR0911 - one return for each operation
    """Return a date where the ones in ``sure`` are looked at anyhow."""
    if not sure:
        return day
    if id(day) in sure:
        return NEVER
    match day.op:
        case "sole" if any(id(part) in sure for part in day.parts[1:]):
            return NEVER
        case "earliest":
            return earliest(_without(part, sure) for part in day.parts)
        case "when" if len(day.parts) == 3 and day.parts[2] is NEVER:
            return only_where(day.parts[0], _without(day.parts[1], sure))
        case "settled":
            pairs = zip(day.parts[::2], day.parts[1::2], strict=True)
            return settled([(holds, _without(inner, sure)) for holds, inner in pairs])
    return day


def _parts(day: Expr) -> tuple[Expr, ...]:
    return day.parts if day.op == "earliest" else (day,)


def _sure(day: Expr) -> frozenset[int]:
    return frozenset(map(id, _parts(day)))


def sole(day: Expr, sooner: Iterable[Expr] = ()) -> Expr:
    """Return a date that is taken as a whole; it is never before any of ``sooner``."""
    return operation("sole", (day, *sooner))


def if_held(held: Expr, then: Expr, otherwise: Expr) -> Expr:
    """Return one date where a rule holds and another where it does not; never where that is unknown."""
    return earliest((only_where(held.fill_null(False), then), only_where(~held.fill_null(True), otherwise)))


def plain(day: Expr) -> Expr:
    """Return a date as engines compute it."""
    match day.op:
        case "sole":
            return day.parts[0]
        case "earliest":
            return least(*map(plain, day.parts))
        case "when":
            return when(day.parts[0], *map(plain, day.parts[1:]))
        case "settled":
            pairs = list(zip(day.parts[::2], map(plain, day.parts[1::2]), strict=True))
            latest = greatest(*(when(holds, each, _BEFORE_ALL) for holds, each in pairs))
            return when(reduce(or_, day.parts[::2]), latest, least(*(each for _, each in pairs)))
    return day
