"""A backtest on real customers of whom it is published who left: shares of leavers against plain counts."""

import csv
import gzip
import runpy
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import crm_insight
import pytest
from crm_insight.backtest import backtest

from crmcore import Customer, Purchase

TELCO = Path(__file__).parents[3] / "examples/telco"
SEGMENTS = {"Month-to-month": "by_month", "One year": "one_year", "Two year": "two_years"}


@pytest.fixture(scope="module")
def told():
    """Return what the file says."""
    with gzip.open(TELCO / "Telco-Customer-Churn.csv.gz", "rt", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def left(rows):
    """Return the share of customers that left, by contract."""
    every, gone = (Counter(row["Contract"] for row in rows if row["Churn"] in said) for said in (("Yes", "No"), "Yes"))
    return {SEGMENTS[name]: gone[name] / number for name, number in every.items()}


def test_the_file_is_the_published_one(told):
    assert len(told) == 7043
    assert {name: round(share, 4) for name, share in left(told).items()} == {
        "by_month": 0.4271,
        "one_year": 0.1127,
        "two_years": 0.0283,
    }
    assert round(sum(row["Churn"] == "Yes" for row in told) / len(told), 4) == 0.2654


def test_a_backtest_finds_who_left(crm_with, told):
    converted = runpy.run_path(str(TELCO / "convert.py"))
    sample = told[::80]
    trial = crm_with(crm_insight, "retention", TELCO / "crm_plugins/telco.py", currency="USD")
    trial.add(
        *(Customer(id=row["customerID"], name="x", fields={"telco.contract": row["Contract"]}) for row in sample),
        *(
            Purchase(customer=key, at=date.fromisoformat(day), amount=Decimal(amount))
            for row in sample
            for key, day, amount in converted["bills"](row)
        ),
    )
    found = backtest(trial.crm, trial.crm.catalogue.scheme("telco.bound"), date(2017, 12, 31), 1)
    shares = {name: sum(not found.bought[key] for key in keys) / len(keys) for name, keys in found.members.items()}
    assert shares == pytest.approx(left(sample))
    blind = backtest(trial.crm, trial.crm.catalogue.scheme("retention.warning"), date(2017, 12, 31), 1)
    assert {name for name, keys in blind.members.items() if keys} <= {"no_warning", "not_buying"}
