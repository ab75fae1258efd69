"""The words of rules: what rows, aggregates and population values take, and what they refuse."""

from datetime import date
from decimal import Decimal

import pytest
from vocabulary import Policy

from crmcore import (
    Customer,
    Field,
    Interaction,
    Metric,
    Purchase,
    PurchaseLine,
    Record,
    RuleError,
    Scheme,
    Segment,
    Setting,
    Task,
    UnknownName,
    band,
    choose,
    count,
    days_since,
    days_until,
    distinct,
    earliest,
    greatest,
    largest,
    last,
    latest,
    least,
    mean,
    nth_largest,
    pareto_cut,
    population_count,
    population_mean,
    population_total,
    quantile,
    record,
    rows,
    smallest,
    total,
)
from crmcore.kinds import INSTANT, INTEGER, MONEY, RATIO, TEXT

customer, purchase, line, task = rows(Customer), rows(Purchase), rows(PurchaseLine), rows(Task)
spend = Metric("shop.spend", total(purchase.amount))
chairs = Field("shop.chairs", int, on=Customer)
weight = Field("shop.weight", int, on=Purchase)
rating = Field("shop.rating", int, on=Interaction)
share = Setting("shop.share", Decimal("0.8"))
TIER = Scheme("shop.tier", Segment("big", when=spend > 9))
ODD = Scheme("shop.odd", Segment("big"))


@record("product")
class Product(Record):
    """Linked to no customer."""


def test_rows_say_through_which_link_they_belong_to_the_customer():
    assert rows(Purchase).role == "customer"
    assert rows(Policy, by="insured").role == "insured"
    assert rows(Customer).is_customer
    assert not rows(Customer, by="parent").is_customer


