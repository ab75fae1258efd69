"""Figures of statistics that the tables are made of; each takes plain numbers and knows nothing of customers."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate
from math import ceil, exp, floor, log, sqrt
from typing import Any

MOST_VALUES = 200
"""Natural breaks are looked for among so many values, evenly taken from all of them in their order."""

_TWO_SIDED_95 = 1.96
_TAIL = 0.025


def gini(amounts: Iterable[Any]) -> float | None:
    """Return the Gini coefficient: 0 where all have the same, near 1 where one has all.

    Amounts below 0 count as 0; None if there is nothing to share.
    """
    ordered = sorted(max(float(amount), 0.0) for amount in amounts)
    total, number = sum(ordered), len(ordered)
    if total <= 0:
        return None
    weighted = sum(place * amount for place, amount in enumerate(ordered, 1))
    return 2 * weighted / (number * total) - (number + 1) / number


def share_of_largest(amounts: Sequence[Any], part: float) -> float | None:
    """Return the share of the total that the largest ``part`` (0 to 1) brings, rounded up to whole ones."""
    ordered = sorted(map(float, amounts), reverse=True)
    total = sum(ordered)
    return sum(ordered[: ceil(part * len(ordered))]) / total if total > 0 else None


def fewest_for(amounts: Iterable[Any], share: float) -> int | None:
    """Return how many of the largest together reach a share of the total; None if there is no total."""
    ordered = sorted(map(float, amounts), reverse=True)
    wanted = share * sum(ordered)
    if wanted <= 0:
        return None
    return next(place for place, running in enumerate(accumulate(ordered), 1) if running >= wanted * (1 - 1e-12))


def cramers_v(counts: Mapping[tuple[Any, Any], int]) -> float | None:
    """Return Cramer's V of a contingency table: 0 for two answers that know nothing of each other, 1 for the same.

    None where one of them has but one value.
    """
    rows, columns = Counter[Any](), Counter[Any]()
    for (row, column), count in counts.items():
        rows[row] += count
        columns[column] += count
    rows, columns = +rows, +columns
    total, smaller = sum(rows.values()), min(len(rows), len(columns)) - 1
    if smaller < 1:
        return None
    chi = sum(
        (counts.get((row, column), 0) - expected) ** 2 / expected
        for row in rows
        for column in columns
        for expected in [rows[row] * columns[column] / total]
    )
    return sqrt(chi / (total * smaller))


def explained(groups: Iterable[Sequence[float]]) -> float | None:
    """Return the share of the variance that lies between groups (eta squared); None where there is no variance."""
    kept = [group for group in groups if group]
    every = [value for group in kept for value in group]
    if not every:
        return None
    mean = sum(every) / len(every)
    total = sum((value - mean) ** 2 for value in every)
    between = sum(len(group) * (sum(group) / len(group) - mean) ** 2 for group in kept)
    return between / total if total > 0 else None


def by_chance(share: float, part: int, whole: int) -> tuple[float, float]:
    """Return between what a share lies, at least 95 times in 100, in ``part`` customers drawn blindly from ``whole``.

    ``share`` is that of the whole. The draws are counted exactly (hypergeometric distribution), so small parts may reach
    from none to all.
    """
    if part >= whole or not part:
        return share, share
    hits = round(share * whole)
    least, most = max(0, part - (whole - hits)), min(part, hits)
    logs = [0.0]
    for drawn in range(least, most):
        more = (hits - drawn) * (part - drawn) / ((drawn + 1) * (whole - hits - part + drawn + 1))
        logs.append(logs[-1] + log(more))
    weights = [exp(one - max(logs)) for one in logs]
    below = [*accumulate(weights)]
    low, high = (bisect_left(below, tail * below[-1]) for tail in (_TAIL, 1 - _TAIL))
    return (least + low) / part, (least + min(high, len(below) - 1)) / part


def difference_by_chance(share: float, first: int, second: int) -> float:
    """Return how far the shares of two groups lie apart at most, 95 times in 100, where nothing tells them apart."""
    return _TWO_SIDED_95 * sqrt(share * (1 - share) * (1 / first + 1 / second))


def rounded(value: Any, digits: int = 2) -> Decimal | int | None:
    """Return a number with so many digits at most, a whole one as an integer; None stays None."""
    if value is None:
        return None
    found = round(Decimal(str(value)), digits)
    return int(found) if found == found.to_integral_value() else found.normalize()


def rounded_down(value: Fraction, digits: int) -> Decimal | int:
    """Return a number with so many digits at most that is not above it."""
    found = Decimal(floor(value * 10**digits)).scaleb(-digits)
    return int(found) if found == found.to_integral_value() else found.normalize()


def quantile(ordered: Sequence[Any], share: float | Fraction) -> Any:
    """Return the value below which a share of ordered values lies: type 7, linear between neighbours."""
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return float(ordered[low]) + (float(ordered[high]) - float(ordered[low])) * float(place - low)


def natural_breaks(ordered: Sequence[Any], classes: int) -> tuple[Any, ...]:
    """Return the least value of each class but the first, so that values vary least within classes (Fisher, 1958).

    Fewer where there are not so many different values.
    """
    thinned = ordered
    if len(ordered) > MOST_VALUES:
        thinned = [ordered[round(place * (len(ordered) - 1) / (MOST_VALUES - 1))] for place in range(MOST_VALUES)]
    weights = Counter(thinned)
    values = sorted(weights)
    classes = min(classes, len(values))
    return tuple(values[start] for start in _starts(values, [weights[value] for value in values], classes))


def _starts(values: Sequence[Any], weights: Sequence[int], classes: int) -> list[int]:
    """Return where each class but the first begins, by dynamic programming over the ends of classes."""
    number = len(values)
    away = [float(value - values[number // 2]) for value in values]  # near 0, where floats tell close values apart
    sums = [0.0, *accumulate(weight * value for value, weight in zip(away, weights, strict=True))]
    squares = [0.0, *accumulate(weight * value**2 for value, weight in zip(away, weights, strict=True))]
    counts = [0, *accumulate(weights)]

    def spread(start: int, end: int) -> float:
        total, count = sums[end] - sums[start], counts[end] - counts[start]
        return squares[end] - squares[start] - total * total / count

    best = [spread(0, end) if end else 0.0 for end in range(number + 1)]
    cuts: list[list[int]] = []
    for least in range(1, classes):
        before, chosen = best, [0] * (number + 1)
        best = [float("inf")] * (number + 1)
        for end in range(least + 1, number + 1):
            best[end], chosen[end] = min((before[start] + spread(start, end), start) for start in range(least, end))
        cuts.append(chosen)
    found, end = [], number
    for chosen in reversed(cuts):
        end = chosen[end]
        found.append(end)
    return found[::-1]
