"""All bundled schemes in DuckDB's SQL as somebody writes it by hand: one pass over each file, then one over customers."""

from typing import Any

import duckdb
from bulk_answers import FOREVER, SCHEMES, Result, Task

SOFT = {"interest": True, "has_motive": True, "can_pay": True, "cannot_buy": False, "targeted": False}

FACTS = """
CREATE TEMP TABLE facts AS
WITH bought AS (
    SELECT customer,
        count_if(seen) AS rows_seen,
        count(amount) FILTER (seen) AS known,
        sum(amount) FILTER (seen) AS spend,
        count_if(seen AND coalesce(amount >= 0, true)) AS purchases,
        count_if(lately AND coalesce(amount >= 0, true)) AS purchases_12m,
        max("at") FILTER (seen AND coalesce(amount >= 0, true)) AS last_at,
        count_if(lately) AS rows_12m,
        count(amount) FILTER (lately) AS known_12m,
        sum(amount) FILTER (lately) AS spend_12m,
        sum(amount - cost) FILTER (lately) AS profit_12m,
        sum(amount) FILTER (lately AND cost IS NOT NULL) AS revenue_12m
        {dated}
    FROM (
        SELECT *, "at" < '{end}' AS seen, "at" < '{end}' AND "at" >= '{year}' AS lately
        FROM (SELECT customer, "at", CAST(amount * 100 AS BIGINT) AS amount, CAST(cost * 100 AS BIGINT) AS cost
            FROM read_parquet('{purchases}') {filter})
    )
    GROUP BY customer
), contacted AS (
    SELECT customer, count_if(direction = 'out' AND "at" >= '{contact}' AND "at" < '{end}') AS approaches {contact_dated}
    FROM read_parquet('{interactions}')
    GROUP BY customer
)
SELECT id, kind, {stated}
    coalesce(purchases, 0) AS purchases,
    coalesce(purchases_12m, 0) AS purchases_12m,
    coalesce(approaches, 0) AS approaches,
    CASE WHEN known > 0 OR coalesce(rows_seen, 0) = 0 THEN coalesce(spend, 0) END::BIGINT AS spend,
    CASE WHEN known_12m > 0 OR coalesce(rows_12m, 0) = 0 THEN coalesce(spend_12m, 0) END::BIGINT AS spend_12m,
    CASE WHEN coalesce(rows_12m, 0) = 0 THEN 0 ELSE profit_12m END::BIGINT AS profit_12m,
    revenue_12m::BIGINT AS revenue_12m,
    {today} - {last} AS quiet
    {dates}
FROM read_parquet('{customers}')
LEFT JOIN bought ON bought.customer = id
LEFT JOIN contacted ON contacted.customer = id
WHERE archived_at IS NULL
"""

CUTS = {
    "among buying": (
        "spend_12m > 0",
        {
            "spend_12m": (0.4, 0.5, 0.6, 0.75, 0.8, 0.9),
            "purchases_12m": (0.5, 0.75),
            "profit_12m": (0.5, 0.8),
        },
    ),
    "among buyers": (
        "purchases > 0",
        {
            "quiet": (0.2, 0.4, 0.6, 0.8),
            "purchases": (0.2, 0.4, 0.6, 0.8),
            "spend": (0.1, 0.2, 0.4, 0.6, 0.8),
        },
    ),
}

PARETO = """
WITH ordered AS (
    SELECT spend_12m, sum(spend_12m) OVER (ORDER BY spend_12m DESC) AS running, sum(spend_12m) OVER () AS total
    FROM facts WHERE spend_12m IS NOT NULL
)
SELECT max(spend_12m) FILTER (running >= 0.8::DECIMAL(3, 2) * total AND total > 0),
    max(spend_12m) FILTER (running >= 0.95::DECIMAL(3, 2) * total AND total > 0)
FROM ordered
"""

