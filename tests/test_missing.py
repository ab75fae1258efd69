"""What keeps a rule from being answered is named as people know it."""

from decimal import Decimal

import pytest
from facts_kit import ADA, TODAY, case_of, world

from crmcore import (
    Customer,
    Field,
    Metric,
    Purchase,
    Scheme,
    Segment,
    Setting,
    as_of,
    band,
    choose,
    count,
    days_since,
    greatest,
    latest,
    mean,
    population_count,
    population_mean,
    rows,
    total,
)
from crmcore.evaluation.evaluate import Evaluator
from crmcore.evaluation.missing import missing, missing_of, name_of, names_of

customer, purchase = rows(Customer), rows(Purchase)
beds = Field("dental.beds", int, on=Customer)
staff = Field("dental.staff", int, on=Customer)
chairs = Field("dental.chairs", int, on=Customer, default=2)
YES, NO, UNKNOWN = chairs >= 1, chairs >= 99, beds >= 1
quiet = Metric("dental.quiet", days_since(latest(purchase.at)))


def names(part, *records):
    return names_of(missing(part, case_of(*records), Evaluator(world())))


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (YES, ()),
        (NO, ()),
        (UNKNOWN, ("dental.beds",)),
        (~UNKNOWN, ("dental.beds",)),
        (UNKNOWN & (staff > 1) & YES, ("dental.beds", "dental.staff")),
        (UNKNOWN | UNKNOWN | NO, ("dental.beds",)),
        (UNKNOWN & NO, ()),
        (UNKNOWN.or_else(False), ()),
        (beds + staff > 3, ("dental.beds", "dental.staff")),
        (greatest(beds, 1) > 3, ("dental.beds",)),
        (band(beds, (1, 2)) > 1, ("dental.beds",)),
        (beds.is_in(1, 2), ("dental.beds",)),
        (customer.city.is_("Rome"), ("city",)),
        (customer.parent.city.starts_with("Ro"), ("parent.city",)),
        (customer.archived_at.within(days=3), ("archived_at",)),
        (customer.archived_at.in_year_of(as_of), ("archived_at",)),
        (quiet > 3, ("dental.quiet",)),  # a metric stands for the aggregate inside it
        (Metric("dental.more", quiet + 1) > 3, ("dental.quiet",)),
        (Metric("dental.twice", beds * 2) > 3, ("dental.beds",)),
        (latest(purchase.at) > TODAY, ("latest(purchase.at)",)),
        (mean(purchase.amount) > 3, ("mean(purchase.amount)",)),
        (1 / count(purchase) > 3, ("arithmetic(literal(), count(purchase))",)),
        (count(purchase) > population_mean(count(purchase)), ("population_mean(count(purchase))",)),
        (count(purchase) > population_count(), ("population_count()",)),
    ],
)
def test_what_is_missing_is_named(part, expected):
    assert names(part) == expected


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        (choose((UNKNOWN, 1), otherwise=2), ("dental.beds",)),
        (choose((YES, staff), otherwise=2), ("dental.staff",)),
        (choose((NO, 1), otherwise=beds), ("dental.beds",)),
        (choose((NO, 1)), ("choose(compare(), literal())",)),
        (choose((YES, 1)), ()),
        (Setting("dental.one", 1) / Setting("dental.zero", 0), ("arithmetic(dental.one, dental.zero)",)),
    ],
)
def test_what_is_missing_for_a_value_is_named(term, expected):
    assert names(term) == expected


def test_a_value_that_rows_lack_is_that_of_the_aggregate():
    assert names(total(purchase.amount) > 3, Purchase(id="p", customer="ada", at=TODAY)) == ("total(purchase.amount)",)
    assert names(total(purchase.amount) > 3, Purchase(id="p", customer="ada", at=TODAY, amount=Decimal(1))) == ()


INNER = Scheme("dental.inner", Segment("many", when=beds >= 9), Segment("few"))
TIER = Scheme("dental.tier", Segment("odd", when=NO), Segment("big", when=INNER.is_("many")), Segment("rest", when=NO))


def test_a_scheme_passes_on_what_another_lacks():
    evaluator = Evaluator(world())
    assert names_of(missing_of(TIER, case_of(), evaluator)) == ("dental.beds",)
    known = case_of(customer=Customer(id="ada", name="Ada", fields={"dental.beds": 10}))
    assert missing_of(TIER, known, evaluator) == ()
    few = case_of(customer=Customer(id="ada", name="Ada", fields={"dental.beds": 1}))
    assert evaluator.answer(TIER, few).position == 3
    assert missing_of(TIER, few, evaluator) == ()


def test_names_of_rules_and_of_what_is_no_part_of_a_rule():
    assert name_of(UNKNOWN) == "compare()"
    with pytest.raises(TypeError, match="is no part of a rule"):
        missing(ADA, case_of(), Evaluator(world()))