@pytest.mark.parametrize(
    ("make", "error", "reason"),
    [
        (lambda: rows(Policy), RuleError, "policy has 2 links to a customer\nSay which with by=: holder, insured"),
        (lambda: count(rows(Product)), RuleError, r"product has no link to a customer.*\n.*through a reference"),
        (lambda: Metric("a.n", rows(Product).id), RuleError, r"only a Rule on product can use rows\(Product\)"),
        (lambda: rows(Policy, by="holders"), UnknownName, "no link of policy named 'holders'; did you mean 'holder'"),
        (lambda: rows(int), RuleError, "int is not a record type"),
        (lambda: count(customer), RuleError, r"count\(\) needs rows that belong to the customer"),
        (lambda: total(customer.archived_at), RuleError, r"total\(\) needs numbers, not date"),
        (lambda: largest(chairs), RuleError, r"needs rows that belong to the customer"),
        (lambda: total(purchase.channel), RuleError, r"total\(\) needs numbers, not text"),
        (lambda: mean(purchase.at), RuleError, r"mean\(\) needs numbers, not instant"),
        (lambda: latest(purchase.amount), RuleError, r"latest\(\) needs dates, not money"),
        (lambda: earliest(purchase.channel), RuleError, r"earliest\(\) needs dates, not text"),
        (lambda: total(purchase), RuleError, r"total\(\) takes a term on the rows of one record type"),
        (lambda: latest(purchase), RuleError, r"latest\(\) takes a term on the rows"),
        (lambda: distinct(5), RuleError, r"distinct\(\) takes a term on the rows"),
        (lambda: total(5), RuleError, r"total\(\) takes a term on the rows"),
        (lambda: total(share), RuleError, r"total\(\) takes a term on the rows"),
        (lambda: total(purchase.amount + line.amount), RuleError, r"total\(\) takes a term on the rows of one"),
        (lambda: total(weight + rating), RuleError, r"total\(\) takes a term on the rows of one"),
        (lambda: last(task.title), RuleError, r"last\(\) needs dated rows; task is undated"),
        (lambda: count(purchase, where=line.amount > 1), RuleError, "only its own columns .* not purchase_line.amount"),
        (lambda: count(purchase, where=customer.name.is_("A")), RuleError, "only its own columns .* not customer.name"),
        (lambda: count(purchase, where=chairs > 1), RuleError, "the field 'shop.chairs' is not on purchase"),
        (lambda: count(purchase, where=spend > 1), RuleError, "an aggregate belongs to the customer"),
        (lambda: total(weight * spend), RuleError, "an aggregate belongs to the customer"),
        (lambda: count(purchase, where=purchase.amount > mean(purchase.amount)), RuleError, "an aggregate belongs"),
        (
            lambda: count(purchase, where=purchase.amount > population_mean(spend)),
            RuleError,
            "an aggregate belongs",
        ),
        (lambda: count(purchase, where=TIER.is_("big")), RuleError, "an aggregate belongs"),
        (lambda: count(purchase, where=weight > Metric("shop.two", 2)), RuleError, "a metric belongs to the customer"),
        (lambda: count(purchase, where=weight > population_count()), RuleError, "a population value belongs"),
        (lambda: count(purchase, where=ODD.is_("big")), RuleError, "the answer of a scheme belongs to the customer"),
        (lambda: count(purchase, where=True), RuleError, "where= takes a rule such as `amount >= 10`, not True"),
        (lambda: population_total(customer.name), RuleError, "a population value needs numbers, not text"),
        (lambda: population_total(purchase.amount), RuleError, "purchase.amount has one value per row"),
        (lambda: population_mean(weight), RuleError, "the field 'shop.weight' has one value per row"),
        (lambda: population_count(among=spend), RuleError, "among= takes a rule"),
        (lambda: population_count(among=purchase.amount > 1), RuleError, "has one value per row"),
        (lambda: pareto_cut(spend, chairs), RuleError, "must be the same for every customer"),
        (lambda: quantile(spend, choose((spend > 1, 1))), RuleError, "must be the same for every customer"),
        (lambda: choose(otherwise=3), RuleError, r"choose\(\) needs at least one"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_reason(make, error, reason):
    with pytest.raises(error, match=f"(?s){reason}"):
        make()


@pytest.mark.parametrize(
    ("term", "kind"),
    [
        (count(purchase), INTEGER),
        (count(purchase.channel), INTEGER),
        (count(weight), INTEGER),  # a field says by itself on which rows it is
        (total(purchase.amount), MONEY),
        (total(weight), INTEGER),
        (total(rating * 2), INTEGER),
        (mean(purchase.amount), RATIO),
        (smallest(purchase.amount), MONEY),
        (largest(purchase.amount), MONEY),
        (earliest(purchase.at), INSTANT),
        (latest(line.purchase.at), INSTANT),
        (distinct(purchase.channel), INTEGER),
        (last(purchase.channel), TEXT),
        (days_since(latest(purchase.at)), INTEGER),
        (days_until(customer.archived_at), INTEGER),
        (population_total(spend), MONEY),
        (population_mean(spend), MONEY),
        (population_count(among=spend > 1), INTEGER),
        (quantile(chairs, 0.5), INTEGER),
        (pareto_cut(spend, share), MONEY),
        (nth_largest(spend, greatest(3, Setting("shop.n", 5))), MONEY),
        (quantile(spend, population_mean(chairs) / 100), MONEY),
        (pareto_cut(spend, Metric("shop.part", share / 2)), MONEY),
        (band(chairs, [1, share]), INTEGER),
        (least(1, chairs), INTEGER),
    ],
)
def test_terms_have_the_kind_of_what_they_compute(term, kind):
    assert term.result_kind() == kind


def test_conditions_may_use_columns_fields_and_settings_of_the_row():
    where = (purchase.channel.is_("web") & (weight > Setting("shop.heavy", 5))) | (purchase.at > date(2026, 1, 1))
    assert count(purchase, where=where).where == where
    assert choose((chairs > 1, 5), otherwise=None).otherwise is None