ANSWERS = """
WITH told AS (
    SELECT *,
        purchases > 0 AS bought,
        purchases > 0 AND coalesce(quiet <= 365, false) AS still,
        spend_12m > 0 AS buying,
        coalesce(spend >= {spend:0.1}, true) AS spends_enough,
        coalesce(profit_12m / nullif(revenue_12m, 0) >= 0.1::DOUBLE, true) AS good_margin,
        CASE WHEN quiet <= {quiet:0.2} THEN 5 WHEN quiet <= {quiet:0.4} THEN 4 WHEN quiet <= {quiet:0.6} THEN 3
            WHEN quiet <= {quiet:0.8} THEN 2 WHEN quiet IS NOT NULL THEN 1 END AS r,
        CASE WHEN purchases > {purchases:0.8} THEN 5 WHEN purchases > {purchases:0.6} THEN 4
            WHEN purchases > {purchases:0.4} THEN 3 WHEN purchases > {purchases:0.2} THEN 2 ELSE 1 END AS f,
        CASE WHEN spend > {spend:0.8} THEN 5 WHEN spend > {spend:0.6} THEN 4 WHEN spend > {spend:0.4} THEN 3
            WHEN spend > {spend:0.2} THEN 2 WHEN spend IS NOT NULL THEN 1 END AS m
    FROM facts
), rules AS (
    SELECT *, still AND purchases >= 3 AND spends_enough AS loyal,
        approaches > 0 AND has_motive AS approached
    FROM told
)
SELECT id,
    CASE WHEN still THEN 0 WHEN bought THEN 1 WHEN NOT cannot_buy AND can_pay AND (targeted OR approached) THEN 2
        WHEN NOT cannot_buy AND can_pay AND has_motive THEN 3 ELSE 4 END AS "lifecycle.status",
    CASE WHEN loyal THEN 0 WHEN still THEN 1 WHEN bought THEN 2 WHEN interest THEN 3 ELSE 4 END AS "lifecycle.stage",
    CASE WHEN kind = 'partner' THEN 0 WHEN still THEN 1 WHEN bought THEN 2 WHEN interest THEN 3 ELSE 4 END
        AS "lifecycle.position",
    CASE WHEN purchases >= 2 THEN 0 WHEN bought THEN 1 ELSE 2 END AS "lifecycle.buyer",
    CASE WHEN still AND spend_12m IS NULL THEN -1 WHEN still AND buying AND spend_12m >= {spend_12m:0.9} THEN 0
        WHEN loyal THEN 1 WHEN bought THEN 2 ELSE 3 END AS "lifecycle.role",
    CASE WHEN spend_12m IS NULL THEN -1 WHEN buying AND spend_12m / {total} >= 0.05::DOUBLE THEN 0
        WHEN buying AND purchases_12m >= {purchases_12m:0.75} AND purchases_12m > {purchases_12m:0.5}
            AND spend_12m >= {spend_12m:0.75} AND spend_12m > {spend_12m:0.5} AND good_margin THEN 1
        ELSE 2 END AS "value_tier.vip",
    CASE WHEN spend_12m IS NULL THEN -1
        WHEN buying AND spend_12m >= {spend_12m:0.8} AND spend_12m > {spend_12m:0.5}
            AND coalesce(profit_12m >= {profit_12m:0.8} AND profit_12m > {profit_12m:0.5}, true) THEN 0
        WHEN buying AND spend_12m >= {spend_12m:0.4} AND coalesce(profit_12m > 0, true) THEN 1
        ELSE 2 END AS "value_tier.contribution",
    CASE WHEN spend IS NULL AND purchases >= 10 THEN -1 WHEN spend >= 1000000 AND purchases >= 10 THEN 0
        WHEN spend IS NULL AND purchases >= 3 THEN -2 WHEN spend >= 100000 AND purchases >= 3 THEN 1
        ELSE 2 END AS "value_tier.medal",
    CASE WHEN spend_12m IS NULL THEN -1 WHEN buying AND spend_12m >= {mean} THEN 0 ELSE 1 END AS "value_tier.level",
    CASE WHEN spend_12m IS NULL THEN -1 WHEN buying AND spend_12m >= {spend_12m:0.9} THEN 0
        WHEN buying AND spend_12m >= {spend_12m:0.6} THEN 1 ELSE 2 END AS "value_tier.size",
    CASE WHEN spend_12m IS NULL THEN -1 WHEN buying AND spend_12m >= {pareto:0.8} THEN 0
        WHEN buying AND spend_12m >= {pareto:0.95} THEN 1 ELSE 2 END AS "value_tier.abc",
    CASE WHEN purchases <= 0 THEN 0
        WHEN r >= 4 AND f >= 4 AND m IS NULL THEN -2
        WHEN r >= 4 AND f >= 4 AND m >= 4 THEN 1
        WHEN r >= 3 AND f >= 4 THEN 2
        WHEN r >= 4 AND f = 1 THEN 3
        WHEN r >= 4 AND f < 3 THEN 4
        WHEN r >= 4 THEN 5
        WHEN r < 3 AND f >= 4 AND m IS NULL THEN -7
        WHEN r < 3 AND f >= 4 AND m >= 4 THEN 6
        WHEN r < 3 AND (f >= 3 OR m >= 3) THEN 7
        WHEN r < 3 AND f < 3 AND m IS NULL THEN -8
        WHEN f < 3 AND m IS NULL THEN -9
        WHEN f >= 3 OR m >= 3 THEN 8
        WHEN r > 1 THEN 9
        ELSE 10 END AS "value_tier.rfm"
    {more}
FROM rules
"""

