"""When time alone may next change an answer: tables by hand, each exact unless a test says otherwise."""

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from attrs import frozen
from facts_kit import TODAY, case_of, world

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
    days_until,
    greatest,
    last,
    latest,
    mean,
    population_mean,
    rows,
    total,
)
from crmcore.evaluation.boundaries import Horizon, later, sooner
from crmcore.evaluation.evaluate import Evaluator
from crmcore.grammar.expr import Predicate, Term

customer, purchase = rows(Customer), rows(Purchase)
spend = total(purchase.amount)
quiet = days_since(latest(purchase.at))
born = customer.archived_at
"""A date that the customer has itself."""
chairs = Field("dental.chairs", int, on=Customer, default=2)
mood = Field("dental.mood", str, on=Customer, soft=True, default="calm")
window = Setting("dental.window", 30)


def bought(age=0, amount=10, **columns):
    return Purchase(id=f"p{age}", customer="ada", at=in_days(-age), amount=Decimal(amount), **columns)


def in_days(days, day=TODAY):
    return date.fromordinal(day.toordinal() + days)


def horizon(*records, on=None, day=TODAY, fields=None, zone="UTC", population=None):
    ada = Customer(id="ada", name="Ada", archived_at=on, fields=fields or {})
    return Horizon(Evaluator(world(zone, population=population)), case_of(*records, customer=ada, day=day, zone=zone))


def wait(rule, *records, **facts):
    """Return in how many days a rule may change, None for never."""
    found = horizon(*records, **facts)
    next_change = found.of_rule(rule)
    return None if next_change is None else (next_change - found.case.day).days


def truths(rule, days, *records, **facts):
    """Return what a rule is worth on each of the next days."""
    day = facts.pop("day", TODAY)
    asked = (horizon(*records, day=in_days(ahead, day), **facts) for ahead in range(days + 1))
    return [found.evaluator.holds(rule, found.case) for found in asked]


@pytest.mark.parametrize(
    ("rule", "age", "days"),
    [
        (quiet > 30, 10, 21),
        (quiet >= 30, 10, 20),
        (quiet < 30, 10, 20),
        (quiet <= 30, 10, 21),
        (quiet > 30, 30, 1),
        (quiet > 30, 31, None),
        (quiet >= 30, 30, None),
        (30 < quiet, 10, 21),  # noqa: SIM300 - the other way round
        (quiet.is_(30), 10, 20),
        (quiet.is_(30), 30, 1),
        (quiet.is_(30), 31, None),
        (quiet.is_in(30, 20), 25, 5),
        (quiet.is_in(30, 20), 20, 1),
        (quiet.is_in(), 20, None),
        (quiet - 7 > 30, 10, 28),
        (40 - quiet > 0, 10, 30),
        (quiet + quiet > 30, 10, 6),  # both move: after 5 days they are 30
        (quiet - quiet > 0, 10, None),
        (band(quiet, (5, 20, 40)).is_(2), 10, 10),
        (quiet.between(5, 20), 10, 11),
        (~(quiet > 30), 10, 21),
        ((quiet > 30).or_else(False), 10, 21),
        (Metric("t.quiet", quiet) > 30, 10, 21),
        (days_until(latest(purchase.at)) < -30, 10, 21),
        (days_until(latest(purchase.at)) >= -30, 10, 21),
        (quiet > days_until(latest(purchase.at)), 10, None),
        (spend > 5, 10, None),
        (latest(purchase.at) > date(2026, 1, 1), 10, None),
        (quiet.is_known(), 10, None),
    ],
)
def test_counts_of_days_reach_their_bounds(rule, age, days):
    assert wait(rule, bought(age)) == days
    before = truths(rule, 60 if days is None else days, bought(age))
    assert before.index(not before[0]) == days if days else len(set(before)) == 1


@pytest.mark.parametrize(
    ("rule", "age", "days"),
    [
        (purchase.at.within(days=30), 10, 20),
        (purchase.at.within(days=30), 29, 1),
        (purchase.at.within(days=30), 30, None),
        (purchase.at.within(days=window), 10, 20),
        (purchase.at.within(days=30, ending=30), 10, 20),  # comes in
        (purchase.at.within(days=30, ending=30), 40, 20),  # goes out
        (purchase.at.within(days=0), 10, None),
        (purchase.at.in_year_of(as_of), 10, 200),  # until New Year
        (purchase.at.in_year_of(as_of), 200, None),
        (purchase.at >= date(2026, 1, 1), 10, None),
        (days_since(purchase.at) < 30, 10, 20),
    ],
)
def test_rows_come_into_windows_and_leave_them(rule, age, days):
    there = count(purchase, where=rule) > 0
    assert wait(there, bought(age)) == days
    before = truths(there, 210 if days is None else days, bought(age))
    assert before.index(not before[0]) == days if days else len(set(before)) == 1


def test_the_first_of_several_rows_counts():
    recent = count(purchase, where=purchase.at.within(days=30)) >= 2
    assert wait(recent, bought(10), bought(25), bought(1)) == 5


def test_a_row_that_lies_ahead_appears_on_its_day():
    assert wait(spend > 5, bought(-3)) == 3
    assert wait(spend > 5, bought(-3), bought(1)) == 3
    assert wait(count(purchase, where=purchase.at.within(days=30)) > 0, bought(-3), bought(28)) == 2


def test_what_moves_inside_an_aggregate_is_looked_at_tomorrow():
    ages = days_since(purchase.at)
    assert wait(mean(ages) > 100, bought(10)) == 1
    assert wait(mean(ages, where=purchase.amount > 99) > 100, bought(10)) is None
    assert wait(last(choose((purchase.at.within(days=30), 1), otherwise=2)) > 1, bought(10)) == 20


