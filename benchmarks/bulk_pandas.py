"""All bundled schemes in pandas as somebody writes it by hand, with NumPy's choices for the rules."""

from collections.abc import Mapping
from math import floor
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from bulk_answers import FOREVER, SCHEMES, Result, Task

SOFT = {"interest": True, "has_motive": True, "can_pay": True, "cannot_buy": False, "targeted": False}
COUNTS = ("purchases", "purchases_12m", "rows", "known", "rows_12m", "known_12m", "spend", "spend_12m", "approaches")

Cuts = Mapping[str, float]


def run(task: Task) -> Result:
    facts = customers(task)
    cuts = population(facts)
    told = rules(facts, cuts)
    answers = {**of_lifecycle(told, cuts), **of_value(told, cuts), "value_tier.rfm": of_rfm(told)}
    table = pd.DataFrame({"id": facts["id"], **{name: answers[name] for name in SCHEMES}})
    if not task.whole:
        return Result(pa.Table.from_pandas(table, preserve_index=False), in_money(cuts))
    missing = {}
    named = {"lifecycle.role": "lifecycle.spend_12m"} | dict.fromkeys(
        ("value_tier.medal", "value_tier.rfm"), "value_tier.spend"
    )
    for name in SCHEMES:
        ids = table.loc[table[name] < 0, "id"].tolist()
        if ids:
            missing[name, named.get(name, "value_tier.spend_12m")] = ids
    dates = reviews(told.assign(**answers), task, cuts)
    table = table.assign(**{f"{name}.on": dates[name] for name in SCHEMES})
    return Result(pa.Table.from_pandas(table, preserve_index=False), in_money(cuts), missing)


# --- what is added up for each customer -------------------------------------------------------------------------------


def read(task: Task, name: str, columns: list[str]) -> pd.DataFrame:
    return pd.concat([pd.read_parquet(path, columns=columns) for path in task.paths(name)])


def customers(task: Task) -> pd.DataFrame:
    columns = ["id", "kind", "archived_at"]
    people = read(task, "customer", [*columns, *(f"lifecycle.{name}{end}" for name in SOFT for end in ("", "@on"))])
    people = people[people["archived_at"].isna()]
    for name, default in SOFT.items():
        stated = pd.to_datetime(people[f"lifecycle.{name}@on"])
        counts = (stated <= pd.Timestamp(task.day)) & people[f"lifecycle.{name}"].notna()
        people[name] = np.where(counts, people[f"lifecycle.{name}"].to_numpy() == True, default)  # noqa: E712 - may be None
        people[f"{name}_on"] = days(stated.where(stated > pd.Timestamp(task.day)))
    facts = people.merge(purchases(task), left_on="id", right_index=True, how="left")
    facts = facts.merge(interactions(task), left_on="id", right_index=True, how="left")
    facts[list(COUNTS)] = facts[list(COUNTS)].fillna(0)
    facts["spend"] = facts["spend"].where((facts["known"] > 0) | (facts["rows"] == 0))
    facts["spend_12m"] = facts["spend_12m"].where((facts["known_12m"] > 0) | (facts["rows_12m"] == 0))
    facts["profit_12m"] = facts["profit_12m"].where(facts["rows_12m"] > 0, 0)
    facts["quiet"] = task.number - local_days(facts["last"], task).where(facts["last"].notna())
    return facts