REVIEWS = """
SELECT id, {positions},
    CASE WHEN "lifecycle.status" < 2 THEN q WHEN "lifecycle.status" = 2 THEN least(n, target_on)
        ELSE least(n, target_on, potential_on) END AS "lifecycle.status.on",
    CASE WHEN "lifecycle.stage" >= 3 THEN least(q, interest_on) ELSE q END AS "lifecycle.stage.on",
    CASE WHEN "lifecycle.position" = 0 THEN {never} WHEN "lifecycle.position" >= 3 THEN least(q, interest_on)
        ELSE q END AS "lifecycle.position.on",
    n AS "lifecycle.buyer.on",
    CASE WHEN "lifecycle.role" <= 0 THEN key_on WHEN loyal THEN least(key_on, q) ELSE least(key_on, n) END
        AS "lifecycle.role.on",
    s AS "value_tier.vip.on", s AS "value_tier.contribution.on", s AS "value_tier.level.on",
    s AS "value_tier.size.on", s AS "value_tier.abc.on", n AS "value_tier.medal.on",
    CASE WHEN "value_tier.rfm" = 0 THEN n ELSE band END AS "value_tier.rfm.on"
FROM (
    SELECT *,
        CASE WHEN NOT still THEN n WHEN "lifecycle.role" > 0 THEN s ELSE least(q, s) END AS key_on,
        CASE WHEN able AND pursued THEN least(cannot_buy_on, can_pay_on, pursued_on) ELSE greatest(
            CASE WHEN cannot_buy THEN cannot_buy_on END, CASE WHEN NOT can_pay THEN can_pay_on END,
            CASE WHEN NOT pursued THEN pursued_on END) END AS target_on,
        CASE WHEN able AND has_motive THEN least(cannot_buy_on, can_pay_on, has_motive_on) ELSE greatest(
            CASE WHEN cannot_buy THEN cannot_buy_on END, CASE WHEN NOT can_pay THEN can_pay_on END,
            CASE WHEN NOT has_motive THEN has_motive_on END) END AS potential_on
    FROM (
        SELECT *, NOT cannot_buy AND can_pay AS able, targeted OR approached AS pursued,
            CASE WHEN targeted OR approached THEN greatest(CASE WHEN targeted THEN targeted_on END,
                CASE WHEN approached THEN approached_on END)
                ELSE least(targeted_on, approached_on) END AS pursued_on
        FROM (
            SELECT *, CASE WHEN approached THEN least(a, has_motive_on) ELSE greatest(
                CASE WHEN approaches = 0 THEN a END, CASE WHEN NOT has_motive THEN has_motive_on END) END
                AS approached_on
            FROM answered
        )
    )
)
"""


def run(task: Task) -> Result:
    connection = duckdb.connect()
    connection.execute(f"SET TimeZone = '{task.zone.key}'; SET preserve_insertion_order = false")
    connection.execute(_facts(task))
    cuts = _cuts(connection)
    named = {"never": FOREVER, "today": task.number}
    if not task.whole:
        table = connection.sql(_filled(ANSWERS, cuts, more="")).to_arrow_table()
        return Result(table, _in_money(cuts))
    connection.execute("CREATE TEMP TABLE answered AS " + _filled(ANSWERS, cuts, more=_more(task, cuts)))
    positions = ", ".join(f'"{name}"' for name in SCHEMES)
    table = connection.sql(REVIEWS.format(positions=positions, **named)).to_arrow_table()
    return Result(table, _in_money(cuts), _missing(connection))


def _facts(task: Task) -> str:
    default = {name: "true" if value else "false" for name, value in SOFT.items()}
    day = f"DATE '{task.day}'"
    stated = "".join(
        f"""coalesce(CASE WHEN "lifecycle.{name}@on" <= {day} THEN "lifecycle.{name}" END, {default[name]}) AS {name}, """
        for name in SOFT
    )
    end, year, contact = task.midnight(1), task.midnight(-364), task.midnight(-179)
    given = {"dated": "", "contact_dated": "", "dates": "", "filter": f"WHERE \"at\" < '{end}'"}
    if task.whole:
        stated += "".join(
            f"""CASE WHEN "lifecycle.{name}@on" > {day} THEN {_day(f'"lifecycle.{name}@on"')} ELSE {FOREVER} END AS {name}_on, """
            for name in SOFT
        )
        given = {
            "filter": "",
            "dated": ', min("at") FILTER (lately) AS first_12m, min("at") FILTER (NOT seen) AS next_at',
            "contact_dated": f""", min("at") FILTER ("at" >= '{end}') AS next_contact,
                min("at") FILTER (coalesce(direction = 'out', true) AND "at" >= '{contact}' AND "at" < '{end}')
                    AS first_contact""",
            "dates": f""", coalesce({_day("next_at")}, {FOREVER}) AS n,
                least(coalesce({_day("first_12m")} + 365, {FOREVER}), coalesce({_day("next_at")}, {FOREVER})) AS s,
                least(coalesce({_day("first_contact")} + 180, {FOREVER}), coalesce({_day("next_contact")}, {FOREVER}))
                    AS a""",
        }
    return FACTS.format(
        purchases=task.files("purchase"),
        interactions=task.files("interaction"),
        customers=task.files("customer"),
        today=task.number,
        last=_day("last_at"),
        stated=stated,
        end=end,
        year=year,
        contact=contact,
        **given,
    )


