"""What rules cannot say is refused where it is written, with the way out."""

import enum
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from crmcore import (
    Customer,
    Field,
    Metric,
    Purchase,
    PurchaseLine,
    RuleError,
    Setting,
    UnknownName,
    as_of,
    band,
    choose,
    count,
    days_since,
    greatest,
    latest,
    least,
    mean,
    rows,
    total,
)
from crmcore.grammar.expr import And, Compare, Equals, InYear, Known, Literal, Not, Or, OrElse, Term, TextTest, as_term
from crmcore.kinds import BOOLEAN, DATE, INTEGER, MONEY, NUMBER, RATIO, TEXT, decimal

customer, purchase, line = rows(Customer), rows(Purchase), rows(PurchaseLine)
spend = Metric("shop.spend", total(purchase.amount))
orders = count(purchase)
last_day = latest(purchase.at)
area = Field("shop.area", Decimal, on=Customer)
days = Setting("shop.days", 30)
rate = Setting("shop.rate", Decimal("0.5"))


class Size(enum.Enum):
    BIG = "big"
    ODD = 3


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: spend * spend, "money times money has no meaning"),
        (lambda: spend + orders, "money .* integer mixes money with plain numbers"),
        (lambda: area - spend, "decimal - money mixes money"),
        (lambda: last_day + 1, r"instant \+ number has no meaning"),
        (lambda: 1 - customer.archived_at, "number - date has no meaning"),
        (lambda: customer.name * 2, "text .* has no meaning"),
        (lambda: spend > "much", "money cannot be compared with text"),
        (lambda: spend > orders, "money cannot be compared with integer"),
        (lambda: last_day > 3, "instant cannot be compared with number"),
        (lambda: customer.name.is_(3), "text cannot be compared with number"),
        (lambda: customer.name.is_in("a", 3), "text cannot be compared with number"),
        (lambda: customer.name < "b", "text values have no order"),
        (lambda: customer.tags.is_("vip"), "texts cannot be compared with text"),
        (lambda: orders.contains("1"), r"\.contains\(\) needs a text, not integer"),
        (lambda: customer.tags.starts_with("v"), r"\.starts_with\(\) needs a text, not texts"),
        (lambda: customer.name.contains(3), r"\.contains\(\) needs a text"),
        (lambda: days_since(orders), "days_since needs a date, not integer"),
        (lambda: days_since("2026-01-01"), "days_since needs a term such as"),
        (lambda: orders.within(days=3), r"\.within needs a date"),
        (lambda: purchase.at.within(days=rate), "whole numbers of days"),
        (lambda: purchase.at.within(days=Decimal("1.5")), "whole numbers of days"),
        (lambda: purchase.at.within(days=days, ending=orders), "whole numbers of days"),
        (lambda: purchase.at.within(days=days / 2), "whole numbers of days"),
        (lambda: orders.in_year_of(as_of), r"\.in_year_of needs a date"),
        (lambda: purchase.at.in_year_of(2026), "takes `as_of` and nothing else"),
        (lambda: least(customer.name, "b"), "text values have no order"),
        (lambda: greatest(spend, orders), "mixes money|cannot be compared"),
        (lambda: band(spend, ("a",)), "money cannot be compared with text"),
        (lambda: choose((spend > 1, 1), otherwise="few"), "number cannot be compared with text"),
        (lambda: choose((spend, 1)), "is no rule"),
        (lambda: (spend > 1) & True, "only rules can be combined"),
        (lambda: (spend > 1) | spend, "only rules can be combined"),
        (lambda: spend > None, "None cannot stand in a rule"),
        (lambda: as_term(float("nan")), "nan cannot stand in a rule"),
        (lambda: spend > float("inf"), "inf cannot stand in a rule"),
        (lambda: spend > Decimal("Infinity"), "Infinity.* cannot stand in a rule"),
        (lambda: spend > 10**12, "smaller than 1,000,000,000,000"),
        (lambda: spend > -(10**12), "smaller than 1,000,000,000,000"),
        (lambda: last_day > datetime(2026, 1, 1, tzinfo=UTC), "cannot stand in a rule"),
        (lambda: customer.name.is_(Size.ODD), "cannot stand in a rule"),
    ],
)
def test_what_has_no_meaning_is_refused(make, reason):
    with pytest.raises(RuleError, match=reason):
        make()


@pytest.mark.parametrize(
    "use",
    [
        lambda: (spend > 1) and (spend < 9),
        lambda: (spend > 1) or (spend < 9),
        lambda: not (spend > 1),
        lambda: 1 < spend < 9,
        lambda: bool(spend),
        lambda: [each for each in (1, 2) if spend > each],
    ],
)
def test_rules_have_no_truth_of_their_own_and_say_what_to_write(use):
    with pytest.raises(RuleError, match=r"Combine rules with & \| ~ instead .* \.between\(a, b\)"):
        use()


