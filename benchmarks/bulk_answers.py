"""What every version of the bulk benchmark answers, and whether two of them answer the same."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from math import isclose
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from attrs import field, frozen

SCHEMES: Final = (
    *("lifecycle.status", "lifecycle.stage", "lifecycle.position", "lifecycle.buyer", "lifecycle.role"),
    *("value_tier.vip", "value_tier.contribution", "value_tier.medal", "value_tier.level"),
    *("value_tier.size", "value_tier.abc", "value_tier.rfm"),
)
FOREVER: Final = 10_000_000
"""A date of review that never comes; others are days since 1970."""


@frozen
class Task:
    """What is asked: every scheme on a day; with ``whole``, dates of review and what is missing as well."""

    folder: Path
    day: date
    zone: ZoneInfo
    whole: bool = True

    def midnight(self, days: int = 0) -> datetime:
        """Return when the day so many days later begins."""
        return datetime.combine(self.day + timedelta(days=days), time(), self.zone).astimezone(UTC)

    @property
    def number(self) -> int:
        """The day as days since 1970."""
        return (self.day - date(1970, 1, 1)).days

    def files(self, name: str) -> str:
        """Return the files of a record type, as a pattern."""
        return f"{self.folder}/{name}/*.parquet"

    def paths(self, name: str) -> list[Path]:
        """Return the files of a record type."""
        return sorted((self.folder / name).glob("*.parquet"))


@frozen(eq=False)
class Result:
    """``table`` holds id and, for each scheme, its position (-1 less it for "cannot tell"), with ``whole`` also NAME.on.

    ``missing`` holds, for each scheme and name, the ids of those of whom it is missing.
    """

    table: Any
    population: Mapping[str, float | None]
    missing: Mapping[tuple[str, str], Any] = field(factory=dict)


Version = Callable[[Task], Result]


def differences(one: Result, two: Result) -> list[str]:
    """Return in what two results differ."""
    import polars as pl  # noqa: PLC0415 - not while something is measured

    first, second = (pl.DataFrame(pl.from_arrow(each.table)).sort("id") for each in (one, two))
    found = [] if set(first.columns) == set(second.columns) else [f"columns {first.columns} {second.columns}"]
    if not first["id"].equals(second["id"]):
        return [*found, f"customers: {first.height} and {second.height}"]
    for name in [name for name in first.columns if name in second.columns]:
        left, right = (each[name] if name == "id" else each[name].cast(pl.Int64) for each in (first, second))
        unequal = left.ne_missing(right)
        if unequal.any():
            place = unequal.arg_true()[0]
            found.append(f"{name}: {unequal.sum()} cells, first {first['id'][place]}: {left[place]} {right[place]}")
    for key in sorted(one.population.keys() | two.population.keys()):
        left_value, right_value = one.population.get(key), two.population.get(key)
        if None in (left_value, right_value) or not isclose(left_value, right_value, rel_tol=1e-12):
            found.append(f"{key}: {left_value} {right_value}")
    for key in sorted(one.missing.keys() | two.missing.keys()):
        found += [] if set(one.missing.get(key, ())) == set(two.missing.get(key, ())) else [f"missing {key}"]
    return found


def write(result: Result, folder: Path) -> None:
    """Write a result into files, for another process to compare."""
    import pyarrow.parquet as pq  # noqa: PLC0415 - not while something is measured

    pq.write_table(result.table, folder / "table.parquet")
    missing = [[*key, list(ids)] for key, ids in result.missing.items()]
    rest = {"population": dict(result.population), "missing": missing}
    (folder / "rest.json").write_text(json.dumps(rest), encoding="utf-8")


def written(folder: Path) -> Result:
    """Read what `write` wrote."""
    import pyarrow.parquet as pq  # noqa: PLC0415 - not while something is measured

    rest = json.loads((folder / "rest.json").read_text(encoding="utf-8"))
    missing = {(scheme, name): ids for scheme, name, ids in rest["missing"]}
    return Result(pq.read_table(folder / "table.parquet"), rest["population"], missing)


def quantile(ordered: Any, share: str) -> Fraction | None:
    """Return the quantile of values in ascending order, exactly."""
    if not len(ordered):
        return None
    place = Fraction(share) * (len(ordered) - 1)
    low = int(place)
    below, above = int(ordered[low]), int(ordered[min(low + 1, len(ordered) - 1)])
    return below + (place - low) * (above - below)