@pytest.mark.parametrize(
    ("rule", "on", "days"),
    [
        (born.within(days=30), in_days(5), 5),
        (born.within(days=30), in_days(-29), 1),
        (born.within(days=30), None, None),
        (born.in_year_of(as_of), in_days(5), 5),
        (born.in_year_of(as_of), in_days(-5), 200),
        (born.in_year_of(as_of), in_days(-300), None),
        (born.in_year_of(as_of), None, None),
        (days_until(born) <= 3, in_days(10), 7),
        (days_until(born) <= 3, None, None),
        (days_until(born).is_known(), None, None),
        (days_since(born) > chairs, in_days(0), 3),
        (greatest(days_since(born), 5) > 6, in_days(0), 1),  # not analysed: looked at tomorrow
        (days_since(born) * 2 > 6, in_days(0), 1),
        (days_since(born) / 7 > 6, in_days(0), 1),
        (days_since(born) / 7 + 1 > 6, in_days(0), 1),
        (days_since(born) + quiet / 7 > 6, in_days(0), 1),  # nor that it is unknown without a purchase
        (chairs * 2 > 6, None, None),
        (customer.name.contains("A"), None, None),
    ],
)
def test_dates_of_the_customer(rule, on, days):
    assert wait(rule, on=on) == days


def test_the_year_that_ends_is_the_last_of_all():
    assert wait(born.in_year_of(as_of), on=date.max, day=date.max) is None
    assert wait(days_since(born) > 30, on=in_days(-1, date.max), day=date.max) is None


def test_windows_are_those_of_the_local_day():
    late = Purchase(id="p", customer="ada", at=datetime(2026, 6, 14, 22, 30, tzinfo=UTC))
    there = count(purchase, where=purchase.at.within(days=1)) > 0
    assert wait(there, late, zone="Europe/Berlin") == 1
    assert wait(there, late) is None


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ((quiet > 30) & (spend > 99), None),  # the second part is false and stays so
        ((quiet > 30) & (spend > 5), 21),
        ((quiet > 30) & (quiet > 20), 21),  # false as long as one of them is
        ((quiet < 30) & (quiet < 20), 10),
        ((quiet > 30) | (spend > 5), None),
        ((quiet < 30) | (quiet < 20), 20),
        ((quiet > 30) | (quiet > 20), 11),
        ((quiet > 30) & (customer.city.is_("Rome")), 21),  # unknown may become false
    ],
)
def test_a_part_that_settles_the_whole_holds_time_off(rule, days):
    assert wait(rule, bought(10)) == days


def test_the_segments_up_to_the_answer_count():
    old, lost = Segment("old", when=quiet > 30), Segment("lost", when=quiet > 20)
    assert horizon(bought(10)).of_scheme(Scheme("t.a", old, lost, Segment("rest"))) == in_days(11)
    assert horizon(bought(25)).of_scheme(Scheme("t.a", old, lost, Segment("rest"))) == in_days(6)
    assert horizon(bought(35)).of_scheme(Scheme("t.a", old, lost)) is None
    assert horizon().of_scheme(Scheme("t.b", Segment("all"))) is None
    scheme = Scheme("t.a", old, lost)
    assert wait(scheme.is_("lost"), bought(10)) == 11


@pytest.mark.parametrize(
    ("stated", "days"), [(in_days(4), 4), (TODAY, None), (in_days(-4), None)], ids=["ahead", "today", "past"]
)
def test_a_soft_value_comes_into_force_on_its_day(stated, days):
    fields = {"dental.mood": {"value": "cross", "on": stated.isoformat(), "source": "eve"}}
    for rule in (mood.is_("cross"), mood.is_known(), mood.contains("o"), mood.is_in("cross", "calm")):
        assert wait(rule, fields=fields) == days
    assert wait(mood.is_("cross")) is None


def test_a_soft_date_moves_a_window_when_it_comes_into_force():
    due = Field("dental.due", date, on=Customer, soft=True)
    fields = {"dental.due": {"value": in_days(-1), "on": in_days(4).isoformat(), "source": "eve"}}
    assert wait(due.within(days=30), fields=fields) == 4
    assert wait(due.in_year_of(as_of), fields=fields) == 4
    assert wait(days_since(due) > 30, fields=fields) == 4


@pytest.mark.parametrize(
    ("term", "days"),
    [
        (choose((quiet > 30, 1), otherwise=2), 21),
        (choose((spend > 5, quiet), otherwise=2), 1),  # bound 11: reached tomorrow
        (choose((spend > 99, 1), (quiet > 20, 5), otherwise=2), 11),
        (choose((customer.city.is_("Rome"), quiet), otherwise=2), None),
        (choose((spend > 99, 1)), None),
    ],
)
def test_a_choice_changes_with_its_rules_and_its_value(term, days):
    assert wait(term >= 11, bought(10)) == days


def test_population_values_are_held():
    average = population_mean(quiet)
    assert wait(quiet > average, bought(10), population={average: Fraction(61, 2)}) == 21
    assert wait(quiet > average, bought(10)) is None


def test_never_is_later_than_any_day_and_no_sooner_than_one():
    assert sooner([None, TODAY, in_days(1)]) == TODAY
    assert sooner([None]) is sooner([]) is None
    assert later([TODAY, in_days(1)]) == in_days(1)
    assert later([TODAY, None]) is None


@frozen
class Foreign(Term, Predicate):
    """What no plugin can add: the grammar is closed."""


def test_the_grammar_is_closed():
    with pytest.raises(TypeError, match="no boundary for Foreign"):
        horizon().of_rule(Foreign())
    with pytest.raises(TypeError, match="no boundary for Foreign"):
        horizon().of_term(Foreign())