@pytest.mark.parametrize(
    ("ask", "hint"),
    [
        (lambda: purchase.amuont, "no column of purchase named 'amuont'; did you mean 'amount'"),
        (lambda: customer.provnce, "did you mean 'province'"),
        (lambda: line.purchase.chanel, "no column of purchase named 'chanel'; did you mean 'channel'"),
        (lambda: line.purchase.customer.zzz, "no column of customer named 'zzz'; known: address"),
    ],
)
def test_a_misspelt_column_names_the_near_ones(ask, hint):
    with pytest.raises(UnknownName, match=hint):
        ask()


def test_columns_are_attributes_so_that_python_can_ask_for_them():
    assert not hasattr(purchase, "amuont")
    assert not hasattr(purchase, "__wrapped__")
    assert not hasattr(purchase.amount, "__wrapped__")
    with pytest.raises(AttributeError, match="the column 'amount' refers to no record, so it has no 'currency'"):
        purchase.amount.currency  # noqa: B018 - asking is the point


@pytest.mark.parametrize(
    ("term", "kind"),
    [
        (spend, MONEY),
        (spend + 1, MONEY),
        (1 + spend, MONEY),
        (spend - spend, MONEY),
        (2 * spend, MONEY),
        (spend * orders, MONEY),
        (spend * area, MONEY),
        (spend / spend, RATIO),
        (spend / 2, RATIO),
        (2 / spend, RATIO),
        (mean(purchase.amount) + 1, RATIO),
        (mean(purchase.amount) * mean(purchase.amount), RATIO),
        (orders - 1, INTEGER),
        (1 - orders, INTEGER),
        (orders + orders, INTEGER),
        (orders + area, decimal(6)),
        (area * area, decimal(12)),
        (days + rate, NUMBER),
        (days / rate, NUMBER),
        (least(orders, area), decimal(6)),
        (greatest(last_day, date(2026, 1, 1)), last_day.result_kind()),
        (band(spend, (1, 2)), INTEGER),
        (choose((spend > 1, "a"), otherwise="b"), TEXT),
        (choose((spend > 1, 1)), NUMBER),
        (as_term(True), BOOLEAN),
        (as_term(Size.BIG), TEXT),
        (as_term(date(2026, 1, 1)), DATE),
        (as_term(0.5), NUMBER),
        (line.purchase.customer.name, TEXT),
    ],
)
def test_every_term_has_a_kind(term, kind):
    assert term.result_kind() == kind


def test_whole_settings_and_what_is_made_of_them_are_numbers_of_days():
    for length in (days, days + 1, 2 * days - 1, greatest(days, 7), 30):
        assert purchase.at.within(days=length).days == as_term(length)


def test_the_same_rule_written_twice_is_one():
    assert (spend > 1) == (spend > 1)
    assert (spend > 1) != (spend > 2)
    assert Literal(True) != Literal(Decimal(1))
    assert as_term(as_term(1)) == Literal(Decimal(1))
    assert as_term(0.1) == as_term(Decimal("0.1"))
    assert len({purchase.amount, rows(Purchase).amount}) == 1
    assert customer.name.is_in(Literal("a")).choices == (Literal("a"),)


def test_chains_of_and_and_or_are_flat():
    one, two, three = (spend > bound for bound in (1, 2, 3))
    assert (one & two & three) == And((one, two, three))
    assert (one | (two | three)) == Or((one, two, three))
    assert ((one | two) & three) == And((Or((one, two)), three))
    assert spend.between(1, 3) == And((spend >= 1, spend <= 3))
    with pytest.raises(TypeError):
        And((spend,))


def test_the_tests_of_terms_build_their_rules():
    assert (spend < 1, spend <= 1, spend >= 1) == tuple(Compare(op, spend, as_term(1)) for op in ("<", "<=", ">="))
    assert spend.is_(1) == Equals(spend, as_term(1))
    assert spend.is_known() == Known(spend)
    assert customer.name.contains("a") == TextTest("contains", customer.name, as_term("a"))
    assert last_day.in_year_of(as_of) == InYear(last_day)
    assert ~(spend > 1) == Not(spend > 1)
    assert (spend > 1).or_else(True) == OrElse(spend > 1, True)


def test_a_term_of_nobody_has_no_kind():
    with pytest.raises(NotImplementedError):
        Term().result_kind()
    assert Term().row_type() is None
