"""All bundled schemes in Polars as somebody writes it by hand: lazy, one pass over each file, masked aggregates."""

from collections.abc import Mapping
from fractions import Fraction
from math import ceil, floor
from types import MappingProxyType
from typing import Any

import polars as pl
from attrs import frozen
from bulk_answers import FOREVER, SCHEMES, Result, Task, quantile
from polars import col, when

Cuts = Mapping[str, Fraction | None]
Named = Mapping[str, pl.Expr]


@frozen(eq=False)
class Also:
    """What other schemes want in the same passes: columns of the customer, and aggregates of its rows."""

    columns: tuple[str, ...] = ()
    purchases: Named = MappingProxyType({})
    interactions: Named = MappingProxyType({})


def run(task: Task) -> Result:
    facts = customers(task)
    cuts = population(facts)
    answered = facts.lazy().with_columns(**booleans(cuts)).with_columns(**scores(cuts)).with_columns(**answers(cuts))
    if not task.whole:
        return Result(answered.select("id", *SCHEMES).collect().to_arrow(), in_money(cuts))
    reviewed = answered.with_columns(**edges(task, cuts)).with_columns(**reviews())
    table = reviewed.select("id", *SCHEMES, *(f"{name}.on" for name in SCHEMES)).collect()
    return Result(table.to_arrow(), in_money(cuts), missing(table))


# --- what is added up for each customer -------------------------------------------------------------------------------


def customers(task: Task, also: "Also | None" = None) -> pl.DataFrame:
    also = also or Also()
    soft = ("interest", "has_motive", "can_pay", "cannot_buy", "targeted")
    people = pl.scan_parquet(task.files("customer")).filter(col("archived_at").is_null())
    today = task.day
    stated = {name: when(col(f"lifecycle.{name}@on") <= today).then(col(f"lifecycle.{name}")) for name in soft}
    later = {f"{name}_on": _later(col(f"lifecycle.{name}@on"), task) for name in soft} if task.whole else {}
    chosen = people.select("id", "kind", *also.columns, **stated, **later)
    facts = chosen.join(purchases(task, also), left_on="id", right_on="customer", how="left").join(
        interactions(task, also), left_on="id", right_on="customer", how="left"
    )
    nothing = ("purchases", "purchases_12m", "approaches", "rows", "known", "rows_12m", "known_12m")
    quiet = task.number - local_day(col("last"), task)
    total = when((col("known") > 0) | (col("rows") == 0)).then(col("spend"))
    total_12m = when((col("known_12m") > 0) | (col("rows_12m") == 0)).then(col("spend_12m"))
    profit = when(col("costed_12m") > 0).then(col("profit_12m"))
    facts = facts.with_columns(col(*nothing, "spend", "spend_12m").fill_null(0)).with_columns(
        spend=total,
        spend_12m=total_12m,
        profit_12m=when(col("rows_12m").fill_null(0) == 0).then(0).otherwise(profit),
        quiet=quiet.cast(pl.Int64),
    )
    return facts.drop("rows", "known", "rows_12m", "known_12m", "costed_12m").collect()


def purchases(task: Task, also: "Also") -> pl.LazyFrame:
    end, start = task.midnight(1), task.midnight(-364)
    rows = pl.scan_parquet(task.files("purchase"))
    if not task.whole:
        rows = rows.filter(col("at") < end)
    seen = col("at") < end
    at, amount, cost = col("at"), col("amount").to_physical().cast(pl.Int64), col("cost").to_physical().cast(pl.Int64)
    channels = ("channel",) if also.purchases else ()
    rows = rows.select("customer", "at", *channels, amount=amount, cost=cost).with_columns(
        seen=seen,
        bought=seen & (col("amount") >= 0).fill_null(True),  # noqa: FBT003
        lately=seen & (col("at") >= start),
    )
    amount, cost, lately = col("amount"), col("cost"), when("lately")
    profit = lately.then(amount - cost)
    sums = {
        "purchases": col("bought").sum(),
        "purchases_12m": (col("bought") & col("lately")).sum(),
        "last": when("bought").then(at).max(),
        "rows": col("seen").sum(),
        "known": when("seen").then(amount).count(),
        "spend": when("seen").then(amount).sum(),
        "rows_12m": col("lately").sum(),
        "known_12m": lately.then(amount).count(),
        "spend_12m": lately.then(amount).sum(),
        "profit_12m": profit.sum(),
        "costed_12m": profit.count(),
        "revenue_12m": when(col("lately") & cost.is_not_null()).then(amount).sum(),
    }
    if task.whole:
        sums |= {"first_12m": lately.then(at).min(), "next": when(~col("seen")).then(at).min()}
    return rows.group_by("customer").agg(**sums, **also.purchases)


