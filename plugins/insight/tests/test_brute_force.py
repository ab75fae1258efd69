"""What-if, migration, as-of and backtest on CDNOW and Superstore, against loops over plain lists that know no framework."""

import csv
import gzip
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import crm_insight
import crm_lifecycle
import crm_value_tier
import pytest
from crm_insight.backtest import backtest
from crm_insight.simulation import simulate
from crm_lifecycle.stage import stage
from crm_value_tier.size import abc

from crmcore import Customer, Purchase

ROOT = Path(__file__).parents[3]


def cdnow():
    """Return the sales of the CDNOW sample: customer, day, amount."""
    for line in (ROOT / "examples/cdnow/CDNOW_sample.txt").read_text(encoding="utf-8").splitlines():
        _, customer, day, _, amount = line.split()
        yield customer, date(int(day[:4]), int(day[4:6]), int(day[6:])), Decimal(amount)


def superstore():
    """Return the orders of Superstore: customer, day, amount of all lines."""
    orders = {}
    with gzip.open(ROOT / "tests/data/superstore/superstore.csv.gz", "rt", encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            key = row["Order ID"], row["Customer ID"], date.fromisoformat(row["Order Date"])
            orders[key] = orders.get(key, Decimal(0)) + round(Decimal(row["Sales"]), 6)
    for (_, customer, day), amount in orders.items():
        yield customer, day, amount


# -- the same questions, by hand ---------------------------------------------------------------------------------------


def spent(sales, day, days=None):
    """Return what each customer spent up to a day, or in the days that ended on it."""
    found = {}
    for customer, when, amount in sales:
        is_in = when <= day and (days is None or when > day - timedelta(days=days))
        found[customer] = found.get(customer, Decimal(0)) + (amount if is_in else 0)
    return found


def classes(sales, day, a_share=Decimal("0.8"), b_share=Decimal("0.95")):
    """Return the class of each customer by cumulated share of a year's spend."""
    year = spent(sales, day, 365)
    total = sum(year.values())
    cuts = []
    for share in (a_share, b_share):
        running = Decimal(0)
        for amount in sorted(year.values(), reverse=True):
            running += amount
            if running >= share * total:
                cuts.append(amount)
                break
    a_cut, b_cut = cuts
    return {
        key: "A" if amount > 0 and amount >= a_cut else "B" if amount > 0 and amount >= b_cut else "C"
        for key, amount in year.items()
    }


def stages(sales, day):
    """Return the stage of each customer by purchases, spend and days since the last purchase."""
    bought, last, total = Counter(), {}, spent(sales, day)
    for customer, when, amount in sales:
        if when <= day and amount >= 0:
            bought[customer] += 1
            last[customer] = max(last.get(customer, when), when)
    buyers = sorted(Fraction(amount) for key, amount in total.items() if bought[key])
    place = Fraction(1, 10) * (len(buyers) - 1)
    low = int(place)
    cut = buyers[low] + (buyers[min(low + 1, len(buyers) - 1)] - buyers[low]) * (place - low)
    found = {}
    for key, amount in total.items():
        is_buying = key in last and (day - last[key]).days <= 365
        if is_buying and bought[key] >= 3 and amount >= cut:
            found[key] = "loyal"
        else:
            found[key] = "first_time" if is_buying else "churned" if bought[key] else "potential"
    return found


def followed(sales, day, horizon):
    """Return how often each customer bought after a day, and what it spent."""
    count, amounts = Counter(), Counter()
    for customer, when, amount in sales:
        if day < when <= day + timedelta(days=horizon):
            count[customer] += amount >= 0
            amounts[customer] += amount
    return count, amounts


# -- both --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "first", "last"),
    [(cdnow, date(1997, 9, 30), date(1998, 6, 30)), (superstore, date(2015, 12, 31), date(2017, 6, 30))],
)
def test_the_commands_say_what_loops_over_plain_lists_say(source, first, last, crm_with):
    sales = list(source())
    trial = crm_with(crm_insight, crm_lifecycle, crm_value_tier, as_of=last)
    enter(trial, sales)
    horizon = (last - first).days

    check_as_of_and_whatif(trial, sales, first)
    check_migration(trial, sales, first, last)
    for scheme, expected in ((abc, classes(sales, first)), (stage, stages(sales, first))):
        check_backtest(backtest(trial.crm, scheme, first, horizon), sales, expected)


def test_the_page_tells_what_the_backtest_of_cdnow_says(crm_with):
    page = (ROOT / "docs/howto/improve.md").read_text(encoding="utf-8").splitlines()
    sales = list(cdnow())
    trial = crm_with(crm_insight, crm_lifecycle, crm_value_tier, as_of=date(1998, 6, 30), zone="America/New_York")
    enter(trial, sales)
    for scheme in ("value_tier.rfm", "lifecycle.stage"):
        command = f"backtest {scheme} --at 1997-09-30 --horizon 273d --format md"
        rows = [line for line in trial.run(command).assert_ok().out.splitlines() if line.startswith("|")]
        assert len(rows) > 4
        assert [row for row in rows if row not in page] == []


def enter(trial, sales):
    trial.add(*(Customer(id=key, name=key) for key in dict.fromkeys(customer for customer, _, _ in sales)))
    trial.add(*(Purchase(customer=customer, at=when, amount=amount) for customer, when, amount in sales))


def check_as_of_and_whatif(trial, sales, day):
    found = simulate(trial.crm, {"value_tier.a_share": "0.6"}, day=day)
    assert dict(found.before.segments(abc)) == classes(sales, day)
    assert dict(found.after.segments(abc)) == classes(sales, day, a_share=Decimal("0.6"))
    assert found.moves(abc).movers


def check_migration(trial, sales, first, last):
    pairs = Counter(zip(classes(sales, first).values(), stages(sales, last).values(), strict=True))
    command = f"migration value_tier.abc lifecycle.stage --from {first} --to {last} --evaluate --format json"
    counts, shares, money = trial.run(command).assert_ok().json
    assert {
        (row["from"], to): row.get(to, 0) for row in counts["rows"] for to in row if to != "from" and row[to]
    } == pairs
    before, after, revenue = classes(sales, first), stages(sales, last), spent(sales, last)
    for row, shared in zip(money["rows"], shares["rows"], strict=True):
        members = [key for key, segment in before.items() if segment == row["from"]]
        for to in set(row) - {"from"}:
            inside = [key for key in members if after[key] == to]
            assert Decimal(row[to]) == sum(revenue[key] for key in inside)
            assert shared[to] == (pytest.approx(len(inside) / len(members)) if members else None)


def check_backtest(found, sales, expected):
    assert dict(found.segments) == expected
    count, amounts = followed(sales, found.at, found.horizon)
    assert {key: number for key, number in found.bought.items() if number} == +count
    for key, amount in found.spent.items():
        assert amount == pytest.approx(float(amounts[key]))
