"""The RFM segments that R's package rfm publishes for 995 customers, from a plugin of a few lines.

The plugin below uses public names only, as a company would write it.
"""

import csv
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from company_kit import make_crm, plugin

import crmcore
from crmcore import Customer, Metric, Purchase, Scheme, Segment, band, count, days_since, latest, quantile, rows, total
from crmcore.desk.importing import ImportOptions, import_file

DATA = Path(__file__).with_name("data") / "rfm_r"
DAY = date(2006, 12, 31)

# -- the plugin ----------------------------------------------------------------------------------------------------------

purchase = rows(Purchase)
recency = Metric("r.recency", days_since(latest(purchase.at)))
frequency = Metric("r.frequency", count(purchase))
monetary = Metric("r.monetary", total(purchase.amount))


def cuts(metric):
    return [quantile(metric, Decimal(fifth) / 5) + 1 for fifth in (1, 2, 3, 4)]


scores = {
    "R": Metric("r.recency_score", 6 - band(recency, cuts(recency))),
    "F": Metric("r.frequency_score", band(frequency, cuts(frequency))),
    "M": Metric("r.monetary_score", band(monetary, cuts(monetary))),
}

RANGES = {
    "Champions": ("5-5", "5-5", "5-5"),
    "Potential Loyalist": ("3-5", "3-5", "2-5"),
    "Loyal Customers": ("2-4", "2-4", "2-4"),
    "Promising": ("3-4", "1-3", "3-5"),
    "New Customers": ("4-5", "1-3", "1-5"),
    "Can't Lose Them": ("1-2", "3-4", "4-5"),
    "At Risk": ("1-2", "2-5", "4-5"),
    "Need Attention": ("1-3", "3-5", "3-5"),
    "About To Sleep": ("2-3", "1-3", "1-4"),
    "Lost": ("1-1", "1-5", "1-5"),
}


def name_of(published):
    return published.replace("'", "").replace(" ", "_")


def rule_of(ranges):
    tests = [score.between(*map(int, span.split("-"))) for score, span in zip(scores.values(), ranges, strict=True)]
    return tests[0] & tests[1] & tests[2]


segments = [Segment(name_of(name), when=rule_of(ranges), label=name) for name, ranges in RANGES.items()]
rfm = Scheme("r.rfm", *segments, Segment("Others"))

# -- what was published --------------------------------------------------------------------------------------------------

CUT_POINTS = {
    recency: ("115", "181", "297.4", "482"),
    frequency: ("4", "5", "6", "8"),
    monetary: ("255.8", "382", "506.4", "666"),
}
TOTALS = {
    "About To Sleep": (102, 283, 23449),
    "At Risk": (28, 216, 22227),
    "Can't Lose Them": (47, 274, 32446),
    "Champions": (35, 316, 31646),
    "Lost": (148, 393, 35324),
    "Loyal Customers": (170, 799, 76562),
    "Need Attention": (10, 57, 4562),
    "New Customers": (104, 329, 28837),
    "Potential Loyalist": (342, 2211, 204856),
    "Promising": (9, 28, 4249),
}


@pytest.fixture(scope="module")
def published():
    with (DATA / "published_segments.csv").open(encoding="utf-8") as file:
        return {row["customer_id"]: row for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def crm(published, tmp_path_factory):
    crm = make_crm(plugin("r", schemes=[rfm], metrics=[recency, frequency, monetary]))
    people = tmp_path_factory.mktemp("rfm") / "customers.csv"
    with people.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("id", "name"), *((key, key) for key in published)])
    assert import_file(crm, people, ImportOptions("customer")).new == 995
    mapping = {"customer_id": "customer", "order_date": "at", "revenue": "amount"}
    ignored = dict.fromkeys(("first_name", "last_name", "email"), "-")
    orders = ImportOptions("purchase", mapping | ignored)
    assert import_file(crm, DATA / "rfm_data_orders.csv", orders).new == 4906
    run = crm.classify(DAY)
    assert run.evaluated == {"r.rfm": 995}
    return crm


@pytest.fixture(scope="module")
def cases(crm):
    state = crm.state()
    return {each.id: (each, state.case(each)) for each in state.book.customers()}


def test_the_cut_points_are_those_of_r(crm):
    state = crm.state()
    for metric, wanted in CUT_POINTS.items():
        found = [state.evaluator.meaning(cut).constant for cut in cuts(metric)]
        assert found == [Decimal(cut) for cut in wanted]


def test_every_customer_has_the_scores_of_r(crm, cases, published):
    evaluator = crm.state().evaluator
    names = {"R": "recency_score", "F": "frequency_score", "M": "monetary_score"}
    found = {key: tuple(evaluator.value(score, case) for score in scores.values()) for key, (_, case) in cases.items()}
    assert found == {key: tuple(int(row[name]) for name in names.values()) for key, row in published.items()}


def test_every_customer_has_the_figures_of_r(crm, cases, published):
    evaluator = crm.state().evaluator
    metrics = {"recency_days": recency, "transaction_count": frequency, "amount": monetary}
    for name, metric in metrics.items():
        found = {key: evaluator.value(metric, case) for key, (_, case) in cases.items()}
        assert found == {key: Decimal(row[name]) for key, row in published.items()}


def test_every_customer_is_in_the_segment_of_r(crm, published):
    found = {key: crm.timeline(key, "r.rfm").current.segment for key in published}
    assert found == {key: name_of(row["segment"]) for key, row in published.items()}


def test_the_segments_have_the_totals_of_r(crm, cases, published):
    evaluator = crm.state().evaluator
    customers, orders, revenue = Counter(), Counter(), Counter()
    for key, (_, case) in cases.items():
        segment = crm.timeline(key, "r.rfm").current.segment
        customers[segment] += 1
        orders[segment] += evaluator.value(frequency, case)
        revenue[segment] += evaluator.value(monetary, case)
    wanted = {name_of(name): figures for name, figures in TOTALS.items()}
    assert {name: (customers[name], orders[name], revenue[name]) for name in customers} == wanted
    assert sum(customers.values()) == len(published) == 995


def test_nobody_is_cannot_tell_and_everybody_knows_when_it_is_reviewed(crm, published):
    placed = [crm.timeline(key, "r.rfm").current for key in published]
    assert all(placement.missing == () for placement in placed)
    due = [placement.review_on for placement in placed if placement.review_on is not None]
    assert min(due) > DAY
    assert len(due) < len(placed)  # the lost stay lost


def test_the_segments_are_those_of_a_full_run_again(crm):
    assert crm.classify(DAY, full=True, dry_run=True).moves == ()


def test_the_plugin_uses_public_names_only():
    used = (Customer, Metric, Purchase, Scheme, Segment, band, count, days_since, latest, quantile, rows, total)
    assert {each.__name__ for each in used} <= set(crmcore.__all__)
