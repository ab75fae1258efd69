"""How steadily customers stay where they are: moves, returns, and how long a stay lasts."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from attrs import frozen

from crmcore import Placement, Scheme, Table, Timeline

from .figures import rounded
from .tables import table


@frozen
class Stability:
    """What became of the customers of a scheme in a period that ends on a day.

    ``moved`` counts customers that moved at all, ``returned`` those that came back into a segment soon after leaving it.
    """

    customers: int
    moves: int
    moved: int
    returned: int

    @property
    def moved_share(self) -> float | None:
        """The share of customers that moved."""
        return self.moved / self.customers if self.customers else None


def stability(timelines: Mapping[str, Timeline], day: date, period: int, soon: int) -> Stability:
    """Return the moves of the last ``period`` days; a return within ``soon`` days of leaving is flapping."""
    start = day - timedelta(days=period)
    known = [seen for timeline in timelines.values() if (seen := seen_by(timeline, day))]
    moves = [sum(start < later.since for _, later in pairwise(seen)) for seen in known]
    flaps = [bool(flapping(seen, start, soon)) for seen in known]
    return Stability(len(known), sum(moves), sum(map(bool, moves)), sum(flaps))


def seen_by(timeline: Timeline, day: date) -> tuple[Placement, ...]:
    """Return the placements that had begun by a day."""
    return tuple(one for one in timeline.placements if one.since <= day)


def flapping(placements: Sequence[Placement], start: date, soon: int) -> list[tuple[Placement, Placement, Placement]]:
    """Return each return since ``start``: the stay that was left, the short one between, and the one again."""
    trios = zip(placements, placements[1:], placements[2:], strict=False)
    return [
        trio
        for trio in trios
        if trio[0].segment == trio[2].segment and trio[2].since > start and _away(trio) <= timedelta(days=soon)
    ]


def _away(trio: Sequence[Placement]) -> timedelta:
    return trio[2].since - trio[1].since


def flapping_table(
    scheme: Scheme, timelines: Mapping[str, Timeline], names: Mapping[str, str], span: tuple[date, int, int]
) -> Table:
    """Return who came back into a segment soon after leaving it: those who did so most often first.

    ``span`` is the day, the days up to it that count, and within how many days a return is flapping.
    """
    day, period, soon = span
    start = day - timedelta(days=period)
    found = []
    for key, timeline in timelines.items():
        if back := flapping(seen_by(timeline, day), start, soon):
            first = back[-1]
            found.append((key, names.get(key), first[0].segment, first[1].segment, len(back), first[2].since))
    found.sort(key=lambda row: (-row[4], row[0]))
    return table("flapping", ("id", "name", "from", "to", "returns", "since"), found, scheme=scheme)


def stays(scheme: Scheme, timelines: Iterable[Timeline], day: date) -> dict[str | None, Decimal | int | None]:
    """Return how many days a stay in each segment has lasted on average, to a tenth, those that go on included."""
    days: dict[str | None, list[int]] = {}
    for timeline in timelines:
        for one in seen_by(timeline, day):
            end = day if one.until is None or one.until > day else one.until
            days.setdefault(one.segment, []).append((end - one.since).days)
    order: list[Any] = [segment.name for segment in scheme.segments]
    return {name: rounded(sum(days[name]) / len(days[name]), 1) for name in (*order, None) if name in days}
