"""Who went from which segment to which: as customers, as shares of those who were there, and as revenue."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from attrs import evolve, frozen

from crmcore import Chart, Scheme, Table, Timeline

from .tables import MONEY_COLUMN, NOWHERE, UNTOLD, heading, table, titled

Pair = tuple[str | None, str | None]
"""A segment before and after; None is "cannot tell", `NOWHERE` not placed."""


@frozen
class Moves:
    """Where each customer was in one scheme and is in another, or later in the same."""

    first: Scheme
    second: Scheme
    pairs: Mapping[str, Pair]

    @property
    def movers(self) -> dict[str, Pair]:
        """Those whose segment is another one."""
        return {key: pair for key, pair in self.pairs.items() if pair[0] != pair[1]}


def placed_on(timelines: Mapping[str, Timeline], day: Any) -> dict[str, str | None]:
    """Return where customers were on a day by what was believed then; who was not placed is left out."""
    found = ((key, timeline.on(day)) for key, timeline in timelines.items())
    return {key: placement.segment for key, placement in found if placement is not None}


def moves_between(
    first: Scheme, second: Scheme, before: Mapping[str, str | None], after: Mapping[str, str | None]
) -> Moves:
    """Return the moves of everybody who is placed before or after."""
    everybody = dict.fromkeys((*before, *after))
    return Moves(first, second, {key: (before.get(key, NOWHERE), after.get(key, NOWHERE)) for key in everybody})


def matrices(moves: Moves, amounts: Mapping[str, Decimal], title: str = "migration") -> Iterator[Table]:
    """Yield the matrix in customers, in shares of each row, and in revenue; the title is migration or crossed."""
    counted, earned = _summed(moves, lambda _: 1), _summed(moves, lambda key: amounts.get(key) or Decimal(0))
    yield _matrix(title, moves, lambda pair: counted.get(pair, 0))
    sums = {row: sum(count for (start, _), count in counted.items() if start == row) for row in _rows(moves)}
    shares = _matrix(
        f"{title}_shares", moves, lambda pair: counted.get(pair, 0) / sums[pair[0]] if sums[pair[0]] else None
    )
    yield evolve(shares, shares=shares.columns[1:])
    money = _matrix(f"{title}_revenue", moves, lambda pair: earned.get(pair, Decimal(0)))
    yield evolve(money, like={**money.like, **dict.fromkeys(money.columns[1:], MONEY_COLUMN)})


def _summed(moves: Moves, of: Callable[[str], Any]) -> dict[Pair, Any]:
    found: dict[Pair, Any] = {}
    for key, pair in moves.pairs.items():
        found[pair] = found.get(pair, 0) + of(key)
    return found


def _rows(moves: Moves) -> tuple[str | None, ...]:
    return _places(moves.first, {pair[0] for pair in moves.pairs.values()})


def _places(scheme: Scheme, seen: set[str | None]) -> tuple[str | None, ...]:
    """Return the segments of a scheme in order, and behind them who cannot be told or is not placed, if anybody."""
    names: list[str | None] = [segment.name for segment in scheme.segments]
    gone = sorted(name for name in seen if name not in {*names, None, NOWHERE} and name is not None)
    return (*names, *gone, *(end for end in (None, NOWHERE) if end in seen))


def _matrix(title: str, moves: Moves, value: Callable[[Pair], Any]) -> Table:
    places = _places(moves.second, {pair[1] for pair in moves.pairs.values()})
    names = [UNTOLD if place is None else place for place in places]
    start = "from" if "from" not in names else "from_segment"
    found = [(row, *(value((row, place)) for place in places)) for row in _rows(moves)]
    chart = Chart("heatmap", start, tuple(names))
    made = table(title, (start, *names), found, scheme=moves.second, chart=chart, of={start: moves.first})
    heads = {name: heading(moves.second, name) for name in names}
    return evolve(made, **_entitled(title, moves), labels={**made.labels, **heads})


def _entitled(title: str, moves: Moves) -> dict[str, Any]:
    """Return the title and label of a matrix; across two schemes it names both."""
    if moves.first is moves.second:
        return {}
    names = f"{moves.first.name} {moves.second.name}"
    return {"title": f"{title} {names}", "label": titled(title, moves.second, before=moves.first)}


def cell(moves: Moves, pair: Pair, names: Mapping[str, str], amounts: Mapping[str, Decimal]) -> Table:
    """Return the customers of one cell, those with most revenue first."""
    found = sorted(
        ((key, names.get(key), amounts.get(key) or Decimal(0)) for key, one in moves.pairs.items() if one == pair),
        key=lambda row: (-row[2], row[0]),
    )
    rows = [(key, name, *pair, amount) for key, name, amount in found]
    of = {"from": moves.first, "to": moves.second}
    return table("cell", ("id", "name", "from", "to", "revenue"), rows, scheme=moves.second, of=of)


def movers_table(moves: Moves, names: Mapping[str, str], amounts: Mapping[str, Decimal], limit: int) -> Table:
    """Return who moves, those with most revenue first."""
    found = sorted(moves.movers.items(), key=lambda item: (-(amounts.get(item[0]) or Decimal(0)), item[0]))
    rows = [(key, names.get(key), *pair, amounts.get(key) or Decimal(0)) for key, pair in found[:limit]]
    return table("movers", ("id", "name", "from", "to", "revenue"), rows, scheme=moves.second)