def interactions(task: Task, also: "Also") -> pl.LazyFrame:
    end, start = task.midnight(1), task.midnight(-179)
    rows = pl.scan_parquet(task.files("interaction"))
    more = ("id", "channel", "responded_at") if also.interactions else ()
    rows = rows.select("customer", "at", "direction", *more)
    lately, out = (col("at") >= start) & (col("at") < end), col("direction") == "out"
    sums = {"approaches": (lately & out).sum()}
    if task.whole:
        maybe = out.fill_null(True)  # noqa: FBT003
        sums["first_approach"] = when(lately & maybe).then(col("at")).min()
        sums["next_approach"] = when(col("at") >= end).then(col("at")).min()
    return rows.group_by("customer").agg(**sums, **also.interactions)


# --- population values ------------------------------------------------------------------------------------------------


def population(facts: pl.DataFrame) -> dict[str, Fraction | None]:
    spend = facts["spend_12m"].drop_nulls()
    total = int(spend.sum())
    cuts: dict[str, Fraction | None] = {"total spend_12m": Fraction(total)}
    falling = spend.sort(descending=True)
    reached = falling.cum_sum()
    for share in ("0.8", "0.95"):
        place = reached.search_sorted(ceil(Fraction(share) * total)) if total > 0 else None
        cuts[f"pareto_cut {share} spend_12m"] = None if place is None else Fraction(falling[place])
    buying, buyers = facts.filter(col("spend_12m") > 0), facts.filter(col("purchases") > 0)
    cuts["mean spend_12m"] = Fraction(int(buying["spend_12m"].sum()), buying.height) if buying.height else None
    cuts["count"] = Fraction(buyers.height)
    wanted = (
        (buying, "spend_12m", ("0.5", "0.75", "0.8", "0.4", "0.9", "0.6")),
        (buying, "purchases_12m", ("0.5", "0.75")),
        (buying, "profit_12m", ("0.5", "0.8")),
        (buyers, "quiet", ("0.2", "0.4", "0.6", "0.8")),
        (buyers, "purchases", ("0.2", "0.4", "0.6", "0.8")),
        (buyers, "spend", ("0.1", "0.2", "0.4", "0.6", "0.8")),
    )
    for among, name, shares in wanted:
        ordered = among[name].drop_nulls().sort()
        cuts |= {f"quantile {share} {name}": quantile(ordered, share) for share in shares}
    return cuts


def in_money(cuts: Cuts) -> dict[str, float | None]:
    """Return cuts of money in the currency, not in cents."""
    money = ("spend", "spend_12m", "profit_12m")
    return {
        name: None if value is None else float(value / (100 if name.split()[-1] in money else 1))
        for name, value in cuts.items()
    }


# --- rules ------------------------------------------------------------------------------------------------------------


def _reaches(name: str, cut: Fraction | None) -> pl.Expr:
    return pl.lit(None, pl.Boolean) if cut is None else col(name) >= ceil(cut)


def _exceeds(name: str, cut: Fraction | None) -> pl.Expr:
    return pl.lit(None, pl.Boolean) if cut is None else col(name) > floor(cut)


def booleans(cuts: Cuts) -> dict[str, pl.Expr]:
    still = (col("purchases") > 0) & (col("quiet") <= 365).fill_null(False)  # noqa: FBT003
    able_spend = _reaches("spend", cuts["quantile 0.1 spend"]).fill_null(True)  # noqa: FBT003
    margin = when(col("revenue_12m") != 0).then(col("profit_12m") / col("revenue_12m")) >= 0.1
    return {
        "still": still,
        "loyal": still & (col("purchases") >= 3) & able_spend,
        "buying": col("spend_12m") > 0,
        "good_margin": margin.fill_null(True),  # noqa: FBT003
        "cannot": col("cannot_buy").fill_null(False),  # noqa: FBT003
        "pays": col("can_pay").fill_null(True),  # noqa: FBT003
        "willing": col("has_motive").fill_null(True),  # noqa: FBT003
        "target": col("targeted").fill_null(False),  # noqa: FBT003
        "interested": col("interest").fill_null(True),  # noqa: FBT003
    }


def scores(cuts: Cuts) -> dict[str, pl.Expr]:
    tenths = ("0.8", "0.6", "0.4", "0.2")
    far = [col("quiet") <= floor(_or_zero(cuts[f"quantile {share} quiet"])) for share in tenths]
    recency = when(far[3]).then(5).when(far[2]).then(4).when(far[1]).then(3).when(far[0]).then(2).otherwise(1)
    high = {name: [_exceeds(name, cuts[f"quantile {q} {name}"]) for q in tenths] for name in ("purchases", "spend")}
    frequency, amount = (
        when(a).then(5).when(b).then(4).when(c).then(3).when(d).then(2).otherwise(1) for a, b, c, d in high.values()
    )
    return {
        "r": when(col("quiet").is_not_null()).then(recency),
        "f": frequency,
        "m": when(col("spend").is_not_null()).then(amount),
    }