def purchases(task: Task) -> pd.DataFrame:
    rows = read(task, "purchase", ["customer", "at", "amount", "cost"])
    amount, cost = (in_cents(rows[name]) for name in ("amount", "cost"))
    at, end = rows["at"], task.midnight(1)
    seen, bought = at < end, ~(amount < 0)
    lately = seen & (at >= task.midnight(-364))
    made = pd.DataFrame(
        {
            "customer": rows["customer"],
            "rows": seen,
            "known": seen & amount.notna(),
            "spend": amount.where(seen),
            "purchases": seen & bought,
            "purchases_12m": lately & bought,
            "last": at.where(seen & bought),
            "rows_12m": lately,
            "known_12m": lately & amount.notna(),
            "spend_12m": amount.where(lately),
            "profit_12m": (amount - cost).where(lately),
            "revenue_12m": amount.where(lately & cost.notna()),
            "first_12m": at.where(lately),
            "next": at.where(~seen),
        }
    )
    groups = made.groupby("customer", sort=False)
    sums = groups[["rows", "known", "spend", "purchases", "purchases_12m", "rows_12m", "known_12m", "spend_12m"]].sum()
    few = groups[["profit_12m", "revenue_12m"]].sum(min_count=1)
    return sums.join([few, groups[["last"]].max(), groups[["first_12m", "next"]].min()])


def interactions(task: Task) -> pd.DataFrame:
    rows = read(task, "interaction", ["customer", "at", "direction"])
    at, end = rows["at"], task.midnight(1)
    lately, out = (at < end) & (at >= task.midnight(-179)), rows["direction"] == "out"
    maybe = lately & (out | rows["direction"].isna())
    made = pd.DataFrame(
        {
            "customer": rows["customer"],
            "approaches": lately & out,
            "first_contact": at.where(maybe),
            "next_contact": at.where(at >= end),
        }
    )
    groups = made.groupby("customer", sort=False)
    return groups[["approaches"]].sum().join(groups[["first_contact", "next_contact"]].min())


def in_cents(values: pd.Series) -> pd.Series:
    """Return decimals as floats that hold whole cents: they are exact up to 2**53."""
    return (values.astype("float64") * 100).round()


def local_days(moments: pd.Series, task: Task) -> pd.Series:
    return days(moments.dt.tz_convert(task.zone.key).dt.tz_localize(None))


def days(moments: pd.Series) -> pd.Series:
    """Return days since 1970; what is no time never comes."""
    number = moments.to_numpy().astype("datetime64[D]").astype(np.int64)
    return pd.Series(np.where(moments.isna(), FOREVER, number), moments.index)


# --- population values ------------------------------------------------------------------------------------------------


def population(facts: pd.DataFrame) -> dict[str, float]:
    spend = facts["spend_12m"].dropna()
    total, falling = spend.sum(), np.sort(spend.to_numpy())[::-1]
    running = falling.cumsum()
    buying, buyers = facts[facts["spend_12m"] > 0], facts[facts["purchases"] > 0]
    cuts = {"total spend_12m": total, "count": len(buyers), "mean spend_12m": buying["spend_12m"].mean()}
    for share in (0.8, 0.95):
        place = int((running >= share * total).argmax())
        cuts[f"pareto_cut {share} spend_12m"] = falling[place] if total > 0 else np.nan
    wanted = (
        (buying, "spend_12m", (0.4, 0.5, 0.6, 0.75, 0.8, 0.9)),
        (buying, "purchases_12m", (0.5, 0.75)),
        (buying, "profit_12m", (0.5, 0.8)),
        (buyers, "quiet", (0.2, 0.4, 0.6, 0.8)),
        (buyers, "purchases", (0.2, 0.4, 0.6, 0.8)),
        (buyers, "spend", (0.1, 0.2, 0.4, 0.6, 0.8)),
    )
    for among, name, shares in wanted:
        found = np.quantile(among[name].dropna(), shares)
        cuts |= {f"quantile {share} {name}": value for share, value in zip(shares, found, strict=True)}
    return cuts


def in_money(cuts: Cuts) -> dict[str, float | None]:
    money = ("spend", "spend_12m", "profit_12m")
    return {
        name: None if np.isnan(value) else float(value) / (100 if name.split()[-1] in money else 1)
        for name, value in cuts.items()
    }


# --- rules ------------------------------------------------------------------------------------------------------------


