"""Declaring fields, metrics, settings, schemes and rules: names, defaults, kinds and what is refused."""

import enum
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from crmcore import (
    BOOLEAN,
    DATE,
    INSTANT,
    INTEGER,
    MONEY,
    TEXT,
    TEXTS,
    Customer,
    Field,
    Metric,
    Purchase,
    Rule,
    RuleError,
    Scheme,
    Segment,
    Setting,
    UnknownName,
    days_since,
    decimal,
    latest,
    rows,
    total,
)
from crmcore.grammar.declare import Place
from crmcore.kinds import NUMBER, RATIO
from crmcore.labels import as_label

purchase = rows(Purchase)
spend = total(purchase.amount)


class Risk(enum.Enum):
    LOW = "low"
    HIGH = "high"


class Odd(enum.Enum):
    ONE = 1


def field(kind, default=None, **facts):
    return Field("shop.x", kind, on=Customer, default=default, **facts)


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (int, INTEGER),
        (Decimal, decimal(6)),
        (str, TEXT),
        (bool, BOOLEAN),
        (date, DATE),
        (datetime, INSTANT),
        (Risk, TEXT),
        (MONEY, MONEY),
        (RATIO, RATIO),
        (TEXTS, TEXTS),
        (decimal(2), decimal(2)),
    ],
)
def test_a_field_holds_one_kind_of_value(given, kind):
    assert field(given).result_kind() == kind
    assert field(given).row_type() is Customer


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: field(float), "type= takes int, Decimal, .* not <class 'float'>"),
        (lambda: field([]), r"type= takes .* not \[\]"),
        (lambda: field(NUMBER), "type= takes"),
        (lambda: field(int, "3"), "its default '3' must be a whole number"),
        (lambda: field(int, True), "must be a whole number"),
        (lambda: field(MONEY, Decimal("0.00001")), "has more than 4 digits after the point"),
        (lambda: field(str, "x", choices=("a", "b")), "its default 'x' is not one of a, b"),
        (lambda: field(Risk, "middle"), "is not one of low, high"),
        (
            lambda: Field("shop", int, on=Customer),
            "name= takes a full name, plugin.name in small letters, digits and _, not 'shop'",
        ),
        (lambda: Metric("Shop.Spend", spend), "name= takes a full name"),
        (lambda: Metric("shop.amount", purchase.amount), "purchase.amount has one value per row"),
        (lambda: Setting("shop.x", 0.5), "default= takes an int, Decimal, text, date or bool, not 0.5"),
        (lambda: Setting("shop.x", Decimal("NaN")), "default= takes"),
        (lambda: Setting("shop.x", datetime(2026, 1, 1, tzinfo=UTC)), "default= takes"),
        (lambda: Setting("shop.x", None), "default= takes .* not None"),
        (lambda: Segment("big one"), r"letters, digits and _ \(the text for people is the label\), not 'big one'"),
        (lambda: Segment("1st"), "letters, digits and _"),
        (lambda: Segment("big", when=spend), "when= takes a rule such as `spend >= 1000`"),
        (lambda: Segment("big", when=purchase.amount > 3), "purchase.amount has one value per row"),
        (lambda: Scheme("shop.tier"), "scheme 'shop.tier' has no segments"),
        (lambda: Scheme("tier", Segment("big")), "name= takes a full name"),
        (lambda: Scheme("shop.tier", Segment("a", spend > 1), Segment("a")), "two segments called 'a'"),
        (lambda: Scheme("shop.tier", Segment("a"), Segment("b")), "segment 'a' has no rule, so nothing after it"),
        (lambda: Rule("positive", Purchase, purchase.amount > 0), "name= takes a full name"),
    ],
)
def test_declarations_that_cannot_be_meant_are_refused(make, reason):
    with pytest.raises(RuleError, match=reason):
        make()


def test_choices_of_an_enum_are_its_texts():
    assert field(Risk, Risk.LOW).choices == ("low", "high")
    assert field(Risk, Risk.LOW).default == "low"
    assert field(str).choices == ()
    assert field(Risk, choices=("low",)).choices == ("low",)


@pytest.mark.parametrize(
    ("default", "kind"),
    [(3, NUMBER), (Decimal("0.5"), NUMBER), ("web", TEXT), (True, BOOLEAN), (date(2026, 1, 1), DATE)],
)
def test_a_setting_has_the_kind_of_its_default(default, kind):
    assert Setting("shop.x", default).result_kind() == kind


def test_a_metric_of_a_constant_is_one():
    assert Metric("shop.five", 5).result_kind() == NUMBER
    assert Metric("shop.quiet", days_since(latest(purchase.at))).result_kind() == INTEGER


def test_labels_take_texts_by_language_or_one_english_text():
    assert Metric("shop.a", spend, label={"en": "Spend", "zh": "消费额"}).label("zh") == "消费额"
    assert Metric("shop.a", spend, label="Spend").label("zh") == "Spend"
    assert Metric("shop.a", spend).label("zh", "a") == "a"
    assert Scheme("shop.a", Segment("x", label=as_label("X")), label={"zh": "类"}, doc="why").doc("en") == "why"


def test_everything_says_where_it_was_declared():
    made = (
        Field("shop.a", int, on=Customer).place,
        Metric("shop.a", spend).place,
        Setting("shop.a", 1).place,
        Scheme("shop.a", Segment("x")).place,
        Rule("shop.a", Purchase, purchase.amount > 0).place,
    )
    assert {Path(place.file).name for place in made} == {"test_declare.py"}
    lines = [place.line for place in made]
    assert lines == sorted(lines)
    assert str(made[0]).endswith(f"test_declare.py:{made[0].line}")
    assert str(Place()) == "(unknown place)"


def test_what_is_declared_twice_alike_is_the_same_wherever_it_stands():
    one = Metric("shop.a", spend)
    two = Metric("shop.a", spend)
    assert one == two
    assert one.place != two.place
    assert Scheme("shop.a", Segment("x")) == Scheme("shop.a", Segment("x"))
    assert Scheme("shop.a", Segment("x")) != Scheme("shop.a", Segment("y"))


def test_segments_are_found_by_name():
    tier = Scheme("shop.tier", Segment("big", spend > 1), Segment("small"))
    assert tier.segment("small") == Segment("small")
    assert tier.is_("big").segment == "big"
    assert repr(tier) == "Scheme('shop.tier')"
    with pytest.raises(UnknownName, match=r"no segment of shop\.tier named 'bigg'; did you mean 'big'"):
        tier.is_("bigg")


def test_an_enum_without_texts_is_a_field_whose_choices_are_written_as_texts():
    assert field(Odd).choices == ("1",)


def test_the_choices_of_a_field_are_texts():
    with pytest.raises(RuleError, match="choices= takes several texts"):
        Field("shop.level", int, on=Customer, choices=(1, 2))
