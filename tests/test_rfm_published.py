"""The R package rfm publishes what it makes of 4,906 orders of 995 customers; ten lines of rules make the same."""

import csv
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from company_kit import make_crm, plugin

from crmcore import (
    Customer,
    Metric,
    Purchase,
    Scheme,
    Segment,
    band,
    count,
    days_since,
    latest,
    quantile,
    rows,
    total,
)

DATA = Path(__file__).parent / "data" / "rfm_r"
ANALYSIS_DAY = date(2006, 12, 31)

purchase = rows(Purchase)
recency = Metric("rfm.recency", days_since(latest(purchase.at)))
orders = Metric("rfm.orders", count(purchase))
revenue = Metric("rfm.revenue", total(purchase.amount))


def fifths(term):
    """Return the cuts of the package: quantiles plus one, since its bands include their upper end."""
    return [quantile(term, Decimal(tenths) / 10) + 1 for tenths in (2, 4, 6, 8)]


recent = Metric("rfm.recency_score", 6 - band(recency, fifths(recency)))
frequent = Metric("rfm.frequency_score", band(orders, fifths(orders)))
paying = Metric("rfm.monetary_score", band(revenue, fifths(revenue)))

RULES = {  # label: lowest and highest score of recency, frequency, money, as the package's documentation has them
    "Champions": (5, 5, 5, 5, 5, 5),
    "Potential Loyalist": (3, 5, 3, 5, 2, 5),
    "Loyal Customers": (2, 4, 2, 4, 2, 4),
    "Promising": (3, 4, 1, 3, 3, 5),
    "New Customers": (4, 5, 1, 3, 1, 5),
    "Can't Lose Them": (1, 2, 3, 4, 4, 5),
    "At Risk": (1, 2, 2, 5, 4, 5),
    "Need Attention": (1, 3, 3, 5, 3, 5),
    "About To Sleep": (2, 3, 1, 3, 1, 4),
    "Lost": (1, 1, 1, 5, 1, 5),
}


def segment(label, bounds):
    r_low, r_high, f_low, f_high, m_low, m_high = bounds
    rule = recent.between(r_low, r_high) & frequent.between(f_low, f_high) & paying.between(m_low, m_high)
    return Segment(label.replace("'", "").replace(" ", "_"), when=rule, label=label)


rfm = Scheme("rfm.segment", *(segment(label, bounds) for label, bounds in RULES.items()), Segment("others"))

TOTALS = {  # label: customers, orders, revenue
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


def read(name):
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def crm():
    crm = make_crm(plugin("rfm", schemes=[rfm]))
    found = read("rfm_data_orders.csv")
    with crm.unit("orders") as unit:
        for name in dict.fromkeys(order["customer_id"] for order in found):
            unit.add(Customer(id=name, name=name))
        for order in found:
            day, amount = date.fromisoformat(order["order_date"]), Decimal(order["revenue"])
            unit.add(Purchase(customer=order["customer_id"], at=day, amount=amount))
    crm.classify(ANALYSIS_DAY)
    return crm


@pytest.fixture(scope="module")
def segments(crm):
    """The label of every customer's segment."""
    state = crm.state()
    labels = {segment.name: segment.label("en") for segment in rfm.segments}
    placed = {key: crm.timeline(key, "rfm.segment").current.segment for key, _ in state.reader.items("customer")}
    return {key: labels[name] for key, name in placed.items()}


def test_every_customer_is_in_the_published_segment(segments):
    published = {row["customer_id"]: row["segment"] for row in read("published_segments.csv")}
    assert len(published) == 995
    assert segments == published


def test_every_customer_has_the_published_scores_and_figures(crm):
    state = crm.state()
    terms = (orders, recency, revenue, recent, frequent, paying)
    names = ("transaction_count", "recency_days", "amount", "recency_score", "frequency_score", "monetary_score")
    for row in read("published_segments.csv"):
        case = state.case(state.customer(row["customer_id"]))
        found = [state.evaluator.value(term, case) for term in terms]
        assert found == [int(row[name]) for name in names], row["customer_id"]


def test_the_segments_have_the_published_customers_orders_and_revenue(segments):
    customers = Counter(segments.values())
    bought, paid = Counter(), Counter()
    for order in read("rfm_data_orders.csv"):
        bought[segments[order["customer_id"]]] += 1
        paid[segments[order["customer_id"]]] += int(order["revenue"])
    assert {label: (customers[label], bought[label], paid[label]) for label in customers} == TOTALS