def rules(facts: pd.DataFrame, cuts: Cuts) -> pd.DataFrame:
    bought, quiet, spend = facts["purchases"] > 0, facts["quiet"], facts["spend"]
    still = bought & (quiet <= 365)
    enough = spend.isna() | (spend >= cuts["quantile 0.1 spend"])
    margin = facts["profit_12m"] / facts["revenue_12m"].where(facts["revenue_12m"] != 0)
    tenths = ("0.8", "0.6", "0.4", "0.2")
    recency = [quiet <= cuts[f"quantile {share} quiet"] for share in reversed(tenths)]
    high = {
        name: np.select([facts[name] > cuts[f"quantile {share} {name}"] for share in tenths], [5, 4, 3, 2], 1)
        for name in ("purchases", "spend")
    }
    return facts.assign(
        bought=bought,
        still=still,
        loyal=still & (facts["purchases"] >= 3) & enough,
        buying=facts["spend_12m"] > 0,
        good_margin=margin.isna() | (margin >= 0.1),
        approached=(facts["approaches"] > 0) & facts["has_motive"],
        r=np.where(quiet.isna(), np.nan, np.select(recency, [5, 4, 3, 2], 1)),
        f=high["purchases"],
        m=np.where(spend.isna(), np.nan, high["spend"]),
    )


def of_lifecycle(told: pd.DataFrame, cuts: Cuts) -> dict[str, Any]:
    still, bought, loyal, able = told["still"], told["bought"], told["loyal"], ~told["cannot_buy"] & told["can_pay"]
    pursued, spend = told["targeted"] | told["approached"], told["spend_12m"]
    key = still & told["buying"] & (spend >= cuts["quantile 0.9 spend_12m"])
    four = [0, 1, 2, 3]
    return {
        "lifecycle.status": np.select([still, bought, able & pursued, able & told["has_motive"]], four, 4),
        "lifecycle.stage": np.select([loyal, still, bought, told["interest"]], four, 4),
        "lifecycle.position": np.select([told["kind"] == "partner", still, bought, told["interest"]], four, 4),
        "lifecycle.buyer": np.select([told["purchases"] >= 2, bought], [0, 1], 2),
        "lifecycle.role": np.select([still & spend.isna(), key, loyal, bought], [-1, 0, 1, 2], 3),
    }


def of_value(told: pd.DataFrame, cuts: Cuts) -> dict[str, Any]:
    spend, buying, often, profit = told["spend_12m"], told["buying"], told["purchases_12m"], told["profit_12m"]
    unknown, all_spend, times = spend.isna(), told["spend"], told["purchases"]

    def reaches(share: str) -> Any:
        return buying & (spend >= cuts[f"quantile {share} spend_12m"])

    above = spend > cuts["quantile 0.5 spend_12m"]
    frequent = (often >= cuts["quantile 0.75 purchases_12m"]) & (often > cuts["quantile 0.5 purchases_12m"])
    gains = (profit >= cuts["quantile 0.8 profit_12m"]) & (profit > cuts["quantile 0.5 profit_12m"])
    share, good = buying & (spend / cuts["total spend_12m"] >= 0.05), told["good_margin"]
    cut = [buying & (spend >= cuts[f"pareto_cut {share} spend_12m"]) for share in (0.8, 0.95)]
    medals = [all_spend.isna() & (times >= 10), (all_spend >= 1_000_000) & (times >= 10)]
    medals += [all_spend.isna() & (times >= 3), (all_spend >= 100_000) & (times >= 3)]
    some = reaches("0.4") & ((profit > 0) | profit.isna())
    found = {
        "value_tier.vip": [share, frequent & reaches("0.75") & above & good],
        "value_tier.contribution": [reaches("0.8") & above & (gains | profit.isna()), some],
        "value_tier.size": [reaches("0.9"), reaches("0.6")],
        "value_tier.abc": cut,
    }
    return {
        **{name: np.select([unknown, *rules], [-1, 0, 1], 2) for name, rules in found.items()},
        "value_tier.level": np.select([unknown, buying & (spend >= cuts["mean spend_12m"])], [-1, 0], 1),
        "value_tier.medal": np.select(medals, [-1, 0, -2, 1], 2),
    }