def _or_zero(cut: Fraction | None) -> Fraction:
    return Fraction(0) if cut is None else cut


def walk(*steps: tuple[pl.Expr, int], last: int) -> pl.Expr:
    chain: Any = pl
    for rule, position in steps:
        chain = chain.when(rule).then(position)
    return chain.otherwise(last).cast(pl.Int8)


def answers(cuts: Cuts) -> dict[str, pl.Expr]:
    return of_lifecycle(cuts) | of_value(cuts) | {"value_tier.rfm": of_rfm()}


def of_lifecycle(cuts: Cuts) -> dict[str, pl.Expr]:
    still, loyal, bought = col("still"), col("loyal"), col("purchases") > 0
    able = ~col("cannot") & col("pays")
    pursued = col("target") | ((col("approaches") > 0) & col("willing"))
    unknown = still & col("spend_12m").is_null()
    key = still & col("buying") & _reaches("spend_12m", cuts["quantile 0.9 spend_12m"])
    return {
        "lifecycle.status": walk((still, 0), (bought, 1), (able & pursued, 2), (able & col("willing"), 3), last=4),
        "lifecycle.stage": walk((loyal, 0), (still, 1), (bought, 2), (col("interested"), 3), last=4),
        "lifecycle.position": walk(
            (col("kind") == "partner", 0), (still, 1), (bought, 2), (col("interested"), 3), last=4
        ),
        "lifecycle.buyer": walk((col("purchases") >= 2, 0), (bought, 1), last=2),
        "lifecycle.role": walk((unknown, -1), (key, 0), (loyal, 1), (bought, 2), last=3),
    }


def of_value(cuts: Cuts) -> dict[str, pl.Expr]:
    buying, unknown = col("buying"), (col("spend_12m").is_null(), -1)

    def spends(share: str) -> pl.Expr:
        return buying & _reaches("spend_12m", cuts[f"quantile {share} spend_12m"])

    above = _exceeds("spend_12m", cuts["quantile 0.5 spend_12m"])
    often = _reaches("purchases_12m", cuts["quantile 0.75 purchases_12m"]) & _exceeds(
        "purchases_12m", cuts["quantile 0.5 purchases_12m"]
    )
    profit = _reaches("profit_12m", cuts["quantile 0.8 profit_12m"]) & _exceeds(
        "profit_12m", cuts["quantile 0.5 profit_12m"]
    )
    share = buying & (col("spend_12m") / (cuts["total spend_12m"] or 1) >= 0.05)
    no_spend, enough, some = col("spend").is_null(), col("purchases") >= 10, col("purchases") >= 3
    return {
        "value_tier.vip": walk(unknown, (share, 0), (often & spends("0.75") & above & col("good_margin"), 1), last=2),
        "value_tier.contribution": walk(
            unknown,
            (spends("0.8") & above & profit.fill_null(True), 0),  # noqa: FBT003
            (spends("0.4") & (col("profit_12m") > 0).fill_null(True), 1),  # noqa: FBT003
            last=2,
        ),
        "value_tier.medal": walk(
            (no_spend & enough, -1),
            ((col("spend") >= 1_000_000) & enough, 0),
            (no_spend & some, -2),
            ((col("spend") >= 100_000) & some, 1),
            last=2,
        ),
        "value_tier.level": walk(unknown, (buying & _reaches("spend_12m", cuts["mean spend_12m"]), 0), last=1),
        "value_tier.size": walk(unknown, (spends("0.9"), 0), (spends("0.6"), 1), last=2),
        "value_tier.abc": walk(
            unknown,
            (buying & _reaches("spend_12m", cuts["pareto_cut 0.8 spend_12m"]), 0),
            (buying & _reaches("spend_12m", cuts["pareto_cut 0.95 spend_12m"]), 1),
            last=2,
        ),
    }


def of_rfm() -> pl.Expr:
    recent, lately, often, at_times = col("r") >= 4, col("r") >= 3, col("f") >= 4, col("f") >= 3
    much, something, unknown = col("m") >= 4, col("m") >= 3, col("m").is_null()
    return walk(
        (col("purchases") <= 0, 0),
        (recent & often & unknown, -2),
        (recent & often & much, 1),
        (lately & often, 2),
        (recent & (col("f") == 1), 3),
        (recent & ~at_times, 4),
        (recent, 5),
        (~lately & often & unknown, -7),
        (~lately & often & much, 6),
        (~lately & (at_times | something).fill_null(at_times) & ~(unknown & ~at_times), 7),
        (~lately & unknown & ~at_times, -8),
        (unknown & ~at_times, -9),
        (at_times | something, 8),
        (col("r") > 1, 9),
        last=10,
    )


