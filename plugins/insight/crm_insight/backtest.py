"""Whether a scheme would have known: where everybody was on a past day, and what they did afterwards."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from attrs import field, frozen

from crmcore import Chart, Crm, Scheme, Table, count, days_since, latest, total

from .figures import by_chance, cramers_v, explained, rounded
from .tables import is_purchase, purchase, table


@frozen
class Backtest:
    """Where customers were on a day, and what they bought in the days after it.

    ``bought_before`` counts purchases up to the day; ``bought`` and ``spent`` those of the ``horizon`` days after it, of
    which nobody bought in the last ``quiet``.
    """

    scheme: Scheme
    at: date
    horizon: int
    segments: Mapping[str, str | None]
    bought_before: Mapping[str, int]
    bought: Mapping[str, int]
    spent: Mapping[str, float]
    quiet: int
    members: Mapping[str | None, Sequence[str]] = field(init=False)

    def __attrs_post_init__(self) -> None:
        found: dict[str | None, list[str]] = {segment.name: [] for segment in self.scheme.segments}
        for key, segment in self.segments.items():
            found.setdefault(segment, []).append(key)
        object.__setattr__(self, "members", found)


def backtest(crm: Crm, scheme: Scheme, at: date, horizon: int) -> Backtest:
    """Place everybody as of ``at`` by records up to that day alone, and read what they bought after it.

    What was returned, with a negative amount, is no purchase and lowers what was spent. Who was archived after the day
    is followed like everybody else.
    """
    then = crm.evaluate([scheme], at)
    later = crm.evaluate((), at + timedelta(days=horizon))
    ahead = purchase.at.within(days=horizon)
    keys = then.segments(scheme)
    bought = later.values(count(purchase, where=ahead & is_purchase), keys)
    spent = later.values(total(purchase.amount, where=ahead), keys)
    before = then.values(count(purchase, where=is_purchase))
    amounts = {key: float(spent.get(key) or 0) for key in keys}
    since = later.values(days_since(latest(purchase.at)), keys).values()
    quiet = min((min(days, horizon) for days in since if days is not None), default=horizon)
    return Backtest(scheme, at, horizon, keys, before, {key: bought.get(key) or 0 for key in keys}, amounts, quiet)


def tables(found: Backtest) -> Iterator[Table]:
    """Yield what the customers of each segment with any did, and what the scheme as a whole knew of it."""
    yield _outcomes(found)
    yield _quality(found)


def _outcomes(found: Backtest) -> Table:
    every = tuple(found.segments)
    share, spend = _bought_share(found, every), _mean(found, every)
    rows = []
    for name, keys in found.members.items():
        if not keys:
            continue
        own, mean = _bought_share(found, keys), _mean(found, keys)
        chance = by_chance(share or 0.0, len(keys), len(every))
        bought = (sum(found.bought[key] > 0 for key in keys), own, _ratio(own, share), *chance)
        rows.append((name, len(keys), *bought, rounded(mean, 4), _ratio(mean, spend), _left_share(found, keys)))
    columns = ("segment", "customers", "bought", "bought_share", "bought_lift", "by_chance_from", "by_chance_to")
    chart = Chart("bar", "segment", ("bought_share", "left_share"))
    more = ("spend_per_customer", "spend_lift", "left_share")
    return table("outcomes", (*columns, *more), rows, scheme=found.scheme, chart=chart)


def _left_share(found: Backtest, keys: Sequence[str]) -> float | None:
    """Return the share of those who had bought before that bought nothing after."""
    buyers = [key for key in keys if found.bought_before.get(key)]
    return sum(not found.bought[key] for key in buyers) / len(buyers) if buyers else None


def _bought_share(found: Backtest, keys: Sequence[str]) -> float | None:
    return sum(found.bought[key] > 0 for key in keys) / len(keys) if keys else None


def _mean(found: Backtest, keys: Sequence[str]) -> float | None:
    return sum(found.spent[key] for key in keys) / len(keys) if keys else None


def _ratio(own: float | None, all_: float | None) -> Any:
    return rounded(own / all_) if own is not None and all_ else None


def _quality(found: Backtest) -> Table:
    counts: dict[tuple[Any, bool], int] = {}
    for key, segment in found.segments.items():
        pair = segment, found.bought[key] > 0
        counts[pair] = counts.get(pair, 0) + 1
    value = cramers_v(counts)
    between = explained([[found.spent[key] for key in keys] for keys in found.members.values()])
    every = tuple(found.segments)
    row = (found.at, found.horizon, len(every), _bought_share(found, every), rounded(_mean(found, every), 4))
    known = (rounded(value, 3), rounded(between, 3))
    columns = ("at", "horizon", "customers", "bought_share", "spend_per_customer", "cramers_v", "spend_explained")
    return table("quality", columns, [(*row, *known)], scheme=found.scheme)
