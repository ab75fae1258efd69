"""The same four schemes in Polars as somebody writes them by hand: one pass over each file, added up per policy first."""

import polars as pl
from bulk_answers import Result, Task
from polars import col, when

NAMES = ("insurance.lifecycle", "insurance.lapse_risk", "insurance.value", "insurance.risk_class")


def run(task: Task) -> Result:
    facts = customers(task).collect()
    cut = pareto(facts.filter(col("value") > 0)["value"].sort(descending=True))
    return Result(facts.lazy().select("id", **answers(task, cut)).collect().to_arrow(), {})


def customers(task: Task) -> pl.LazyFrame:
    own = policies(task)
    # a row belongs to whom its policy belongs to, whenever that was applied for
    keys = pl.scan_parquet(task.files("policy")).select("id", "holder")
    claims = pl.scan_parquet(task.files("claim")).select("id", "policy", "occurred_on", "reported_on", "reserve")
    outs = scan(task, "claim_payment", "on", "claim", "on", "amount")
    by_claim = outs.group_by("claim").agg(out_12m=within(task, "on", 365), out_36m=within(task, "on", 1095))
    is_known = col("reported_on") <= task.day
    of_claims = (
        claims.join(by_claim, left_on="id", right_on="claim", how="left")
        .group_by("policy")
        .agg(
            claims_36m=(recent(task, "occurred_on", 1095) & is_known).sum(),
            reserves=cents("reserve").filter(is_known).sum(),
            out_12m=col("out_12m").sum(),
            out_36m=col("out_36m").sum(),
        )
    )
    paid = scan(task, "premium_payment", "on", "policy", "on", "amount")
    of_payments = paid.group_by("policy").agg(paid_12m=within(task, "on", 365), paid_36m=within(task, "on", 1095))
    late = (col("settled_on") - col("due")).dt.total_days() > 7
    dues = scan(task, "premium", "due", "policy", "due", "settled_on")
    of_dues = dues.filter(recent(task, "due", 365) & late).group_by("policy").agg(late=pl.len())
    money = keys
    for one in (of_claims, of_payments, of_dues):
        money = money.join(one, left_on="id", right_on="policy", how="left")
    sums = money.group_by("holder").agg(pl.exclude("id", "holder").sum())
    counts = own.group_by("holder").agg(**counted(task))
    people = pl.scan_parquet(task.files("customer")).select("id")
    facts = people.join(counts, left_on="id", right_on="holder", how="left").join(
        sums, left_on="id", right_on="holder", how="left"
    )
    known = ("overdue", "first", "ended", "loading")
    return facts.with_columns(pl.exclude("id", *known).fill_null(0)).with_columns(
        incurred=col("out_12m") + col("reserves"), value=col("paid_12m") - col("out_12m") - col("reserves")
    )


def scan(task: Task, name: str, dated: str, *columns: str) -> pl.LazyFrame:
    return pl.scan_parquet(task.files(name)).filter(col(dated) <= task.day).select(*columns)


def cents(name: str) -> pl.Expr:
    return (col(name) * 100).cast(pl.Int64)


def recent(task: Task, name: str, days: int) -> pl.Expr:
    age = (pl.lit(task.day) - col(name)).dt.total_days()
    return (age >= 0) & (age < days)


def within(task: Task, name: str, days: int) -> pl.Expr:
    return cents("amount").filter(recent(task, name, days)).sum()


def policies(task: Task) -> pl.LazyFrame:
    day = task.day
    found = pl.scan_parquet(task.files("policy")).filter(col("applied_on") <= day)
    products = pl.scan_parquet(task.files("insurance_product")).select("id", "renewal_days")
    agents = pl.scan_parquet(task.files("insurance_agent")).select("id", "left_on")
    found = found.join(products, left_on="product", right_on="id", how="left").join(
        agents, left_on="agent", right_on="id", how="left"
    )
    issued, over = (col("issued_on") <= day).fill_null(value=False), (col("ended_on") <= day).fill_null(value=False)
    began, lasts = (col("starts") <= day).fill_null(value=False), (col("ends") >= day).fill_null(value=False)
    return found.with_columns(issued=issued, over=over, force=issued & began & lasts & ~over)


def counted(task: Task) -> dict[str, pl.Expr]:
    day, force = task.day, col("force")
    unpaid = force & (col("paid_until") < day) & (col("paid_until") < col("ends"))
    left = (col("ends") - pl.lit(day)).dt.total_days()
    renewed = (col("renewed_on") <= day).fill_null(value=False)
    alone = col("agent").is_null() | (col("left_on") <= day).fill_null(value=False)
    return {
        "force_": force.sum(),
        "issued_": col("issued").sum(),
        "begin": (col("issued") & (col("starts") > day) & ~col("over")).sum(),
        "quotes": (~col("issued") & ~col("over")).sum(),
        "grace": unpaid.sum(),
        "overdue": (pl.lit(day) - col("paid_until")).dt.total_days().filter(unpaid).max(),
        "renew": (force & ~renewed & (left <= col("renewal_days"))).sum(),
        "orphans": (force & alone).sum(),
        "lapsed": (col("over") & (col("state") == "lapsed")).sum(),
        "surrendered": (col("over") & (col("state") == "surrendered")).sum(),
        "first": col("issued_on").min(),
        "ended": col("ended_on").filter(col("issued")).max(),
        "loading": col("loading").filter(force).max(),
    }


def pareto(values: pl.Series) -> int | None:
    """Return the value at which the running total, largest first, reaches 80 % of the total."""
    running = values.cum_sum()
    reached = (running * 10 >= int(values.sum()) * 8).arg_max()
    return None if reached is None else int(values[reached])


def chain(*rules: pl.Expr) -> pl.Expr:
    """Return the place of the first rule that holds, else how many there are."""
    found = pl.lit(len(rules))
    for place, rule in reversed(list(enumerate(rules))):
        found = when(rule.fill_null(value=False)).then(place).otherwise(found)
    return found


def answers(task: Task, cut: int | None) -> dict[str, pl.Expr]:
    day = pl.lit(task.day)
    is_recent = (day - col("ended")).dt.total_days() <= 730
    known = (day - col("first")).dt.total_days()
    new = ((col("force_") > 0) & (known <= 60)) | ((col("force_") < 1) & (col("begin") > 0))
    lifecycle = chain(
        col("grace") > 0,
        col("renew") > 0,
        new,
        col("force_") > 0,
        col("quotes") > 0,
        (col("lapsed") > 0) & is_recent,
        (col("surrendered") > 0) & is_recent,
        col("issued_") > 0,
    )
    risky = (col("grace") > 0) | (col("late") >= 2) | (col("orphans") > 0)
    nothing = (col("paid_12m") <= 0) & (col("incurred") <= 0)
    bad = (col("loading").fill_null(0) > 0) | (col("claims_36m") >= 3)
    bad |= (col("paid_36m") > 0) & (col("out_36m") + col("reserves") >= col("paid_36m"))
    found = (
        lifecycle,
        chain(col("force_") < 1, col("overdue") >= 15, risky),
        chain(nothing, col("value") < 0, col("value") >= (cut or 0)),
        chain(col("issued_") < 1, bad, (col("claims_36m") < 1) & (known >= 1095)),
    )
    return dict(zip(NAMES, found, strict=True))