# --- dates of review, and what is missing -----------------------------------------------------------------------------


def edges(task: Task, cuts: Cuts) -> dict[str, pl.Expr]:
    today, forever = task.number, pl.lit(FOREVER)
    next_ = local_day(col("next"), task).fill_null(FOREVER)
    last = today - col("quiet")
    band = when(col("r") == 5).then(floor(_or_zero(cuts["quantile 0.2 quiet"])))
    for score, share in ((4, "0.4"), (3, "0.6"), (2, "0.8")):
        band = band.when(col("r") == score).then(floor(_or_zero(cuts[f"quantile {share} quiet"])))
    approach = pl.min_horizontal(
        (local_day(col("first_approach"), task) + 180).fill_null(FOREVER),
        local_day(col("next_approach"), task).fill_null(FOREVER),
    )
    return {
        "n": next_,
        "s": pl.min_horizontal((local_day(col("first_12m"), task) + 365).fill_null(FOREVER), next_),
        "q": pl.min_horizontal(when(col("quiet") <= 365).then(last + 366).otherwise(forever), next_),
        "band": pl.min_horizontal((last + band + 1).fill_null(FOREVER), next_),
        "a": approach,
    }


def reviews() -> dict[str, pl.Expr]:
    stage, position, role = col("lifecycle.stage"), col("lifecycle.position"), col("lifecycle.role")
    q, n, s, both = col("q"), col("n"), col("s"), pl.min_horizontal("q", "s")
    key = when(~col("still")).then(n).when(~(role == 0) & ~(role == -1)).then(s).otherwise(both)
    rest = (
        when(role.is_in([0, -1]))
        .then(key)
        .when("loyal")
        .then(pl.min_horizontal(key, q))
        .otherwise(pl.min_horizontal(key, n))
    )
    return {
        "lifecycle.status.on": review_of_status(),
        "lifecycle.stage.on": when(stage >= 3).then(pl.min_horizontal(q, "interest_on")).otherwise(q),
        "lifecycle.position.on": when(position == 0)
        .then(FOREVER)
        .when(position >= 3)
        .then(pl.min_horizontal(q, "interest_on"))
        .otherwise(q),
        "lifecycle.buyer.on": n,
        "lifecycle.role.on": rest,
        "value_tier.medal.on": n,
        "value_tier.rfm.on": when(col("value_tier.rfm") == 0).then(n).otherwise(col("band")),
        **{f"value_tier.{name}.on": s for name in ("vip", "contribution", "level", "size", "abc")},
    }


def review_of_status() -> pl.Expr:
    approached = _all((col("approaches") > 0, col("a")), (col("willing"), col("has_motive_on")))
    pursued = _any((col("target"), col("targeted_on")), approached)
    able = ((~col("cannot"), col("cannot_buy_on")), (col("pays"), col("can_pay_on")))
    target, willing = _all(*able, pursued)[1], _all(*able, (col("willing"), col("has_motive_on")))[1]
    position = col("lifecycle.status")
    return (
        when(position < 2)
        .then(col("q"))
        .when(position == 2)
        .then(pl.min_horizontal("n", target))
        .otherwise(pl.min_horizontal("n", target, willing))
    )


Dated = tuple[pl.Expr, pl.Expr]
"""A rule, and when it may change."""


def _all(*parts: Dated) -> Dated:
    """A rule of which every part must hold changes no sooner than the last part that does not hold."""
    held, failing = pl.all_horizontal(rule for rule, _ in parts), [when(~rule).then(day) for rule, day in parts]
    day = pl.min_horizontal(day for _, day in parts)
    return held, when(held).then(day).otherwise(pl.max_horizontal(failing))


def _any(*parts: Dated) -> Dated:
    held, holding = pl.any_horizontal(rule for rule, _ in parts), [when(rule).then(day) for rule, day in parts]
    day = pl.min_horizontal(day for _, day in parts)
    return held, when(held).then(pl.max_horizontal(holding)).otherwise(day)


def missing(table: pl.DataFrame) -> dict[tuple[str, str], list[str]]:
    plugin = {"lifecycle.role": "lifecycle.spend_12m", "value_tier.medal": "value_tier.spend"}
    plugin["value_tier.rfm"] = "value_tier.spend"
    found = {}
    for name in SCHEMES:
        ids = table.filter(col(name) < 0)["id"].to_list()
        if ids:
            found[name, plugin.get(name, "value_tier.spend_12m")] = ids
    return found


def local_day(moment: pl.Expr, task: Task) -> pl.Expr:
    return moment.dt.convert_time_zone(task.zone.key).dt.date().to_physical()


def _later(day: pl.Expr, task: Task) -> pl.Expr:
    return when(day > task.day).then(day.to_physical()).otherwise(FOREVER)
