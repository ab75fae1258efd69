"""The same four schemes in DuckDB's SQL as somebody writes it by hand: one pass over each file, added up per policy first."""

import duckdb
from bulk_answers import Result, Task

FACTS = """
CREATE TEMP TABLE facts AS
WITH outs AS (
    SELECT claim,
        sum(amount) FILTER ("on" > {day} - 365) AS out_12m,
        sum(amount) FILTER ("on" > {day} - 1095) AS out_36m
    FROM (SELECT claim, "on", CAST(amount * 100 AS BIGINT) AS amount FROM {claim_payment} WHERE "on" <= {day})
    GROUP BY claim
), of_claims AS (
    SELECT policy,
        count_if(reported_on <= {day} AND occurred_on <= {day} AND occurred_on > {day} - 1095) AS claims_36m,
        sum(CAST(reserve * 100 AS BIGINT)) FILTER (reported_on <= {day}) AS reserves,
        sum(out_12m) AS out_12m,
        sum(out_36m) AS out_36m
    FROM {claim} AS claims LEFT JOIN outs ON outs.claim = claims.id
    GROUP BY policy
), of_payments AS (
    SELECT policy,
        sum(amount) FILTER ("on" > {day} - 365) AS paid_12m,
        sum(amount) FILTER ("on" > {day} - 1095) AS paid_36m
    FROM (SELECT policy, "on", CAST(amount * 100 AS BIGINT) AS amount FROM {premium_payment} WHERE "on" <= {day})
    GROUP BY policy
), of_dues AS (
    SELECT policy, count(*) AS late FROM {premium}
    WHERE due <= {day} AND due > {day} - 365 AND settled_on - due > 7
    GROUP BY policy
), sums AS (
    SELECT holder,
        sum(claims_36m) AS claims_36m, sum(reserves) AS reserves, sum(out_12m) AS out_12m, sum(out_36m) AS out_36m,
        sum(paid_12m) AS paid_12m, sum(paid_36m) AS paid_36m, sum(late) AS late
    FROM {policy} AS policies
    LEFT JOIN of_claims ON of_claims.policy = policies.id
    LEFT JOIN of_payments ON of_payments.policy = policies.id
    LEFT JOIN of_dues ON of_dues.policy = policies.id
    GROUP BY holder
), own AS (
    SELECT *, issued AND coalesce(starts <= {day} AND ends >= {day}, false) AND NOT over AS force
    FROM (
        SELECT policies.*, renewal_days, left_on,
            coalesce(issued_on <= {day}, false) AS issued,
            coalesce(ended_on <= {day}, false) AS over
        FROM {policy} AS policies
        LEFT JOIN {insurance_product} AS products ON products.id = product
        LEFT JOIN {insurance_agent} AS agents ON agents.id = agent
        WHERE applied_on <= {day}
    )
), counts AS (
    SELECT holder,
        count_if(force) AS in_force,
        count_if(issued) AS issued,
        count_if(issued AND starts > {day} AND NOT over) AS to_begin,
        count_if(NOT issued AND NOT over) AS quotes,
        count_if(unpaid) AS grace,
        max({day} - paid_until) FILTER (unpaid) AS overdue,
        count_if(force AND NOT coalesce(renewed_on <= {day}, false) AND ends - {day} <= renewal_days) AS renew,
        count_if(force AND (agent IS NULL OR coalesce(left_on <= {day}, false))) AS orphans,
        count_if(over AND state = 'lapsed') AS lapsed,
        count_if(over AND state = 'surrendered') AS surrendered,
        {day} - min(issued_on) AS known,
        {day} - max(ended_on) FILTER (issued) AS ended,
        max(loading) FILTER (force) AS loading
    FROM (SELECT *, force AND paid_until < {day} AND paid_until < ends AS unpaid FROM own)
    GROUP BY holder
)
SELECT id, known, ended, overdue,
    coalesce(in_force, 0) AS in_force, coalesce(issued, 0) AS issued, coalesce(to_begin, 0) AS to_begin,
    coalesce(quotes, 0) AS quotes, coalesce(grace, 0) AS grace, coalesce(renew, 0) AS renew,
    coalesce(orphans, 0) AS orphans, coalesce(lapsed, 0) AS lapsed, coalesce(surrendered, 0) AS surrendered,
    coalesce(loading, 0) AS loading, coalesce(late, 0) AS late, coalesce(claims_36m, 0) AS claims_36m,
    coalesce(paid_12m, 0)::BIGINT AS paid_12m, coalesce(paid_36m, 0)::BIGINT AS paid_36m,
    (coalesce(out_12m, 0) + coalesce(reserves, 0))::BIGINT AS incurred_12m,
    (coalesce(out_36m, 0) + coalesce(reserves, 0))::BIGINT AS incurred_36m,
    coalesce(paid_12m, 0)::BIGINT - incurred_12m AS value
FROM {customer} AS people
LEFT JOIN counts ON counts.holder = id
LEFT JOIN sums ON sums.holder = id
"""

ANSWERS = """
WITH cut AS (
    SELECT coalesce(max(value) FILTER (running * 10 >= total * 8), 0) AS value
    FROM (
        SELECT value, sum(value) OVER (ORDER BY value DESC) AS running, sum(value) OVER () AS total
        FROM facts WHERE value > 0
    )
)
SELECT id,
    CASE WHEN grace > 0 THEN 0 WHEN renew > 0 THEN 1
        WHEN (in_force > 0 AND known <= 60) OR (in_force < 1 AND to_begin > 0) THEN 2
        WHEN in_force > 0 THEN 3 WHEN quotes > 0 THEN 4
        WHEN lapsed > 0 AND ended <= 730 THEN 5 WHEN surrendered > 0 AND ended <= 730 THEN 6
        WHEN issued > 0 THEN 7 ELSE 8 END AS "insurance.lifecycle",
    CASE WHEN in_force < 1 THEN 0 WHEN overdue >= 15 THEN 1
        WHEN grace > 0 OR late >= 2 OR orphans > 0 THEN 2 ELSE 3 END AS "insurance.lapse_risk",
    CASE WHEN paid_12m <= 0 AND incurred_12m <= 0 THEN 0 WHEN facts.value < 0 THEN 1
        WHEN facts.value >= cut.value THEN 2 ELSE 3 END AS "insurance.value",
    CASE WHEN issued < 1 THEN 0
        WHEN loading > 0 OR claims_36m >= 3 OR (paid_36m > 0 AND incurred_36m >= paid_36m) THEN 1
        WHEN claims_36m < 1 AND known >= 1095 THEN 2 ELSE 3 END AS "insurance.risk_class"
FROM facts, cut
"""

TABLES = (
    *("customer", "policy", "insurance_product", "insurance_agent"),
    *("premium", "premium_payment", "claim", "claim_payment"),
)


def run(task: Task) -> Result:
    files = {name: f"read_parquet('{task.files(name)}')" for name in TABLES}
    with duckdb.connect() as database:
        database.execute(FACTS.format(day=f"DATE '{task.day}'", **files))
        return Result(database.execute(ANSWERS).to_arrow_table(), {})
