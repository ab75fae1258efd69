"""Placements as Parquet files: only those that changed, each with what was there before; and who moved.

The last row of a customer over all runs is where it stands. Written with Polars, whichever library computed.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import polars as pl
from attrs import frozen

from crmcore.engines import Writing, Written

SCHEMA: Final[dict[str, Any]] = {
    "customer": pl.String,
    "scheme": pl.String,
    "segment": pl.String,
    "since": pl.Date,
    "review_on": pl.Date,
    "missing": pl.List(pl.String),
    "cause": pl.String,
    "run": pl.Int64,
    "before": pl.String,
    "before_since": pl.Date,
    "before_cause": pl.String,
    "before_run": pl.Int64,
    "is_gone": pl.Boolean,
}
"""The columns of a file of placements; ``segment`` is null for "cannot tell"."""

_KEPT: Final = ("segment", "since", "cause", "run")
_BEFORE: Final = ("before", "before_since", "before_cause", "before_run")


@frozen(eq=False)
class Sink:
    """Writes the placements of one scheme in one run."""

    scheme: str
    order: Writing

    def write(self, placed: pl.DataFrame) -> Written:
        """Write what differs from before; ``placed`` has each customer, in order, with segment, review_on and missing."""
        judged = self._judged(placed)
        changed = judged.filter(_is_changed()).select(SCHEMA.keys())
        is_move = _said("old_segment", pl.col("was_there")).ne_missing(_said("new_segment", pl.col("is_present")))
        moved = judged.filter(is_move).select(**self._move())
        if self.order.into is not None:
            _put(changed, self.order.into / "placement", self.scheme)
            _put(moved, self.order.into / "move", self.scheme)
        first = int(moved["is_first"].sum())
        return Written(placed.height, changed.height, first, moved.height - first)

    def _judged(self, placed: pl.DataFrame) -> pl.DataFrame:
        """Return each customer as it was and as it is, in the columns of a file of placements."""
        old = current_in(self.order.before).rename(lambda name: f"old_{name}")
        new = placed.rename({"segment": "new_segment", "review_on": "new_review", "missing": "new_missing"})
        beside = new.with_columns(is_present=pl.lit(value=True)).join(
            old, left_on="customer", right_on="old_customer", how="full", coalesce=True, maintain_order="left_right"
        )
        known = beside.with_columns(
            is_present=pl.col("is_present").fill_null(value=False),
            was_there=~pl.col("old_is_gone").fill_null(value=True),
            is_first=pl.col("old_is_gone").is_null(),
        )
        stays = pl.col("is_present") & pl.col("was_there") & pl.col("new_segment").eq_missing(pl.col("old_segment"))
        ended = self._ended()
        reopens = (
            pl.col("is_present") & ended["since"].is_not_null() & ended["segment"].eq_missing(pl.col("new_segment"))
        )
        fresh = self._fresh()
        columns = {
            name: pl.when(stays).then(pl.col(f"old_{name}")).when(reopens).then(ended[name]).otherwise(fresh[name])
            for name in _KEPT
        }
        for name, kept in zip(_BEFORE, _KEPT, strict=True):
            columns[name] = pl.when(stays).then(pl.col(f"old_{name}")).when(~reopens).then(ended[kept])
        return known.with_columns(
            **columns,
            scheme=pl.lit(self.scheme),
            review_on=pl.col("new_review"),
            missing=pl.when(pl.col("is_present")).then(pl.col("new_missing")),
            is_gone=~pl.col("is_present"),
        )

    def _ended(self) -> dict[str, pl.Expr]:
        """Return the placement that ends today: two changes on one day leave the last of them only."""
        is_of_today = pl.col("old_since") == self.order.day
        return {
            kept: pl.when(is_of_today)
            .then(pl.col(f"old_{before}"))
            .when(pl.col("was_there"))
            .then(pl.col(f"old_{kept}"))
            for kept, before in zip(_KEPT, _BEFORE, strict=True)
        }

    def _fresh(self) -> dict[str, pl.Expr]:
        """Return a placement that begins today."""
        by_time = pl.col("was_there") & (pl.col("old_review_on") <= self.order.day)
        cause = pl.when(by_time).then(pl.lit("time")).otherwise(pl.lit("data"))
        return {
            "segment": pl.col("new_segment"),
            "since": pl.lit(self.order.day, pl.Date),
            "cause": pl.lit(self.order.cause) if self.order.cause else cause,
            "run": pl.lit(self.order.run, pl.Int64),
        }

    def _move(self) -> dict[str, pl.Expr]:
        return {
            "customer": pl.col("customer"),
            "scheme": pl.lit(self.scheme),
            "before": _said("old_segment", pl.col("was_there")),
            "after": _said("new_segment", pl.col("is_present")),
            "on": pl.lit(self.order.day, pl.Date),
            "cause": pl.col("cause"),
            "is_first": pl.col("is_first"),
        }


def _said(name: str, holds: pl.Expr) -> pl.Expr:
    return pl.when(holds).then(pl.col(name))


def _is_changed() -> pl.Expr:
    """Whether anything that is kept differs; who was gone before and still is does not."""
    same = [pl.col(name).eq_missing(pl.col(f"old_{name}")) for name in ("segment", "since", "review_on")]
    missing = [pl.col(name).list.join("\n").fill_null("") for name in ("missing", "old_missing")]
    is_same = pl.all_horizontal(*same, missing[0] == missing[1], pl.col("is_gone") == ~pl.col("was_there"))
    return (pl.col("is_present") | pl.col("was_there")) & ~(is_same & ~pl.col("is_first"))


def current_in(files: Sequence[Path]) -> pl.DataFrame:
    """Return the last row of each customer in files of placements, oldest first."""
    if not files:
        return pl.DataFrame(schema=SCHEMA)
    every = pl.concat([pl.read_parquet(path) for path in files])
    return every.unique("customer", keep="last", maintain_order=False) if len(files) > 1 else every


def _put(frame: pl.DataFrame, folder: Path, scheme: str) -> None:
    if frame.height:
        folder.mkdir(exist_ok=True)
        frame.write_parquet(folder / f"{scheme}.parquet")