def of_rfm(told: pd.DataFrame) -> Any:
    r, f, m = told["r"], told["f"], told["m"]
    recent, late, often, times, much, unknown = r >= 4, r < 3, f >= 4, f >= 3, m >= 4, m.isna()
    steps = (
        (told["purchases"] <= 0, 0),
        (recent & often & unknown, -2),
        (recent & often & much, 1),
        ((r >= 3) & often, 2),
        (recent & (f == 1), 3),
        (recent & ~times, 4),
        (recent, 5),
        (late & often & unknown, -7),
        (late & often & much, 6),
        (late & (times | (m >= 3)), 7),
        (late & ~times & unknown, -8),
        (~times & unknown, -9),
        (times | (m >= 3), 8),
        (r > 1, 9),
    )
    return np.select([rule for rule, _ in steps], [position for _, position in steps], 10)


# --- dates of review --------------------------------------------------------------------------------------------------


def reviews(told: pd.DataFrame, task: Task, cuts: Cuts) -> dict[str, Any]:
    n, quiet, r, last = local_days(told["next"], task), told["quiet"], told["r"], task.number - told["quiet"]
    s = np.minimum(_later(local_days(told["first_12m"], task), 365), n)
    a = np.minimum(_later(local_days(told["first_contact"], task), 180), local_days(told["next_contact"], task))
    q = np.minimum(np.where(quiet <= 365, last + 366, FOREVER), n)
    steps = [floor(cuts[f"quantile {share} quiet"]) + 1 for share in ("0.2", "0.4", "0.6", "0.8")]
    bands = np.select([r == score for score in (5, 4, 3, 2)], [last + step for step in steps], FOREVER)
    band = np.minimum(bands, n)
    role, stage, position = told["lifecycle.role"], told["lifecycle.stage"], told["lifecycle.position"]
    key = np.select([~told["still"], role > 0], [n, s], np.minimum(q, s))
    asked = np.minimum(q, told["interest_on"])
    never = np.full(len(told), FOREVER)
    return {
        "lifecycle.status": _of_status(told, n, q, a),
        "lifecycle.stage": np.where(stage >= 3, asked, q),
        "lifecycle.position": np.select([position == 0, position >= 3], [never, asked], q),
        "lifecycle.buyer": n,
        "lifecycle.role": np.select([role <= 0, told["loyal"]], [key, np.minimum(key, q)], np.minimum(key, n)),
        "value_tier.medal": n,
        "value_tier.rfm": np.where(told["value_tier.rfm"] == 0, n, band).astype(np.int64),
        **dict.fromkeys([f"value_tier.{name}" for name in ("vip", "contribution", "level", "size", "abc")], s),
    }


def _of_status(told: pd.DataFrame, n: Any, q: Any, a: Any) -> Any:
    willing = (told["has_motive"], told["has_motive_on"])
    approached = (told["approached"], _all((told["approaches"] > 0, a), willing))
    targeted = (told["targeted"], told["targeted_on"])
    pursued = (told["targeted"] | told["approached"], _all(*((~rule, day) for rule, day in (targeted, approached))))
    able = ((~told["cannot_buy"], told["cannot_buy_on"]), (told["can_pay"], told["can_pay_on"]))
    target, potential, position = _all(*able, pursued), _all(*able, willing), told["lifecycle.status"]
    later = np.minimum(n, target)
    return np.select([position < 2, position == 2], [q, later], np.minimum(later, potential))


def _all(*parts: tuple[Any, Any]) -> Any:
    """Return when a rule of which every part must hold may change: with the last part that does not hold."""
    held = np.logical_and.reduce([rule for rule, _ in parts])
    failing = np.maximum.reduce([np.where(rule, -FOREVER, day) for rule, day in parts])
    return np.where(held, np.minimum.reduce([day for _, day in parts]), failing)


def _later(day: pd.Series, step: int) -> pd.Series:
    return (day + step).where(day < FOREVER, FOREVER)