def _more(task: Task, cuts: dict[str, Any]) -> str:
    """Return the columns on which dates of review rest."""
    soft = ", ".join(f"{name}, {name}_on" for name in SOFT)
    last = f"({task.number} - quiet)"
    steps = " ".join(
        f"WHEN r = {score} THEN {last} + floor({cuts[f'quantile {share} quiet']})::BIGINT + 1"
        for score, share in ((5, 0.2), (4, 0.4), (3, 0.6), (2, 0.8))
    )
    return f""", {soft}, approaches, approached, still, loyal, n, s, a,
        least(CASE WHEN quiet <= 365 THEN {last} + 366 ELSE {FOREVER} END, n) AS q,
        least(coalesce(CASE {steps} END, {FOREVER}), n) AS band"""


def _cuts(connection: Any) -> dict[str, Any]:
    total, count, mean = connection.execute(
        "SELECT sum(spend_12m), count_if(purchases > 0), avg(spend_12m) FILTER (spend_12m > 0) FROM facts"
    ).fetchall()[0]
    low, high = connection.execute(PARETO).fetchall()[0]
    cuts = {
        "total spend_12m": int(total),
        "count": count,
        "mean spend_12m": mean,
        "pareto_cut 0.8 spend_12m": low,
        "pareto_cut 0.95 spend_12m": high,
    }
    for among, wanted in CUTS.values():
        asked = ", ".join(f"quantile_cont({name}, {list(shares)})" for name, shares in wanted.items())
        found = connection.execute(f"SELECT {asked} FROM facts WHERE {among}").fetchall()[0]  # noqa: S608 - our own text
        for (name, shares), values in zip(wanted.items(), found, strict=True):
            known = values or [None] * len(shares)
            cuts |= {f"quantile {share} {name}": value for share, value in zip(shares, known, strict=True)}
    return cuts


class _Shares:
    """The quantiles of a column: ``{spend:0.1}``."""

    def __init__(self, cuts: dict[str, Any], name: str) -> None:
        self.cuts, self.name = cuts, name

    def __format__(self, share: str) -> str:
        value = self.cuts[f"{self.name.format(share)}"]
        return "NULL" if value is None else f"{value!r}::DOUBLE"


def _filled(text: str, cuts: dict[str, Any], *, more: str) -> str:
    names = ("spend", "spend_12m", "purchases", "purchases_12m", "profit_12m", "quiet")
    shares = {name: _Shares(cuts, f"quantile {{}} {name}") for name in names}
    shares["pareto"] = _Shares(cuts, "pareto_cut {} spend_12m")
    mean = _Shares(cuts, "mean spend_12m")
    return text.format(total=cuts["total spend_12m"] or 1, mean=mean, more=more, **shares)


def _day(moment: str) -> str:
    """Return the local day as days since 1970; the connection is in the company's zone."""
    return f"datediff('day', DATE '1970-01-01', CAST({moment} AS DATE))"


def _in_money(cuts: dict[str, Any]) -> dict[str, float | None]:
    money = ("spend", "spend_12m", "profit_12m")
    return {
        name: None if value is None else float(value) / (100 if name.split()[-1] in money else 1)
        for name, value in cuts.items()
    }


def _missing(connection: Any) -> dict[tuple[str, str], list[str]]:
    named = {"lifecycle.role": "lifecycle.spend_12m"} | dict.fromkeys(
        ("value_tier.medal", "value_tier.rfm"), "value_tier.spend"
    )
    found = {}
    for name in SCHEMES:
        ids = connection.execute(f'SELECT id FROM answered WHERE "{name}" < 0').fetchall()  # noqa: S608 - our own text
        if ids:
            found[name, named.get(name, "value_tier.spend_12m")] = [key for (key,) in ids]
    return found
