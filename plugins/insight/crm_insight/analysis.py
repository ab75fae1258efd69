"""What there is to know of a scheme: how it divides customers and revenue, what it lacks, what it repeats of others."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import combinations
from typing import Any

from attrs import frozen

from crmcore import Chart, Scheme, Table, Timeline

from .figures import cramers_v, fewest_for, gini, rounded, share_of_largest
from .matrix import placed_on
from .stability import stability, stays
from .tables import table

Answers = Mapping[str, str | None]
"""The segment of each customer; None is "cannot tell"."""

LARGEST = (0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0)
"""Parts of the customers whose share of revenue is told."""

MOST_ALIKE = 20


@frozen
class Known:
    """What the tables are made from: placements by scheme, and revenue by customer, on a day.

    ``period`` are the days up to it whose moves count, ``soon`` the days within which a return is flapping.
    """

    day: date
    timelines: Mapping[str, Mapping[str, Timeline]]
    amounts: Mapping[str, Decimal]
    period: int
    soon: int

    def answers(self, scheme: Scheme) -> Answers:
        """Return where everybody is placed."""
        return placed_on(self.timelines[scheme.name], self.day)


def distribution(scheme: Scheme, known: Known) -> Table:
    """Return customers and revenue of each segment, how they share, and how long a stay lasts."""
    answers = known.answers(scheme)
    counted, earned = Counter(answers.values()), _earned(answers, known.amounts)
    lasted = stays(scheme, known.timelines[scheme.name].values(), known.day)
    total = sum(earned.values(), Decimal(0))
    names: list[str | None] = [segment.name for segment in scheme.segments]
    found = []
    for name in (*names, *([None] if None in counted else [])):
        number, amount = counted[name], earned.get(name, Decimal(0))
        shares = (number / len(answers) if answers else None, float(amount / total) if total > 0 else None)
        found.append(
            (name, number, shares[0], amount, shares[1], amount / number if number else None, lasted.get(name))
        )
    columns = ("segment", "customers", "share", "revenue", "revenue_share", "per_customer", "days")
    chart = Chart("bar", "segment", ("share", "revenue_share"))
    return table("distribution", columns, found, scheme=scheme, chart=chart)


def _earned(answers: Answers, amounts: Mapping[str, Decimal]) -> dict[str | None, Decimal]:
    found: dict[str | None, Decimal] = {}
    for key, segment in answers.items():
        found[segment] = found.get(segment, Decimal(0)) + (amounts.get(key) or Decimal(0))
    return found


def missing(scheme: Scheme, known: Known) -> Table:
    """Return how many customers each missing fact keeps unplaced, the most harmful first."""
    placements = (timeline.on(known.day) for timeline in known.timelines[scheme.name].values())
    untold = [one for one in placements if one is not None and one.segment is None]
    counted = Counter(name for one in untold for name in one.missing)
    alone = Counter(one.missing[0] for one in untold if len(one.missing) == 1)
    rows = [(name, count, alone[name]) for name, count in sorted(counted.items(), key=lambda item: (-item[1], item[0]))]
    return table("missing", ("missing", "customers", "alone"), rows, scheme=scheme)


def overview(schemes: Iterable[Scheme], known: Known) -> Table:
    """Return one row for each scheme: whom it places, how it divides them, and how steady it is."""
    found = []
    for scheme in schemes:
        answers = known.answers(scheme)
        counted = Counter(answers.values())
        steady = stability(known.timelines[scheme.name], known.day, known.period, known.soon)
        known_of = {name: count for name, count in counted.items() if name is not None}
        told = sum(known_of.values())
        coverage = told / len(answers) if answers else None
        largest = max(known_of.values()) / told if told else None
        row = (scheme.name, len(answers), coverage, len(known_of), len(scheme.segments), largest)
        found.append((*row, steady.moves, steady.moved_share, steady.returned))
    columns = ("scheme", "customers", "coverage", "segments_used", "segments", "largest_share")
    return table(
        "schemes", (*columns, "moves", "moved_share", "returned"), found, chart=Chart("bar", "scheme", "coverage")
    )


def agreement(pairs: Iterable[tuple[Scheme, Scheme]], known: Known, limit: int = MOST_ALIKE) -> Table:
    """Return how much two schemes say the same of customers (Cramer's V), the most alike first."""
    found: list[tuple[Any, ...]] = []
    for one, other in pairs:
        counts = contingency(known.answers(one), known.answers(other))
        if (value := cramers_v(counts)) is not None:
            found.append((one.name, other.name, sum(counts.values()), rounded(value, 3)))
    found.sort(key=lambda row: (-row[3], row[0], row[1]))
    return table("agreement", ("scheme", "other", "customers", "cramers_v"), found[:limit])


def every_pair(schemes: Sequence[Scheme]) -> Iterator[tuple[Scheme, Scheme]]:
    """Yield each two schemes once."""
    return combinations(schemes, 2)


def contingency(one: Answers, other: Answers) -> dict[tuple[Any, Any], int]:
    """Return how many customers have each two answers; who is not told in both is left out."""
    both = ((answer, other.get(key)) for key, answer in one.items())
    return dict(Counter(pair for pair in both if None not in pair))


def concentration(amounts: Iterable[Decimal]) -> Iterator[Table]:
    """Yield how unequally customers bring revenue: the shares of the largest, and the figures of concentration."""
    values = list(amounts)
    rows = [(part, share_of_largest(values, part)) for part in LARGEST]
    chart = Chart("line", "customers_share", "revenue_share")
    yield table("concentration", ("customers_share", "revenue_share"), rows, chart=chart)
    row = (len(values), rounded(gini(values), 3), fewest_for(values, 0.5), fewest_for(values, 0.8))
    yield table("figures", ("customers", "gini", "half", "four_fifths"), [row])
